import type { PeerResult, RowResult, Spread } from './measure.ts';

const columns = ['', 'median', 'min–max', 'IQR', 'samples', 'ratio'] as const;

/** Results for people. */
export function renderTable(results: readonly RowResult[]): string {
  const lines = results.flatMap(({ row, ours, peers, quoted }) => [
    [row, '', '', '', '', ''],
    cells(ours),
    ...peers.map(peer => cells(peer, peer)),
    ...quoted.map(one => [`  ${one.name}`, time(one.medianUs), '', '', '', times(one.ratio)]),
  ]);
  const widths = columns.map((head, at) =>
    Math.max(head.length, ...lines.map(line => line[at]?.length ?? 0)),
  );
  const text = [columns, ...lines].map(line =>
    line
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

function cells(spread: Spread, peer?: PeerResult): readonly string[] {
  return [
    `  ${spread.side}`,
    time(spread.medianUs),
    `${time(spread.minUs)}–${time(spread.maxUs)}`,
    time(spread.iqrUs),
    String(spread.samples),
    peer === undefined ? '' : times(peer.ratio),
  ];
}

/** How many times ours; what is less than ours as a fraction: `1/1.50×` is two thirds. */
function times(ratio: number): string {
  return ratio < 1 ? `1/${(1 / ratio).toPrecision(3)}×` : `${ratio.toPrecision(3)}×`;
}

function time(us: number): string {
  if (us < 1000) return `${us.toPrecision(3)} µs`;
  return us < 1_000_000 ? `${(us / 1000).toPrecision(3)} ms` : `${(us / 1_000_000).toPrecision(3)} s`;
}
