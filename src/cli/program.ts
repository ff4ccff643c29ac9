import { Command, Option } from 'commander';
import { auditCommands } from './audit-program.ts';
import type { TranslateOptions } from './commands/translate.ts';
import type { TranslateJsonlOptions } from './commands/translate-jsonl.ts';
import { numberOption } from './number-option.ts';
import { cgroupOption, connectOptions, formatOption, iproute2Option, quotaOptions } from './options.ts';
import { plainOutput } from './terminal.ts';
import { version } from './version.ts';

/**
 * The command line: what there is, and which module does it. Modules are loaded only when their command runs, and
 * commands whose options alone take long to load only when the first argument is none of the others.
 */
export async function program(firstArgument: string | undefined): Promise<Command> {
  const top = new Command('virt-quota')
    .description(
      'Turns OpenStack Nova flavors into libvirt domain tuning, applies it and proves that it holds.',
    )
    .version(version())
    .exitOverride()
    .configureOutput(plainOutput)
    .showHelpAfterError('(virt-quota --help, or virt-quota COMMAND --help, says more)')
    .configureHelp({ showGlobalOptions: true })
    .option('-q, --quiet', 'only errors on standard error')
    .option('-v, --verbose', 'say what is being done')
    .addHelpText('after', `\n${exitCodes}`);
  translate(top);
  plan(top);
  apply(top);
  recover(top);
  verify(top);
  auditCommands(top);
  if (top.commands.some(command => command.name() === firstArgument)) return top;
  (await import('./reference-program.ts')).referenceCommands(top);
  (await import('./qos-program.ts')).qosCommands(top);
  return top;
}

const exitCodes = `Exit codes: 0 compliant or done · 1 differences · 2 invalid input · 3 hypervisor unreachable or refusing
            4 did not hold, rolled back · 5 roll-back failed · 6 could not decide`;

function translate(top: Command): void {
  const command = top
    .command('translate')
    .description('flavor to libvirt tuning; touches nothing')
    .option('--domain <file>', "a domain's XML to put it into (- for standard input)")
    .option(
      '--flavor-from-metadata',
      "begin with the flavor in that domain's own metadata (Nova 32 and later)",
    )
    .option('--vif-type <type[:vnic]>', 'kind of port, as Neutron binds it: Nova leaves some without limits');
  hostOptions(quotaOptions(command))
    .addOption(formatOption(['xml', 'virsh', 'json'], 'xml'))
    .addOption(jsonlOption())
    .addHelpText('after', `\n${jsonlHelp}`)
    .action(async (_, self: Command) => {
      const options = self.optsWithGlobals<TranslateOptions | TranslateJsonlOptions>();
      if ('jsonl' in options) return (await import('./commands/translate-jsonl.ts')).translateJsonl(options);
      return (await import('./commands/translate.ts')).translate(options);
    });
}

const jsonlHelp = `Each line for --jsonl: {"id", "extra_specs", "vcpus", "qos_specs"?, "volume_size_gb"?, "consumer"?}
  and out comes:       {"id", "cputune", "iotune", "bandwidth", "volume_iotune", "diagnostics"}
What Nova does not write is null. Without a consumer, qos_specs count as front-end. Blank lines are left out; a line that
cannot be read becomes one with an error, and the exit code is 2 in the end. What is wrong with a flavor is in its
diagnostics and does not change the exit code.`;

function jsonlOption(): Option {
  return new Option('--jsonl [file]', 'many flavors, one a line of JSON (default: standard input)').conflicts(
    ['domain', 'flavor', 'property', 'format', 'volume', 'volumeQos', 'vifType', 'flavorFromMetadata'],
  );
}

