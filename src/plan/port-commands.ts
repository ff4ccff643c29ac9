import { meterText } from '../backend/ovs-meters.ts';
import {
  flowText,
  meterFlags,
  type OpenFlow,
  type OpenFlowMeter,
  parseFlowText,
} from '../observed/openflow.ts';
import type { HostCommand } from './host-plan.ts';
import type { MeterSpec } from './port-op.ts';

/** Meters in force, and what they are to be: none is written that is so already. */
export function meterCommands(
  bridge: string,
  now: readonly OpenFlowMeter[],
  set: readonly MeterSpec[],
): readonly HostCommand[] {
  return set.flatMap(spec => {
    const found = now.find(meter => meter.id === spec.id);
    if (found !== undefined && isSame(found, spec)) return [];
    return [command(found === undefined ? 'add-meter' : 'mod-meter', bridge, meterText(spec.id, spec))];
  });
}

/** Takes meters away that are there. */
export function noMeterCommands(
  bridge: string,
  now: readonly OpenFlowMeter[],
  ids: readonly number[],
): readonly HostCommand[] {
  return ids
    .filter(id => now.some(meter => meter.id === id))
    .map(id => command('del-meter', bridge, `meter=${id}`));
}

/**
 * One bundle that makes these the flows with this cookie; undefined: they are. Of those with another cookie, one is added
 * only where there is none, or one with this cookie.
 */
export function flowBundle(
  bridge: string,
  now: readonly OpenFlow[],
  { cookie, set }: { readonly cookie: string; readonly set: readonly string[] },
): HostCommand | undefined {
  const wanted = set.map(parseFlowText);
  const at = (flow: OpenFlow) => now.find(one => one.table === flow.table && one.match === flow.match);
  const gone = now.filter(
    flow =>
      flow.cookie === cookie && !wanted.some(one => one.table === flow.table && one.match === flow.match),
  );
  const added = wanted.filter(flow => {
    const found = at(flow);
    if (found === undefined) return true;
    if (flow.cookie !== cookie && found.cookie !== cookie) return false;
    return found.cookie !== flow.cookie || found.actions !== flow.actions;
  });
  if (gone.length === 0 && added.length === 0) return undefined;
  const lines = [
    ...gone.map(({ table, match }) => `delete_strict cookie=${cookie}/-1,table=${table},${match}`),
    ...added.map(flow => `add ${flowText(flow)}`),
  ];
  const argv = ['ovs-ofctl', '--timeout=10', '-O', 'OpenFlow14', '--bundle', 'add-flows', bridge, '-'];
  return { argv, input: lines.map(line => `${line}\n`).join('') };
}

function isSame({ flags, rate, burst }: OpenFlowMeter, spec: MeterSpec): boolean {
  const wanted = meterFlags(spec.burst > 0 ? [spec.unit, 'burst'] : [spec.unit]);
  return flags === wanted && rate === spec.rate && burst === spec.burst;
}

function command(verb: string, bridge: string, meter: string): HostCommand {
  return { argv: ['ovs-ofctl', '--timeout=10', '-O', 'OpenFlow13', verb, bridge, meter] };
}
