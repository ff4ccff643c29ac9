import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Connection,
  connect,
  LibvirtError,
  toNumbers,
  typedParameters,
} from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { domainXml } from './domains.ts';

let daemon: PrivateLibvirtd;
/** The daemon's answer to `qemu:///session`: a machine may have libvirtd without its QEMU module. */
let opened: Connection | LibvirtError;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  opened = await connect(daemon.qemuUri, { connectTimeoutMs: 30_000 }).catch(error => error);
});

afterAll(async () => {
  if (!(opened instanceof LibvirtError)) await opened.close();
  await daemon.stop();
});

describe('the QEMU driver', () => {
  it('is there, or libvirt says that it is not', () => {
    if (opened instanceof LibvirtError) expect(opened).toMatchObject({ kind: 'libvirt', vir: { code: 5 } });
    else expect(opened.events).toBeDefined();
  });

  it('keeps limits in the definition of a domain that is not running', async context => {
    if (opened instanceof LibvirtError) return context.skip(`no QEMU driver here: ${opened.message}`);
    const { connection, vm } = await defineVm(opened);
    if (vm instanceof LibvirtError) return context.skip(`no emulator here: ${vm.message}`);
    const config = { config: true };
    await connection.setBlockIoTune(
      vm,
      'vda',
      typedParameters('ullong', { total_bytes_sec: 5_000_000 }),
      config,
    );
    expect(toNumbers(await connection.getBlockIoTune(vm, 'vda', config))).toMatchObject({
      total_bytes_sec: 5_000_000,
    });
    await connection.setBlockIoTune(
      vm,
      'vda',
      { ...typedParameters('ullong', { read_iops_sec: 7 }), group_name: { type: 'string', value: 'gold' } },
      config,
    );
    expect(await connection.getBlockIoTune(vm, 'vda', config)).toMatchObject({
      read_iops_sec: { type: 'ullong', value: 7n },
      group_name: { type: 'string', value: 'gold' },
    });
    const mac = '52:54:00:11:22:33';
    await connection.setInterfaceParameters(
      vm,
      mac,
      typedParameters('uint', { 'inbound.average': 1234 }),
      config,
    );
    expect(toNumbers(await connection.getInterfaceParameters(vm, mac, config))).toMatchObject({
      'inbound.average': 1234,
    });
    expect(await connection.getXml(vm, { inactive: true })).toContain("<inbound average='1234'/>");
    await connection.undefine(vm);
  });

  it('answers for CPU limits with its own error where a session has none', async context => {
    if (opened instanceof LibvirtError) return context.skip(`no QEMU driver here: ${opened.message}`);
    const { connection, vm } = await defineVm(opened);
    if (vm instanceof LibvirtError) return context.skip(`no emulator here: ${vm.message}`);
    const set = connection.setSchedulerParameters(vm, typedParameters('ullong', { cpu_shares: 1536 }), {
      config: true,
    });
    await expect(set).rejects.toMatchObject({ kind: 'libvirt', vir: { domain: 10 } });
    await connection.undefine(vm);
  });
});

async function defineVm(connection: Connection) {
  const vm = await connection
    .defineXml(domainXml('vq1', { type: 'qemu' }))
    .catch((error: LibvirtError) => error);
  return { connection, vm };
}
