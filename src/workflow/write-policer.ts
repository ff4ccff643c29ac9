import { QuotaError } from '../errors.ts';
import { lonePolicer } from '../observed/lone-policer.ts';
import { isSamePolicer, type PolicerCall, policerLines, removalLines } from '../plan/libvirt-policer.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';
import { runWrite } from './run-write.ts';
import type { WriteSurroundings } from './surroundings.ts';

/**
 * Takes away the policer that libvirt has left, or puts it back where it had been left before. What is there decides: only
 * exactly what libvirt had put there is taken away, and only where nothing is one put back. Everything else stays, and is
 * found when the device is read.
 *
 * @throws QuotaError `refused` when tc fails
 */
export async function writePolicer(
  { host, hostWriter }: WriteSurroundings,
  call: PolicerCall,
): Promise<void> {
  // Elsewhere than on the hypervisor nobody sees what libvirt left.
  if (host === undefined || hostWriter === undefined) return;
  const { dev, kind } = call;
  const [qdiscs, filters] = await ingressOf(host, dev);
  const found = lonePolicer(qdiscs, filters);
  if (kind === 'policer-gone' && (found === undefined || !isSamePolicer(found, call))) return;
  if (kind === 'policer-back' && /^qdisc (?:ingress|clsact) /m.test(qdiscs)) return;
  const lines = kind === 'policer-gone' ? removalLines(dev) : policerLines(call);
  const input = lines.map(line => `${line.join(' ')}\n`).join('');
  await runWrite(hostWriter, `policer of '${dev}'`, { argv: ['tc', '-batch', '-'], input });
}

/** Qdiscs, and filters on ingress. */
async function ingressOf(host: HostReader, dev: string): Promise<readonly [string, string]> {
  const answers = [
    host.run(['tc', '-d', 'qdisc', 'show', 'dev', dev]),
    host.run(['tc', '-d', 'filter', 'show', 'dev', dev, 'parent', 'ffff:']),
  ];
  const [qdiscs, filters] = await Promise.all(answers).catch((error: unknown) => {
    throw error instanceof HostReadError ? refused(dev, error.message, error) : error;
  });
  if (qdiscs?.exitCode !== 0) throw refused(dev, qdiscs?.stderr.trim().split('\n')[0] ?? '');
  // Without an ingress qdisc tc may fail, or not.
  return [qdiscs.stdout, filters?.exitCode === 0 ? filters.stdout : ''];
}

function refused(dev: string, why: string, cause?: unknown): QuotaError {
  return new QuotaError('refused', dev, `policer of '${dev}': ${why.slice(0, 200)}`, { cause });
}
