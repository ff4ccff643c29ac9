import { createHash } from 'node:crypto';
import { isKnownLine } from '../plan/known-lines.ts';
import type { HostReader } from '../ports/host.ts';
import { rememberedName } from './journal.ts';
import type { HostSurroundings } from './surroundings.ts';

/** A line for `tc -batch`, as its words. */
type Line = readonly string[];

/** Keeps what a later removal has to do on a device; nothing: forgets it. @throws QuotaError `refused` */
export async function remember(
  { host, state }: HostSurroundings,
  { kind, subject }: { readonly kind: string; readonly subject: string },
  restore: readonly Line[],
): Promise<void> {
  const name = rememberedName(kind, subject);
  if (restore.length === 0) return state?.remove(name);
  const device = await identityOf(host, subject);
  await state?.save(name, `${JSON.stringify({ schemaVersion: 1, device, restore })}\n`);
}

/** What was kept for a device; nothing when it is another device by now that has the name. @throws QuotaError `refused` */
export async function remembered(
  { host, state }: HostSurroundings,
  { kind, subject }: { readonly kind: string; readonly subject: string },
): Promise<readonly Line[]> {
  const text = await state?.load(rememberedName(kind, subject));
  if (text === undefined) return [];
  const { device, restore } = parsed(text);
  if (device !== (await identityOf(host, subject))) return [];
  // What was kept is data: no other line than one for this device is carried out.
  const isKnown =
    kind === 'profile' || kind === 'midonet' ? restore.every(one => isKnownLine(one, kind, subject)) : false;
  return isKnown ? restore : [];
}

/** Tells a device from another of its name: the kernel never gives an index twice before it starts anew. */
async function identityOf(host: HostReader, dev: string): Promise<string> {
  const boot = (await host.readFile('/proc/sys/kernel/random/boot_id')) ?? '';
  const index = (await host.readFile(`/sys/class/net/${dev}/ifindex`)) ?? '';
  return createHash('sha256').update(`${boot.trim()} ${index.trim()}`).digest('hex').slice(0, 16);
}

/** What cannot be understood is as good as nothing: then the kernel chooses. */
function parsed(text: string): { readonly device: string; readonly restore: readonly Line[] } {
  const nothing = { device: '', restore: [] };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return nothing;
    const { device, restore } = value as { readonly device?: unknown; readonly restore?: unknown };
    const areLines = Array.isArray(restore) && restore.every(isLine);
    return typeof device === 'string' && areLines ? { device, restore } : nothing;
  } catch {
    return nothing;
  }
}

function isLine(value: unknown): value is Line {
  return Array.isArray(value) && value.every(word => typeof word === 'string');
}
