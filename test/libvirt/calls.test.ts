import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Connection,
  connect,
  type Domain,
  toNumbers,
  typedParameters,
  virErrorCode,
} from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { domainXml, hostXml } from './domains.ts';

const uuid = '7ca1f2d4-8a5e-4a53-9a0c-7c9f4f0d2b11';
const mac = '52:54:00:11:22:33';
const ours = { kind: 'element', uri: 'http://example.org/quota/1' } as const;

let daemon: PrivateLibvirtd;
let connection: Connection;
let vm: Domain;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  daemon.addHost('one', hostXml('vm1'));
  connection = await connect(daemon.uri('one'));
  vm = await connection.lookupByName('vm1');
});

afterAll(async () => {
  await connection.close();
  await daemon.stop();
});

/** What libvirt says to a call that it refuses. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    caught => caught,
  );
  return { kind: error?.kind, code: error?.vir?.code, message: error?.message };
}

describe('the connection', () => {
  it('tells what is at the other end', async () => {
    expect(await connection.type()).toBe('TEST');
    expect(await connection.libVersion()).toBeGreaterThanOrEqual(7_000_000);
    expect(await connection.hypervisorVersion()).toBe(2);
    expect(await connection.hostname()).toMatch(/\S/);
    expect(await connection.uri()).toMatch(/^test:\/\/\/.*\/one\.xml$/);
    expect(await connection.capabilities()).toContain('<capabilities>');
  });
});

describe('domains', () => {
  it('are listed, and looked up by name, UUID and id', async () => {
    expect(vm).toMatchObject({ name: 'vm1', id: expect.any(Number) });
    expect(await connection.listDomains()).toEqual([vm]);
    expect(await connection.lookupByUuid(vm.uuid)).toEqual(vm);
    expect(await connection.lookupByUuid(vm.uuid.replaceAll('-', '').toUpperCase())).toEqual(vm);
    expect(await connection.lookupById(vm.id ?? -1)).toEqual(vm);
  });

  it('that do not exist are libvirt’s code 42 with all its strings', async () => {
    const error = await connection.lookupByName('nope').catch(caught => caught);
    expect(error).toMatchObject({ name: 'LibvirtError', kind: 'libvirt' });
    expect(error.vir).toMatchObject({
      code: virErrorCode.noDomain,
      domain: 12,
      level: 2,
      int1: -1,
      int2: -1,
    });
    expect(error.vir.message).toMatch(/^Domain not found/);
    expect(error.message).toBe(error.vir.message);
    expect(error.vir.str1).toMatch(/^Domain not found/);
    expect(Object.keys(error.vir)).not.toContain('str3');
    expect(await refusal(connection.lookupById(4711))).toMatchObject({ code: 42 });
    expect(await refusal(connection.lookupByUuid(uuid))).toMatchObject({ code: 42 });
  });

  it('are told with their XML, state and numbers', async () => {
    expect(await connection.getXml(vm)).toContain('<name>vm1</name>');
    expect(await connection.getXml(vm)).toMatch(/^<domain type='test' id='\d+'>/);
    expect(await connection.getXml(vm, { inactive: true })).toMatch(/^<domain type='test'>/);
    expect(await connection.getXml(vm, { secure: true })).toContain('<name>vm1</name>');
    expect(await connection.getState(vm)).toEqual({ state: 'running', reason: expect.any(Number) });
    expect(await connection.getInfo(vm)).toEqual({
      state: 'running',
      maxMemoryKib: 65536,
      memoryKib: 65536,
      vcpus: 1,
      cpuTimeNs: expect.any(BigInt),
    });
    expect(await connection.isActive(vm)).toBe(true);
    expect(await connection.isPersistent(vm)).toBe(true);
  });

  it('go from definition to life and back', async () => {
    const defined = await connection.defineXml(domainXml('vm2', { uuid }));
    expect(defined).toEqual({ name: 'vm2', uuid });
    expect(await connection.isActive(defined)).toBe(false);
    expect(await connection.listDomains(['inactive'])).toEqual([defined]);
    const started = await connection.create(defined);
    expect(started).toEqual({ name: 'vm2', uuid, id: expect.any(Number) });
    expect((await connection.listDomains(['active', 'persistent'])).map(({ name }) => name).sort()).toEqual([
      'vm1',
      'vm2',
    ]);
    expect(await connection.listDomains(['transient'])).toEqual([]);
    await connection.destroy(started);
    expect(await connection.getState(started)).toMatchObject({ state: 'shutoff' });
    await connection.undefine(started);
    expect(await refusal(connection.getState(started))).toMatchObject({ code: 42 });
  });

  it('are checked against libvirt’s schema when that is asked for', async () => {
    const wrong = domainXml('vm3').replace('<vcpu>1</vcpu>', '<vcpu>1</vcpu><nonsense/>');
    const defined = await connection.defineXml(wrong);
    await connection.undefine(defined);
    expect(await refusal(connection.defineXml(wrong, { validate: true }))).toMatchObject({ kind: 'libvirt' });
    expect(await refusal(connection.defineXml('<domain'))).toMatchObject({ code: virErrorCode.xmlDetail });
  });

  it('have statistics', async () => {
    const [stats] = await connection.getAllDomainStats(['state'], { domains: [vm] });
    expect(stats?.domain).toEqual(vm);
    expect(stats?.parameters['state.state']).toEqual({ type: 'int', value: 1 });
    expect(await connection.getAllDomainStats()).toHaveLength(1);
  });
});

describe('metadata', () => {
  it('of our own are set, read and removed', async () => {
    await connection.setMetadata(vm, { ...ours, key: 'q', value: "<intent v='1'/>" }, { config: true });
    expect(await connection.getMetadata(vm, ours, { config: true })).toBe('<intent v="1"/>');
    expect(await connection.getXml(vm, { inactive: true })).toContain('xmlns:q="http://example.org/quota/1"');
    await connection.setMetadata(vm, ours, { config: true });
    const gone = await refusal(connection.getMetadata(vm, ours, { config: true }));
    expect(gone).toMatchObject({ code: virErrorCode.noDomainMetadata });
  });

  it('can be a title', async () => {
    await connection.setMetadata(vm, { kind: 'title', value: 'größer' });
    expect(await connection.getMetadata(vm, { kind: 'title' })).toBe('größer');
  });
});

describe('limits', () => {
  it('of the CPU are read and set by the call without flags when none is given', async () => {
    expect(await connection.getSchedulerParameters(vm)).toEqual({ weight: { type: 'uint', value: 50 } });
    await connection.setSchedulerParameters(vm, typedParameters('uint', { weight: 80 }));
    const flags = refusal(connection.getSchedulerParameters(vm, { live: true }));
    expect(await flags).toMatchObject({ code: virErrorCode.invalidArg });
    const shares = connection.setSchedulerParameters(vm, typedParameters('ullong', { cpu_shares: 2 }));
    expect(await refusal(shares)).toMatchObject({ code: virErrorCode.argumentUnsupported });
  });

  it('of a disk are set live and in the definition, and read back', async () => {
    const limits = { total_bytes_sec: 5_000_000, total_bytes_sec_max: 6_000_000 };
    await connection.setBlockIoTune(vm, 'vda', typedParameters('ullong', limits), { live: true });
    await connection.setBlockIoTune(
      vm,
      'vda',
      {
        ...typedParameters('ullong', { read_iops_sec: 10, read_iops_sec_max: 10 }),
        group_name: { type: 'string', value: 'g' },
      },
      { config: true },
    );
    const live = await connection.getBlockIoTune(vm, 'vda', { live: true });
    expect(toNumbers(live)).toMatchObject(limits);
    const config = await connection.getBlockIoTune(vm, '/tmp/vm1.img', { config: true });
    expect(config).toMatchObject({
      read_iops_sec: { type: 'ullong', value: 10n },
      group_name: { type: 'string', value: 'g' },
      total_bytes_sec: { type: 'ullong', value: 0n },
    });
    expect(await refusal(connection.getBlockIoTune(vm, 'vdz'))).toMatchObject({ kind: 'libvirt' });
    expect(await refusal(connection.getBlockIoTune(vm, 'vda', { live: true, config: true }))).toMatchObject({
      code: 8,
    });
  });

  it('of an interface are set live and in the definition, and read back', async () => {
    const limits = { 'inbound.average': 1234, 'inbound.peak': 2000, 'outbound.average': 99 };
    await connection.setInterfaceParameters(vm, mac, typedParameters('uint', limits), { live: true });
    expect(toNumbers(await connection.getInterfaceParameters(vm, mac, { live: true }))).toMatchObject(limits);
    const config = await connection.getInterfaceParameters(vm, mac, { config: true });
    expect(toNumbers(config)).toMatchObject({ 'inbound.average': 0, 'outbound.average': 0 });
  });
});

describe('a read-only connection', () => {
  it('reads, and is refused everything that writes', async () => {
    const reader = await connect(daemon.uri('default'), { readOnly: true });
    const domain = await reader.lookupByName('test');
    expect(await reader.getXml(domain)).toContain('<name>test</name>');
    const denied = { kind: 'libvirt', code: virErrorCode.operationDenied };
    const parameters = typedParameters('ullong', { total_bytes_sec: 1 });
    expect(await refusal(reader.destroy(domain))).toMatchObject(denied);
    expect(await refusal(reader.setBlockIoTune(domain, 'vda', parameters))).toMatchObject(denied);
    expect(await refusal(reader.setMetadata(domain, { kind: 'title', value: 'x' }))).toMatchObject(denied);
    expect(await refusal(reader.getXml(domain, { secure: true }))).toMatchObject(denied);
    await reader.close();
  });
});

describe('state of the test driver', () => {
  it('is one’s own on a host file, and shared on default', async () => {
    const other = await connect(daemon.uri('one'));
    const domain = await connection.defineXml(domainXml('mine'));
    expect(await refusal(other.lookupByName('mine'))).toMatchObject({ code: 42 });
    await connection.undefine(domain);
    await other.close();
  });
});

describe('memory and block I/O parameters', () => {
  it('are what was set, on the running domain and in its definition', async () => {
    const limits = { hard_limit: 4_194_304, soft_limit: 2_097_152 };
    await connection.setMemoryParameters(vm, typedParameters('ullong', limits), { live: true });
    expect(toNumbers(await connection.getMemoryParameters(vm, { live: true }))).toMatchObject(limits);
    await connection.setMemoryParameters(vm, typedParameters('ullong', { hard_limit: 8 }), { config: true });
    expect(toNumbers(await connection.getMemoryParameters(vm, { config: true }))).toMatchObject({
      hard_limit: 8,
    });
    expect(toNumbers(await connection.getMemoryParameters(vm, { live: true }))).toMatchObject(limits);
  });

  it('have texts for devices of the host beside a number', async () => {
    const device = { type: 'string', value: '/dev/sda,1048576,/dev/sdb,7' } as const;
    await connection.setBlkioParameters(vm, typedParameters('uint', { weight: 500 }), { live: true });
    await connection.setBlkioParameters(vm, { device_read_bytes_sec: device }, { live: true });
    const now = await connection.getBlkioParameters(vm, { live: true });
    expect(now.weight).toEqual({ type: 'uint', value: 500 });
    expect(now.device_read_bytes_sec).toEqual(device);
    const none = { type: 'string', value: '/dev/sda,0,/dev/sdb,0' } as const;
    await connection.setBlkioParameters(vm, { device_read_bytes_sec: none }, { live: true });
    expect(await connection.getXml(vm)).not.toContain('/dev/sda');
  });
});
