import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

// The command line as some files instead of hundreds of modules: node loads it in half the time, and its packages with
// it. What every command needs is one file, what many need another one, what an audit of running domains needs besides a
// third: there would be dozens of small ones. The library stays as tsc wrote it.
const main = resolve('dist/src/cli/main.js');
const start = modulesOf('main', 'program');
start.delete(main);
const audit = modulesOf('commands/audit');
// `translate` shares modules with it, and would load all of them.
for (const module of modulesOf('commands/translate')) audit.delete(module);

/** The modules that some of the command line load, themselves among them. */
function modulesOf(...names) {
  const found = new Set();
  const add = file => {
    if (found.has(file)) return;
    found.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?['"](\.[^'"]+)['"];$/gm);
    for (const [, path] of imports) add(resolve(dirname(file), path));
  };
  for (const name of names) add(resolve(`dist/src/cli/${name}.js`));
  return found;
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
        { name: 'start', priority: 3, test: id => start.has(id) },
        // With fewer, `translate` would load what only those need that look at a host.
        { name: 'shared', priority: 2, minShareCount: 14, test: /\/dist\/src\// },
        { name: 'audit', priority: 1, test: id => audit.has(id) },
      ],
    },
  },
};
