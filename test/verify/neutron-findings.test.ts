import { describe, expect, it } from 'vitest';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { neutronFindings } from '../../src/verify/neutron-findings.ts';
import { database, dev, map, uuid } from '../plan/ovs-rows.ts';
import { limited, nic } from './example.ts';

const mac = '52:54:00:00:00:03';
const device = { kind: 'interface', mac } as const;
const tuning = [{ device, limits: { 'outbound.average': 1000 }, because: {} }];
const ids = map({ 'iface-id': uuid(9), 'vm-uuid': uuid(4) });
const bound = { name: dev, qos: ['set', []], other_config: map({ net_uuid: 'n1' }) };
const facts = (iface: object, ports: readonly object[] = [bound]) => ({
  ovsPorts: new Set([dev]),
  ovs: { ...database({ iface: { external_ids: ids, ...iface } }), ports: ports as { name: string }[] },
});
const domain = (more: object = {}) => ({
  ...limited,
  interfaces: [{ ...nic({ mac, type: 'ethernet', dev, bandwidth: {} }), ...more }],
});
const lines = (...asked: Parameters<typeof neutronFindings>) => neutronFindings(...asked).map(diagnosticLine);

describe("a port that Neutron's agent looks after", () => {
  it('is told of before anything is written to it', () => {
    expect(lines(domain(), facts({}), tuning)).toEqual([
      `warning: interface ${mac} is on ${dev}, which Neutron's agent looks after (Port ${dev} other_config:net_uuid=n1): it sets what polices there to 0 at any update of the port in Neutron; what lasts is a QoS policy of Neutron (openstack port set --qos-policy POLICY ${uuid(9)}) and no quota:vif_* in the flavor`,
    ]);
    expect(neutronFindings(domain(), facts({}), tuning)[0]?.code).toBe('neutron-undoes-it');
  });

  it('may be one where only Nova has left its traces, and our rows are to be written', () => {
    expect(lines(domain(), facts({}, []), tuning)).toEqual([]);
    const native = domain({ ovsNative: { inbound: false, outbound: false } });
    expect(lines(native, facts({}, []), tuning)[0]).toContain(
      "which Neutron's agent may look after (Interface",
    );
  });

  it('is not told of where nothing asks for what the agent undoes', () => {
    const inbound = [{ device, limits: { 'inbound.average': 1000 }, because: {} }];
    expect(lines(domain(), facts({}), inbound)).toEqual([]);
    expect(lines(domain(), facts({}), [])).toEqual([]);
  });

  it('must not have a bandwidth besides its policy', () => {
    const policed = facts({ ingress_policing_rate: 3000, ingress_policing_burst: 300 });
    const expected = `warning: interface ${mac} has a bandwidth (as quota:vif_* gives it), and ${dev} a QoS policy of Neutron (ingress_policing_rate=3000 kbit/s, ingress_policing_burst=300 kbit): with both, Nova's next start of the server fails; keep one of them`;
    expect(lines(domain(), policed, tuning)).toEqual([expected]);
    expect(lines(domain({ bandwidth: { 'inbound.average': 1 } }), policed, [])).toEqual([expected]);
    expect(lines(domain(), policed, [])).toEqual([]);
    expect(neutronFindings(domain(), policed, tuning)[0]?.code).toBe('policy-beside-vif-quota');
  });
});
