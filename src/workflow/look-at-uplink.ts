import { readFlows } from '../host/openflow.ts';
import { readTcQdiscs } from '../host/tc.ts';
import type { OvsBridgesState } from '../observed/ovs.ts';
import { attachedQos } from '../observed/ovs-owner.ts';
import { findOvsPort, hasKernelDevice, type OvsPortFacts } from '../observed/ovs-port.ts';
import { uplinkOf } from '../observed/ovs-uplink.ts';
import type { UplinkState } from '../plan/port-state.ts';
import type { HostReader } from '../ports/host.ts';

/** An uplink as a port's guarantee finds it. @throws HostReadError when tc or its bridge cannot be asked */
export async function lookAtUplink(
  host: HostReader,
  database: OvsBridgesState,
  port: OvsPortFacts,
  dev: string,
): Promise<UplinkState> {
  const facts = findOvsPort(database, { dev });
  if (facts === undefined) return { flows: [] };
  const [flows, foreignQdisc] = await Promise.all([
    facts.bridge === port.bridge ? [] : readFlows(host, facts.bridge),
    foreignQdiscOf(host, database, facts),
  ]);
  return { facts, flows, ...(foreignQdisc !== undefined && { foreignQdisc }) };
}

/** Beside a row of ours the root qdisc is Open vSwitch's; a port without a device of the kernel has none. */
async function foreignQdiscOf(
  host: HostReader,
  database: OvsBridgesState,
  facts: OvsPortFacts,
): Promise<string | undefined> {
  const { dev } = facts;
  const qos = attachedQos(database, dev);
  if (qos !== undefined && uplinkOf(qos) === dev) return undefined;
  if (!hasKernelDevice(facts)) return undefined;
  const { found } = await readTcQdiscs(host, dev);
  const root = found.find(one => one.parent === 'root');
  // The kernel gives its own choice no handle.
  return root === undefined || root.handle === '0:' ? undefined : root.text;
}
