import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText } from '../virt-quota.ts';

// `audit --watch` as an operator leaves it running: what libvirt tells of is seen at once, the rest at the interval.
const name = 'instance-00000a01';
const lines = '/root/watch.jsonl';
const plugged = '52:54:00:aa:0a:01';
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'bridge' }] });
  await hypervisor.writeFile('/root/watch-flavor.json', flavorText);
  await hypervisor.shell(`virt-quota apply ${name} --live --config --flavor /root/watch-flavor.json`);
  const watch = `virt-quota audit --watch ${name} --flavor /root/watch-flavor.json -f jsonl --interval 20s`;
  await hypervisor.shell(
    `: >${lines}; setsid sh -c '${watch} >${lines} 2>/root/watch.err & echo $! >/root/watch.pid; wait $!; echo $? >/root/watch.exit' >/dev/null 2>&1 </dev/null &`,
  );
});

afterAll(async () => {
  await hypervisor.shell('kill -9 $(cat /root/watch.pid) 2>/dev/null || true');
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

interface Line {
  readonly what: string;
  readonly because?: readonly string[];
  readonly appeared?: readonly {
    readonly layer: string;
    readonly subject: string;
    readonly knob: string;
    readonly cause: string;
  }[];
  readonly resolved?: readonly { readonly layer: string; readonly knob: string }[];
  readonly audit?: { readonly outcome: string };
}

let read = 0;
/** The next line that fits; those before it are skipped. */
async function next(fits: (line: Line) => boolean): Promise<Line> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await sleep(500)) {
    const all = (await hypervisor.readFile(lines)).toString().split('\n').slice(0, -1);
    const found = all.findIndex((line, at) => at >= read && fits(JSON.parse(line)));
    if (found < 0) continue;
    read = found + 1;
    return JSON.parse(all[found] ?? '');
  }
  throw new Error(
    `no such line; there is\n${await hypervisor.readFile(lines)}\n${await hypervisor.readFile('/root/watch.err')}`,
  );
}

test('begins with what there is', async () => {
  expect(await next(() => true)).toMatchObject({ what: 'first', audit: { outcome: 'pass' } });
});

test('hears at once of a weight that was set through libvirt, and that it is right again', async () => {
  const shares = /cpu_shares\s*: (\d+)/.exec(await hypervisor.shell(`virsh schedinfo ${name}`))?.[1];
  await hypervisor.shell(`virsh schedinfo ${name} --live cpu_shares=77`);
  const line = await next(one => one.appeared?.some(({ knob }) => knob === 'cpu_shares') === true);
  expect(line.because).toContain('tunable');
  await hypervisor.shell(`virsh schedinfo ${name} --live cpu_shares=${shares}`);
  const again = await next(one => one.audit?.outcome === 'pass');
  expect(again.resolved).toContainEqual(expect.objectContaining({ knob: 'cpu_shares' }));
});

test('hears of a device that is plugged in without a limit', async () => {
  await hypervisor.shell(`virsh attach-interface ${name} bridge br0 --mac ${plugged} --model virtio --live`);
  const line = await next(one => one.appeared?.some(({ cause }) => cause === 'hot-plugged') === true);
  // The round that was due anyway may have been first.
  expect([[], ['device-added']]).toContainEqual(line.because);
});

test('finds at the interval what nobody told: a class that was removed with tc', async () => {
  await hypervisor.shell(`tc qdisc del dev ${domain.nics[0]?.dev} root`);
  const line = await next(
    one =>
      one.appeared?.some(
        ({ layer, subject, knob }) =>
          `${layer} ${subject} ${knob}` === `tc ${domain.nics[0]?.dev} class htb 1:1`,
      ) === true,
  );
  expect(line.because).toEqual([]);
});

test('goes on when libvirtd is restarted', async () => {
  await hypervisor.shell('systemctl restart libvirtd');
  await next(one => one.what === 'lost');
  await next(one => one.what === 'back');
});

test('ends cleanly, with the exit code of the last look', async () => {
  await hypervisor.shell('kill -INT $(cat /root/watch.pid)');
  for (let waited = 0; waited < 60; waited += 1) {
    const { stdout } = await hypervisor.run(['cat', '/root/watch.exit']);
    if (stdout !== '') {
      expect(stdout).toBe('1\n');
      return;
    }
    await sleep(500);
  }
  throw new Error('it did not end');
});
