import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openHypervisor } from '../../../src/host/libvirt-hypervisor.ts';
import type { Hypervisor as Libvirt } from '../../../src/ports/hypervisor.ts';
import { applyDomain } from '../../../src/workflow/apply.ts';
import { startApply } from '../apply-process.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type Properties, requestFor } from '../flavors.ts';
import { type FromOutside, fromOutside } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { type LibvirtProxy, libvirtProxy, type Strike } from '../libvirt-proxy.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText, virtQuota } from '../virt-quota.ts';

// Limits in Open vSwitch's database: as a saved plan, and when an apply of them does not come to its end. Witnesses:
// ovs-vsctl, tc, virsh.
const name = 'instance-000000d4';
const vif: Properties = {
  vif_inbound_average: '2000',
  vif_inbound_peak: '4000',
  vif_outbound_average: '3000',
  vif_outbound_burst: '256',
};
vi.setConfig({ testTimeout: 300_000 });

let hypervisor: Hypervisor;
let domain: Domain;
let outside: FromOutside;
let proxy: LibvirtProxy;
let libvirt: Libvirt;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vq-native-'));
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, vcpus: 1, nics: [{ kind: 'ethernet' }] });
  outside = await fromOutside(hypervisor, flavorText);
  proxy = await libvirtProxy(join(folder, 'sock'), await hypervisor.forward('/run/libvirt/libvirt-sock'));
  libvirt = await openHypervisor(proxy.uri, { readOnly: false, callTimeoutMs: 60_000 });
});

afterAll(async () => {
  await libvirt?.close();
  await proxy?.close();
  await outside?.close();
  rmSync(folder, { recursive: true, force: true });
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

beforeEach(async () => {
  proxy.disarm();
  expect(await applyNative({})).toMatchObject({ outcome: expect.stringMatching(/^(?:applied|unchanged)$/) });
  expect(await ours()).toBe('0 0 0');
});

const dev = () => domain.nics[0]?.dev ?? '';
const shell = (script: string) => hypervisor.shell(script);
const classes = () => shell(`tc class show dev ${dev()}`);
const policers = () => shell(`tc filter show dev ${dev()} parent ffff: 2>/dev/null || true`);
const policing = () => shell(`ovs-vsctl get Interface ${dev()} ingress_policing_rate ingress_policing_burst`);
/** `QoS Queue Interface`: how many rows carry our mark. */
const ours = async () => {
  const counts = await shell(`for table in QoS Queue Interface
do ovs-vsctl --bare --columns=_uuid find $table 'external_ids:virt-quota!=""' | grep -c . || true
done`);
  return counts.trim().split('\n').join(' ');
};
/** Everything that an apply to this tap writes; numbers that tc gives anew left out. */
const everything = async () => {
  // Rows of ours are counted apart.
  const text = await shell(`ovs-vsctl find QoS external_ids:iface-id=${domain.nics[0]?.port}
ovs-vsctl --columns=name,qos list Port ${dev()}
ovs-vsctl --columns=ingress_policing_rate,ingress_policing_burst,external_ids list Interface ${dev()}
tc class show dev ${dev()}; tc filter show dev ${dev()} parent ffff: 2>/dev/null || true
virsh -q domiftune ${name} ${dev()}; virsh -q domiftune ${name} ${dev()} --config`);
  return text.replace(/police 0x[0-9a-f]+/g, 'police N').replace(/index \d+/g, 'index N');
};

/** What the kernel has of the limits of {@link vif}: 2000 kB/s = 16 Mbit/s, 3000 kB/s = 24 Mbit/s. */
async function expectKernelHolds(): Promise<void> {
  expect(await classes()).toMatch(/class htb 1:1 parent 1:fffe .*rate 16Mbit ceil 32Mbit/);
  expect(await policers()).toMatch(/matchall[\s\S]* rate 24Mbit burst 256Kb/);
  expect(await policing()).toBe('24000\n2048\n');
  expect(await ours()).toBe('1 1 1');
}

const requestNative = (properties: Properties) => ({
  ...requestFor(name, 'native', properties),
  ovsNative: true as const,
});
const applyNative = (properties: Properties, through = libvirt) =>
  applyDomain({ ...outside.surroundings, hypervisor: through }, requestNative(properties));

/** Applies {@link vif} while one write to a target is struck. */
async function struckApply(target: string, strike: Strike) {
  const struck = proxy.arm(target, strike);
  const [{ outcome, left, steps, failure }] = await Promise.all([applyNative(vif), struck]);
  return { outcome, left, failure, fates: steps.map(({ status }) => status) };
}

describe('a saved plan with --ovs-native', () => {
  const asked = Object.entries(vif).flatMap(([key, value]) => ['--property', `quota:${key}=${value}`]);
  const plan = (file: string) =>
    virtQuota(hypervisor, 'plan', name, ...asked, '--ovs-native', '--out', file, '--live', '--config');

  test('is carried out, and is stale then', async () => {
    expect(await plan('/root/native.json')).toMatchObject({ exitCode: 0 });
    expect(await ours()).toBe('0 0 0');
    const applied = await virtQuota(hypervisor, 'apply', '/root/native.json');
    expect(applied).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(
        /^(?:warning: interface \S+ is on \S+, which Neutron's agent may look after .*\n)?$/,
      ),
    });
    await expectKernelHolds();
    const before = await everything();
    const again = await virtQuota(hypervisor, 'apply', '/root/native.json');
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain(`ovs ${dev()} ingress_policing_rate holds value=24000`);
    expect(await everything()).toBe(before);
  });

  test("is stale when the port's rows were changed since, and touches nothing", async () => {
    expect(await plan('/root/native.json')).toMatchObject({ exitCode: 0 });
    await shell(`ovs-vsctl set Interface ${dev()} ingress_policing_rate=5000`);
    const before = await everything();
    const { exitCode, stderr } = await virtQuota(hypervisor, 'apply', '/root/native.json');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`ovs ${dev()} ingress_policing_rate holds value=5000`);
    expect(await everything()).toBe(before);
    await shell(`ovs-vsctl set Interface ${dev()} ingress_policing_rate=0`);
  });
});

