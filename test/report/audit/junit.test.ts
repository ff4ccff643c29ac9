import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { junitFormat } from '../../../src/report/audit/junit.ts';
import { all, broken, hostile, rendered, unread, whole } from './reports.ts';

const schema = join(import.meta.dirname, 'junit.xsd');

/** What xmllint has against a text; empty: nothing. */
function problems(xml: string): string {
  const ran = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], { input: xml });
  return ran.status === 0 ? '' : (ran.error?.message ?? ran.stderr.toString());
}

describe('JUnit', () => {
  it('is what readers of JUnit reports take, whatever is in it', () => {
    expect(problems(rendered(junitFormat, all))).toBe('');
    expect(problems(rendered(junitFormat, []))).toBe('');
    expect(problems(rendered(junitFormat, [whole]).replace('tests="1"', ''))).toContain('tests');
  });

  it('is a suite a domain and a case a limit, with what stands apart from every limit', () => {
    const xml = rendered(junitFormat, [whole, broken]);
    expect(xml).toContain('name="whole" tests="1" failures="0" errors="0" skipped="0"');
    expect(xml).toContain('name="broken" tests="5" failures="2" errors="1" skipped="1"');
    expect(xml).toContain('<testcase classname="whole.cpu" name="cpu_shares" time="0"/>');
    expect(xml).toContain(
      '<testcase classname="broken.cpu" name="cgroup vcpu0 cpu.max" time="0">\n' +
        '      <failure type="not-asked-for" message="cgroup vcpu0 cpu.max is quota 50000 µs, period 100000 µs, expected quota max">',
    );
  });

  it('says of a failure where it breaks first, why, and how to repair it', () => {
    const xml = rendered(junitFormat, [broken]);
    expect(xml).toContain(
      '<failure type="open-vswitch-owns-tap" message="tc: subject police is not there; expected 32768">' +
        'tap0 is a port of Open vSwitch, which removes tc state that is not its own. ' +
        'Seen in: tc -r -s -d filter show dev tap0 parent ffff: nothing there. ' +
        'Repair: virt-quota apply broken --flavor &#39;my flavor.json&#39; --ovs-native</failure>',
    );
  });

  it('counts what could not be seen as an error, also a whole domain', () => {
    const xml = rendered(junitFormat, [broken, unread]);
    expect(xml).toContain(
      '<error type="inconclusive" message="qemu: subject bps_rd could not be read: permission denied"></error>',
    );
    expect(xml).toContain('<error type="refused" message="the domain &#39;unread&#39; is gone"></error>');
  });

  it('has no time and no host where a saved report knows none', () => {
    const xml = rendered(junitFormat, [whole], { head: {} });
    expect(xml).not.toContain('timestamp');
    expect(xml).toContain('hostname="localhost"');
    const host = { driver: 'QEMU', uri: 'qemu+ssh://root@node7.example/system', libvirtVersion: 1 };
    expect(rendered(junitFormat, [hostile], { head: { host } })).toContain('hostname="node7.example"');
  });
});
