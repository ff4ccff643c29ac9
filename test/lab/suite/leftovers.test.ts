import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside, quotaOf } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { hasAtLeast, parseKind } from '../kinds.ts';
import { kindVariable, labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText, virtQuota } from '../virt-quota.ts';

// libvirt 12 leaves its policer in the kernel when the policed direction is cleared: whatever takes a limit away has to
// take that away too, and nothing else. On older ones the same comes out of libvirt itself. Witness: tc alone.
const name = 'instance-000000e7';
let hypervisor: Hypervisor;
let domain: Domain;
let outside: FromOutside;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'bridge' }, { kind: 'macvtap' }] });
  outside = await fromOutside(hypervisor, flavorText);
});

afterAll(async () => {
  await outside?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

/** Which libvirt does it is known of those that were tried; what is done about it does not ask. */
const leaves = hasAtLeast(parseKind(process.env[kindVariable] || 'trixie'), 'libvirt', '12.0');
const tap = () => domain.nics[0]?.dev ?? '';
const macvtap = () => domain.nics[1]?.dev ?? '';
const shell = (script: string) => hypervisor.shell(script);
const ingress = (dev: string) => shell(`tc qdisc show dev ${dev} | grep ingress || true`);
const policers = (dev: string) => shell(`tc filter show dev ${dev} parent ffff: 2>/dev/null || true`);
const domiftune = (dev: string, words: string) =>
  shell(`virsh --quiet domiftune ${name} ${dev} --live ${words}`);
const both = ['quota:vif_inbound_average=4000', 'quota:vif_outbound_average=2000'];
const inboundAlone = quotaOf('quota:vif_inbound_average=4000');
const outboundAlone = quotaOf('quota:vif_outbound_average=2000');
const prune = { prune: true } as const;

async function applied(quota = quotaOf(...both), how = {}) {
  const { outcome, failure } = await outside.apply(name, quota, how);
  expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
}

async function nothingLeft() {
  for (const dev of [tap(), macvtap()]) {
    expect(await ingress(dev)).toBe('');
    expect(await shell(`tc class show dev ${dev}`)).toBe('');
  }
}

describe('a policer that libvirt set', () => {
  test('is left by libvirt 12 when virsh clears it, and by none before', async () => {
    await domiftune(tap(), '--outbound 2000');
    await domiftune(tap(), '--inbound 0 --outbound 0');
    expect((await policers(tap())).includes('rate 16Mbit')).toBe(leaves);
  });

  test('is found by an audit where it is left, whose repair takes it away', async () => {
    const audit = () => virtQuota(hypervisor, 'audit', name, '-f', 'json');
    const [before] = JSON.parse((await audit()).stdout).domains;
    const commands = before.findings.flatMap((one: { repair?: { argv: string[] } }) =>
      one.repair === undefined ? [] : [one.repair.argv.join(' ')],
    );
    expect(commands).toEqual(leaves ? [`tc qdisc del dev ${tap()} ingress`] : []);
    for (const command of commands) await shell(command);
    const [after] = JSON.parse((await audit()).stdout).domains;
    expect(after.findings).toEqual([]);
    await nothingLeft();
  });
});

describe('a limit that is taken away', () => {
  test('of the outbound direction alone leaves the inbound one', async () => {
    await applied();
    expect(await policers(tap())).toContain('rate 16Mbit');
    expect(await policers(macvtap())).toContain('rate 32Mbit');
    await applied(inboundAlone, prune);
    expect(await ingress(tap())).toBe('');
    expect(await shell(`tc class show dev ${tap()}`)).toContain('rate 32Mbit');
    expect(await policers(macvtap())).toContain('rate 32Mbit');
  });

  test('of the inbound direction, which is policed on a macvtap', async () => {
    await applied();
    await applied(outboundAlone, prune);
    expect(await policers(tap())).toContain('rate 16Mbit');
    expect(await ingress(macvtap())).toBe('');
    expect(await shell(`tc class show dev ${macvtap()}`)).toContain('rate 16Mbit');
  });

  test('of both, by --remove', async () => {
    await applied();
    const removed = await virtQuota(hypervisor, 'apply', name, '--remove', '--live');
    expect({ exitCode: removed.exitCode, stderr: removed.stderr }).toEqual({ exitCode: 0, stderr: '' });
    await nothingLeft();
  });

  test('by a plan that says so, was saved, and is carried out later', async () => {
    await applied();
    const options = ['--property', 'quota:vif_inbound_average=4000', '--live', '--prune'];
    const planned = await virtQuota(hypervisor, 'plan', name, ...options, '--out', '/root/left.json');
    expect(planned.stdout).toContain(`as 12 does: tc qdisc del dev ${tap()} ingress`);
    expect((await virtQuota(hypervisor, 'apply', '/root/left.json')).exitCode).toBe(0);
    expect(await ingress(tap())).toBe('');
    await applied(quotaOf(), prune);
    await nothingLeft();
  });
});

describe('what is not libvirt’s', () => {
  const foreign = () => `tc filter add dev ${tap()} parent ffff: protocol ip prio 5 matchall action pass`;

  // libvirt itself takes the whole ingress away when the limit is set again, as every version does.
  test.runIf(leaves)('keeps the policer from being taken away, and nothing is said to be gone', async () => {
    await applied();
    await shell(foreign());
    const { outcome } = await outside.apply(name, inboundAlone, prune);
    expect(outcome).not.toBe('applied');
    expect(await policers(tap())).toContain('rate 16Mbit');
    await shell(`tc qdisc del dev ${tap()} ingress`);
  });

  test('and was there without libvirt comes back when a limit cannot be set', async () => {
    await applied(quotaOf(), prune);
    await shell(`tc qdisc add dev ${tap()} ingress
tc filter add dev ${tap()} parent ffff: protocol all u32 match u32 0 0 police rate 1000kbps burst 1000kb mtu 64kb drop flowid :1`);
    await shell(`tc=$(readlink -f "$(command -v tc)"); cp "$tc" /root/tc.real
printf '#!/bin/sh\\ncase "$*" in *"class add dev ${macvtap()} "*) echo broken >&2; exit 1;; esac\\nexec /root/tc.real "$@"\\n' >/root/tc.broken
chmod 755 /root/tc.broken; mount --bind /root/tc.broken "$tc"`);
    const { outcome, left } = await outside.apply(name, quotaOf(...both));
    await shell('umount "$(readlink -f "$(command -v tc)")"');
    expect({ outcome, left }).toEqual({ outcome: 'rolled-back', left: undefined });
    expect(await policers(tap())).toContain('rate 8Mbit');
    expect(await policers(macvtap())).toBe('');
    await shell(`tc qdisc del dev ${tap()} ingress`);
    await nothingLeft();
  });
});
