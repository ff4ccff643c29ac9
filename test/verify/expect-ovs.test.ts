import { describe, expect, it } from 'vitest';
import type { Bandwidth } from '../../src/domain/bandwidth.ts';
import { expectOvs } from '../../src/verify/expect-ovs.ts';
import { knobName } from '../../src/verify/expectation.ts';
import { judge } from '../../src/verify/judge.ts';
import type { Reading } from '../../src/verify/reading.ts';
import { wantedLimits } from '../../src/verify/wanted.ts';
import { bandwidth, hosts, port } from './example.ts';
import { lines } from './expected-lines.ts';

function expectations(limits: Bandwidth, asked?: Bandwidth) {
  const device = { kind: 'interface', mac: port.mac } as const;
  const tuning = asked && { device, limits: asked, because: {} };
  return expectOvs(wantedLimits(device, limits, tuning, 'ovs'), port, hosts.trixie);
}

describe('a port of Open vSwitch that libvirt limits', () => {
  it('has the limits in its rows, in bits, and what the kernel makes of them', () => {
    expect(lines(expectations(bandwidth))).toEqual([
      'ovs tap2 qos: type=linux-htb',
      'ovs tap2 qos other_config:min-rate: value=262144000',
      'ovs tap2 qos other_config:max-rate: value=524288000',
      'ovs tap2 qos other_config:burst: value=1073741824',
      'ovs tap2 qos queues:0: value=attached',
      'ovs tap2 queue 0 other_config:min-rate: value=262144000',
      'ovs tap2 queue 0 other_config:max-rate: value=524288000',
      'ovs tap2 queue 0 other_config:burst: value=1073741824',
      'tc tap2 class htb 1:fffe: rateBps=65536000 ceilBps=65536000',
      'tc tap2 class htb 1:1 parent 1:fffe: rateBps=32768000 ceilBps=65536000 burstBytes=134217728±66',
      'ovs tap2 ingress_policing_rate: value=262144',
      'ovs tap2 ingress_policing_burst: value=1048576',
      'tc tap2 police matchall: rateBps=32768000 burstBytes=134217728±66',
    ]);
  });

  it('has the average as peak where none is given: without, the speed of the link would be taken', () => {
    const of = (limits: Bandwidth, asked?: Bandwidth) => lines(expectations(limits, asked))[2];
    expect(of({ 'inbound.average': 3000 })).toBe('ovs tap2 qos other_config:max-rate: value=24000000');
    expect(of({}, { 'inbound.average': 3000 })).toBe('ovs tap2 qos other_config:max-rate: value=24000000');
  });

  it('has no burst left over from earlier', () => {
    const found = lines(expectations({ 'inbound.average': 3000, 'outbound.average': 500 }));
    expect(found).toContain('ovs tap2 qos other_config:burst: absent');
    expect(found).toContain('ovs tap2 queue 0 other_config:burst: absent');
    expect(found).toContain('ovs tap2 ingress_policing_burst: value=0');
    // Open vSwitch takes 8000 kbit then.
    expect(found.at(-1)).toBe('tc tap2 police matchall: rateBps=500000 burstBytes=1024000±1');
  });

  it('has at least one packet a second; a burst that nobody asks for is that of its MTU, and not judged', () => {
    expect(lines(expectations({ 'inbound.average': 1, 'inbound.peak': 2 }))[9]).toBe(
      'tc tap2 class htb 1:1 parent 1:fffe: rateBps=1500 ceilBps=2000',
    );
  });

  it('is left alone where nothing is wanted: its limits may be Neutron’s', () => {
    expect(expectations({})).toEqual([]);
    expect(lines(expectations({ 'outbound.average': 1 })).some(line => line.includes('qos'))).toBe(false);
  });

  it.each([
    ['the QoS row is taken from the port', /^ovs tap2 (qos|queue)/, 'ovs tap2 qos'],
    ['the queue is taken from the QoS row', /^ovs tap2 (qos queues|queue)/, 'ovs tap2 qos queues:0'],
    ['the policing rate is taken away', /^ovs tap2 ingress_policing_rate/, 'ovs tap2 ingress_policing_rate'],
  ])('fails once when %s, although the kernel follows', (_what, gone, named) => {
    const expected = expectations(bandwidth);
    const readings = expected.map((one): Reading => {
      const evidence = { source: '', text: '' };
      const { layer, subject, knob } = one;
      const lost = gone.test(knobName(one)) || layer === 'tc';
      return { layer, subject, knob, evidence, ...(!lost && one.expected && { values: one.expected }) };
    });
    const mirrored = named.includes('ingress') ? /police/ : /class/;
    const verdicts = judge(
      expected.filter(one => one.layer === 'ovs' || mirrored.test(one.knob)),
      readings,
    );
    const failing = verdicts.filter(one => one.outcome === 'fail').map(one => knobName(one.expectation));
    expect(failing).toEqual([named]);
  });
});
