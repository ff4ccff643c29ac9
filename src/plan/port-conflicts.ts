import { portCookiePrefix, type WantedFlow } from '../backend/ovs-port-flows.ts';
import type { OvsPortTarget } from '../backend/ovs-port-target.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { flowText, type OpenFlow } from '../observed/openflow.ts';
import { foreignLimits } from '../observed/ovs-port-record.ts';
import type { PortState } from './port-state.ts';

/**
 * What somebody else has on a port where a policy would limit or mark. Errors; when it is to be taken over, warnings that
 * say what is overwritten.
 */
export function portConflicts(
  state: PortState,
  target: OvsPortTarget,
  takeOver: boolean,
): readonly Diagnostic[] {
  const { dev } = state.port;
  const { qos, policing } = foreignLimits(state.database, dev);
  const finding = (path: string, holder: string): Diagnostic => ({
    code: takeOver ? 'taken-over' : 'limited-by-other',
    severity: takeOver ? 'warning' : 'error',
    path,
    args: { dev, holder },
  });
  const marks = target.dscp === undefined ? [] : foreignMarks(state);
  return [
    ...(policing !== undefined && target.policing !== undefined
      ? [finding('bandwidth_limit egress', policing)]
      : []),
    ...(qos !== undefined && target.queue !== undefined ? [finding('bandwidth_limit ingress', qos)] : []),
    ...marks.map(flow => finding('dscp_marking', `somebody else: flow ${flowText(flow)}`)),
  ];
}

/** Flows of others that mark what this machine sends. */
function foreignMarks({ flows, port }: PortState): readonly OpenFlow[] {
  return flows.filter(
    flow =>
      !isOurFlow(flow) &&
      flow.match.split(',').includes(`in_port=${port.ofport}`) &&
      /ip_dscp|nw_tos/.test(flow.actions),
  );
}

/** Flows of others in the very place of one of ours: adding it takes them away. */
export function overwrittenFlows({ flows }: PortState, wanted: readonly WantedFlow[]): readonly OpenFlow[] {
  return flows.filter(
    flow => !isOurFlow(flow) && wanted.some(one => one.table === flow.table && one.match === flow.match),
  );
}

/** Whether a flow is one of ours, for whatever port. */
export function isOurFlow({ cookie }: OpenFlow): boolean {
  return cookie.startsWith(portCookiePrefix) && cookie.length === portCookiePrefix.length + 12;
}
