import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHypervisor } from '../../src/host/libvirt-hypervisor.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';

const sample = join(import.meta.dirname, '../../samples/domains/instance-00000043-volumes.xml');
let daemon: PrivateLibvirtd;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  const domain = readFileSync(sample, 'utf8').replace("type='kvm'", "type='test'");
  daemon.addHost('volumes', `<node>${domain}</node>`);
});

afterAll(() => daemon.stop());

it('a throttle group goes to libvirt as text beside the numbers, and comes back', async () => {
  const hypervisor = await openHypervisor(daemon.uri('volumes'), { readOnly: false });
  try {
    const domain = await hypervisor.lookup('instance-00000043');
    // The test driver wants a burst with every base.
    const limits = { total_iops_sec: 7, total_iops_sec_max: 9, group_name: 'gold & silver' };
    await hypervisor.setBlockIoTune(domain, 'vdc', limits);
    expect(await hypervisor.getLiveIoTune(domain, 'vdc')).toMatchObject(limits);
    expect(await hypervisor.getXml(domain, 'live')).toContain('<group_name>gold &amp; silver</group_name>');
  } finally {
    await hypervisor.close();
  }
});
