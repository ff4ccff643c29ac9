import { describe, expect, it } from 'vitest';
import type { AuditInput } from '../../src/audit/domain-audit.ts';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import type { OvsState } from '../../src/observed/ovs.ts';
import type { KnobValues } from '../../src/verify/expectation.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { map, uuid } from '../plan/ovs-rows.ts';
import { auditWith, definition, link, mac } from './example.ts';

const plugged = { 'iface-id': uuid(9), 'vm-uuid': definition.uuid };
const bound = { name: 'tap1', qos: ['set', []], other_config: map({ net_uuid: 'n1' }) };
const stateOf = (iface: object, port: object = bound): OvsState => ({
  interfaces: [{ name: 'tap1', ingress_policing_rate: 0, external_ids: map(plugged), ...iface }],
  ports: [{ name: 'tap1', qos: ['set', []], ...port }],
  qos: [],
  queues: [],
});
const ours = { external_ids: map({ ...plugged, 'virt-quota': definition.uuid }) };
const native: DomainDefinition = {
  ...definition,
  interfaces: definition.interfaces.map(one => ({ ...one, ovsNative: { inbound: false, outbound: false } })),
};
const differs = (value: number): Omit<Verdict, 'expectation'> & { readonly expected: KnobValues } => ({
  outcome: 'fail',
  reason: 'different',
  expected: { value: 8000 },
  observed: { value },
  differs: ['value'],
});
const rate = link(['ovs', 'tap1', 'ingress_policing_rate'], 'outbound.average', differs(0));
const police = link(['tc', 'tap1', 'police'], 'outbound.average', {
  outcome: 'fail',
  reason: 'missing',
  expected: { rateBps: 1_000_000 },
});
const findingOf = (broken: Verdict, changes: Partial<AuditInput>) => auditWith([broken], changes).findings[0];
const repair = { options: ['--flavor', 'm1.json'] };

describe('the cause on a port of Open vSwitch', () => {
  it("is Neutron's agent where it has set to 0 what we had put there, and what lasts is said", () => {
    const changes = {
      definitions: { live: native, config: definition },
      facts: { ovsPorts: new Set(['tap1']), ovs: stateOf(ours) },
    };
    expect(findingOf(rate, { ...changes, repair })).toMatchObject({
      cause: 'neutron-agent-owns-port',
      explanation: `Neutron's agent looks after tap1 (Port tap1 other_config:net_uuid=n1), and sets the policing columns to 0 each time it handles a port without a policy, at any update of it in Neutron; virt-quota's mark is still on the port; what lasts is a QoS policy of Neutron (openstack port set --qos-policy POLICY ${uuid(9)}) in place of the flavor's quota:vif_* keys: with both, the next start fails`,
      repair: {
        argv: ['virt-quota', 'apply', 'vm1', '--flavor', 'm1.json', '--ovs-native'],
        note: "it holds until Neutron's agent handles the port again",
      },
    });
    expect(findingOf(rate, changes)?.repair?.argv).toEqual([
      'virt-quota',
      'apply',
      'vm1',
      '--property',
      'quota:vif_outbound_average=1000',
      '--live',
      '--ovs-native',
      '--no-record',
    ]);
  });

  it('is the agent, it seems, where only Nova has left its traces and our mark is still there', () => {
    const facts = { ovsPorts: new Set(['tap1']), ovs: stateOf(ours, { other_config: map({}) }) };
    const found = findingOf(rate, { definitions: { live: native }, facts });
    expect(found?.cause).toBe('neutron-agent-owns-port');
    expect(found?.explanation).toContain("Neutron's agent, it seems, looks after tap1 (Interface tap1");
  });

  it("is a policy of Neutron's by its numbers, and no command takes it away", () => {
    const facts = {
      ovsPorts: new Set(['tap1']),
      ovs: stateOf({ ingress_policing_rate: 3000, ingress_policing_burst: 300 }),
    };
    const found = findingOf(police, { facts, repair });
    expect(found?.cause).toBe('neutron-agent-owns-port');
    expect(found?.explanation).toContain(
      'ingress_policing_rate=3000 kbit/s, ingress_policing_burst=300 kbit',
    );
    expect(found?.repair).toBeUndefined();
  });

  it('is Open vSwitch where it owns the tap, with who else looks after the port', () => {
    const facts = { ovsPorts: new Set(['tap1']), ovs: stateOf({}) };
    const found = findingOf(police, { facts });
    expect(found?.cause).toBe('open-vswitch-owns-tap');
    expect(found?.explanation).toContain("Neutron's agent looks after tap1");
    expect(found?.repair?.note).toBe("it holds until Open vSwitch or Neutron's agent handles the port again");
  });

  it('is somebody else where no agent is known', () => {
    const facts = {
      ovsPorts: new Set(['tap1']),
      ovs: stateOf({ external_ids: map({ 'virt-quota': definition.uuid }) }, {}),
    };
    expect(findingOf(rate, { definitions: { live: native }, facts })?.cause).toBe('behind-libvirt');
  });

  it('is a packet rate, which can be taken away', () => {
    const idle = link(['ovs', 'tap1', 'ingress_policing_rate'], 'outbound.average', {
      outcome: 'fail',
      reason: 'idle',
      expected: { value: 8000 },
      observed: { limit: 'out of force' },
    });
    const facts = {
      ovsPorts: new Set(['tap1']),
      ovs: stateOf({ ingress_policing_rate: 8000, ingress_policing_kpkts_rate: 1 }),
    };
    expect(findingOf(idle, { facts })).toMatchObject({
      cause: 'packet-rate-policing',
      explanation:
        'ingress_policing_kpkts_rate=1 has Open vSwitch police packets on tap1, and it drops its byte policer for that',
      repair: {
        argv: [
          'ovs-vsctl',
          'set',
          'Interface',
          'tap1',
          'ingress_policing_kpkts_rate=0',
          'ingress_policing_kpkts_burst=0',
        ],
      },
    });
  });

  it('is a database that does not answer, without a repair', () => {
    const facts = { ovsPorts: new Set<string>(), ovsSilent: new Map([['tap1', 'connection failed']]) };
    const found = findingOf(police, { facts, repair });
    expect(found?.cause).toBe('open-vswitch-silent');
    expect(found?.explanation).toContain('does not answer (connection failed)');
    expect(found?.repair).toBeUndefined();
  });

  it('is another queue of the port that packets go through', () => {
    const evidence = { source: 'ovs-ofctl dump-flows br-int', text: 'queue 1: actions=set_queue:1,NORMAL' };
    const idle = link(['ovs', 'tap1', 'qos queues:0'], 'outbound.average', {
      outcome: 'fail',
      reason: 'idle',
      expected: { value: 'attached' },
      observed: { limit: 'out of force' },
      evidence,
    });
    const found = findingOf(idle, { facts: { ovsPorts: new Set(['tap1']) }, repair });
    expect(found?.cause).toBe('queued-elsewhere');
    expect(found?.explanation).toContain('queue 1: actions=set_queue:1,NORMAL');
    expect(found?.repair?.argv).toEqual(['virt-quota', 'apply', 'vm1', '--flavor', 'm1.json']);
  });
});