describe('an apply with --ovs-native that is killed after the port was written', () => {
  test("is undone by the command line's recover, which reaches libvirt by another URI", async () => {
    const before = await everything();
    await killedApply();
    expect(await ours()).toBe('1 1 1');
    const { exitCode, stdout } = await virtQuota(hypervisor, 'recover', name, '-c', 'qemu:///system');
    expect(stdout).toContain(`${name}: rolled back`);
    expect(exitCode).toBe(0);
    expect(await everything()).toBe(before);
    expect(await ours()).toBe('0 0 0');
  });

  test('is finished by it when that is asked', async () => {
    await killedApply();
    const { exitCode, stdout } = await virtQuota(
      hypervisor,
      'recover',
      name,
      '--finish',
      '-c',
      'qemu:///system',
    );
    expect(stdout).toContain(`${name}: applied`);
    expect(exitCode).toBe(0);
    await expectKernelHolds();
    expect(await shell(`virsh -q domiftune ${name} ${dev()} --config`)).toMatch(/inbound.average *: 2000/);
  });

  test('leaves nothing on the port when the domain is destroyed before it is undone', async () => {
    await killedApply();
    await shell(`virsh -q destroy ${name}`);
    expect(await ours()).toBe('1 1 1');
    const recovered = await virtQuota(hypervisor, 'recover', name, '-c', 'qemu:///system');
    expect(recovered).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`live interface ${domain.nics[0]?.mac}: gone`),
    });
    await expectNothingLeft();
    await shell(`virsh -q start --paused ${name}`);
  });
});

describe('a domain that is destroyed while its tap, which stays, has new limits', () => {
  test('leaves none of them on the port', async () => {
    const destroyed = await struckApply('definition', async write => {
      await shell(`virsh -q destroy ${name}`);
      write.cut();
    });
    expect(destroyed).toMatchObject({ outcome: 'rolled-back', fates: expect.arrayContaining(['gone']) });
    await expectNothingLeft();
    await shell(`virsh -q start --paused ${name}`);
  });
});

describe('a tap whose tc limits Open vSwitch had removed, as after its restart', () => {
  beforeEach(async () => {
    await shell(`virsh -q domiftune ${name} ${dev()} --inbound 1000 --outbound 1500 --live`);
    expect(await policers()).toContain('rate 12Mbit');
    await shell('systemctl restart openvswitch-switch && sleep 1');
    expect(await policers()).toBe('');
  });

  test.each([
    { what: "libvirt's call", target: () => domain.nics[0]?.mac ?? '' },
    { what: 'the definition, after the port was written,', target: () => 'definition' },
  ])('comes back as it was when $what is refused', async ({ target }) => {
    const before = await everything();
    const refused = await struckApply(target(), async write => write.answer(await write.spoil()));
    expect(refused).toMatchObject({ outcome: 'rolled-back', left: undefined });
    expect(await everything()).toBe(before);
    expect(await ours()).toBe('0 0 0');
  });
});

/** An apply of {@link vif} whose process was killed when only the persistent definition was left to write. */
async function killedApply(): Promise<void> {
  const task = {
    place: hypervisor.place.name,
    uri: proxy.uri,
    state: folder,
    domain: name,
    flavor: 'native',
  };
  const { child } = startApply({ ...task, properties: vif, ovsNative: true });
  const ended = once(child, 'exit');
  await Promise.all([ended, proxy.arm('definition', async () => void child.kill('SIGKILL'))]);
  // Where root of the hypervisor has its own.
  const [journal = 'none'] = readdirSync(folder).filter(file => file.endsWith('.json'));
  await hypervisor.writeFile(`/var/lib/virt-quota/${journal}`, readFileSync(join(folder, journal)));
  rmSync(join(folder, journal));
}

async function expectNothingLeft(): Promise<void> {
  expect(await ours()).toBe('0 0 0');
  expect(await policing()).toBe('0\n0\n');
  expect(await shell(`ovs-vsctl get QoS $(ovs-vsctl get Port ${dev()} qos) type`)).toBe('linux-noop\n');
  expect(await classes()).toBe('');
  expect(await policers()).toBe('');
  expect(await shell(`virsh -q dumpxml --inactive ${name}`)).not.toContain('<inbound');
}
