import { isOpenFlowWrite } from './openflow-writes.ts';
import { isTcWrite } from './tc-writes.ts';

const DEVICE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SETTINGS: Readonly<Record<string, RegExp>> = {
  Port: /^qos=(?:@qos|@uplink|[0-9a-f-]{36})$/,
  // The record of a port is any printable text but what would end its quotes.
  Interface:
    /^(?:ingress_policing_(?:rate|burst)=\d{1,10}|external_ids:virt-quota="[0-9a-f-]{36}"|external_ids:virt-quota-port-(?:qos|meters|flows)="[ !#-[\]-~]{1,8000}")$/,
  QoS: /^(?:type=linux-htb|queues:0=@queue|queues:\d{1,5}=@guarantee|other_config:[a-z-]+=\d{1,15}|external_ids:virt-quota[a-z-]*="[A-Za-z0-9_.-]+")$/,
  Queue: /^(?:other_config:[a-z-]+=\d{1,15}|external_ids:virt-quota[a-z-]*="[A-Za-z0-9_.-]+")$/,
};

/** Our keys in `external_ids` of an Interface row, one or several. */
const KEYS = /^external_ids(?:,virt-quota(?:-port-[a-z]+)?)+$/;

/** Numbers of queues, one or several. */
const QUEUES = /^queues(?:,\d{1,5})+$/;

/** Tables whose rows have no names. */
function isRow(table: string): boolean {
  return table === 'QoS' || table === 'Queue';
}

/**
 * Whether an argv is one of the few commands that write: an `ovs-vsctl` transaction that limits ports, by rows that
 * carry virt-quota's mark, an `ovs-ofctl` command for flows and meters, or a batch of `tc` for one device.
 *
 * @param input what the command would read from its standard input
 */
export function isWriteCommand(argv: readonly string[], input?: string): boolean {
  const [program, ...rest] = argv;
  if (program === 'ovs-ofctl') return isOpenFlowWrite(rest, input);
  if (program === 'tc') return input !== undefined && isTcWrite(argv, input);
  return program === 'ovs-vsctl' && input === undefined && isOvsTransaction(rest);
}

function isOvsTransaction([timeout = '', ...rest]: readonly string[]): boolean {
  if (!/^--timeout=[1-9]\d?$/.test(timeout) || rest[0] !== '--') return false;
  return commandsOf(rest.slice(1)).every(isOvsWrite);
}

/** A chain of commands, cut at `--`. */
function commandsOf(words: readonly string[]): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === '--') commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands;
}

function isOvsWrite(words: readonly string[]): boolean {
  const [first = ''] = words;
  const [verb, table = '', ...rest] = first.startsWith('--') ? words.slice(1) : words;
  const settings = Object.hasOwn(SETTINGS, table) ? SETTINGS[table] : undefined;
  const areSettings = (some: readonly string[]) =>
    settings !== undefined && some.length > 0 && some.every(one => settings.test(one));
  const [record = '', ...values] = rest;
  switch (`${first.startsWith('--') ? `${first} ` : ''}${verb}`) {
    case 'set':
      return (isRow(table) ? UUID : DEVICE).test(record) && areSettings(values);
    case 'clear':
      return table === 'Port' && DEVICE.test(record) && values.join() === 'qos';
    case 'remove':
      if (table === 'QoS') return UUID.test(record) && QUEUES.test(values.join());
      return table === 'Interface' && DEVICE.test(record) && KEYS.test(values.join());
    case '--id=@qos create':
    case '--id=@uplink create':
      return table === 'QoS' && areSettings(rest);
    case '--id=@queue create':
    case '--id=@guarantee create':
      return table === 'Queue' && areSettings(rest);
    case '--if-exists destroy':
      return isRow(table) && rest.length > 0 && rest.every(one => UUID.test(one));
    default:
      return false;
  }
}
