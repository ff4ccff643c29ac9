import { openHypervisor } from '../../src/host/libvirt-hypervisor.ts';
import { flavorFromProperties, parseFlavor } from '../../src/intent/flavor.ts';
import { type WholeQuota, wholeQuota } from '../../src/intent/whole-quota.ts';
import type { ApplyResult } from '../../src/plan/apply-result.ts';
import type { Hypervisor as Libvirt } from '../../src/ports/hypervisor.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { applyDomain } from '../../src/workflow/apply.ts';
import type { WriteSurroundings } from '../../src/workflow/surroundings.ts';
import { verifyDomain } from '../../src/workflow/verify.ts';
import type { Asked } from '../../src/workflow/wish.ts';
import { hostThrough, hostWriterThrough } from './host-through.ts';
import type { Hypervisor } from './hypervisor.ts';

/**
 * The library at work on the lab's hypervisor without being in it: libvirt through its socket, files and commands
 * through the lab's channel. Node takes seconds to start in an emulated machine; this way a case takes one or two.
 */
export interface FromOutside {
  readonly libvirt: Libvirt;
  /** With these the calls below work. */
  readonly surroundings: WriteSurroundings;
  verify(domain: string, quota?: WholeQuota, how?: How): Promise<Verified>;
  apply(domain: string, quota?: WholeQuota, how?: How): Promise<ApplyResult>;
  close(): Promise<void>;
}

/** Options of the commands. */
export type How = Pick<Asked, 'prune' | 'ovsNative'>;

/** What a verification found. */
export interface Verified {
  readonly verdicts: readonly Verdict[];
  /** `layer subject knob` of every verdict that fails. */
  readonly failing: readonly string[];
  /** The same of what could not be decided. */
  readonly undecided: readonly string[];
}

/** The limits of extra specs given as `key=value`. */
export function quotaOf(...properties: readonly string[]): WholeQuota {
  return wholeQuota(flavorFromProperties(properties).flavor.extraSpecs).quota;
}

/** Opens the lab's libvirt and host. `quota` in the calls is the flavor's of `flavorText` when it is left out. */
export async function fromOutside(hypervisor: Hypervisor, flavorText: string): Promise<FromOutside> {
  const resquota = wholeQuota(parseFlavor(flavorText).flavor.extraSpecs).quota;
  const socket = await hypervisor.forward('/run/libvirt/libvirt-sock');
  const uri = `qemu+unix:///system?socket=${encodeURIComponent(socket)}`;
  const libvirt = await openHypervisor(uri, { readOnly: false });
  const host = hostThrough(hypervisor);
  const hostWriter = hostWriterThrough(hypervisor);
  const wait = (milliseconds: number) => new Promise<void>(done => void setTimeout(done, milliseconds));
  const surroundings = { hypervisor: libvirt, host, hostWriter, wait };
  return {
    libvirt,
    surroundings,
    verify: async (domain, quota = resquota, how = {}) => {
      const request = { domain, quota, ...how, scopes: [] };
      const { verdicts } = await verifyDomain(surroundings, request);
      return { verdicts, failing: named(verdicts, 'fail'), undecided: named(verdicts, 'inconclusive') };
    },
    apply: (domain, quota = resquota, how = {}) =>
      applyDomain(surroundings, { domain, quota, ...how, scopes: [] }),
    close: async () => {
      host.close();
      await libvirt.close();
    },
  };
}

function named(verdicts: readonly Verdict[], outcome: Verdict['outcome']): readonly string[] {
  return verdicts
    .filter(verdict => verdict.outcome === outcome)
    .map(({ expectation: { layer, subject, knob } }) => `${layer} ${subject} ${knob}`);
}
