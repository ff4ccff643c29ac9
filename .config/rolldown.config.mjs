// The command line as a few files instead of hundreds of modules: node loads it in half the time, and its packages with
// it. The library stays as tsc wrote it.
export default {
  input: { main: 'dist/src/cli/main.js', 'audit-thread': 'dist/src/cli/audit-thread.js' },
  platform: 'node',
  output: { dir: 'dist/bundle/cli', format: 'esm', cleanDir: true },
};
