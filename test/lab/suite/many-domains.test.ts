import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openHypervisor } from '../../../src/host/libvirt-hypervisor.ts';
import { stateFolder } from '../../../src/host/state-folder.ts';
import type { DomainOutcome } from '../../../src/plan/apply-result.ts';
import { applyMany } from '../../../src/workflow/apply-many.ts';
import type { DomainRequest } from '../../../src/workflow/plan-domain.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { flavors, requestFor } from '../flavors.ts';
import { hostThrough } from '../host-through.ts';
import type { Hypervisor, RunResult } from '../hypervisor.ts';
import { libvirtProxy } from '../libvirt-proxy.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { virtQuota } from '../virt-quota.ts';
import { type Testimony, witness } from '../witness.ts';

// Several domains in one apply, in libvirt's order; what becomes of one never touches another.
const names = ['instance-000000e1', 'instance-000000e2', 'instance-000000e3', 'instance-000000e4'] as const;
type Word = 'none' | 'small' | 'large';
vi.setConfig({ testTimeout: 900_000 });
/** An emulated machine needs its time for four domains. */
const timeoutMs = 600_000;

let hypervisor: Hypervisor;
const domains: Domain[] = [];
/** How the witness sees each domain with each flavor. */
const references = new Map<string, Readonly<Record<Word, Testimony>>>();

beforeAll(async () => {
  hypervisor = await labHypervisor();
  for (const name of names) {
    domains.push(await startDomain(hypervisor, { name, vcpus: 1, nics: [{ kind: 'bridge' }] }));
  }
}, 300_000);

