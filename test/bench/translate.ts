import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { translateFragments } from '../../src/domain/fragments.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import type { Quoted, Row, Suite } from './row.ts';

const top = join(import.meta.dirname, '../../..');
const program = join(top, 'dist/bundle/cli/main.js');
const count = 10_000;

/**
 * Nova 34.0.0 (26.2.2 takes as long), its own classes, 10,000 translations with its API's validation, measured once on
 * two cores: it is not run here.
 */
const nova = {
  inProcess: { name: "Nova's classes, in process (quoted)", medianUs: 580_000 },
  asProcess: { name: "Nova's classes, as a process (quoted)", medianUs: 5_500_000 },
} satisfies Record<string, Quoted>;

type ExtraSpecs = Readonly<Record<string, string>>;

/** Translation of many flavors, in process and as a process, and of one. */
export async function translateSuite(): Promise<Suite> {
  const folder = mkdtempSync(join(tmpdir(), 'virt-quota-bench-'));
  const inputs = { 'of the test vectors': vectorFlavors(), 'with ten limits each': fullFlavors() };
  const rows = Object.entries(inputs).flatMap(([what, flavors], position) => {
    const file = join(folder, `${position}.jsonl`);
    writeFileSync(file, flavors.map((specs, id) => `${line(id, specs)}\n`).join(''));
    return [inProcess(what, flavors), asProcess(what, file)];
  });
  return {
    name: 'translate',
    rows: [...rows, oneFlavor()],
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

function inProcess(what: string, flavors: readonly ExtraSpecs[]): Row {
  return {
    name: `${count} flavors ${what}, with diagnostics, in process`,
    ours: {
      name: 'virt-quota',
      async run() {
        let findings = 0;
        for (const specs of flavors) {
          const { quota, diagnostics } = flavorQuota(specs);
          translateFragments(quota);
          findings += diagnostics.length;
        }
        return findings;
      },
    },
    peers: [],
    quoted: [nova.inProcess],
  };
}

function asProcess(what: string, file: string): Row {
  return {
    name: `${count} flavors ${what}, through --jsonl`,
    ours: { name: 'virt-quota translate --jsonl', run: () => node(program, 'translate', '--jsonl', file) },
    peers: [],
    quoted: [nova.asProcess],
  };
}

function oneFlavor(): Row {
  const flavor = join(top, 'samples/flavors/m1.resquota.json');
  return {
    name: 'one flavor, as a process',
    ours: {
      name: 'virt-quota translate --flavor',
      run: () => node(program, 'translate', '--flavor', flavor),
    },
    peers: [{ name: 'node -e 0', run: () => node('-e', '0') }],
    minSamples: 21,
  };
}

function line(id: number, specs: ExtraSpecs): string {
  return JSON.stringify({ id, extra_specs: specs, vcpus: 2 });
}

/** Also what is refused, dropped and misspelt. */
function vectorFlavors(): readonly ExtraSpecs[] {
  const text = readFileSync(join(top, 'test/intent/vectors/nova.json'), 'utf8');
  const vectors: readonly { readonly extra_specs: ExtraSpecs; readonly qos_specs?: unknown }[] =
    JSON.parse(text).vectors;
  const flavors = vectors.filter(one => one.qos_specs === undefined);
  return Array.from({ length: count }, (_, at) => ({ ...flavors[at % flavors.length]?.extra_specs }));
}

function fullFlavors(): readonly ExtraSpecs[] {
  return Array.from({ length: count }, (_, at) => ({
    'hw:cpu_policy': 'shared',
    'quota:cpu_shares': String(100 + (at % 9000)),
    'quota:cpu_period': '100000',
    'quota:cpu_quota': String(10_000 + at),
    'quota:disk_read_bytes_sec': String(1_000_000 + at * 1000),
    'quota:disk_write_bytes_sec': String(2_000_000 + at * 1000),
    'quota:disk_total_iops_sec': String(500 + at),
    'quota:vif_inbound_average': String(10_000 + at),
    'quota:vif_inbound_peak': String(30_000 + at),
    'quota:vif_inbound_burst': String(4096 + at),
    'quota:vif_outbound_average': String(10_000 + at),
  }));
}

/** Runs node and waits for its end. @throws Error when it fails. */
function node(...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', code =>
      code === 0 ? resolve() : reject(new Error(`node ${args.join(' ')} exits with ${code}`)),
    );
  });
}
