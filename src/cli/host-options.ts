import type { HostCapabilities } from '../domain/capabilities.ts';
import type { ToolVersion } from '../domain/check-bursts.ts';
import { QuotaError } from '../errors.ts';

/** Options that say for what kind of host something is translated; what is left out is not known. */
export interface HostOptions {
  readonly cgroup?: 1 | 2;
  /** `X.Y` or `X.Y.Z`. */
  readonly libvirt?: string;
  readonly iproute2?: ToolVersion;
}

/** The host that the options describe; nothing there runs. @throws QuotaError `invalid-input` */
export function describedHost({ cgroup, libvirt, iproute2 }: HostOptions): HostCapabilities {
  return {
    definitionOnly: true,
    ...(cgroup !== undefined && { cgroupVersion: cgroup }),
    ...(libvirt !== undefined && { libvirtVersion: libvirtVersion(libvirt) }),
    ...(iproute2 !== undefined && { iproute2 }),
  };
}

/** `9.1.0` → 9001000, as libvirt counts. @throws QuotaError `invalid-input` */
export function libvirtVersion(text: string): number {
  const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})(?:\.(0|[1-9]\d{0,2}))?$/.exec(text);
  if (match !== null) return Number(match[1]) * 1_000_000 + Number(match[2]) * 1000 + Number(match[3] ?? 0);
  throw new QuotaError(
    'invalid-input',
    text,
    `'${text}' is not a libvirt version such as 9.0.0, written in decimal digits`,
  );
}
