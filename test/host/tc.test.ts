import { describe, expect, it } from 'vitest';
import { readOvs } from '../../src/host/ovs.ts';
import { readIproute2Version, readTcClasses, readTcPolicers } from '../../src/host/tc.ts';
import { hostOf } from './host-of.ts';

const commands = (answers: Parameters<typeof hostOf>[2]) => hostOf({}, {}, answers);

describe('tc on a host', () => {
  it('is asked once for classes and once for policers, and the evidence is the command', async () => {
    const host = commands({
      'tc -j class show dev tap0': 'class htb 1:1 root prio 0 rate 8Mbit ceil 8Mbit burst 1Mb cburst 1600b',
      'tc -r -s -d filter show dev tap0 parent ffff:': '',
    });
    const classes = await readTcClasses(host, 'tap0');
    expect(classes.source).toBe('tc -j class show dev tap0');
    expect(classes.found.map(one => one.handle)).toEqual(['1:1']);
    expect((await readTcPolicers(host, 'tap0')).found).toEqual([]);
  });

  it('says what is wrong', async () => {
    const failed = { exitCode: 1, stdout: '', stderr: 'Cannot find device "tap0"\nmore' };
    const host = commands({ 'tc -j class show dev tap0': failed, 'tc -V': 'busybox' });
    await expect(readTcClasses(host, 'tap0')).rejects.toThrow(
      `'tc -j class show dev tap0' failed: Cannot find device "tap0"`,
    );
    await expect(readIproute2Version(host)).rejects.toThrow("'tc -V' names no version");
    await expect(readTcPolicers(host, 'tap0')).rejects.toThrow("'tc' is not installed");
    const half = commands({ 'tc -j class show dev tap0': '[{' });
    await expect(readTcClasses(half, 'tap0')).rejects.toThrow('did not answer JSON');
  });

  it.each(['', 'a b', '../x', '..', 'longer-than-15-b', 'a/b'])('is not asked for device %j', async dev => {
    await expect(readTcClasses(commands({}), dev)).rejects.toThrow('cannot be a network device');
  });
});

describe('Open vSwitch on a host', () => {
  const listing = (packets: string) =>
    `ovs-vsctl --timeout=5 --format=json --columns=name,ingress_policing_rate,ingress_policing_burst,external_ids,type,ofport,options,mtu,link_speed${packets} list Interface -- --columns=_uuid,name,qos,tag,other_config list Port -- --columns=_uuid,type,other_config,queues,external_ids list QoS -- --columns=_uuid,other_config,external_ids list Queue -- --columns=name,ports,controller,fail_mode list Bridge -- --columns=_uuid,target,is_connected list Controller`;
  const line = listing(',ingress_policing_kpkts_rate,ingress_policing_kpkts_burst');
  const one = '{"headings":["name"],"data":[["tap0"]]}\n\n\n\n\n\n';

  it('is asked once for all ports', async () => {
    const state = await readOvs(commands({ [line]: one }));
    expect(state.interfaces).toEqual([{ name: 'tap0' }]);
  });

  it('is asked without packet rates where it knows none', async () => {
    const stderr =
      'ovs-vsctl: Interface does not contain a column whose name matches "ingress_policing_kpkts_rate"';
    const old = { [line]: { exitCode: 1, stdout: '', stderr }, [listing('')]: one };
    expect((await readOvs(commands(old))).interfaces).toEqual([{ name: 'tap0' }]);
  });

  it('says why it does not answer', async () => {
    const down = { exitCode: 1, stdout: '', stderr: 'ovs-vsctl: database connection failed' };
    await expect(readOvs(commands({ [line]: down }))).rejects.toThrow('database connection failed');
    for (const garbage of ['', 'no', '{"headings":["name"],"data":[]}', '{}\n\n\n\n\n\n'])
      await expect(readOvs(commands({ [line]: garbage }))).rejects.toThrow('did not answer with its tables');
    await expect(readOvs(commands({}))).rejects.toThrow("'ovs-vsctl' is not installed");
  });
});
