/** Properties of systemd's units by which resources are shared and limited. @see systemd.resource-control(5) */
export const resourceProperty =
  /^(?:Startup)?(?:CPU|AllowedCPUs|AllowedMemoryNodes|IO|BlockIO|Memory|Tasks|Slice|Delegate|DefaultMemory|ManagedOOM|CoredumpReceive)[A-Za-z]*$/;

/** A drop-in with nothing in it but resources: whatever else a unit is told may be a secret. */
export function resourceLines(text: string): string {
  const isKept = (line: string) =>
    /^\s*\[(?:Unit|Service|Scope|Slice|Socket|Mount|Swap|Install)\]\s*$/.test(line) ||
    resourceProperty.test(/^\s*([A-Za-z]+)\s*=/.exec(line)?.[1] ?? '');
  return text
    .split('\n')
    .filter(line => line === '' || isKept(line))
    .join('\n');
}
