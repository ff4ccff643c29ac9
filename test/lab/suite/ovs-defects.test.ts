import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside, quotaOf } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { hasAtLeast } from '../kinds.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText } from '../virt-quota.ts';

// What goes wrong with limits on Open vSwitch: each defect seen with virsh first, then beaten by apply. Witnesses are
// ovs-vsctl and tc.
const name = 'instance-000000d3';
let hypervisor: Hypervisor;
let domain: Domain;
let outside: FromOutside;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'ovs' }, { kind: 'ethernet' }] });
  outside = await fromOutside(hypervisor, flavorText);
});

afterAll(async () => {
  await outside?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const port = () => domain.nics[0]?.dev ?? '';
const plain = () => domain.nics[1]?.dev ?? '';
const shell = (script: string) => hypervisor.shell(script);
const domiftune = (dev: string, ...words: readonly string[]) =>
  shell(`virsh --quiet domiftune ${name} ${dev} ${words.join(' ')}`);
const classes = (dev: string) => shell(`tc class show dev ${dev}`);
const policers = (dev: string) => shell(`tc filter show dev ${dev} parent ffff: 2>/dev/null || true`);
const config = () => shell(`ovs-vsctl get QoS $(ovs-vsctl get Port ${port()} qos) other_config`);
const rows = async () =>
  Number(
    await shell(
      `ovs-vsctl --bare --columns=_uuid find QoS external-ids:vm-id=${domain.uuid} | grep -c . || true`,
    ),
  );
const applied = { outcome: 'applied', failure: undefined };
const apply = async (...properties: readonly string[]) => {
  const { outcome, failure } = await outside.apply(name, quotaOf(...properties), { ovsNative: true });
  return { outcome, failure };
};

describe('tc limits on a tap that is a port without libvirt knowing it', () => {
  test('are there when virsh has set them, and not after Open vSwitch was started again', async () => {
    await domiftune(plain(), '--inbound 4000,4000,512 --outbound 4000,0,512');
    expect(await classes(plain())).toContain('rate 32Mbit');
    expect(await policers(plain())).toContain('rate 32Mbit');
    await shell('systemctl restart openvswitch-switch && sleep 1');
    expect(await policers(plain())).toBe('');
    expect(await shell(`virsh domiftune ${name} ${plain()}`)).toMatch(/outbound.average *: 4000/);
  });

  test('are there after it when apply has set them in the database', async () => {
    const limits = ['quota:vif_inbound_average=4000', 'quota:vif_outbound_average=4000'];
    expect(await apply(...limits)).toEqual(applied);
    await shell('systemctl restart openvswitch-switch && sleep 1');
    expect(await classes(plain())).toMatch(/class htb 1:1 parent 1:fffe .*rate 32Mbit ceil 32Mbit/);
    expect(await policers(plain())).toContain('rate 32Mbit');
  });
});

describe('an average without a peak', () => {
  test("has the link's speed as its limit when virsh sets it: 10 Mbit/s before Linux 6.2, 10 Gbit/s since", async () => {
    await domiftune(port(), '--inbound 0 --outbound 0');
    await domiftune(port(), '--inbound 3000');
    const speed = hasAtLeast(hypervisor.kind, 'kernel', '6.2') ? '10Gbit' : '10Mbit';
    expect(await classes(port())).toMatch(new RegExp(`class htb 1:fffe root rate ${speed} ceil ${speed}`));
  });

  test('is the limit when apply sets it', async () => {
    expect(await apply('quota:vif_inbound_average=3000')).toEqual(applied);
    expect(await classes(port())).toMatch(/class htb 1:fffe root rate 24Mbit ceil 24Mbit/);
    expect(await classes(port())).toMatch(/class htb 1:1 parent 1:fffe .*rate 24Mbit ceil 24Mbit/);
  });
});

describe('a peak and bursts that are not asked for any more', () => {
  test('stay in the database when virsh leaves them out, and in force', async () => {
    await domiftune(port(), '--inbound 1000,2000,512 --outbound 1000,0,512');
    await domiftune(port(), '--inbound 3000 --outbound 3000');
    expect(await shell(`virsh domiftune ${name} ${port()}`)).toMatch(/inbound.peak *: 0\ninbound.burst *: 0/);
    expect(await config()).toContain('max-rate="16000000"');
    expect(await config()).toContain('burst="4194304"');
    expect(await classes(port())).toMatch(/class htb 1:fffe root rate 16Mbit ceil 16Mbit/);
    expect(await shell(`ovs-vsctl get Interface ${port()} ingress_policing_burst`)).toBe('4096\n');
  });

  test('are gone after apply', async () => {
    expect(await apply('quota:vif_inbound_average=3000', 'quota:vif_outbound_average=3000')).toEqual(applied);
    expect(await config()).toBe('{max-rate="24000000", min-rate="24000000"}\n');
    expect(await classes(port())).toMatch(/class htb 1:fffe root rate 24Mbit ceil 24Mbit/);
    expect(await shell(`ovs-vsctl get Interface ${port()} ingress_policing_burst`)).toBe('0\n');
    expect(await policers(port())).toContain('rate 24Mbit');
  });
});

describe('rows of Open vSwitch after a hard reboot, which is a stop and a start with the same UUID and tap', () => {
  beforeAll(async () => {
    await domiftune(port(), '--config --inbound 2000,2000,512');
    await domiftune(port(), '--live --inbound 2000,2000,512');
    expect(await rows()).toBe(1);
    await shell(`virsh --quiet destroy ${name}`);
  });

  test('are left by libvirt before 10.3, which then sets them and never attaches them; later ones take them away', async () => {
    const leaked = hasAtLeast(hypervisor.kind, 'libvirt', '10.3') ? 0 : 1;
    expect(await rows()).toBe(leaked);
    await shell(`virsh --quiet start ${name} --paused`);
    await domiftune(port(), '--live --inbound 5000,5000,512');
    expect(await shell(`virsh domiftune ${name} ${port()}`)).toMatch(/inbound.average *: 5000/);
    const attached = await shell(`ovs-vsctl get Port ${port()} qos`);
    if (leaked === 1) {
      expect(attached).toBe('[]\n');
      expect(await classes(port())).toBe('');
    } else {
      expect(attached).toMatch(/^[0-9a-f-]{36}\n$/);
      expect(await classes(port())).toMatch(/class htb 1:1 parent 1:fffe .*rate 40Mbit ceil 40Mbit/);
    }
  });

  test('are attached after apply, the limit is in the kernel, and none is too many', async () => {
    expect(
      await apply(
        'quota:vif_inbound_average=5000',
        'quota:vif_inbound_peak=5000',
        'quota:vif_inbound_burst=512',
      ),
    ).toEqual(applied);
    expect(await shell(`ovs-vsctl get Port ${port()} qos`)).toMatch(/^[0-9a-f-]{36}\n$/);
    expect(await classes(port())).toMatch(
      /class htb 1:1 parent 1:fffe .*rate 40Mbit ceil 40Mbit burst 512Kb/,
    );
    expect(await rows()).toBe(1);
  });
});
