/** Says on stderr what happens, with the seconds since the program was started. */
export function say(about: string, text: string): void {
  process.stderr.write(`lab ${elapsed(0)}  ${about}: ${text}\n`);
}

/** Does one step of the work, and says when it begins and how long it took. */
export async function step<T>(about: string, what: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  say(about, what);
  const result = await work();
  say(about, `${what}: done in ${elapsed(begin).trim()}`);
  return result;
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)}s`.padStart(6);
}
