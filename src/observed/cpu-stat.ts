/** `cpu.stat` of a cgroup: `nr_throttled 12` a line. What is no number is skipped. */
export function parseCpuStat(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').flatMap(line => {
    const match = /^([a-z_]+(?:\.[a-z_]+)?) (\d{1,15})$/.exec(line.trim());
    return match === null ? [] : [[match[1] ?? '', Number(match[2])] as const];
  });
  return Object.fromEntries(lines);
}
