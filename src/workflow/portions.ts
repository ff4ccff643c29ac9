/** Items in their order, so many at a time. @param most 1 and up */
export function* portionsOf<T>(items: Iterable<T>, most: number): Generator<readonly T[]> {
  let portion: T[] = [];
  for (const item of items) {
    portion.push(item);
    if (portion.length < most) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}
