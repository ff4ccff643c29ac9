import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bandwidth } from '../../src/domain/bandwidth.ts';
import { readIproute2Version, readTcClasses, readTcPolicers } from '../../src/host/tc.ts';
import type { HostReader } from '../../src/ports/host.ts';
import { expectTc } from '../../src/verify/expect-tc.ts';
import { judge } from '../../src/verify/judge.ts';
import { wantedLimits } from '../../src/verify/wanted.ts';
import { observeTc } from '../../src/workflow/observe-tc.ts';
import { facts, nic } from './example.ts';

// What libvirt tells tc, told to this kernel in a network namespace of its own. Needs root; what the kernel has no
// module for is left out.
const namespace = `virt-quota-test-${process.pid}`;
const dev = 'tap1';

function inside(...argv: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', namespace, ...argv], { encoding: 'utf8', stdio: 'pipe' });
}

function works(...commands: readonly (readonly string[])[]): boolean {
  try {
    for (const command of commands) inside(...command);
    return true;
  } catch {
    return false;
  }
}

const tc = (line: string) => ['tc', ...line.split(' ')];

function makeNamespace(): boolean {
  try {
    execFileSync('ip', ['netns', 'add', namespace], { stdio: 'pipe' });
    return works(['ip', 'tuntap', 'add', dev, 'mode', 'tap'], ['ip', 'link', 'set', dev, 'up']);
  } catch {
    return false;
  }
}

const usable = makeNamespace();
const shapes = usable && works(tc(`qdisc add dev ${dev} root handle 1: htb default 1`));
const polices =
  usable &&
  works(
    tc(`qdisc add dev ${dev} ingress`),
    tc(
      `filter add dev ${dev} parent ffff: protocol all u32 match u32 0 0 police rate 1kbps burst 1kb drop flowid :1`,
    ),
  );

const host: HostReader = {
  readFile: async () => undefined,
  listFolder: async () => undefined,
  run: async argv => ({ exitCode: 0, stdout: inside(...argv), stderr: '' }),
};

afterAll(() => {
  if (usable) execFileSync('ip', ['netns', 'delete', namespace], { stdio: 'pipe' });
});

/** The knobs that do not hold what was told, as expectations see it. */
async function broken(limits: Bandwidth, knob: string): Promise<readonly string[]> {
  const device = { kind: 'interface', mac: nic().mac } as const;
  const iproute2 = await readIproute2Version(host);
  const expected = expectTc(wantedLimits(device, limits, undefined, 'tap'), nic(), facts({ iproute2 }));
  const verdicts = judge(
    expected.filter(one => one.knob === knob),
    (await observeTc(host, dev)).readings,
  );
  expect(verdicts).toHaveLength(1);
  return verdicts
    .filter(one => one.outcome !== 'pass')
    .map(one => `${one.evidence?.text} but ${JSON.stringify(one.expectation.expected)}`);
}

const rates = [
  1, 7, 999, 1000, 1111, 1500, 32_768, 99_999, 125_000, 125_001, 600_000, 1_234_567, 4_294_967_295,
];
/** Whether the burst lasts no longer than the kernel's clock can say; what does not is something else there. */
const fits = (average: number, burst = 0) => (burst * 1024) / (average * 1000) < 274.87;

const bursts = [undefined, 1, 64, 1000, 1025, 131_072, 4_194_303];

describe.skipIf(!shapes)('an htb class in this kernel', () => {
  const cases = rates.flatMap(average => bursts.map(burst => ({ average, burst })));

  it.each(cases)(
    'of $average kB/s with a burst of $burst KiB is what is expected',
    async ({ average, burst }) => {
      const peak = Math.min(average * 2, 4_294_967_295);
      const told = [
        'rate',
        `${average}kbps`,
        'ceil',
        `${peak}kbps`,
        ...(burst ? ['burst', `${burst}kb`] : []),
      ];
      inside('tc', ...`class replace dev ${dev} parent 1: classid 1:1 htb`.split(' '), ...told);
      const limits = {
        'inbound.average': average,
        'inbound.peak': peak,
        ...(burst && { 'inbound.burst': burst }),
      };
      expect(await broken(limits, 'class htb 1:1')).toHaveLength(fits(average, burst) ? 0 : 1);
    },
  );

  it('is told from another one', async () => {
    inside(
      ...tc(`class replace dev ${dev} parent 1: classid 1:1 htb rate 1000kbps ceil 2001kbps burst 64kb`),
    );
    const limits = { 'inbound.average': 1000, 'inbound.peak': 2000, 'inbound.burst': 64 };
    expect(await broken(limits, 'class htb 1:1')).toHaveLength(1);
    inside(...tc(`qdisc del dev ${dev} root`));
    expect((await readTcClasses(host, dev)).found).toEqual([]);
    expect(await broken(limits, 'class htb 1:1')).toHaveLength(1);
    expect(await broken({}, 'class htb 1:1')).toEqual([]);
  });
});

describe.skipIf(!polices)('a policer in this kernel', () => {
  beforeAll(() => void inside(...tc(`filter del dev ${dev} parent ffff:`)));

  const cases = rates.flatMap(average => bursts.map(burst => ({ average, burst })));

  it.each(cases)(
    'of $average kB/s with a burst of $burst KiB is what is expected',
    async ({ average, burst }) => {
      const kib = burst ?? Math.min(average, 4_194_303);
      const rate = `rate ${average}kbps burst ${kib}kb mtu 64kb drop flowid :1`;
      inside(...tc(`filter add dev ${dev} parent ffff: protocol all u32 match u32 0 0 police ${rate}`));
      const limits = { 'outbound.average': average, ...(burst && { 'outbound.burst': burst }) };
      expect(await broken(limits, 'police')).toHaveLength(fits(average, burst) ? 0 : 1);
      inside(...tc(`filter del dev ${dev} parent ffff:`));
      expect((await readTcPolicers(host, dev)).found).toEqual([]);
    },
  );
});
