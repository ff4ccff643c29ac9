import { redactFlow } from './flow.ts';
import { redactMessage } from './message.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { isNumber, redactAddress } from './tokens.ts';

type Redact = (value: string, names: Pseudonyms) => string;

const number: Redact = (value, names) => (isNumber(value) ? value : names.word(value));
const truth: Redact = (value, names) => (/^(?:true|false)$/.test(value) ? value : names.word(value));
const device: Redact = (value, names) => names.device(value);
const own: Redact = (value, names) => redactAddress(value, names) ?? names.word(value);
const oneOf = (pattern: RegExp): Redact => {
  return (value, names) => (value === '' || pattern.test(value) ? value : names.word(value));
};

/** `rate=2000,burst=0,qos=UUID,policed`, or the port that a row is for. */
const record: Redact = (value, names) => {
  if (!/^rate=\d{1,10},burst=\d{1,10}(?:,|$)/.test(value)) return names.device(value);
  return value.replace(
    /,(?!burst=\d|policed(?:,|$))([^,=]*)(?:=([^,]*))?/g,
    (_all, key: string, held = '') =>
      key === 'qos' ? `,qos=${own(held, names)}` : `,${names.word(key + held)}`,
  );
};
const meters: Redact = (value, names) =>
  value
    .split(',')
    .map(one => (/^(?:pktps|kbps) (?:egress|ingress)=\d{1,10}$/.test(one) ? one : names.word(one)))
    .join();
const flows: Redact = (value, names) =>
  value
    .split(' ; ')
    .map(flow => redactFlow(flow, names))
    .join(' ; ');

/** Keys of maps that Open vSwitch, libvirt, Nova, Neutron, OVN and virt-quota use, and what their values are. */
const keys: Readonly<Record<string, Redact>> = {
  'attached-mac': own,
  'iface-id': own,
  'vm-uuid': own,
  'vm-id': own,
  'iface-status': oneOf(/^(?:active|inactive)$/),
  'ovn-installed': truth,
  'ovn-installed-ts': number,
  _type: oneOf(/^(?:bandwidth_limit|minimum_bandwidth|packet_rate_limit|dscp_marking)$/),
  id: device,
  port: device,
  type: oneOf(/^(?:bandwidth_limit|minimum_bandwidth|packet_rate_limit|dscp_marking)$/),
  'queue-num': number,
  'neutron:port_id': own,
  'virt-quota': own,
  'virt-quota-port': device,
  'virt-quota-instead-of': own,
  'virt-quota-port-qos': record,
  'virt-quota-port-meters': meters,
  'virt-quota-port-flows': flows,
  'virt-quota-uplink': device,
  'virt-quota-uplink-found': own,
  'virt-quota-guarantee': device,
  'max-rate': number,
  'min-rate': number,
  burst: number,
  priority: number,
  dscp: number,
  net_uuid: own,
  network_type: oneOf(/^(?:flat|vlan|vxlan|geneve|gre|local)$/),
  segmentation_id: number,
  physical_network: own,
  tag: number,
  peer: device,
  remote_ip: own,
  local_ip: own,
  key: (value, names) => (value === 'flow' ? value : number(value, names)),
  df_default: truth,
  csum: truth,
  in_key: (value, names) => (value === 'flow' ? value : number(value, names)),
  out_key: (value, names) => (value === 'flow' ? value : number(value, names)),
  tos: (value, names) => (value === 'inherit' ? value : number(value, names)),
  egress_pkt_mark: number,
  dst_port: number,
  'vhost-server-path': own,
  n_rxq: number,
};

/** Columns whose strings are not names, and those whose strings are names of devices. */
const columns: Readonly<Record<string, Redact>> = {
  name: device,
  type: oneOf(
    /^(?:internal|patch|system|tap|vxlan|geneve|gre|erspan|ip6gre|stt|lisp|dpdk|dpdkvhostuser|dpdkvhostuserclient|afxdp|linux-[a-z_]{2,10}|egress-policer|trtcm-policer)$/,
  ),
  fail_mode: oneOf(/^(?:secure|standalone)$/),
  target: redactTarget,
};

