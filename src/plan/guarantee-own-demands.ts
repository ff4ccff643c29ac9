import { ovsRow } from '../observed/ovs.ts';
import { attachedQos } from '../observed/ovs-owner.ts';
import { foundRow } from '../observed/ovs-uplink.ts';
import { uplinkMark } from '../observed/ovs-uplink-mark.ts';
import { uplinkClassKnob } from '../verify/expect-guarantee.ts';
import type { Demand, Layer } from '../verify/expectation.ts';
import { type GoneFrom, goneFrom } from './guarantee-rows.ts';
import type { PortState, WantedPortState } from './port-state.ts';

/** That a port's queue on its uplink is ours, and that it has none there or elsewhere that is not wanted. */
export function expectOwnGuarantee(state: PortState, { guarantee }: WantedPortState): readonly Demand[] {
  const { database, port } = state;
  const wanted = guarantee === undefined ? [] : [guarantee];
  const owned = wanted.flatMap(({ uplink, queue }) => [
    demand('ovs', uplink, rowMark, { value: uplink }),
    demand('ovs', uplink, queueMark(queue), { value: port.dev }),
  ]);
  return [...owned, ...goneFrom(database, port.dev, wanted).flatMap(gone => expectGone(state, gone))];
}

const rowMark = `qos external_ids:${uplinkMark.uplink}`;
const queueMark = (queue: number) => `queue ${queue} external_ids:${uplinkMark.port}`;

/** The queue and its class; with the last one the row, in whose place is what was found. */
function expectGone({ database }: PortState, gone: GoneFrom): readonly Demand[] {
  const { uplink, qos, numbers, isLast } = gone;
  const queues = numbers.flatMap(number => [
    demand('ovs', uplink, queueMark(number)),
    demand('tc', uplink, uplinkClassKnob(number)),
  ]);
  if (!isLast || attachedQos(database, uplink) !== qos) return queues;
  const type = ovsRow(database.qos, '_uuid', foundRow(database, qos) ?? '')?.type;
  const found = typeof type === 'string' ? { type } : undefined;
  return [...queues, demand('ovs', uplink, rowMark), demand('ovs', uplink, 'qos', found)];
}

function demand(layer: Layer, subject: string, knob: string, expected?: Demand['expected']): Demand {
  return { layer, subject, knob, because: [], ...(expected && { expected }) };
}
