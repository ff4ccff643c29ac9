import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyRows } from '../../src/explain/key-rows.ts';
import { renderKeysMarkdown } from '../../src/report/key-table.ts';

const row = (key: string) => keyRows().find(one => one.key === key);

describe('the catalogue for people', () => {
  it('has a row for every extra spec of both namespaces', () => {
    expect(keyRows()).toHaveLength(61);
    expect(new Set(keyRows().map(one => one.key)).size).toBe(61);
  });

  it('says what shares may be on each kind of host, and that none of them means "no limit"', () => {
    expect(row('quota:cpu_shares')).toEqual({
      key: 'quota:cpu_shares',
      readBy: 'libvirt',
      unit: '',
      api: { min: 0 },
      ranges: [
        { where: 'cgroup v1', unit: '', min: 2, max: 262_144 },
        { where: 'cgroup v2', unit: '', min: 1, max: 10_000 },
        { where: 'cgroup v2, libvirt before 9.1', unit: '', min: 2, max: 10_000 },
      ],
      parameter: 'cpu_shares',
      element: 'cputune/shares',
      enforcedBy: [{ layer: 'cgroup', knobs: ['cpu.shares', 'cpu.weight'] }],
      source: 'nova/virt/libvirt/driver.py:_update_guest_cputune',
    });
  });

  it('says where a running domain takes less than its definition, and which knobs hold a limit', () => {
    expect(row('quota:vif_outbound_average')).toMatchObject({
      unit: 'kB/s',
      lifted: 'zero',
      element: 'bandwidth/outbound@average',
      ranges: [
        { where: 'definition', min: 1, max: Number.MAX_SAFE_INTEGER },
        { where: 'running domain', min: 1, max: 4_294_967_295 },
      ],
      enforcedBy: [
        { layer: 'tc', knobs: ['police', 'class htb 1:1', 'police matchall'] },
        { layer: 'ovs', knobs: ['ingress_policing_rate', 'ingress_policing_burst'] },
      ],
    });
    expect(row('quota:disk_write_iops_sec')?.enforcedBy).toEqual([{ layer: 'qemu', knobs: ['iops_wr'] }]);
  });

  it('says that nothing of a VMware key reaches libvirt', () => {
    expect(row('quota:memory_shares_level')).toEqual({
      key: 'quota:memory_shares_level',
      readBy: 'vmware',
      unit: '',
      api: { words: ['custom', 'high', 'normal', 'low'] },
      ranges: [],
      enforcedBy: [],
      source: 'nova/virt/vmwareapi/vmops.py:_get_extra_specs',
    });
  });

  it('every key of libvirt is enforced somewhere', () => {
    const idle = keyRows().filter(one => one.readBy === 'libvirt' && one.enforcedBy.length === 0);
    expect(idle).toEqual([]);
  });

  it('stands in the README as the command prints it (vitest -u brings it up to date)', async () => {
    const file = join(import.meta.dirname, '../../README.md');
    const [before, rest = ''] = readFileSync(file, 'utf8').split(/(?<=<!-- keys: .* -->\n)/);
    const after = rest.slice(rest.indexOf('<!-- /keys -->'));
    expect(after).toMatch(/^<!-- \/keys -->\n/);
    await expect(`${before}\n${renderKeysMarkdown(keyRows())}\n${after}`).toMatchFileSnapshot(file);
  });
});
