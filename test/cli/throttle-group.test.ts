import { chownSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Connection, connect, LibvirtError } from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { virtQuota } from './run.ts';

const nobody = 65_534;
let daemon: PrivateLibvirtd;
let connection: Connection | undefined;
/** Why there is no running guest: a machine may have libvirtd without QEMU. */
let missing: string | undefined;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  try {
    connection = await connect(daemon.qemuUri, { connectTimeoutMs: 30_000 });
    await connection.defineXml(domainXml());
    await connection.create(await connection.lookupByName('vm1'), { paused: true });
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    missing = error.message;
  }
}, 60_000);

afterAll(async () => {
  if (connection !== undefined && missing === undefined)
    await connection.destroy(await connection.lookupByName('vm1'));
  await connection?.close();
  await daemon.stop();
});

/** Two volumes on a guest that never runs: enough for QEMU to have throttles. */
function domainXml(): string {
  const disks = ['vda', 'vdb'].map((target, index) => {
    const file = join(daemon.folder, `${target}.img`);
    writeFileSync(file, '');
    truncateSync(file, 1024 * 1024);
    if (process.getuid?.() === 0) chownSync(file, nobody, nobody);
    return (
      `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${file}'/>` +
      `<target dev='${target}' bus='virtio'/><serial>6c1d2f8a-0b5e-4d7c-9a61-5f3e8b7c2d0${index}</serial></disk>`
    );
  });
  return (
    `<domain type='qemu'><name>vm1</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>` +
    `<os><type arch='x86_64' machine='pc'>hvm</type></os><devices>${disks.join('')}</devices></domain>`
  );
}

it('volumes that share a throttle group share it in QEMU, and a member alone cannot differ', async context => {
  if (missing !== undefined) return context.skip(`no QEMU guest here: ${missing}`);
  const silver = join(daemon.folder, 'silver');
  writeFileSync(
    silver,
    'consumer=both\ntotal_iops_sec=700\ntotal_iops_sec_max=2000\ntotal_iops_sec_max_length=30\ngroup_name=silver\n',
  );
  const other = join(daemon.folder, 'other');
  writeFileSync(other, 'consumer=both\ntotal_iops_sec=5\n');
  const on = ['vm1', '-c', daemon.qemuUri, '--live', '-f', 'json'];

  const applied = await virtQuota(['apply', ...on, '--no-record', '--volume-qos', silver, '--volume-extras']);
  expect(JSON.parse(applied.stdout).outcome).toBe('applied');
  const held = await Promise.all(['vda', 'vdb'].map(iotuneOf));
  const expected = { total_iops_sec: 700, total_iops_sec_max: 2000, total_iops_sec_max_length: 30 };
  expect(held).toEqual([
    expect.objectContaining({ ...expected, group_name: 'silver' }),
    expect.objectContaining({ ...expected, group_name: 'silver' }),
  ]);

  const refused = await virtQuota(['apply', ...on, '--no-record', '--volume', `vdb=${other}`]);
  expect([refused.exitCode, JSON.parse(refused.stdout).outcome]).toEqual([2, 'refused']);
  expect(refused.stderr).toMatch(/disk vdb\/group_name 'silver' is shared with disk vda/);
}, 60_000);

async function iotuneOf(target: string): Promise<Readonly<Record<string, unknown>>> {
  const vm = await connection?.lookupByName('vm1');
  const parameters = (vm && (await connection?.getBlockIoTune(vm, target, { live: true }))) ?? {};
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { type, value }]) => [
      name,
      type === 'string' ? value : Number(value),
    ]),
  );
}
