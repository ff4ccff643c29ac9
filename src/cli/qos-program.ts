import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MarkingTarget } from '../backend/marking/targets.ts';
import type { PortBackend } from '../backend/port-holdings.ts';
import { numberOption } from './number-option.ts';

// Written out, so that no command loads what it does not need; a test compares them with the back ends and targets.
const backends: readonly (PortBackend | 'all')[] = ['ovs', 'ovn', 'linuxbridge', 'sriov', 'midonet', 'all'];
const targets: readonly (MarkingTarget | 'all')[] = [
  ...(['ovs', 'ovs-of10', 'nftables', 'iptables', 'ip6tables', 'tc', 'tc-u32'] as const),
  ...(['egressqos', 'envoy', 'setsockopt', 'all'] as const),
];

/** The commands for what is beside Nova: Neutron, MidoNet, DSCP, host profiles. */
export function qosCommands(top: Command): void {
  port(top);
  dscp(top);
  profile(top);
  midonet(top);
}

function port(top: Command): void {
  const group = top.command('port').description("QoS of a network port, as Neutron's back ends enforce it");
  policyOptions(group.command('translate'))
    .description('a Neutron QoS policy to what its back end must hold; touches nothing')
    .addOption(choice('--backend <name>', 'what enforces it', backends, 'ovs'))
    .requiredOption('--port <uuid>', 'UUID of the port', uuid)
    .option('--dev <name>', 'its device (default: tap and the beginning of the UUID)', device)
    .option('--mac <address>', 'its MAC address', mac)
    .option('--ofport <number>', 'its number on br-int', numberOption({ min: 1, max: 65279 }))
    .option('--vlan <id>', "the network's VLAN on br-int", numberOption({ min: 1, max: 4094 }))
    .option(
      '--network <uuid>',
      'UUID of the network (OVN names its switch after it)',
      matching(/^[0-9a-f-]{36}$/i, 'a UUID'),
    )
    .option('--physical', 'the network is flat or VLAN')
    .option('--physical-bridge <name>', 'the bridge with the uplink', device)
    .option('--uplink <name>', "the uplink's port on that bridge", device)
    .option(
      '--vf <device:number>',
      'virtual function, as eth2:3',
      matching(/^[^\s/:]{1,15}:(?:0|[1-9][0-9]{0,2})$/, 'DEVICE:NUMBER'),
    )
    .option('--dpdk', 'a vhost-user port of Open vSwitch with DPDK')
    .option('--meter-bandwidth', '[ovs] qos_meter_bandwidth is on')
    .addOption(choice('-f, --format <format>', 'output format', ['text', 'commands', 'json'], 'text'))
    .action(async (_, self: Command) =>
      (await import('./commands/port-translate.ts')).portTranslate(self.optsWithGlobals()),
    );
  portOnHost(group);
}

/** Those that look at Open vSwitch on this host, or write to it. */
function portOnHost(group: Command): void {
  const options = (command: Command) =>
    command
      .option('--port <uuid>', "Neutron's UUID of the port, as the Interface row has it", uuid)
      .option('--dev <name>', 'or the name of its device', device)
      .addOption(choice('-f, --format <format>', 'output format', ['text', 'json'], 'text'));
  const wanted = (command: Command) =>
    policyOptions(options(command))
      .option('--mac <address>', "the machine's MAC address, where the Interface row has none", mac)
      .option('--meter-bandwidth', '[ovs] qos_meter_bandwidth is on')
      .option(
        '--uplink <name>',
        'port of Open vSwitch on which a minimum_bandwidth is to be guaranteed',
        device,
      )
      .option(
        '--uplink-rate <kbit/s>',
        'what the uplink sends at most; where its device is faster than the line behind it',
        numberOption({ min: 1, max: 34359738 }),
      );
  const takeOver = (command: Command) =>
    command.option('--take-over', 'overwrite what somebody else has put there, and say what');
  const actions = () => import('./commands/port-apply.ts');
  takeOver(wanted(group.command('plan')))
    .description('what would be written to a port of Open vSwitch on this host; reads only')
    .option('--exit-code', 'exit with 1 when something would change')
    .action(async (_, self: Command) => (await actions()).portPlan(self.optsWithGlobals()));
  takeOver(wanted(group.command('apply')))
    .description(
      'give a port of Open vSwitch on this host its policy, verify it, roll back if it does not hold',
    )
    .option('--dry-run', 'only say what would be written')
    .action(async (_, self: Command) => (await actions()).portApply(self.optsWithGlobals()));
  wanted(group.command('verify'))
    .description(
      'does a port of Open vSwitch on this host hold its policy, in the database, its flows and tc',
    )
    .action(async (_, self: Command) => (await actions()).portVerify(self.optsWithGlobals()));
  options(group.command('remove'))
    .description('take away what apply has put on a port, so that it is as it was found')
    .option('--dry-run', 'only say what would be written')
    .action(async (_, self: Command) => (await actions()).portRemove(self.optsWithGlobals()));
  group
    .command('prune')
    .description("take away rows of ours in Open vSwitch's database that no port has any more")
    .option('--dry-run', 'only say what would be written')
    .addOption(choice('-f, --format <format>', 'output format', ['text', 'json'], 'text'))
    .action(async (_, self: Command) =>
      (await import('./commands/port-prune.ts')).portPrune(self.optsWithGlobals()),
    );
}

function policyOptions(command: Command): Command {
  return command
    .option(
      '--policy <file>',
      "the port's policy: API JSON, openstack network qos policy show or rule list -f json|yaml (- for stdin)",
    )
    .option('--network-policy <file>', "its network's policy; counts only without --policy")
    .option('--device-owner <owner>', "Neutron's device_owner of the port", 'compute:nova');
}