describe('what else is found on a port of Open vSwitch', () => {
  const facts = (more: Partial<OvsState>, iface: object = {}) => ({
    ovsPorts: new Set(['tap1']),
    ovs: { ...stateOf(iface), ...more },
  });
  const orphan = (id: string, port: string) => ({
    _uuid: ['uuid', uuid(2)],
    type: 'linux-htb',
    queues: ['map', []],
    external_ids: map({ 'virt-quota': id, 'virt-quota-port': port }),
  });

  it('is rows that we made for this domain, also for a port that it has no longer, and no others', () => {
    const found = (qos: object) =>
      auditWith([], { facts: facts({ qos: [qos as OvsState['qos'][number]] }) }).findings;
    expect(found(orphan(definition.uuid, 'tap1'))).toMatchObject([
      {
        cause: 'orphaned-ovs-rows',
        severity: 'warning',
        explanation:
          "1 row that virt-quota made for tap1 is left in Open vSwitch's database, and no port has it: the port was made anew since, as Nova does at a stop and start or a resize. They limit nothing",
        device: { kind: 'interface', mac },
        subject: 'tap1',
        repair: { argv: ['virt-quota', 'port', 'prune'] },
      },
    ]);
    expect(found(orphan(definition.uuid, 'tapgone'))).toMatchObject([{ subject: 'tapgone' }]);
    expect(found(orphan(uuid(8), 'tap1'))).toEqual([]);
  });

  it("is a policy of Neutron's beside a bandwidth, unless a broken limit tells of it", () => {
    const policed = facts({}, { ingress_policing_rate: 3000, ingress_policing_burst: 300 });
    expect(auditWith([], { facts: policed }).findings).toMatchObject([
      {
        cause: 'policy-beside-vif-quota',
        severity: 'warning',
        parameters: ['outbound.average'],
        evidence: { text: 'ingress_policing_rate=3000 kbit/s, ingress_policing_burst=300 kbit' },
      },
    ]);
    expect(auditWith([police], { facts: policed }).findings.map(one => one.cause)).toEqual([
      'neutron-agent-owns-port',
    ]);
    expect(auditWith([], { facts: facts({}) }).findings).toEqual([]);
  });

  it('is no peak that is the asked average, as an apply writes it on ports of Open vSwitch', () => {
    const withPeak = (peak: number) => ({
      ...definition,
      interfaces: definition.interfaces.map(one => ({
        ...one,
        bandwidth: { ...one.bandwidth, 'inbound.average': 1000, 'inbound.peak': peak },
      })),
    });
    const limits = { 'outbound.average': 1000, 'inbound.average': 1000 };
    const tuning = { live: [{ device: { kind: 'interface', mac }, limits, because: {} } as const] };
    const found = (peak: number) =>
      auditWith([], { tuning, definitions: { live: withPeak(peak) } }).findings.flatMap(one =>
        one.device.kind === 'interface' ? one.parameters : [],
      );
    expect(found(1000)).toEqual([]);
    expect(found(2000)).toEqual(['inbound.peak']);
  });
});
