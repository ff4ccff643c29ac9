import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCapturedHost } from './captured-host.ts';
import type { Suite } from './row.ts';

const DOMAINS = 10_000;
const program = join(import.meta.dirname, '../../bundle/cli/main.js');

/** Tells on standard error how much memory a process had at most; its threads tell the same of it. */
const memoryTeller = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => console.error('maxRSS', process.resourceUsage().maxRSS))",
)}`;

/** Reads every file of a folder and does nothing with it. */
const merelyRead = `
  const { readdirSync, readFileSync } = require('node:fs');
  const read = folder => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = folder + '/' + entry.name;
      if (entry.isDirectory()) read(path);
      else readFileSync(path);
    }
  };
  read(process.argv[1]);`;

/** The audit of a captured host with very many domains, against merely reading the same files. */
export async function auditCapturedSuite(): Promise<Suite> {
  const folder = await mkdtemp(join(tmpdir(), 'virt-quota-bench-'));
  const host = join(folder, 'host');
  process.stderr.write(`writing a captured host of ${DOMAINS} domains\n`);
  await makeCapturedHost(host, DOMAINS);
  const mebibytes: number[] = [];
  const audit = async () => {
    const said = await ran(['--import', memoryTeller, program, 'audit', '--host', host, '-f', 'jsonl']);
    const told = [...said.matchAll(/maxRSS (\d+)/g)].map(([, kibibytes]) => Number(kibibytes) / 1024);
    mebibytes.push(...told);
  };
  return {
    name: 'audit-captured',
    rows: [
      {
        name: `${DOMAINS} captured domains, one disk and two interfaces each`,
        isSlow: true,
        samples: 3,
        ours: { name: 'virt-quota audit --host, a process', run: audit },
        peers: [{ name: 'merely reading the same files', run: () => ran(['-e', merelyRead, host]) }],
      },
    ],
    notes: () => [`peak memory of the audit: ${Math.max(...mebibytes).toFixed(0)} MiB`],
    stop: () => rm(folder, { recursive: true }),
  };
}

/** @returns what node wrote to standard error */
async function ran(argv: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`exit code ${code}: ${said}`);
  return said;
}
