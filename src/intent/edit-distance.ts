/**
 * How many slips of the keyboard lie between two words: a letter too much, too few, wrong, or two exchanged.
 *
 * @returns `most` + 1 when there are more
 */
export function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = nextRow({ one, other, i, row, before });
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return Math.min(row[other.length] ?? most + 1, most + 1);
}

/** Two rows of the table of distances, and the letters that the next one is of. */
interface Rows {
  readonly one: string;
  readonly other: string;
  readonly i: number;
  readonly row: readonly number[];
  readonly before: readonly number[];
}

function nextRow({ one, other, i, row, before }: Rows): readonly number[] {
  const next = [i];
  for (let j = 1; j <= other.length; j += 1) {
    const isSame = one[i - 1] === other[j - 1];
    const isExchanged = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
    const ways = [
      (row[j] ?? 0) + 1,
      (next[j - 1] ?? 0) + 1,
      (row[j - 1] ?? 0) + (isSame ? 0 : 1),
      ...(isExchanged ? [(before[j - 2] ?? 0) + 1] : []),
    ];
    next.push(Math.min(...ways));
  }
  return next;
}
