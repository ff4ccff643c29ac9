import { type OvsRow, type OvsState, ovsMap, ovsReference, ovsRow } from './ovs.ts';
import { attachedQos, ovsMark } from './ovs-owner.ts';
import { ovsRowMaker } from './ovs-row-maker.ts';

/** Keys of `external_ids` by which virt-quota knows a port that it has given a QoS policy. */
export const portMark = {
  /** On a QoS or Queue row: the port that it is for. On an Interface row: what was found there. */
  port: 'virt-quota-port-qos',
  /** On an Interface row: its meters. */
  meters: 'virt-quota-port-meters',
  /** On an Interface row: flows of others in whose place ours stand. */
  flows: 'virt-quota-port-flows',
} as const;

/** What virt-quota keeps of a port that it has given a policy. */
export interface PortRecord {
  /** What limited the port before, to be put back: policing in kbit/s and kbit, and the UUID of a QoS row. */
  readonly found: { readonly rate: number; readonly burst: number; readonly qos?: string };
  /** Whether the policing columns are ours. */
  readonly policed: boolean;
  /** Numbers of the meters by what they are for: `pktps egress`. */
  readonly meters: ReadonlyMap<string, number>;
  /** Others' flows, in the words of ovs-ofctl, that ours stand in place of. */
  readonly flows: readonly string[];
}

/** What is recorded on an Interface row; undefined: the port is not ours. */
export function portRecord(row: OvsRow): PortRecord | undefined {
  const ids = ovsMap(row.external_ids);
  const found = ids.get(portMark.port);
  if (typeof found !== 'string') return undefined;
  const words = new Map(found.split(',').map(word => pair(word, '=')));
  const qos = words.get('qos');
  return {
    found: {
      rate: numberOf(words.get('rate')),
      burst: numberOf(words.get('burst')),
      ...(qos !== undefined && { qos }),
    },
    policed: words.has('policed'),
    meters: new Map(
      textOf(ids.get(portMark.meters))
        .split(',')
        .map(word => pair(word, '='))
        .filter(([use, id]) => use !== '' && /^\d{1,10}$/.test(id))
        .map(([use, id]) => [use, Number(id)]),
    ),
    flows: textOf(ids.get(portMark.flows))
      .split(separator)
      .filter(flow => flow !== ''),
  };
}

/** A record as `external_ids`, by key. @see {@link portRecord} */
export function recordMarks({ found, policed, meters, flows }: PortRecord): Readonly<Record<string, string>> {
  const words = [
    `rate=${found.rate}`,
    `burst=${found.burst}`,
    ...(found.qos === undefined ? [] : [`qos=${found.qos}`]),
    ...(policed ? ['policed'] : []),
  ];
  return {
    [portMark.port]: words.join(),
    ...(meters.size > 0 && { [portMark.meters]: [...meters].map(([use, id]) => `${use}=${id}`).join() }),
    ...(flows.length > 0 && { [portMark.flows]: flows.join(separator) }),
  };
}

/** Our marks on an Interface row, by key. */
export function marksOf(row: OvsRow | undefined): Readonly<Record<string, string>> {
  const keys: readonly unknown[] = Object.values(portMark);
  const entries = [...ovsMap(row?.external_ids)].filter(([key]) => keys.includes(key));
  return Object.fromEntries(entries.map(([key, value]) => [String(key), String(value)]));
}

/** Whether a QoS or Queue row is one that we have made for a port. */
export function isPortRow(row: OvsRow, dev: string): boolean {
  return ovsMap(row.external_ids).get(portMark.port) === dev;
}

/** Who has limited a port, and by what, for people; of what is ours, and of what keeps Open vSwitch off, nothing. */
export interface ForeignLimits {
  /** By a QoS row. */
  readonly qos?: string;
  /** By the policing columns. */
  readonly policing?: string;
}

/** What somebody else has put on a port. */
export function foreignLimits(state: OvsState, dev: string): ForeignLimits {
  const row = ovsRow(state.interfaces, 'name', dev);
  const qos = attachedQos(state, dev);
  const isForeign = qos !== undefined && qos.type !== 'linux-noop' && !isPortRow(qos, dev);
  const rate = row?.ingress_policing_rate;
  const isPoliced = typeof rate === 'number' && rate > 0 && portRecord(row ?? {})?.policed !== true;
  return {
    ...(isForeign && {
      qos: `${ovsRowMaker(qos).text}: QoS row ${ovsReference(qos._uuid)} of type ${qos.type}`,
    }),
    ...(isPoliced && { policing: `${ownerOfPolicing(row, qos)}: ingress_policing_rate=${rate}` }),
  };
}

/** Neither libvirt nor Neutron's agent leaves a mark with the columns; who has the other direction may have this one. */
function ownerOfPolicing(row: OvsRow | undefined, qos: OvsRow | undefined): string {
  const domain = ovsMap(row?.external_ids).get(ovsMark.domain);
  if (domain !== undefined) return `virt-quota for domain ${domain}`;
  const maker = qos === undefined || qos.type === 'linux-noop' ? undefined : ovsRowMaker(qos);
  return maker?.who === 'libvirt' || maker?.who === 'neutron'
    ? `${maker.text}, it seems`
    : "somebody else (libvirt, or Neutron's agent)";
}

const separator = ' ; ';

function pair(word: string, mark: string): readonly [string, string] {
  const at = word.indexOf(mark);
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : 0;
}
