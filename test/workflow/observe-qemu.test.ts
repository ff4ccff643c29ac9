import { describe, expect, it } from 'vitest';
import type { DiskDefinition } from '../../src/domain/definition.ts';
import { observeQemu } from '../../src/workflow/observe-qemu.ts';
import { limited } from '../verify/example.ts';

const domain = { name: limited.name, uuid: limited.uuid, id: 1 };

/** What libvirt calls them towards QEMU. */
const aliases: Readonly<Record<string, string>> = {
  vda: 'virtio-disk0',
  sda: 'scsi0-0-0-1',
  hda: 'ide0-0-0',
};

/** The values of {@link readings}, of disks whose aliases are not known. */
async function groups(
  names: Readonly<Record<string, string>>,
  defined: Readonly<Record<string, string>> = {},
) {
  return (await readings(names, defined, {})).map(one => one.values?.value);
}

/** The group of each disk as a reading of it, when QEMU answers these names. */
async function readings(
  names: Readonly<Record<string, string>>,
  defined: Readonly<Record<string, string>> = {},
  known = aliases,
) {
  const disks = Object.keys(names).map(
    (target): DiskDefinition => ({
      target,
      device: 'disk',
      type: 'file',
      source: `/${target}`,
      ...(known[target] && { alias: known[target] }),
      iotune: { ...(defined[target] && { group_name: defined[target] }) },
      hasThrottleFilters: false,
    }),
  );
  const getLiveIoTune = async (_: object, target: string) => ({ group_name: names[target] ?? '' });
  const all = await observeQemu({ getLiveIoTune }, domain, { ...limited, disks });
  return all.filter(one => one.knob === 'group');
}

describe("a disk's group", () => {
  it('is not read where QEMU made it up', async () => {
    expect(await groups({ vda: '/machine/peripheral/virtio-disk0/virtio-backend', vdb: 'any' })).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is read where libvirt has one', async () => {
    expect(await groups({ vda: 'gold', vdb: 'own' }, { vda: 'gold' })).toEqual(['gold', undefined]);
  });

  it('is read where two disks are in it, whatever libvirt has', async () => {
    expect(await groups({ vda: 'x', vdb: 'x', vdc: 'y' })).toEqual(['x', 'x', undefined]);
    expect(await groups({ vda: 'gold', vdb: 'gold' }, { vda: 'gold' })).toEqual(['gold', 'gold']);
  });

  it('is nothing that disks without limits have in common', async () => {
    expect(await groups({ vda: '', vdb: '' })).toEqual([undefined, undefined]);
  });

  it('is not known where neither libvirt nor QEMU has named it: it may have other members', async () => {
    const found = await readings({ vda: 'foreign', sda: 'scsi0-0-0-1', hda: 'drive-ide0-0-0' });
    expect(found.map(one => one.unreadable ?? 'known')).toEqual([
      expect.stringContaining("who else is in QEMU's throttle group 'foreign' is not told"),
      'known',
      'known',
    ]);
  });
});
