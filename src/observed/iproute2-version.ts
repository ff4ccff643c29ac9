/** Which iproute2 a host's tc belongs to; it decides how tc rounds and whether it speaks JSON. */
export interface Iproute2Version {
  readonly major: number;
  readonly minor: number;
}

/**
 * `tc utility, iproute2-6.1.0, libbpf 1.1.2` → 6.1. Versions by date (`iproute2-ss170501`, before 5.x) count as 4.0.
 * undefined when it is not the answer to `tc -V`.
 */
export function parseIproute2Version(answer: string): Iproute2Version | undefined {
  const match = /\biproute2-(?:(\d{1,3})\.(\d{1,3})|ss\d)/.exec(answer.slice(0, 1000));
  if (match === null) return undefined;
  const [, major, minor] = match;
  if (major === undefined || minor === undefined) return { major: 4, minor: 0 };
  return { major: Number(major), minor: Number(minor) };
}

/** Whether a version is not older than another one. */
export function isAtLeast(version: Iproute2Version, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
