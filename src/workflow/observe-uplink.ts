import { readTcClasses } from '../host/tc.ts';
import { type OvsRow, type OvsState, ovsMap, ovsNumber, ovsReference } from '../observed/ovs.ts';
import { attachedQos } from '../observed/ovs-owner.ts';
import { guaranteedPort, queuesOf, uplinkOf, uplinkRow } from '../observed/ovs-uplink.ts';
import { uplinkMark } from '../observed/ovs-uplink-mark.ts';
import type { TcClass } from '../observed/tc-class.ts';
import type { HostReader } from '../ports/host.ts';
import { type Knob, type KnobValues, knobName } from '../verify/expectation.ts';
import type { Reading } from '../verify/reading.ts';
import { look, type Seen, unseen } from './unseen.ts';

/** What uplinks hold of the knobs that are asked for: they have those of other ports besides. */
export async function observeUplinks(
  host: HostReader,
  database: Seen<OvsState>,
  knobs: readonly Knob[],
): Promise<readonly Reading[]> {
  const uplinks = [...new Set(knobs.map(knob => knob.subject))];
  const seen = uplinks.map(async uplink => {
    const of = (layer: Knob['layer']) =>
      knobs.filter(knob => knob.subject === uplink && knob.layer === layer);
    const [ovs, tc] = [of('ovs'), of('tc')];
    const rows = 'why' in database ? unseen(ovs, 'ovs-vsctl', database.why) : rowsOf(database.found, uplink);
    return asked(knobs, [...rows, ...(await classesOf(host, uplink, tc))]);
  });
  return (await Promise.all(seen)).flat();
}

function asked(knobs: readonly Knob[], readings: readonly Reading[]): readonly Reading[] {
  const names = new Set(knobs.map(knobName));
  return readings.filter(reading => names.has(knobName(reading)));
}

/** The row that the uplink has, its queues, and whose they are. */
function rowsOf(state: OvsState, uplink: string): readonly Reading[] {
  const qos = attachedQos(state, uplink);
  const mark = qos && uplinkOf(qos);
  const reading = (knob: string, values: KnobValues | undefined, row: string): Reading => ({
    ...{ layer: 'ovs', subject: uplink, knob },
    ...(values !== undefined && { values }),
    evidence: { source: `ovs-vsctl list ${row}`, text: JSON.stringify(values ?? {}) },
  });
  const config = (name: string, row: OvsRow | undefined, key: string, table: string) => {
    const value = ovsNumber(ovsMap(row?.other_config).get(key));
    return reading(`${name} other_config:${key}`, value === undefined ? undefined : { value }, table);
  };
  const queues = [...queuesOf(state, qos)].flatMap(([number, row]) => {
    const table = `Queue ${ovsReference(row._uuid)}`;
    return [
      reading(`qos queues:${number}`, { value: 'attached' }, 'QoS'),
      config(`queue ${number}`, row, 'min-rate', table),
      config(`queue ${number}`, row, 'max-rate', table),
    ];
  });
  // Also of a row that the uplink has lost.
  const owners = [...queuesOf(state, uplinkRow(state, uplink))].map(([number, row]) => {
    const port = guaranteedPort(row);
    const values = port === undefined ? undefined : { value: port };
    return reading(`queue ${number} external_ids:${uplinkMark.port}`, values, 'Queue');
  });
  return [
    reading('qos', typeof qos?.type === 'string' ? { type: qos.type } : undefined, `Port ${uplink}`),
    reading(`qos external_ids:${uplinkMark.uplink}`, mark === undefined ? mark : { value: mark }, 'QoS'),
    config('qos', qos, 'max-rate', 'QoS'),
    ...queues,
    ...owners,
  ];
}

async function classesOf(
  host: HostReader,
  uplink: string,
  knobs: readonly Knob[],
): Promise<readonly Reading[]> {
  if (knobs.length === 0) return [];
  const classes = await look(() => readTcClasses(host, uplink));
  if ('why' in classes) return unseen(knobs, `tc class show dev ${uplink}`, classes.why);
  const { source, found } = classes.found;
  return found.map(one => ({
    ...{ layer: 'tc', subject: uplink, knob: knobOf(one), values: valuesOf(one) },
    evidence: { source, text: one.text },
  }));
}

function knobOf({ handle, parent }: TcClass): string {
  return `class htb ${handle}${parent === undefined ? '' : ` parent ${parent}`}`;
}

function valuesOf({ rateBps, ceilBps, burstBytes }: TcClass): KnobValues {
  return {
    ...(rateBps !== undefined && { rateBps }),
    ...(ceilBps !== undefined && { ceilBps }),
    ...(burstBytes !== undefined && { burstBytes }),
  };
}
