import { type Command, InvalidArgumentError, Option } from 'commander';
import { portBackends } from '../backend/port-holdings.ts';

/** The commands for what is beside Nova: Neutron, MidoNet, DSCP, host profiles. They touch nothing. */
export function qosCommands(top: Command): void {
  port(top);
}

function port(top: Command): void {
  const group = top.command('port').description("QoS of a network port, as Neutron's back ends enforce it");
  group
    .command('translate')
    .description('a Neutron QoS policy to what its back end must hold; touches nothing')
    .option(
      '--policy <file>',
      "the port's policy: API JSON, openstack network qos policy show or rule list -f json|yaml (- for stdin)",
    )
    .option('--network-policy <file>', "its network's policy; counts only without --policy")
    .option('--device-owner <owner>', "Neutron's device_owner of the port", 'compute:nova')
    .addOption(choice('--backend <name>', 'what enforces it', [...portBackends, 'all'], 'ovs'))
    .requiredOption(
      '--port <uuid>',
      'UUID of the port',
      matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a UUID'),
    )
    .option('--dev <name>', 'its device (default: tap and the beginning of the UUID)', device)
    .option(
      '--mac <address>',
      'its MAC address',
      matching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, 'a MAC address'),
    )
    .option('--ofport <number>', 'its number on br-int', within(1, 65279))
    .option('--vlan <id>', "the network's VLAN on br-int", within(1, 4094))
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
      matching(/^[^\s/:]{1,15}:\d{1,3}$/, 'DEVICE:NUMBER'),
    )
    .option('--dpdk', 'a vhost-user port of Open vSwitch with DPDK')
    .option('--meter-bandwidth', '[ovs] qos_meter_bandwidth is on')
    .addOption(choice('-f, --format <format>', 'output format', ['text', 'commands', 'json'], 'text'))
    .action(async (_, self: Command) =>
      (await import('./commands/port-translate.ts')).portTranslate(self.optsWithGlobals()),
    );
}

function choice(flags: string, text: string, choices: readonly string[], preset: string): Option {
  return new Option(flags, text).choices([...choices]).default(preset);
}

function matching(pattern: RegExp, what: string): (text: string) => string {
  return text => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`${what}, please`);
    return text;
  };
}

/** @see linux net/core/dev.c:dev_valid_name */
const device = matching(/^(?!\.{1,2}$)[^\s/:\p{C}]{1,15}$/u, 'the name of a network device');

function within(min: number, max: number): (text: string) => number {
  return text => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`a number in ${min}–${max}, please`);
  };
}
