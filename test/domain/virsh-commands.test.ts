import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDomain } from '../../src/domain/read-domain.ts';
import { renderVirshCommands } from '../../src/domain/render.ts';
import type { DomainTuning, Limits } from '../../src/domain/tuning.ts';
import { quoteArguments, virshCommands } from '../../src/domain/virsh-commands.ts';

const nic = { kind: 'interface', mac: '52:54:00:00:00:01' } as const;
const disk = { kind: 'disk', target: 'vda' } as const;
const tuning = (device: DomainTuning[number]['device'], limits: Limits): DomainTuning => [
  { device, limits, because: {} },
];

describe('virsh commands', () => {
  it('set scheduler parameters one by one, and lift a quota by -1', () => {
    const limits = { cpu_shares: 5, vcpu_quota: 0, vcpu_period: 0 };
    expect(virshCommands('d', tuning({ kind: 'cpu' }, limits), { live: true })).toEqual([
      ['virsh', 'schedinfo', 'd', 'cpu_shares=5', '--live'],
      ['virsh', 'schedinfo', 'd', 'vcpu_quota=-1', '--live'],
      ['virsh', 'schedinfo', 'd', 'vcpu_period=100000', '--live'],
    ]);
  });

  it('set a disk and an interface in one go, with empty places for what is not given', () => {
    const limits = {
      'inbound.average': 5,
      'inbound.burst': 7,
      'outbound.average': 6,
      'outbound.peak': 8,
    } as const;
    const all = [...tuning(disk, { read_bytes_sec: 5, total_iops_sec_max: 0 }), ...tuning(nic, limits)];
    expect(renderVirshCommands('my vm', all, { live: true, config: true })).toEqual([
      "virsh blkdeviotune 'my vm' vda --read-bytes-sec 5 --total-iops-sec-max 0 --live --config",
      "virsh domiftune 'my vm' 52:54:00:00:00:01 --inbound 5,,7 --outbound 6,8 --live --config",
    ]);
  });

  it('take back what hinders, where the domain is known', () => {
    const definition = readDomain(
      `<domain><devices><disk><target dev='vda'/><iotune><total_bytes_sec>5</total_bytes_sec>` +
        `<total_bytes_sec_max>9</total_bytes_sec_max><read_iops_sec>3</read_iops_sec></iotune></disk>` +
        `<interface type='vhostuser'><mac address='52:54:00:00:00:01'/></interface></devices></domain>`,
    );
    const wanted = [...tuning(disk, { read_bytes_sec: 4 }), ...tuning(nic, { 'inbound.average': 1 })];
    expect(renderVirshCommands('d', wanted, { definition })).toEqual([
      'virsh blkdeviotune d vda --read-bytes-sec 4 --read-iops-sec 3 --total-bytes-sec 0 --total-bytes-sec-max 0',
    ]);
  });

  it('name a throttle group, unless nothing is limited', () => {
    const gold = { read_bytes_sec: 5, group_name: 'a gold' };
    expect(renderVirshCommands('d', tuning(disk, gold))).toEqual([
      "virsh blkdeviotune d vda --read-bytes-sec 5 --group-name 'a gold'",
    ]);
    const definition = readDomain(
      `<domain><devices><disk><target dev='vda'/><iotune><total_bytes_sec>5</total_bytes_sec>` +
        '<group_name>gold</group_name></iotune></disk></devices></domain>',
    );
    const without = tuning(disk, { total_bytes_sec: 0 });
    expect(renderVirshCommands('d', without, { definition })).toEqual([
      'virsh blkdeviotune d vda --total-bytes-sec 0',
    ]);
  });

  it('of a domain whose name looks like an option name it as such', () => {
    expect(virshCommands('--all', tuning(disk, { read_bytes_sec: 5 }))[0]?.slice(0, 4)).toEqual([
      'virsh',
      'blkdeviotune',
      '--domain',
      '--all',
    ]);
  });

  it('are taken apart by a shell as they were put together', () => {
    const text = fc.string({ unit: 'grapheme' }).filter(one => !/[\0\r]/.test(one));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), argv => {
        const line = `printf '%s\\0' ${quoteArguments(argv)}`;
        expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(
          argv,
        );
      }),
      { numRuns: 50 },
    );
  });
});