function plan(top: Command): void {
  const command = top
    .command('plan')
    .argument('<domain>', 'name, UUID or id')
    .description('what apply would change; reads only')
    .option('--out <file>', 'save the plan, for apply FILE')
    .option('--exit-code', 'exit with 1 when something would change');
  writeOptions(domainOptions(command))
    .addOption(formatOption(['text', 'json'], 'text'))
    .action(async (domain: string, _, self: Command) =>
      (await import('./commands/plan.ts')).plan(domain, self.optsWithGlobals()),
    );
}

function apply(top: Command): void {
  const command = top
    .command('apply')
    .argument('[domain...]', 'names, UUIDs or ids; or one plan saved by plan --out (FILE.json)')
    .description('set what differs, verify it at every layer, put everything back if it does not hold')
    .option('--all', 'all domains of the hypervisor')
    .option('--from <file>', 'lines of JSON {"domain": NAME, "flavor": FLAVOR or FILE} (- for stdin)')
    .option('--parallel <n>', 'domains worked on at once', numberOption({ min: 1, max: 16 }), 4)
    .option('--fail-fast', 'begin no further domain after one has failed')
    .option(
      '--max-failures <n>',
      'begin no further domain after so many have failed',
      numberOption({ min: 1, max: 1_000_000 }),
    )
    .option('--dry-run', 'only say what would change (the same as plan)');
  writeOptions(domainOptions(command))
    .addOption(formatOption(['text', 'json', 'jsonl'], 'text'))
    .action(async (domains: string[], _, self: Command) =>
      (await import('./commands/apply.ts')).apply(domains, self.optsWithGlobals()),
    );
}

function recover(top: Command): void {
  const command = top
    .command('recover')
    .argument('[domain...]', 'names or UUIDs, taps, uplinks (none: all that were left)')
    .description('undo what a killed apply was in the middle of; json is a line for each')
    .option('--finish', 'finish it instead: set and verify what was planned')
    .option('--list', 'only say what there is');
  connectOptions(command)
    .addOption(formatOption(['text', 'json'], 'text'))
    .action(async (domains: string[], _, self: Command) =>
      (await import('./commands/recover.ts')).recover(domains, self.optsWithGlobals()),
    );
}

function verify(top: Command): void {
  const command = top
    .command('verify')
    .argument('<domain>', 'name, UUID or id')
    .description('whether the domain holds the flavor, at every layer; reads only')
    .option('--host <path>', 'verify a captured host (a folder or FILE.tar) instead of a running one')
    .option('--strict', 'exit 1 also for what is in force now and lost at the next start');
  domainOptions(command)
    .addOption(formatOption(['table', 'json'], 'table'))
    .action(async (domain: string, _, self: Command) =>
      (await import('./commands/verify.ts')).verify(domain, self.optsWithGlobals()),
    );
}

function domainOptions(command: Command): Command {
  return connectOptions(quotaOptions(command))
    .option(
      '--flavor-from-metadata',
      "begin with the flavor in the domain's own metadata (Nova 32 and later)",
    )
    .option('--live', 'the running domain', false)
    .option('--config', 'the persistent definition, in force at the next start', false)
    .option(
      '--current',
      'the running domain, or the persistent definition of one that is shut off (the default)',
    )
    .option('--prune', 'limits that the flavor does not ask for shall not be there')
    .option('--ovs-native', "limit ethernet taps that are Open vSwitch ports in Open vSwitch's database");
}

/** Options of what is going to be written. */
function writeOptions(command: Command): Command {
  return command
    .option('--remove', 'take away every limit that a flavor can ask for')
    .option(
      '--allow-unknown',
      'write although the flavor has keys that nobody reads; what was recorded before stays',
    )
    .option('--no-record', "leave no note of what was asked in the domain's metadata");
}

/** For what kind of host it is meant: ranges differ. */
function hostOptions(command: Command): Command {
  return command
    .addOption(cgroupOption('cgroup version of the host, 1 or 2'))
    .option('--libvirt <version>', "the host's libvirt, X.Y.Z")
    .addOption(iproute2Option("the host's iproute2, X.Y: newer ones refuse bursts that older ones change"));
}
