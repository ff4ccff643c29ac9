import { describe, expect, it } from 'vitest';
import { readDeviceNumber } from '../../src/host/block-device.ts';
import { hostOf } from './host-of.ts';

const host = hostOf({
  '/sys/class/block/sda/dev': '8:0\n',
  '/sys/class/block/dm-1/dev': '253:1\n',
  '/run/udev/data/b8:0': 'S:disk/by-id/ata-1\nE:ID=x\n',
  '/run/udev/data/b253:1': 'S:mapper/vg-lv\nS:disk/by-id/dm-name-vg-lv\n',
});

describe('the number of a block device', () => {
  it.each([
    ['/dev/sda', '8:0'],
    ['/dev/dm-1', '253:1'],
    ['/dev/mapper/vg-lv', '253:1'],
    ['/dev/disk/by-id/ata-1', '8:0'],
  ])('of %s is %s', async (path, number) => {
    expect(await readDeviceNumber(host, path)).toBe(number);
  });

  it.each(['/dev/sdb', '/dev/..', '/dev/disk/by-id/ata', '/etc/passwd', '/dev/'])(
    'of %s is not known',
    async path => {
      expect(await readDeviceNumber(host, path)).toBeUndefined();
    },
  );
});