/** `tcp:127.0.0.1:6633`: who is on this host stays. */
function redactTarget(value: string, names: Pseudonyms): string {
  const [, scheme, host = '', port = ''] =
    /^(p?(?:tcp|ssl)):(\[[^\]]*\]|[^:]*)((?::\d{1,5})?)$/.exec(value) ?? [];
  if (scheme === undefined) return names.word(value);
  if (host === 'localhost' || /^\d{1,5}$/.test(host)) return value;
  const bare = host.replace(/^\[|\]$/g, '');
  const hidden = redactAddress(bare, names) ?? names.word(bare);
  return `${scheme}:${host.startsWith('[') ? `[${hidden}]` : hidden}${port}`;
}

/** An answer of ovs-vsctl: a table of JSON on each line. What is none is a message. */
export function redactOvsOutput(text: string, names: Pseudonyms): string {
  return text
    .split('\n')
    .map(line => (line === '' ? '' : redactTable(line, names)))
    .join('\n');
}

function redactTable(line: string, names: Pseudonyms): string {
  const table = jsonOf(line);
  if (!isTable(table)) return redactMessage(line, names);
  const headings = table.headings.map(heading => (isColumn(heading) ? heading : names.word(String(heading))));
  const data = table.data.map(row => {
    if (!Array.isArray(row)) return redactValue(row, '', names);
    return row.map((value, at) => redactValue(value, String(table.headings[at]), names));
  });
  return JSON.stringify({ data, headings });
}

interface Table {
  readonly headings: readonly unknown[];
  readonly data: readonly unknown[];
}

function isTable(value: unknown): value is Table {
  const { headings, data } = (value ?? {}) as Partial<Table>;
  return Array.isArray(headings) && Array.isArray(data);
}

/** Columns of the tables that are read. */
const known = new Set(
  `_uuid name type ingress_policing_rate ingress_policing_burst ingress_policing_kpkts_rate ingress_policing_kpkts_burst
  external_ids other_config ofport options mtu link_speed qos tag queues ports controller fail_mode target is_connected`.split(
    /\s+/,
  ),
);

function isColumn(heading: unknown): heading is string {
  return typeof heading === 'string' && known.has(heading);
}

/** A value of a column as OVSDB writes it: an atom, `["uuid",…]`, `["set",[…]]`, `["map",[[key,value],…]]`. */
function redactValue(value: unknown, column: string, names: Pseudonyms): unknown {
  if (typeof value === 'string') return (columns[column] ?? own)(value, names);
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? {} : value;
  const [kind, inside] = value;
  if (kind === 'uuid' && typeof inside === 'string') return ['uuid', own(inside, names)];
  if (kind === 'map' && Array.isArray(inside)) return ['map', inside.map(entry => redactEntry(entry, names))];
  if (kind === 'set' && Array.isArray(inside)) {
    return ['set', inside.map(one => redactValue(one, column, names))];
  }
  return value.map(one => redactValue(one, column, names));
}

function redactEntry(entry: unknown, names: Pseudonyms): unknown {
  if (!Array.isArray(entry)) return redactValue(entry, '', names);
  const [key, value] = entry;
  if (typeof key !== 'string') return [redactValue(key, '', names), redactValue(value, '', names)];
  const rule = Object.hasOwn(keys, key) ? keys[key] : undefined;
  const hidden = typeof value === 'string' ? (rule ?? own)(value, names) : redactValue(value, '', names);
  return [rule === undefined ? names.word(key) : key, hidden];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A command line of ovs-vsctl. */
export function redactOvsWords(words: readonly string[], names: Pseudonyms): readonly string[] {
  const plain =
    /^(?:--|--timeout=\d{1,3}|--format=(?:json|csv|table|list)|--if-exists|--data=\w{1,8}|--no-headings|list|get|find|Interface|Port|QoS|Queue|Bridge|Controller|Open_vSwitch)$/;
  return words.map((word, at) => {
    if (at === 0 || plain.test(word)) return word;
    const listed = /^--columns=(.*)$/.exec(word)?.[1];
    if (listed !== undefined) {
      return `--columns=${listed
        .split(',')
        .map(one => (isColumn(one) ? one : names.word(one)))
        .join()}`;
    }
    return redactAddress(word, names) ?? names.device(word);
  });
}
