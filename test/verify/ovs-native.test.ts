import { describe, expect, it } from 'vitest';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { expectDomain } from '../../src/verify/expect.ts';
import type { HostFacts } from '../../src/verify/host-facts.ts';
import { markOvsNative, ovsNativeFindings } from '../../src/verify/ovs-native.ts';
import { hosts, limited, nic } from './example.ts';
import { lines } from './expected-lines.ts';

const mac = '52:54:00:00:00:03';
const tap = nic({ mac, type: 'ethernet', dev: 'tap3', bandwidth: { 'inbound.average': 1000 } });
const domain = { ...limited, disks: [], interfaces: [tap] };
const device = { kind: 'interface', mac } as const;
const tuning = [{ device, limits: { 'inbound.average': 1000 }, because: {} }];
const nobody = { inbound: false, outbound: false, foreign: [] };

function factsWith(
  holder: Partial<NonNullable<ReturnType<NonNullable<HostFacts['ovsHolders']>['get']>>>,
): HostFacts {
  return {
    ...hosts.trixie,
    ovsPorts: new Set(['tap3']),
    ovsHolders: new Map([['tap3', { ...nobody, ...holder }]]),
  };
}

const findings = (facts: HostFacts, isAsked: boolean) =>
  ovsNativeFindings(markOvsNative(domain, facts, isAsked), facts, tuning).map(diagnosticLine);
const knobs = (facts: HostFacts, isAsked: boolean, wanted = domain) =>
  lines(
    expectDomain({
      asked: {},
      live: markOvsNative(wanted, facts, isAsked),
      facts,
      scopes: ['live'],
    }).filter(one => one.device.kind === 'interface'),
  );

describe('an ethernet tap that is a port of Open vSwitch', () => {
  it("is expected to hold libvirt's limits in tc, and what would keep them is named", () => {
    expect(knobs(factsWith({}), false)[0]).toMatch(/^tc tap3 class htb 1:1: rateBps=1000000 /);
    expect(findings(factsWith({}), false)).toEqual([
      `warning: interface ${mac} is on tap3, a port of Open vSwitch, which removes what libvirt sets there with tc: --ovs-native sets it in Open vSwitch's database`,
    ]);
  });

  it('has a finding that programs know by its code', () => {
    const marked = markOvsNative(domain, factsWith({}), false);
    expect(ovsNativeFindings(marked, factsWith({}), tuning)).toEqual([
      { code: 'ovs-port-unknown', severity: 'warning', path: `interface ${mac}`, args: { dev: 'tap3' } },
    ]);
  });

  it('is expected to hold them in the database when that is asked for, without any finding', () => {
    expect(knobs(factsWith({}), true).slice(0, 3)).toEqual([
      'ovs tap3 qos: type=linux-htb',
      'ovs tap3 qos other_config:min-rate: value=8000000',
      'ovs tap3 qos other_config:max-rate: value=8000000',
    ]);
    expect(findings(factsWith({}), true)).toEqual([]);
  });

  it('stays with the database when we have limited it there, and only for the same domain', () => {
    const ours = { owner: domain.uuid, inbound: true, outbound: true };
    expect(knobs(factsWith(ours), false)[0]).toBe('ovs tap3 qos: type=linux-htb');
    expect(knobs(factsWith({ ...ours, owner: 'another' }), false)[0]).toMatch(/^tc tap3 class htb 1:1/);
  });

  it('must not have limits of ours left when none is wanted', () => {
    const free = { ...domain, interfaces: [{ ...tap, bandwidth: {} }] };
    const ours = { owner: domain.uuid, inbound: true, outbound: true };
    expect(knobs(factsWith(ours), false, free)).toEqual([
      'ovs tap3 qos: absent',
      'ovs tap3 ingress_policing_rate: value=0',
    ]);
    expect(knobs(factsWith({}), true, free)).toEqual([]);
  });

  it("is an error where somebody else limits it, each of the other's values named", () => {
    const foreign = ['QoS row 0a of type linux-htb', 'ingress_policing_rate=5000'];
    expect(findings(factsWith({ foreign }), true)).toEqual(
      foreign.map(
        one =>
          `error: interface ${mac} is on tap3, which somebody else limits in Open vSwitch (Neutron QoS?): ${one}; nothing is written over it`,
      ),
    );
  });

  it('is not marked when it is not known whose its limits are', () => {
    const { ovsHolders: _, ...unknown } = factsWith({});
    expect(knobs(unknown, true)[0]).toMatch(/^tc tap3 class htb 1:1/);
  });
});
