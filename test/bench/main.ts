import { cpus, loadavg } from 'node:os';
import { applySuite } from './apply.ts';
import { auditSuite } from './audit.ts';
import { auditCapturedSuite } from './audit-captured.ts';
import { type Budget, measure, type RowResult } from './measure.ts';
import type { Suite } from './row.ts';
import { rpcSuite } from './rpc.ts';
import { renderTable } from './table.ts';
import { translateSuite } from './translate.ts';

const suites: Readonly<Record<string, () => Promise<Suite>>> = {
  libvirt: rpcSuite,
  translate: translateSuite,
};
/** Suites that run only when they are named: they need more than this machine. */
const named: typeof suites = {
  apply: applySuite,
  audit: auditSuite,
  'audit-captured': auditCapturedSuite,
};
const all = { ...suites, ...named };
const budget: Budget = { rowMs: 5_000, minSamples: 9, sampleMs: 20 };

const asJson = process.argv.includes('--json');
const wanted = process.argv.slice(2).filter(argument => argument !== '--json');
const unknown = wanted.filter(name => all[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`no such suite: ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}\n`);
  process.exit(2);
}

const host = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};
const loadBefore = load();
const results: RowResult[] = [];
const notes: string[] = [];
for (const [name, start] of Object.entries(all)) {
  if (wanted.length > 0 ? !wanted.some(one => name === one || name.startsWith(`${one}-`)) : name in named)
    continue;
  const suite = await start();
  try {
    for (const row of suite.rows) {
      if (!asJson) process.stderr.write(`measuring ${suite.name}: ${row.name}\n`);
      results.push(await measure(row, budget));
    }
    notes.push(...(typeof suite.notes === 'function' ? suite.notes() : (suite.notes ?? [])));
  } finally {
    await suite.stop();
  }
}
const loads = { loadBefore, loadAfter: load() };
if (asJson) process.stdout.write(`${JSON.stringify({ ...host, ...loads, results, notes }, null, 2)}\n`);
else {
  const { cpu, cores, node, platform } = host;
  process.stdout.write(
    `${renderTable(results)}\n${notes.map(note => `${note}\n`).join('')}${cpu}, ${cores} cores, ${platform}, node ${node}, `,
  );
  process.stdout.write(`load ${loads.loadBefore} before and ${loads.loadAfter} after\n`);
}

/** Processes that wanted to run in the last minute, ours among them. */
function load(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1));
}