afterAll(async () => {
  for (const domain of domains) await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const propertiesOf = (word: Word) => flavors.find(({ flavor }) => flavor === word)?.properties ?? {};

/** A flavor as arguments: these and no other limits, in both definitions, without a record (which has the time). */
function wanted(word: Word): readonly string[] {
  const properties = Object.entries(propertiesOf(word)).map(([key, value]) => `quota:${key}=${value}`);
  const limits = properties.flatMap(one => ['--property', one]);
  return word === 'none' ? ['--remove', ...scopes] : [...limits, '--prune', ...scopes];
}
const scopes = ['--live', '--config', '--no-record'];
const manner = ['--prune', ...scopes];

function apply(...args: readonly string[]): Promise<RunResult> {
  return hypervisor.run(['virt-quota', 'apply', ...args], { timeoutMs });
}

/** `NAME WORD` of every line, in the order of names: that of coming depends on the machine. */
function outcomesIn({ stdout }: RunResult): readonly string[] {
  const lines = stdout.trim().split('\n').filter(Boolean);
  return lines
    .map(line => JSON.parse(line))
    .map(({ domain, outcome }) => `${domain} ${outcome}`)
    .sort();
}

async function testimonies(): Promise<readonly Testimony[]> {
  const all: Testimony[] = [];
  for (const domain of domains) all.push(await witness(hypervisor, domain));
  return all;
}

/** Which flavor each domain has in the eyes of the witness; `BETWEEN` when none. */
async function stands(): Promise<readonly string[]> {
  const now = await testimonies();
  return now.map((one, index) => {
    const known = Object.entries(references.get(names[index] ?? '') ?? {});
    return known.find(([, reference]) => same(reference, one))?.[0] ?? `BETWEEN: ${JSON.stringify(one)}`;
  });
}

function same(one: Testimony, other: Testimony): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

describe('apply --all', () => {
  test('sets every domain, with a line of JSON each and no progress where nobody looks', async () => {
    const seen: Partial<Record<Word, readonly Testimony[]>> = {};
    for (const word of ['small', 'large', 'none'] as const) {
      const result = await apply('--all', '-f', 'jsonl', ...wanted(word));
      expect(outcomesIn(result)).toEqual(names.map(name => `${name} applied`));
      expect({ stderr: result.stderr, exitCode: result.exitCode }).toEqual({ stderr: '', exitCode: 0 });
      seen[word] = await testimonies();
    }
    for (const [index, name] of names.entries()) {
      const [none, small, large] = [seen.none?.[index], seen.small?.[index], seen.large?.[index]];
      if (!none || !small || !large) throw new Error(`no testimony of ${name}`);
      expect(small.enforcers).toMatch(
        /cpu\.(weight|shares):512\n[\s\S]*read_bytes_sec *: *1000000\n[\s\S]*rate 262144Kbit/,
      );
      expect(large.enforcers).toMatch(
        /cpu\.(weight|shares):2048\n[\s\S]*total_iops_sec *: *500\n[\s\S]*rate 1Gbit/,
      );
      expect(none.enforcers).not.toMatch(/htb|police/);
      references.set(name, { none, small, large });
    }
  });

  test('shows how far it is on a terminal, and then what became of each', async () => {
    const command = ['virt-quota', 'apply', '--all', ...wanted('small')].join(' ');
    const { stdout, exitCode } = await hypervisor.run(['script', '-qec', command, '/dev/null'], {
      timeoutMs,
    });
    expect(exitCode).toBe(0);
    for (const count of [1, 2, 3, 4]) expect(stdout).toContain(`\r\u001b[K${count} of 4 domains …`);
    for (const name of names) expect(stdout).toMatch(new RegExp(`${name}: \\S*applied\\S*, 20 changed`));
    const last = stdout.slice(stdout.lastIndexOf('\u001b[K')).replaceAll('\r', '');
    expect(last).toBe('\u001b[K4 domains: 4 applied\n');
    expect(await stands()).toEqual(['small', 'small', 'small', 'small']);
  });

  test('writes nothing the second time', async () => {
    const { stdout, exitCode } = await apply('--all', ...wanted('small'));
    expect(stdout).toMatch(/\n4 domains: 4 unchanged\n$/);
    expect(exitCode).toBe(0);
  });
});

describe('one of several domains that fails', () => {
  test('is refused when it has not what shall be set, and the others are done', async () => {
    await hypervisor.shell(`virsh -q destroy ${names[1]}`);
    const result = await apply(...names, '-f', 'jsonl', ...wanted('large'));
    await hypervisor.shell(`virsh -q start --paused ${names[1]}`);
    expect(outcomesIn(result)).toEqual([
      `${names[0]} applied`,
      `${names[1]} error`,
      `${names[2]} applied`,
      `${names[3]} applied`,
    ]);
    expect(result.stdout).toContain(`domain '${names[1]}' is not running: it has no live definition`);
    expect(result.exitCode).toBe(3);
    expect(await stands()).toEqual(['large', 'small', 'large', 'large']);
  });

  test('is undone when it is destroyed in the middle, and the others are done', async () => {
    const outcomes = await destroyedMidway(domains[2]);
    const [first, second, struck, last] = outcomes.map(one =>
      'result' in one ? one.result.outcome : one.error.message,
    );
    expect([first, struck, last]).toEqual(['applied', 'rolled-back', 'applied']);
    // It was started with these limits in its definition; what is there of them then depends on libvirt.
    expect(['applied', 'unchanged']).toContain(second);
    await hypervisor.shell(`virsh -q start --paused ${names[2]}`);
    expect(await apply(...names, ...wanted('none'))).toMatchObject({ exitCode: 0 });
    expect(await stands()).toEqual(['none', 'none', 'none', 'none']);
  });
});

/** Applies to all four at once; the one is destroyed while its interface is written to. @returns in order of names */
async function destroyedMidway(domain: Domain | undefined): Promise<readonly DomainOutcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vq-many-'));
  const proxy = await libvirtProxy(
    join(folder, 'sock'),
    await hypervisor.forward('/run/libvirt/libvirt-sock'),
  );
  const libvirt = await openHypervisor(proxy.uri, { readOnly: false, callTimeoutMs: 60_000 });
  const host = hostThrough(hypervisor);
  const state = stateFolder(folder);
  const surroundings = { hypervisor: libvirt, host, wait, state, now: () => new Date(0) };
  const outcomes: DomainOutcome[] = [];
  try {
    const struck = proxy.arm(domain?.nics[0]?.mac ?? '', async write => {
      await hypervisor.shell(`virsh -q destroy ${domain?.name}`);
      write.answer(await write.pass());
    });
    const requests = names.map(name => withoutRecord(requestFor(name, 'small', propertiesOf('small'))));
    for await (const one of applyMany(surroundings, requests, { parallel: 4 })) outcomes.push(one);
    await struck;
    expect(await state.names()).toEqual([]);
  } finally {
    host.close();
    await libvirt.close();
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return outcomes.sort((one, other) => (one.domain < other.domain ? -1 : 1));
}

function withoutRecord({ record: _, ...request }: DomainRequest): DomainRequest {
  return request;
}

describe('apply --from', () => {
  const assignments = '/root/assignments.jsonl';
  const flavorOf = (word: Word) => ({
    extra_specs: Object.fromEntries(
      Object.entries(propertiesOf(word)).map(([key, value]) => [`quota:${key}`, value]),
    ),
  });
  const line = (domain: string, flavor: object | string) => JSON.stringify({ domain, flavor });

  test('gives each domain its own flavor, from a file or in the line', async () => {
    await hypervisor.writeFile(
      '/root/large.json',
      JSON.stringify({ flavor: { ...flavorOf('large'), name: 'large' } }),
    );
    const lines = [
      line(names[0], flavorOf('small')),
      line(names[1], 'large.json'),
      line(names[3], 'large.json'),
    ];
    await hypervisor.writeFile(assignments, `${lines.join('\n')}\n`);
    const result = await apply('--from', assignments, '-f', 'jsonl', ...manner);
    expect(outcomesIn(result)).toEqual([`${names[0]} applied`, `${names[1]} applied`, `${names[3]} applied`]);
    expect(await stands()).toEqual(['small', 'large', 'none', 'large']);
  });

  test('begins no further domain after a failure with --fail-fast, and after N with --max-failures', async () => {
    const lines = ['gone-1', names[0], 'gone-2', names[1]].map(name => line(name, flavorOf('none')));
    await hypervisor.writeFile(assignments, `${lines.join('\n')}\n`);
    const first = await apply(
      '--from',
      assignments,
      '-f',
      'jsonl',
      '--parallel',
      '1',
      '--fail-fast',
      ...manner,
    );
    expect(outcomesIn(first)).toEqual(['gone-1 error']);
    expect(first.stderr).toContain('3 of 4 domains were not begun\n');
    expect(first.exitCode).toBe(2);
    expect(await stands()).toEqual(['small', 'large', 'none', 'large']);
    const second = await apply('--from', assignments, '--parallel', '1', '--max-failures', '2', ...manner);
    expect(second.stdout).toMatch(/\n3 domains: 2 error, 1 applied\n$/);
    expect(second.stderr).toContain('1 of 4 domains were not begun\n');
    expect(second.exitCode).toBe(2);
    expect(await stands()).toEqual(['none', 'large', 'none', 'large']);
  });
});

describe('an apply to many that is killed in the middle', () => {
  test.each([
    { recovery: 'undone', args: [], left: 'none' },
    { recovery: 'finished', args: ['--finish'], left: 'large' },
  ] as const)(
    'is $recovery by recover where it was at work, and goes on when it is run again',
    async ({ args, left }) => {
      expect((await apply('--all', ...wanted('none'))).exitCode).toBe(0);
      const open = await killedMidway();
      expect(open.length).toBeGreaterThan(0);
      const blocked = await apply(...open, ...wanted('large'));
      // One domain alone is an error of the command, one of several a result.
      expect(blocked.stdout + blocked.stderr).toContain(`virt-quota recover ${open[0]}`);
      expect(blocked.exitCode).toBe(3);

      const listed = await virtQuota(hypervisor, 'recover', '--list');
      expect(listed.stdout.match(/^instance-\w+/gm)?.sort()).toEqual(open);
      const recovered = await virtQuota(hypervisor, 'recover', ...args);
      expect(recovered).toMatchObject({ exitCode: 0 });
      expect(await journals()).toEqual([]);

      const states = await stands();
      for (const [index, name] of names.entries()) {
        expect(open.includes(name) ? [left] : ['none', 'large']).toContain(states[index]);
      }
      const again = await apply('--all', '-f', 'jsonl', ...wanted('large'));
      expect(outcomesIn(again)).toEqual(
        names.map((name, index) => `${name} ${states[index] === 'large' ? 'unchanged' : 'applied'}`),
      );
      expect(await stands()).toEqual(['large', 'large', 'large', 'large']);
    },
  );
});

/** Kills an apply to all when one domain is done and another one begun. @returns the names of those it had begun */
async function killedMidway(): Promise<readonly string[]> {
  await hypervisor.shell(
    `rm -f /root/out
virt-quota apply --all --parallel 2 -f jsonl ${wanted('large').join(' ')} >/root/out 2>/root/err </dev/null & pid=$!
until [ -s /root/out ] && ls /var/lib/virt-quota/*.json >/dev/null 2>&1; do kill -0 $pid; sleep 0.02; done
kill -9 $pid; wait $pid 2>/dev/null || true`,
    { timeoutMs },
  );
  return journals();
}

/** The names of the domains that have one. */
async function journals(): Promise<readonly string[]> {
  const uuids = await hypervisor.shell('ls /var/lib/virt-quota | grep json$ || true');
  return domains.filter(({ uuid }) => uuids.includes(uuid)).map(({ name }) => name);
}
