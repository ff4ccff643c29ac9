import type { HypervisorInfo } from '../../ports/hypervisor.ts';
import type { AuditReport, AuditTally } from '../audit-report.ts';
import type { Paint } from '../table.ts';

/** Every format of an audit. */
export const auditFormatNames = [
  'table',
  'json',
  'jsonl',
  'yaml',
  'csv',
  'markdown',
  'html',
  'junit',
  'sarif',
  'prometheus',
] as const;

/** One of {@link auditFormatNames}. */
export type AuditFormatName = (typeof auditFormatNames)[number];

/** What is known of an audit besides its domains. */
export interface AuditHead {
  /** When it began, ISO 8601 in UTC; absent where a saved report does not say. */
  readonly at?: string;
  /** What libvirt says of itself; absent where a saved report does not say. */
  readonly host?: HypervisorInfo;
}

/** How it shall look; a format takes what concerns it. */
export interface AuditStyle {
  readonly paint: Paint;
  /** Columns of the terminal; absent: lines may be of any length. */
  readonly width?: number;
  /** Also what is not wrong; of formats that tell failures only (sarif). */
  readonly all?: boolean;
  /** `limits`: a series a limit besides those of its domain (prometheus). */
  readonly metrics?: 'domains' | 'limits';
  /** Of this program. */
  readonly version?: string;
  /** SHA-256 of a text in base64. */
  readonly sha256: (text: string) => string;
}

/**
 * An audit on its way into one format, in pieces: concatenated they are the whole text. A format that can is through
 * with a domain when it has been given; what has to keep something keeps no more than it needs.
 */
export interface AuditRenderer {
  begin(): string;
  domain(report: AuditReport): string;
  end(tally: AuditTally): Iterable<string>;
}

/** A format: makes the renderer of one audit. */
export type AuditFormat = (head: AuditHead, style: AuditStyle) => AuditRenderer;
