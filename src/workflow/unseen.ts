import { QuotaError } from '../errors.ts';
import { HostReadError } from '../ports/host.ts';
import type { Knob } from '../verify/expectation.ts';
import type { Reading } from '../verify/reading.ts';

/** Something that was read, or why it could not be. */
export type Seen<T> = { readonly found: T } | { readonly why: string };

/** Reads; what the host or the hypervisor refuses becomes a reason. Everything else is thrown on. */
export async function look<T>(read: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { found: await read() };
  } catch (error) {
    if (error instanceof HostReadError || error instanceof QuotaError) return { why: error.message };
    throw error;
  }
}

/** Readings of knobs that could not be seen. */
export function unseen(knobs: readonly Knob[], source: string, why: string): readonly Reading[] {
  return knobs.map(({ layer, subject, knob }) => ({
    layer,
    subject,
    knob,
    unreadable: why,
    evidence: { source, text: '' },
  }));
}
