import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Connection,
  connect,
  type Domain as Known,
  toNumbers,
  typedParameters,
} from '../../../src/libvirt/index.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// What the client can do only where guests run: live tuning, the events about it, statistics.
const name = 'instance-000000aa';
let hypervisor: Hypervisor;
let domain: Domain;
let connection: Connection;
let known: Known;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name });
  const socket = await hypervisor.forward('/run/libvirt/libvirt-sock');
  connection = await connect(`qemu+unix:///system?socket=${encodeURIComponent(socket)}`);
  known = await connection.lookupByName(name);
});

afterAll(async () => {
  await connection?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

describe('the libvirt client on a running QEMU', () => {
  test('tells the versions of this release', async () => {
    expect(await connection.type()).toBe('QEMU');
    const { stdout } = await hypervisor.run(['virsh', 'version', '--daemon']);
    const daemon = /daemon: (\d+)\.(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? [];
    const [major = 0, minor = 0, micro = 0] = daemon;
    expect(await connection.libVersion()).toBe(major * 1_000_000 + minor * 1000 + micro);
    expect(major).toBeGreaterThanOrEqual(9);
  });

  test('finds the domain by name, UUID and id, and sees it paused', async () => {
    expect(known.uuid).toBe(domain.uuid);
    expect(await connection.lookupByUuid(domain.uuid)).toEqual(known);
    expect(await connection.lookupById(known.id ?? -1)).toEqual(known);
    expect(await connection.getState(known)).toMatchObject({ state: 'paused' });
  });

  test('sets scheduler parameters live, and hears of each as a tunable event', async () => {
    const events = await connection.events.tunable();
    await connection.setSchedulerParameters(known, typedParameters('ullong', { cpu_shares: 321 }), {
      live: true,
    });
    const heard = await events.next();
    expect(heard.value).toMatchObject({
      domain: { name },
      parameters: { 'cputune.cpu_shares': { type: 'ullong', value: 321n } },
    });
    await events.return?.();
    const parameters = toNumbers(await connection.getSchedulerParameters(known, { live: true }));
    expect(parameters.cpu_shares).toBe(321);
    expect(await hypervisor.shell(`virsh schedinfo ${name} --live`)).toMatch(/cpu_shares *: 321/);
  });

  test('sets an I/O throttle live, and QEMU answers with it', async () => {
    await connection.setBlockIoTune(known, 'vda', typedParameters('ullong', { total_bytes_sec: 5_000_000 }), {
      live: true,
    });
    const tune = await connection.getBlockIoTune(known, 'vda', { live: true });
    expect(tune.total_bytes_sec).toEqual({ type: 'ullong', value: 5_000_000n });
  });

  test('sets bandwidth live, and tc shows it', async () => {
    const mac = domain.nics[0]?.mac ?? '';
    const inbound = typedParameters('uint', { 'inbound.average': 1000, 'inbound.peak': 2000 });
    await connection.setInterfaceParameters(known, mac, inbound, { live: true });
    expect(await hypervisor.shell(`tc class show dev ${domain.nics[0]?.dev}`)).toContain(
      'rate 8Mbit ceil 16Mbit',
    );
  });

  test('writes metadata of its own namespace and reads it back', async () => {
    const uri = 'https://virt-quota.example/test/1';
    const element = { kind: 'element', uri } as const;
    await connection.setMetadata(
      known,
      { ...element, key: 'vq', value: '<intent flavor="m1"/>' },
      { live: true },
    );
    expect(await connection.getMetadata(known, element, { live: true })).toContain('flavor="m1"');
  });

  test('gathers statistics of all domains', async () => {
    const all = await connection.getAllDomainStats(['state', 'cpu-total', 'vcpu', 'block', 'interface']);
    const ours = all.find(stats => stats.domain.name === name);
    expect(ours?.parameters).toMatchObject({
      'block.count': { value: 1 },
      'net.count': { value: 3 },
      'vcpu.current': { value: 4 },
    });
  });

  test('gets a refusal of the kernel as an error with its code', async () => {
    const tooMuch = typedParameters('ullong', { cpu_shares: 300_000 });
    const refused = connection.setSchedulerParameters(known, tooMuch, { live: true });
    await expect(refused).rejects.toMatchObject({ kind: 'libvirt', vir: { code: 8 } });
  });
});
