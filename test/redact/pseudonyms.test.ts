import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redactGroup } from '../../src/redact/cgroup-group.ts';
import { redactPath } from '../../src/redact/path.ts';
import { pseudonyms } from '../../src/redact/pseudonyms.ts';
import { redactTcOutput } from '../../src/redact/tc-output.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const names = pseudonyms(hash, ['instance-000000e1', 'under_score', 'a&b']);

describe('a pseudonym', () => {
  it('of a device tells its kind, and is no longer than a device’s name may be', () => {
    for (const [name, kind] of [
      ['tap5f64d83e-14', /^tap[0-9a-f]{8}-[0-9a-f]{2}$/],
      ['qvo5f64d83e-14', /^qvo[0-9a-f]{8}-[0-9a-f]{2}$/],
      ['macvtap12', /^macvtap[0-9a-f]{8}$/],
      ['virbr0-nic', /^virbr[0-9a-f]{10}$/],
      ['customer', /^dev[0-9a-f]{11}$/],
      ['patch-provnet-4c1a8fc1-59cb-4b8f-9d7d-1b7ff3e7d6f3-to-br-int', /^patch-[0-9a-f]{9}$/],
    ] as const) {
      expect(names.device(name)).toMatch(kind);
      expect(names.device(name).length).toBeLessThanOrEqual(15);
    }
    expect(names.device('devcustomer')).not.toBe(names.device('customer'));
  });

  it('of a port’s device still begins as the port’s UUID does', () => {
    const port = names.uuid('5F64D83E-1459-4b8f-9d7d-1b7ff3e7d6f3');
    expect(port).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(names.device('tap5f64d83e-14')).toBe(`tap${port.slice(0, 11)}`);
  });

  it('of both ends of a patch is of one kind', () => {
    expect(names.device('int-br-ex').slice(4)).toBe(names.device('phy-br-ex').slice(4));
  });

  it('of an address is an address, and of this host itself what it was', () => {
    expect(names.mac('FA:16:3E:01:02:03')).toBe(names.mac('fa:16:3e:01:02:03'));
    expect(names.mac('fa:16:3e:01:02:03')).toMatch(/^52:54(?::[0-9a-f]{2}){4}$/);
    expect(names.address('192.0.2.7/24')).toMatch(/^10(?:\.\d{1,3}){3}\/24$/);
    expect(names.address('192.0.2.7/255.255.255.0')).toMatch(/^10(?:\.\d{1,3}){3}\/255\.255\.255\.0$/);
    expect(names.address('2001:db8::1/64')).toMatch(/^fd[0-9a-f:]+\/64$/);
    expect(names.address('127.0.0.1')).toBe('127.0.0.1');
  });

  it('of a domain is the same in every form of its name', () => {
    const plain = names.domain('instance-000000e1');
    expect(plain).toMatch(/^domain-[0-9a-f]{11}$/);
    const escaped = plain.replace('-', String.raw`\x2d`);
    expect(redactGroup(String.raw`machine-qemu\x2d1\x2dinstance\x2d000000e1.scope`, names)).toBe(
      String.raw`machine-qemu\x2d1\x2d${escaped}.scope`,
    );
    expect(redactGroup('qemu-1-underscore.libvirt-qemu', names)).toBe(
      `qemu-1-${names.domain('under_score')}.libvirt-qemu`,
    );
    expect(redactPath('/run/libvirt/qemu/a&amp;b.pid', names)).toBe(
      `/run/libvirt/qemu/${names.domain('a&b')}.pid`,
    );
    expect(names.word('instance-000000e1')).toBe(plain);
  });

  it('of a volume has its UUID’s in it', () => {
    const uuid = '4c1a8fc1-59cb-4b8f-9d7d-1b7ff3e7d6f3';
    expect(names.word(`volume-${uuid}`)).toBe(`volume-${names.uuid(uuid)}`);
    expect(names.word(`${uuid}_disk`)).toBe(`${names.uuid(uuid)}_disk`);
    expect(names.word(`acme-${uuid}`)).toMatch(/^n[0-9a-f]{11}/);
  });
});

describe('a path', () => {
  it.each([
    ['/dev/customer', /^\/dev\/blk[0-9a-f]{11}$/],
    ['/dev/mapper/customer-vg', /^\/dev\/mapper\/name-[0-9a-f]{11}$/],
    ['/dev/disk/by-id/wwn-1', /^\/dev\/disk\/by-id\/name-[0-9a-f]{11}$/],
    ['/var/lib/nova/disk', /^(?:\/name-[0-9a-f]{11}){4}$/],
    [
      '/sys/fs/cgroup/machine.slice/machine-customer.slice/cpu.max',
      /^\/sys\/fs\/cgroup\/machine\.slice\/machine-u[0-9a-f]{11}\.slice\/cpu\.max$/,
    ],
    ['/sys/class/net/net/ifindex', /^\/sys\/class\/net\/dev[0-9a-f]{11}\/ifindex$/],
    ['/sys/class/block/dev/dev', /^\/sys\/class\/block\/blk[0-9a-f]{11}\/dev$/],
    ['/proc/7/task/8/stat', /^\/proc\/7\/task\/8\/stat$/],
  ])('%s keeps its shape', (path, shape) => {
    expect(redactPath(path, names)).toMatch(shape);
  });
});

describe('what tc says', () => {
  it.each([
    'class htb 1:1 root leaf 2: prio 0 quantum 85 rate 8Mbit ceil 8Mbit linklayer ethernet burst 1600b/1 mpu 0b cburst 1600b/1 mpu 0b level 0 buffer [000061a8] cbuffer [000061a8] ',
    'qdisc sfq 2:[00020000] parent 1:1 limit 127p quantum 1514b depth 127 flows 128 divisor 1024 perturb 10sec ',
    '\taction order 1:  police 0x2 rate 3Mbit burst 38400b mtu 64Kb [00186a00] action drop/continue overhead 0b linklayer unspec ',
    'filter parent 1: protocol ip pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid 1:2 not_in_hw (rule hit 5 success 3)',
    '  match 00b80000/00fc0000 at 0 (success 3 ) ',
    ' Sent 280 bytes 4 pkt (dropped 0, overlimits 0 requeues 0) ',
  ])('%s stays as it is', line => {
    expect(redactTcOutput(line, names)).toBe(line);
  });

  it('names a device wherever one stands, also one that is called like a word', () => {
    expect(redactTcOutput('qdisc htb 1: dev htb root', names)).toBe(
      `qdisc htb 1: dev ${names.device('htb')} root`,
    );
    expect(redactTcOutput('\taction order 1: mirred (Egress Redirect to device dev) stolen', names)).toBe(
      `\taction order 1: mirred (Egress Redirect to device ${names.device('dev')}) stolen`,
    );
  });
});
