import { type Command, Option } from 'commander';
import { cgroupOption, collect, iproute2Option } from './options.ts';

/** The commands that look things up and touch nothing: `explain`, `keys`, `schema`. */
export function referenceCommands(top: Command): void {
  explain(top);
  keys(top);
  schema(top);
}

function explain(top: Command): void {
  top
    .command('explain')
    .argument('[key...]', 'KEY=VALUE: an extra spec; KEY: one of the flavor (default: all)')
    .description('a limit through every unit and layer, with its arithmetic; touches nothing')
    .option('--flavor <file>', 'a flavor, as translate takes it (- for stdin); may be repeated', collect)
    .addOption(cgroupOption('only this cgroup version'))
    .option('--libvirt <version>', 'as this libvirt has it, X.Y.Z')
    .addOption(iproute2Option('only this tc, such as 6.1'))
    .addOption(new Option('-f, --format <format>', 'output format').choices(['text', 'json']).default('text'))
    .action(async (keys: string[], _, self: Command) =>
      (await import('./commands/explain.ts')).explain(keys, self.optsWithGlobals()),
    );
}

function keys(top: Command): void {
  const formats = ['table', 'wide', 'json', 'markdown'];
  top
    .command('keys')
    .argument('[pattern]', 'a piece of the name, or with * all of it: disk_*')
    .description('the extra specs: unit, range, where each one lands; touches nothing')
    .addOption(new Option('-f, --format <format>', 'output format').choices(formats).default('table'))
    .action(async (pattern: string | undefined, _, self: Command) =>
      (await import('./commands/keys.ts')).keys(pattern, self.optsWithGlobals()),
    );
}

function schema(top: Command): void {
  top
    .command('schema')
    .argument('[name]', 'which one (default: a list of all)')
    .description('JSON Schema of what is read and printed; touches nothing')
    .action(async (name: string | undefined, _, self: Command) =>
      (await import('./commands/schema.ts')).schema(name, self.optsWithGlobals()),
    );
}
