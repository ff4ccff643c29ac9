import type { Diagnostic } from '../diagnostics.ts';

/** Where a back end keeps what it enforces. */
export type BackendLayer = 'ovsdb' | 'openflow' | 'tc' | 'ovn-nb' | 'iptables' | 'ip link' | 'midolman';

/** A number or word with its unit. */
export interface HeldValue {
  readonly value: number | string;
  /** `kbit/s`, `bit`, `B/s`, `Mbit/s`, …; absent: it has none. */
  readonly unit?: string;
}

/** One thing that a back end must hold for a port. */
export interface Holding {
  readonly layer: BackendLayer;
  /** The thing that holds it: a row, a bridge's table, a device. */
  readonly subject: string;
  /** Its own name for it: `ingress_policing_rate`, `class htb 1:1`, `flow`. */
  readonly knob: string;
  /** By the back end's own names. */
  readonly values: Readonly<Record<string, HeldValue>>;
  /** Rules that ask for it: `bandwidth_limit egress`. */
  readonly because: string;
}

/** All that one back end must hold for a port. */
export interface BackendHoldings {
  readonly holdings: readonly Holding[];
  /** Commands, as arguments, that would put it there; none where the back end has no command. */
  readonly commands: readonly (readonly string[])[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Nothing to hold. */
export const nothingHeld: BackendHoldings = { holdings: [], commands: [], diagnostics: [] };

/** Several results as one. */
export function together(parts: readonly BackendHoldings[]): BackendHoldings {
  return {
    holdings: parts.flatMap(part => part.holdings),
    commands: parts.flatMap(part => part.commands),
    diagnostics: parts.flatMap(part => part.diagnostics),
  };
}

/** A number with its unit. */
export function held(value: number | string, unit?: string): HeldValue {
  return unit === undefined ? { value } : { value, unit };
}

/** A rule that this back end does not enforce. */
export function notEnforced(path: string, backend: string, reason: string): Diagnostic {
  return { code: 'not-on-backend', severity: 'warning', path, args: { backend, reason } };
}
