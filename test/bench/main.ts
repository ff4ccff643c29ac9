import { type Budget, measure, type RowResult } from './measure.ts';
import type { Suite } from './row.ts';
import { rpcSuite } from './rpc.ts';
import { renderTable } from './table.ts';

const suites: readonly (() => Promise<Suite>)[] = [rpcSuite];
const budget: Budget = { rowMs: 5_000, minSamples: 9, sampleMs: 20 };

const asJson = process.argv.includes('--json');
const results: RowResult[] = [];
for (const start of suites) {
  const suite = await start();
  try {
    for (const row of suite.rows) {
      if (!asJson) process.stderr.write(`measuring ${suite.name}: ${row.name}\n`);
      results.push(await measure(row, budget));
    }
  } finally {
    await suite.stop();
  }
}
const host = { node: process.version, platform: `${process.platform} ${process.arch}` };
process.stdout.write(asJson ? `${JSON.stringify({ ...host, results }, null, 2)}\n` : renderTable(results));
