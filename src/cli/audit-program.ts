import { type Command, Option } from 'commander';
import { auditFormatNames } from '../report/audit/format.ts';
import type { AuditOptions } from './commands/audit.ts';
import type { WatchOptions } from './commands/watch.ts';
import { duration } from './duration.ts';
import { connectOptions, formatOption, quotaOptions } from './options.ts';

/** The commands that look at whole hosts, and what is made of what they saw. */
export function auditCommands(top: Command): void {
  audit(top);
  capture(top);
  report(top);
  effective(top);
}

function audit(top: Command): void {
  const command = top
    .command('audit')
    .argument('[domain...]', 'names, UUIDs or ids (none: all domains)')
    .description('which limits hold at every layer, which do not, where they break and why; reads only')
    .option(
      '--flavors <path>',
      "a folder of flavors, or a file as Nova lists them; by the name in Nova's metadata",
    )
    .option('--from <file>', 'lines of JSON {"domain": NAME, "flavor": FLAVOR or FILE} (- for stdin)')
    .option('--prune', 'limits that nobody asks for are findings')
    .option('--strict', 'exit 1 also for what is in force now and lost at the next start')
    .option('--host <path>', 'audit a captured host (a folder or FILE.tar) instead of a running one')
    .addOption(
      new Option('--watch', 'go on, and print what changes; text or jsonl').conflicts(['host', 'out']),
    )
    .option(
      '--interval <time>',
      'sample all counters twice so far apart (10s, 1m), and tell which limits bite or are passed; with --watch: read all again after so long (default 60s)',
      duration,
    );
  outputOptions(connectOptions(quotaOptions(command))).action(async (domains: string[], _, self: Command) => {
    const options = self.optsWithGlobals<AuditOptions | WatchOptions>();
    if (!('watch' in options)) return (await import('./commands/audit.ts')).audit(domains, options);
    if (options.format !== 'table' && options.format !== 'text' && options.format !== 'jsonl') {
      self.error("error: option '--watch' prints a table or jsonl");
    }
    return (await import('./commands/watch.ts')).watch(domains, options);
  });
}

function capture(top: Command): void {
  const command = top
    .command('capture')
    .argument('[domain...]', 'names, UUIDs or ids (none: all domains)')
    .description('record all that an audit reads, for looking at it elsewhere; reads only')
    .requiredOption('--out <path>', 'a folder that is not there yet, or FILE.tar')
    .option('--redact', 'keep numbers, common words and names of flavors, hash all else');
  connectOptions(command).action(async (domains: string[], _, self: Command) =>
    (await import('./commands/capture.ts')).capture(domains, self.optsWithGlobals()),
  );
}

function report(top: Command): void {
  const command = top
    .command('report')
    .argument('<file>', 'what audit -f json or -f jsonl printed (- for stdin)')
    .description('a saved audit in another format; touches nothing else');
  outputOptions(command).action(async (file: string, _, self: Command) =>
    (await import('./commands/report.ts')).report(file, self.optsWithGlobals()),
  );
}

/** Options of whatever prints an audit. */
function outputOptions(command: Command): Command {
  return command
    .addOption(formatOption(['text', ...auditFormatNames], 'table'))
    .option('--out <file>', 'into a file, replaced in one step')
    .option('--all', 'with -f sarif: also what does not fail')
    .addOption(
      new Option('--metrics <what>', 'with -f prometheus: domains only, or a series a limit as well')
        .choices(['domains', 'limits'])
        .default('domains'),
    );
}

function effective(top: Command): void {
  const command = top
    .command('effective')
    .argument('<domain>', 'name, UUID or id')
    .description(
      'which limit of each device counts, and which are shadowed or overwritten, and by whom; reads only',
    )
    .option('--host <path>', 'a captured host (a folder or FILE.tar) instead of a running one')
    .option('--flavors <path>', 'a folder of flavors, or a file as Nova lists them, as for audit')
    .option('--from <file>', 'assignments, as for audit');
  connectOptions(quotaOptions(command))
    .addOption(formatOption(['text', 'json'], 'text'))
    .action(async (domain: string, _, self: Command) =>
      (await import('./commands/effective.ts')).effective(domain, self.optsWithGlobals()),
    );
}
