import { lonePolicer } from '../observed/lone-policer.ts';
import { isSamePolicer, type PolicerCall, policerLines, removalLines } from '../plan/libvirt-policer.ts';
import type { HostReader } from '../ports/host.ts';
import { runWrite } from './run-write.ts';
import type { WriteSurroundings } from './surroundings.ts';
import { look } from './unseen.ts';

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
  const read = await ingressOf(host, dev);
  // Nor what cannot be read: the verification says so.
  if (read === undefined) return;
  const [qdiscs, filters] = read;
  const found = lonePolicer(qdiscs, filters);
  if (kind === 'policer-gone' && (found === undefined || !isSamePolicer(found, call))) return;
  if (kind === 'policer-back' && /^qdisc (?:ingress|clsact) /m.test(qdiscs)) return;
  const lines = kind === 'policer-gone' ? removalLines(dev) : policerLines(call);
  const input = lines.map(line => `${line.join(' ')}\n`).join('');
  await runWrite(hostWriter, `policer of '${dev}'`, { argv: ['tc', '-batch', '-'], input });
}

/** Qdiscs, and filters on ingress; undefined where tc does not tell. */
async function ingressOf(host: HostReader, dev: string): Promise<readonly [string, string] | undefined> {
  const answers = await Promise.all([
    look(() => host.run(['tc', '-d', 'qdisc', 'show', 'dev', dev])),
    look(() => host.run(['tc', '-d', 'filter', 'show', 'dev', dev, 'parent', 'ffff:'])),
  ]);
  const [qdiscs, filters] = answers.map(one =>
    'found' in one && one.found.exitCode === 0 ? one.found.stdout : undefined,
  );
  // Without an ingress qdisc tc may fail.
  return qdiscs === undefined ? undefined : [qdiscs, filters ?? ''];
}
