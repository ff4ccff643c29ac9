import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

// The command line as some files instead of hundreds of modules: node loads it in half the time, and its packages with
// it. What every command needs is one file, what many need another one: there would be dozens of small ones. The library
// stays as tsc wrote it.
const main = resolve('dist/src/cli/main.js');
const start = new Set();
addImports(main);
addImports(resolve('dist/src/cli/program.js'));
start.delete(main);

function addImports(file) {
  if (start.has(file)) return;
  start.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?['"](\.[^'"]+)['"];$/gm)) {
    addImports(resolve(dirname(file), path));
  }
}

export default {
  input: { main, 'audit-thread': 'dist/src/cli/audit-thread.js' },
  platform: 'node',
  output: {
    dir: 'dist/bundle/cli',
    format: 'esm',
    cleanDir: true,
    codeSplitting: {
      groups: [
        { name: 'start', priority: 2, test: id => start.has(id) },
        // With fewer, `translate` would load what only those need that look at a host.
        { name: 'shared', priority: 1, minShareCount: 14, test: /\/dist\/src\// },
      ],
    },
  },
};