function dscp(top: Command): void {
  top
    .command('dscp')
    .description('one DSCP marking in the words of many targets; touches nothing')
    .option('--policy <file>', 'what to mark, as YAML or JSON (- for stdin); or say it by the options below')
    .option('--mark <dscp>', 'EF, AF11–AF43, CS0–CS7, LE, VA, or 0–63')
    .option('--tos <byte>', 'the same as the whole byte; refused when it touches the ECN bits')
    .option('--to <prefix>', 'destination; may be repeated', collect)
    .option('--protocol <name>', 'tcp, udp or sctp; may be repeated', collect)
    .option('--ports <range>', 'port or FROM-TO at the destination; may be repeated', collect)
    .option('--direction <direction>', 'egress: to the destinations; ingress: coming from them')
    .option('--name <name>', 'for tables and objects')
    .addOption(choice('--target <name>', 'who shall mark', targets, 'all'))
    .option('--dev <name>', 'device for tc', device, 'eth0')
    .option('--bridge <name>', 'bridge for Open vSwitch', device, 'br-int')
    .option(
      '--class <major:minor>',
      'tc class for the marked packets',
      matching(/^[0-9a-f]{1,4}:[0-9a-f]{1,4}$/i, 'MAJOR:MINOR'),
    )
    .option('--list', 'print all names with their code points')
    .addOption(choice('-f, --format <format>', 'output format', ['text', 'json'], 'text'))
    .action(async (_, self: Command) => (await import('./commands/dscp.ts')).dscp(self.optsWithGlobals()));
}

function profile(top: Command): void {
  const group = top
    .command('profile')
    .description("a host's profile: how its uplink is shared between classes of traffic, as an htb tree");
  const command = (name: string, text: string, isDefault = false) =>
    group
      .command(name, { isDefault })
      .argument('<file>', 'the profile, YAML or JSON (- for stdin)')
      .description(text);
  command('show', 'the tree, drawn or as lines for tc; touches nothing', true)
    .option('--remove', 'with -f tc or json: the lines that take it away')
    .addOption(choice('-f, --format <format>', 'output format', profileFormats, 'tree'))
    .action(async (file: string, _, self: Command) =>
      (await import('./commands/profile.ts')).profile(file, self.optsWithGlobals()),
    );
  for (const [name, text] of Object.entries(profileTexts)) {
    const one = command(name, text).addOption(hostFormat());
    if (name === 'plan' || name === 'apply')
      one.option('--replace', "take away somebody else's root qdisc, when it can be brought back");
    if (name === 'plan') one.option('--exit-code', 'exit with 1 when something would change');
    one.action(async (file: string, _, self: Command) =>
      (await import('./commands/profile-on-host.ts')).profileOnHost(
        name as keyof typeof profileTexts,
        file,
        self.optsWithGlobals(),
      ),
    );
  }
}

const profileFormats = ['tree', 'tc', 'svg', 'html', 'json'] as const;

const profileTexts = {
  plan: 'what apply would change on the uplink; reads only',
  apply: 'make the tree, verify it, put everything back if it does not hold',
  verify: 'whether the uplink holds every class, filter and queue of it, and nothing else',
  remove: 'take the tree away, and bring back what it replaced',
} as const;

function midonet(top: Command): void {
  const group = top
    .command('midonet')
    .description("MidoNet's limit on what a machine sends: a police filter on its interface's ingress");
  for (const [name, text] of Object.entries(midonetTexts)) {
    const one = group
      .command(name)
      .argument('<interface>', "the machine's, on this host")
      .description(text)
      .addOption(choice('--form <form>', midonetFormText, ['agent', 'documented'], 'agent'))
      .addOption(hostFormat());
    if (name !== 'remove') {
      one
        .option('--rate <kbit/s>', 'limit, of 1000 bits', numberOption({ min: 1, max: 2 ** 31 - 1 }))
        .option(
          '--burst <kbit>',
          "of 1024 bits, as MidoNet's agent counts",
          numberOption({ min: 1, max: 2 ** 31 - 1 }),
        )
        .option('--policy <file>', "or both out of a Neutron QoS policy's egress limit (- for stdin)");
    }
    if (name === 'plan') one.option('--exit-code', 'exit with 1 when something would change');
    one.action(async (dev: string, _, self: Command) =>
      (await import('./commands/midonet.ts')).midonet(
        name as keyof typeof midonetTexts,
        dev,
        self.optsWithGlobals(),
      ),
    );
  }
}

const midonetFormText =
  "agent: preference 5 and mtu 65335, as MidoNet's agent writes it; documented: 49 and 65535";

const midonetTexts = {
  plan: 'what apply would change; reads only',
  apply: 'set the limit, verify it, put everything back if it does not hold',
  verify: 'whether the interface holds it, with no policer before it',
  remove: 'take the filter away, and the qdisc that came with it',
} as const;

function hostFormat(): Option {
  return choice('-f, --format <format>', 'output format', ['text', 'json'], 'text');
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];

function choice(flags: string, text: string, choices: readonly string[], preset: string): Option {
  return new Option(flags, text).choices([...choices]).default(preset);
}

function matching(pattern: RegExp, what: string): (text: string) => string {
  return text => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`must be ${what}`);
    return text;
  };
}

const uuid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a UUID');

const mac = matching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, 'a MAC address');

/** @see linux net/core/dev.c:dev_valid_name */
const device = matching(/^(?!\.{1,2}$)[^\s/:\p{C}]{1,15}$/u, 'the name of a network device');
