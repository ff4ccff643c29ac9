import { portCookie } from '../backend/ovs-port-flows.ts';
import { nothingWanted, type OvsPortTarget, ovsPortTarget } from '../backend/ovs-port-target.ts';
import { QuotaError } from '../errors.ts';
import { readFlows, readMeters, readMeterUsers } from '../host/openflow.ts';
import { readOvs } from '../host/ovs.ts';
import { readIproute2Version } from '../host/tc.ts';
import type { PortQos } from '../intent/port-qos.ts';
import type { OvsBridgesState } from '../observed/ovs.ts';
import { findOvsPort, type OvsPortFacts, type PortName } from '../observed/ovs-port.ts';
import { guaranteesOf } from '../observed/ovs-uplink.ts';
import { type PlannedHost, planHost } from '../plan/host-plan.ts';
import type { HostResult } from '../plan/host-result.ts';
import { type PortAsk, planPort, portDemands, portKind, verifyDemands } from '../plan/plan-port.ts';
import type { PortOp } from '../plan/port-op.ts';
import type { HostReader } from '../ports/host.ts';
import { changeHost } from './host-change.ts';
import { lookAtUplink } from './look-at-uplink.ts';
import { portWork } from './port-work.ts';
import type { HostSurroundings } from './surroundings.ts';
import { look, type Seen } from './unseen.ts';

/** A port of Open vSwitch and the policy it shall have. */
export interface PortRequest {
  readonly port: PortName;
  /** The policy in force; absent: none, so what is ours goes. */
  readonly qos?: PortQos;
  /** `[ovs] qos_meter_bandwidth` */
  readonly meterBandwidth?: boolean;
  /** The machine's MAC address, where the database does not tell. */
  readonly mac?: string;
  /** Whether what somebody else has put there may be overwritten. */
  readonly takeOver?: boolean;
  /** The uplink on which a guarantee is to stand; absent: where it stands already, if it does. */
  readonly uplink?: string;
  /** bit/s that all queues on the uplink have together; absent: as it is. */
  readonly uplinkBits?: number;
}

/** Says what an apply would write. Changes nothing. @throws QuotaError `not-found`, `unreachable` */
export async function planPortQos(
  surroundings: HostSurroundings,
  request: PortRequest,
): Promise<PlannedHost<PortOp>> {
  const ask = await lookAtPort(surroundings.host, request);
  const { dev } = ask.state.port;
  return planPort(ask, await portWork(surroundings, dev).observe(portDemands(ask)));
}

/** Says how a port stands, whoever limits it. Changes nothing. @throws QuotaError `not-found`, `unreachable` */
export async function verifyPortQos(
  surroundings: HostSurroundings,
  request: PortRequest,
): Promise<PlannedHost<PortOp>> {
  const ask = await lookAtPort(surroundings.host, request, { canMiss: true });
  const { dev } = ask.state.port;
  const demands = verifyDemands(ask);
  const readings = await portWork(surroundings, dev).observe(demands);
  const { diagnostics } = ask.target;
  return planHost({ kind: portKind, subject: dev, demands, readings, steps: () => [], diagnostics });
}

/**
 * Gives a port its policy, or takes away what is ours: one transaction in the database, flows in one bundle, everything
 * read back, and kept or put back.
 *
 * @throws QuotaError `not-found`, `unreachable`, `refused`, `locked`, all before anything is touched
 */
export async function applyPortQos(
  surroundings: HostSurroundings,
  request: PortRequest,
): Promise<HostResult<PortOp>> {
  const { host } = surroundings;
  const { dev } = await portIn(host, foundIn(await look(() => readOvs(host))), request);
  return changeHost(surroundings, portWork(surroundings, dev), () =>
    planPortQos(surroundings, { ...request, port: { dev } }),
  );
}

async function lookAtPort(
  host: HostReader,
  request: PortRequest,
  { canMiss } = { canMiss: false },
): Promise<PortAsk> {
  const { mac, takeOver = false } = request;
  const [rows, version] = await Promise.all([
    look(() => readOvs(host)),
    look(() => readIproute2Version(host)),
  ]);
  const database = foundIn(rows);
  const found = await portIn(host, database, request);
  const port = mac === undefined ? found : { ...found, mac };
  const target = targetOf(request, guaranteesOf(database, port.dev)[0]?.uplink);
  const named = target.guarantee?.uplink.dev;
  const [flows, meters, users, uplink] = await Promise.all([
    look(() => readFlows(host, port.bridge)),
    look(() => readMeters(host, port.bridge)),
    look(() => readMeterUsers(host, port.bridge)),
    named === undefined ? undefined : look(() => lookAtUplink(host, database, port, named)),
  ]);
  const or = <T>(nothing: T, seen: Seen<T>) => (canMiss && 'why' in seen ? nothing : foundIn(seen));
  return {
    state: {
      port,
      database,
      flows: or([], flows),
      meters: or([], meters),
      meterUsers: or<ReadonlyMap<number, number>>(new Map(), users),
      ...(uplink && { uplink: or({ flows: [] }, uplink) }),
    },
    target,
    facts: 'found' in version ? { iproute2: version.found } : {},
    takeOver,
  };
}

function targetOf(request: PortRequest, standing: string | undefined): OvsPortTarget {
  const { qos, meterBandwidth = false, uplink = standing, uplinkBits } = request;
  if (qos === undefined) return nothingWanted;
  const named = uplink === undefined ? undefined : { dev: uplink, ...(uplinkBits && { bits: uplinkBits }) };
  return ovsPortTarget(qos, meterBandwidth, named);
}

/** The port; one that is gone too, when what is ours is to go and its flows are still there. */
async function portIn(
  host: HostReader,
  database: OvsBridgesState,
  { port: name, qos }: PortRequest,
): Promise<OvsPortFacts> {
  const port = findOvsPort(database, name);
  if (port !== undefined) return port;
  const bridge =
    'dev' in name && qos === undefined
      ? ((await leftOn(host, database, name.dev)) ?? guaranteedOn(database, name.dev))
      : undefined;
  if ('dev' in name && bridge !== undefined) return { dev: name.dev, bridge, type: '' };
  const [asked, what] =
    'dev' in name ? [name.dev, `'${name.dev}'`] : [name.portId, `of Neutron's port ${name.portId}`];
  throw new QuotaError('not-found', asked, `Open vSwitch has no port ${what}`);
}

/** Any bridge, when a port that is gone still has a queue on an uplink: Open vSwitch forgets flows, and rows it keeps. */
function guaranteedOn(database: OvsBridgesState, dev: string): string | undefined {
  const [guarantee] = guaranteesOf(database, dev);
  if (guarantee === undefined) return undefined;
  const uplink = findOvsPort(database, { dev: guarantee.uplink });
  return uplink?.bridge ?? database.bridges.map(row => String(row.name))[0];
}

/** The bridge with flows of ours for a port that is gone: they would meet whoever is given its number next. */
async function leftOn(
  host: HostReader,
  { bridges }: OvsBridgesState,
  dev: string,
): Promise<string | undefined> {
  const cookie = portCookie(dev);
  const names = bridges.map(row => String(row.name));
  const seen = await Promise.all(names.map(bridge => look(() => readFlows(host, bridge))));
  return names.find((_, index) => {
    const flows = seen[index];
    return flows !== undefined && 'found' in flows && flows.found.some(flow => flow.cookie === cookie);
  });
}

function foundIn<T>(seen: Seen<T>): T {
  if ('found' in seen) return seen.found;
  throw new QuotaError('unreachable', 'Open vSwitch', seen.why);
}
