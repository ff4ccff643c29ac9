import { QuotaError } from '../errors.ts';
import { readOvs } from '../host/ovs.ts';
import { ovsHolders } from '../observed/ovs-owner.ts';
import type { Call } from '../plan/calls.ts';
import { detachPort, setPort } from '../plan/ovs-port-writes.ts';
import { HostReadError } from '../ports/host.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import { runWrite } from './run-write.ts';
import type { WriteSurroundings } from './surroundings.ts';

type OvsCall = Extract<Call, { readonly kind: 'ovs-detach' | 'ovs-set' }>;

/**
 * Writes one port of Open vSwitch, in one transaction made for what its database has at this moment. Limits that somebody
 * else has put there are not touched.
 *
 * @throws QuotaError `refused` when they are, or when Open vSwitch refuses or does not answer
 */
export async function writeOvs(
  { host, hostWriter }: WriteSurroundings,
  domain: DomainRef,
  call: OvsCall,
): Promise<void> {
  if (host === undefined || hostWriter === undefined) {
    throw refused(call.dev, 'Open vSwitch can be written to on the hypervisor only');
  }
  const state = await readOvs(host).catch(error => toRefusal(call.dev, error));
  const foreign = ovsHolders(state).get(call.dev)?.foreign ?? [];
  if (foreign.length > 0) throw refused(call.dev, `is limited by somebody else: ${foreign.join(', ')}`);
  const argv =
    call.kind === 'ovs-detach'
      ? detachPort(state, call.dev)
      : setPort(state, { dev: call.dev, domain: domain.uuid }, call.limits);
  if (argv === undefined) return;
  await runWrite(hostWriter, `Open vSwitch port '${call.dev}'`, { argv });
}

function toRefusal(dev: string, error: unknown): never {
  throw error instanceof HostReadError ? refused(dev, error.message, error) : error;
}

function refused(dev: string, why: string, cause?: unknown): QuotaError {
  return new QuotaError('refused', dev, `Open vSwitch port '${dev}': ${why}`, { cause });
}
