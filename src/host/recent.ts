/**
 * Remembers what was found for some keys, the latest of them.
 *
 * @param most how many; those that were asked for longest ago are forgotten
 */
export function recent<K, V>(most: number): (key: K, find: () => V) => V {
  const known = new Map<K, V>();
  return (key, find) => {
    const had = known.has(key);
    const value = had ? (known.get(key) as V) : find();
    if (had) known.delete(key);
    known.set(key, value);
    if (known.size > most) known.delete(known.keys().next().value as K);
    return value;
  };
}
