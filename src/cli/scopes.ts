import type { Scope } from '../ports/hypervisor.ts';

/** The scopes that the flags name; none means virsh's `--current`. */
export function scopesOf(options: { readonly live?: boolean; readonly config?: boolean }): readonly Scope[] {
  return [...(options.live ? (['live'] as const) : []), ...(options.config ? (['config'] as const) : [])];
}
