/**
 * Does work on items, some at a time, and gives what came of each in their order. Items are taken, and results kept, only
 * so many ahead of the one that is waited for. Between two items others get their turn: signals, timers.
 *
 * @param most how many at a time
 * @throws what the work throws, when its item's turn has come
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    // It is thrown when it is waited for, which may be never.
    result.catch(() => {});
    underWay.push(result);
    await new Promise(resolve => setImmediate(resolve));
    while (underWay.length >= most) yield (await underWay.shift()) as R;
  }
  for (const result of underWay) yield await result;
}
