/** Says what took how long, for who wants to make it faster. */
export function stopwatch(): (what: string) => void {
  let begin = performance.now();
  return what => {
    if (process.env.TRUTH_DEBUG)
      process.stderr.write(`${what} ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
    begin = performance.now();
  };
}
