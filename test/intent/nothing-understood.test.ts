import { describe, expect, it } from 'vitest';
import { parseFlavor } from '../../src/intent/flavor.ts';
import { parsePasted } from '../../src/intent/forms/pasted.ts';
import { notUnderstood, refuseNothingUnderstood } from '../../src/intent/understood.ts';

const read = (text: string) => ({ ...parseFlavor(text, parsePasted, 'it').flavor.extraSpecs });

describe('a flavor that asks for nothing', () => {
  it.each([
    ['{"extra_specs": {}}', {}],
    ['{"name": "m1", "vcpus": 1, "properties": {}}', {}],
    ['{"name": "m1", "vcpus": 1, "properties": ""}', {}],
    ['{"flavor": {"name": "m1", "extra_specs": {}}}', {}],
    ['{"flavor": {"name": "m1", "extra_specs": {"company:ssd": "yes"}}}', { 'company:ssd': 'yes' }],
    ['{"flavor": {"vcpus": 1, "original_name": "m1", "extra_specs": {}}}', {}],
    ["{\"flavor\": \"disk='1', ephemeral='0', , id='m1', vcpus='1'\"}", {}],
    ['hw:cpu_policy=dedicated', { 'hw:cpu_policy': 'dedicated' }],
    ['hw:cpu_policy: dedicated\ncompany:ssd: yes', { 'hw:cpu_policy': 'dedicated', 'company:ssd': 'yes' }],
    ['trait:HW_CPU_X86_VMX=required', { 'trait:HW_CPU_X86_VMX': 'required' }],
    ['resources1:VGPU=1', { 'resources1:VGPU': '1' }],
    ['quota:cpu_limit=5', { 'quota:cpu_limit': '5' }],
  ])('is one when its form, or a namespace, tells that it was understood: %s', (text, specs) => {
    expect(read(text)).toEqual(specs);
    expect(notUnderstood(specs)).toEqual([]);
  });
});

describe('a text that proves nothing', () => {
  it.each([
    ['{}', /is no flavor/],
    ['foo=1', /is no flavor: it has neither 'extra_specs' nor 'properties' nor a quota: key/],
    ['company:ssd=yes', /is no flavor/],
    ['cpus: 4\nspeed: fast', /is no flavor/],
    ['name=m1\nvcpus=2', /has flavor 'm1' without its extra specs/],
    [
      '{"flavor": {"name": "m1", "vcpus": 1, "ram": 1}}',
      /without its extra specs, as Nova answers before microversion 2.61/,
    ],
    ['{"name": "m1", "vcpus": 1, "extra_specs": null}', /without its extra specs/],
    ['| name | m1 |\n| properties | None |\n| vcpus | 1 |', /without its extra specs/],
    ['{"flavors": [{"name": "m1", "vcpus": 1}]}', /without its extra specs/],
    ['{"flavors": []}', /is no flavor|has no flavor/],
    [
      '{"name": "vm1", "flavor": "m1.io (42)"}',
      /has a server that only names its flavor 'm1.io': what that asks for is not known; give openstack flavor show m1.io -f json/,
    ],
    ["{\"flavor\": \"disk='1', ephemeral='0', id='m1', vcpus='1'\"}", /without its extra specs/],
    ['{"id": "1", "name": "ssd", "is_public": true, "properties": {}, "qos_specs_id": null}', /is no flavor/],
    ['{"disk_format": "raw", "id": "1", "name": "cirros", "properties": {}, "size": 5}', /is no flavor/],
  ])('is refused: %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('is refused in time, whatever stands in the name', () => {
    const start = performance.now();
    const name = `m1${' '.repeat(300_000)}x`;
    expect(() => read(JSON.stringify({ name: 'vm1', flavor: name }))).toThrow(/only names its flavor/);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it.each([
    [{ 'quota:cpu_share': '5' }, "'quota:cpu_share'"],
    [{ 'Quota:cpu_shares': '5', 'hw:x': '1' }, "'Quota:cpu_shares'"],
    [{ 'quota.cpu_shares': '5', quota_cpu_quota: '5' }, "'quota.cpu_shares', 'quota_cpu_quota'"],
    [{ 'hw:quota:cpu_shares': '5' }, "'hw:quota:cpu_shares'"],
    [{ cpu_shares: '5' }, "'cpu_shares'"],
    [
      { 'quota:a': '1', 'quota:b': '1', 'quota:c': '1', 'quota:d': '1' },
      "'quota:a', 'quota:b', 'quota:c', 1 more",
    ],
  ])('asks for limits by keys that nobody reads: %j', (specs, keys) => {
    expect(() => refuseNothingUnderstood(specs, 'm1')).toThrow(
      `m1: none of the keys that ask for a limit is known (${keys}), so it proves nothing`,
    );
  });

  it('is none as soon as one of them is read', () => {
    expect(notUnderstood({ 'quota:cpu_share': '5', 'quota:cpu_quota': '-1' })).toEqual([]);
    expect(notUnderstood({ 'virt-quota:memory_hard': '5' })).toEqual([]);
  });
});
