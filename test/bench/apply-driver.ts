import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ApplyResult,
  applyDomain,
  applyMany,
  type FlavorQuota,
  flavorFromProperties,
  flavorQuota,
  localHost,
  localHostWriter,
  openHypervisor,
  stateFolder,
} from '../../src/index.ts';
import { countCalls } from './count-calls.ts';

// Runs in the hypervisor: does a piece of work for each line it is given, `SIDE DOMAIN[,DOMAIN…] VARIANT`, and answers with
// a line. SIDE is `ours` or `virsh`; with `count-` before it, the answer is the number of libvirt calls.
const LIBVIRT_SOCKET = '/run/libvirt/libvirt-sock';
const COUNTING_SOCKET = '/run/virt-quota-bench.sock';
const stateRoot = '/run/virt-quota-bench';

/** Two sets of limits that differ in every number. */
const variants = [
  {
    shares: 512,
    quota: 50_000,
    read: 1_000_000,
    write: 1_024_000,
    average: 32_768,
    peak: 65_536,
    burst: 1024,
  },
  {
    shares: 768,
    quota: 40_000,
    read: 2_000_000,
    write: 2_048_000,
    average: 16_384,
    peak: 32_768,
    burst: 2048,
  },
] as const;
type Variant = (typeof variants)[number];

const uriOf = (socket: string) => `qemu+unix:///system?socket=${encodeURIComponent(socket)}`;

/** Several domains as the command does them unless it is told otherwise. */
const PARALLEL = 4;

async function ours(uri: string, domains: readonly string[], variant: Variant): Promise<string> {
  const hypervisor = await openHypervisor(uri, { readOnly: false });
  try {
    const surroundings = {
      hypervisor,
      host: localHost(),
      hostWriter: localHostWriter(),
      state: stateFolder(stateRoot),
      wait: (milliseconds: number) => sleep(milliseconds),
    };
    const quota = quotaOf(variant);
    const requests = domains.map(domain => ({ domain, quota, scopes: ['live'] as const }));
    const [only] = requests;
    if (only !== undefined && requests.length === 1) return said(await applyDomain(surroundings, only));
    const answers = new Set<string>();
    for await (const one of applyMany(surroundings, requests, { parallel: PARALLEL })) {
      answers.add('error' in one ? one.error.message : said(one.result));
    }
    return [...answers].join(', ');
  } finally {
    await hypervisor.close();
  }
}

function said({ outcome, failure }: ApplyResult): string {
  return failure ?? outcome;
}

function quotaOf({ shares, quota, read, write, average, peak, burst }: Variant): FlavorQuota {
  const directions = ['inbound', 'outbound'].flatMap(direction => [
    `quota:vif_${direction}_average=${average}`,
    `quota:vif_${direction}_peak=${peak}`,
    `quota:vif_${direction}_burst=${burst}`,
  ]);
  const properties = [
    `quota:cpu_shares=${shares}`,
    `quota:cpu_quota=${quota}`,
    `quota:disk_read_bytes_sec=${read}`,
    `quota:disk_write_bytes_sec=${write}`,
    ...directions,
  ];
  return flavorQuota(flavorFromProperties(properties).flavor.extraSpecs).quota;
}

/** What somebody types who sets the same limits and looks whether they are there. */
async function virsh(uri: string, domains: readonly string[], variant: Variant): Promise<string> {
  for (const domain of domains) await virshOne(uri, domain, variant);
  return 'done';
}

async function virshOne(uri: string, domain: string, variant: Variant): Promise<void> {
  const devices = await devicesOf(domain);
  const { shares, quota, read, write, average, peak, burst } = variant;
  const tuned = ['--inbound', `${average},${peak},${burst}`, '--outbound', `${average},${peak},${burst}`];
  const commands = [
    ['schedinfo', domain, '--live', `cpu_shares=${shares}`, `vcpu_quota=${quota}`],
    ['blkdeviotune', domain, 'vda', '--live', '--read-bytes-sec', `${read}`, '--write-bytes-sec', `${write}`],
    ...devices.map(dev => ['domiftune', domain, dev, '--live', ...tuned]),
    ['schedinfo', domain, '--live'],
    ['blkdeviotune', domain, 'vda', '--live'],
    ...devices.map(dev => ['domiftune', domain, dev, '--live']),
  ];
  for (const command of commands) await run('virsh', '-q', '-c', uri, ...command);
  for (const dev of devices) {
    await run('tc', 'class', 'show', 'dev', dev);
    await run('tc', 'filter', 'show', 'dev', dev, 'parent', 'ffff:');
  }
}

const known = new Map<string, readonly string[]>();

/** Somebody at a keyboard knows them; finding them is not measured. */
async function devicesOf(domain: string): Promise<readonly string[]> {
  const found = known.get(domain) ?? (await run('virsh', 'domiflist', domain)).match(/\btap\S+/g) ?? [];
  known.set(domain, found);
  return found;
}

function run(program: string, ...argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, argv, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
  });
}

async function answer(line: string): Promise<string> {
  const [what = '', names = '', which = '0'] = line.split(' ');
  const domains = names.split(',');
  const variant = variants[Number(which) % 2] ?? variants[0];
  const work = what.endsWith('ours') ? ours : virsh;
  if (!what.startsWith('count-')) return work(uriOf(LIBVIRT_SOCKET), domains, variant);
  const counter = await countCalls(LIBVIRT_SOCKET, COUNTING_SOCKET);
  try {
    await work(uriOf(COUNTING_SOCKET), domains, variant);
    return String(counter.calls());
  } finally {
    await counter.stop();
  }
}

rmSync(stateRoot, { recursive: true, force: true });
mkdirSync(stateRoot);
for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${await answer(line).catch((error: Error) => `failed: ${error.message}`)}\n`);
}
