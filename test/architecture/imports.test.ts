import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../../src');

/** Folder → folders of src that it may import from; its own is always allowed, `.` is the files right in src. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  xml: ['.'],
  intent: ['.'],
  domain: ['.', 'xml', 'intent'],
  ports: ['.', 'domain'],
  backend: ['.', 'intent', 'observed'],
  verify: ['.', 'domain', 'ports', 'observed', 'backend'],
  observed: ['.'],
  plan: ['.', 'backend', 'domain', 'ports', 'observed', 'verify'],
  explain: ['.', 'intent', 'domain', 'observed', 'verify'],
  effective: ['.', 'backend', 'domain', 'observed', 'verify'],
  audit: ['.', 'domain', 'ports', 'observed', 'verify'],
  report: ['.', 'audit', 'effective', 'intent', 'backend', 'domain', 'plan', 'verify', 'explain', 'ports'],
  schema: ['.', 'effective', 'intent', 'backend', 'domain', 'plan', 'verify', 'ports', 'audit', 'report'],
  libvirt: [],
  redact: ['.', 'xml', 'intent', 'domain', 'observed'],
  host: ['.', 'domain', 'ports', 'observed', 'libvirt', 'verify', 'redact'],
  workflow: [
    '.',
    'audit',
    'effective',
    'intent',
    'backend',
    'domain',
    'ports',
    'verify',
    'plan',
    'observed',
    'host',
    'schema',
  ],
  cli: [
    '.',
    'effective',
    'audit',
    'intent',
    'backend',
    'domain',
    'ports',
    'verify',
    'plan',
    'explain',
    'schema',
    'report',
    'host',
    'workflow',
    'libvirt',
  ],
};

const pure = [
  'audit',
  'redact',
  'effective',
  'xml',
  'intent',
  'backend',
  'domain',
  'observed',
  'ports',
  'plan',
  'verify',
  'explain',
  'schema',
  'report',
];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => ({ name, text: readFileSync(join(src, name), 'utf8') }));

describe('the house', () => {
  it('has only folders that the table knows', () => {
    const folders = new Set(files.map(file => folderOf(file.name)));
    expect([...folders].filter(folder => folder !== '.' && mayImport[folder] === undefined)).toEqual([]);
  });

  it('lets each folder import only from the folders below it', () => {
    const wrong = files.flatMap(file =>
      importsOf(file)
        .filter(target => target.startsWith('.'))
        .map(target => folderOf(normalize(join(dirname(file.name), target))))
        .filter(folder => folder !== folderOf(file.name) && !allowed(file.name).includes(folder))
        .map(folder => `${file.name} imports from ${folder}/`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps the pure folders free of node, promises, clocks, randomness and the console', () => {
    const impure =
      /from 'node:|\bawait\b|\basync\b|\bprocess\.|\bconsole\.|\bDate\.now\(|new Date\(|Math\.random\(/;
    const wrong = files
      .filter(
        file =>
          pure.includes(folderOf(file.name)) ||
          ['units.ts', 'ranges.ts', 'integers.ts', 'diagnostics.ts', 'errors.ts'].includes(file.name),
      )
      .flatMap(file =>
        code(file.text)
          .filter(line => impure.test(line))
          .map(line => `${file.name}: ${line.trim()}`),
      );
    expect(wrong).toEqual([]);
  });

  it('has no imports in a circle between files, types aside', () => {
    const values = new Map(files.map(file => [file.name, valueImports(file)]));
    const circles = files.map(file => file.name).filter(name => reaches(values, name, name));
    expect(circles).toEqual([]);
  });

  it('loads no parser of XML or YAML, no schemas and no libvirt client to translate a flavor alone', () => {
    const values = new Map(files.map(file => [file.name, valueImports(file)]));
    const starts = ['cli/main.ts', 'cli/commands/translate.ts', 'cli/commands/translate-jsonl.ts'];
    const loaded = files.filter(({ name }) =>
      starts.some(start => start === name || reaches(values, start, name)),
    );
    expect(loaded.length).toBeGreaterThan(30);
    const slow = loaded.filter(file => /from '(?:fast-xml-parser|yaml|zod)'/.test(file.text));
    expect(slow.map(file => file.name)).toEqual([]);
    expect(loaded.filter(file => folderOf(file.name) === 'libvirt')).toEqual([]);
  });

  it('ends the process and prints only in the command line', () => {
    const wrong = files
      .filter(file => folderOf(file.name) !== 'cli')
      .filter(file => /\bprocess\.(exit|stdout|stderr)\b|\bconsole\./.test(code(file.text).join('\n')))
      .map(file => file.name);
    expect(wrong).toEqual([]);
  });

  it('starts programs without a shell', () => {
    const wrong = files.filter(file =>
      /\bexecSync?\(|shell:\s*true/.test(file.text.replace(/\.exec\(/g, '')),
    );
    expect(wrong.map(file => file.name)).toEqual([]);
  });

  it('has no file above 250 lines', () => {
    const long = files.filter(file => file.text.split('\n').length > 250).map(file => file.name);
    expect(long).toEqual([]);
  });

  it('has no default exports and no barrels but the two public faces', () => {
    expect(files.filter(file => /^export default/m.test(file.text)).map(file => file.name)).toEqual([]);
    const barrels = files.filter(file => /^export (type )?(\*|\{[^}]*\}) from/m.test(file.text));
    expect(barrels.map(file => file.name).sort()).toEqual(['index.ts', 'libvirt/index.ts']);
  });
});

function allowed(name: string): readonly string[] {
  const folder = folderOf(name);
  return folder === '.' ? Object.keys(mayImport).concat('.') : (mayImport[folder] ?? []);
}

function folderOf(name: string): string {
  const [first, ...rest] = relative('.', name).split('/');
  return rest.length === 0 ? '.' : (first ?? '.');
}

function importsOf({ text }: { readonly text: string }): readonly string[] {
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(match => match[1] ?? '');
}

/** Files that a file needs when it runs: imported at its top, more than types. */
function valueImports({ name, text }: { readonly name: string; readonly text: string }): readonly string[] {
  const imports = text.matchAll(/^import\s+(?!type )([^;]*?)from '(\.[^']+)';/gms);
  return [...imports]
    .filter(([, names = '']) => !/^\{(\s*type [^,}]+,?)+\s*\}\s*$/.test(names))
    .map(([, , target = '']) => normalize(join(dirname(name), target)));
}

function reaches(
  graph: ReadonlyMap<string, readonly string[]>,
  from: string,
  to: string,
  seen = new Set<string>(),
): boolean {
  return (graph.get(from) ?? []).some(next => {
    if (next === to) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(graph, next, to, seen);
  });
}

function code(text: string): readonly string[] {
  return text.split('\n').filter(line => !/^\s*(\*|\/\/|\/\*)/.test(line));
}
