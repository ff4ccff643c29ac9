import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Holding } from '../../src/backend/holding.ts';
import type { PortBinding } from '../../src/backend/port-binding.ts';
import { type PortBackend, portHoldings } from '../../src/backend/port-holdings.ts';
import { parsePortQos } from '../../src/intent/port-qos.ts';

interface LimitVector {
  readonly max_kbps: number;
  readonly max_burst_kbps: number;
  readonly ovs_egress: Record<string, number>;
  readonly ovs_egress_kernel_police: Record<string, number | string>;
  readonly ovs_ingress_queue0: Record<string, string>;
  readonly linuxbridge_egress_police: Record<string, number | string>;
  readonly linuxbridge_ingress_tbf: Record<string, number | string>;
  readonly ovn_acl_qos: { readonly bandwidth: Record<string, number> };
  readonly ovs_meter_if_qos_meter_bandwidth: Record<string, number | string>;
}
interface GuaranteeVector {
  readonly min_kbps: number;
  readonly ovs_queue: Record<string, string>;
  readonly ovn_lsp_options: Record<string, string>;
}

const file = join(import.meta.dirname, '../intent/vectors/neutron.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly bandwidth_limit: readonly LimitVector[];
  readonly minimum_bandwidth_egress: readonly GuaranteeVector[];
};
const id = '205081e1-ad00-4000-8000-000000000001';
const port: PortBinding = {
  id,
  dev: 'tap205081e1-ad',
  mac: 'fa:16:3e:20:50:81',
  ofport: 7,
  localVlan: 3,
  physical: true,
  physicalBridge: 'br-ex',
  uplink: 'eth1',
};
let compared = 0;

afterAll(() => {
  // 28 of each of the six limits, 3 of each of the two guarantees.
  expect(compared).toBe(174);
  console.info(`Neutron vectors: ${compared} numbers and words compared`);
});

describe.each(vectors.bandwidth_limit)('a limit of $max_kbps kbit/s, burst $max_burst_kbps', vector => {
  const limits = (backend: PortBackend, binding: PortBinding = port) => {
    const rule = { max_kbps: vector.max_kbps, max_burst_kbps: vector.max_burst_kbps };
    const rules = ['egress', 'ingress'].map(direction => ({ ...rule, direction, type: 'bandwidth_limit' }));
    const { qos } = parsePortQos(JSON.stringify({ policy: { rules } }));
    return portHoldings(backend, qos, binding).holdings;
  };

  it('is these columns and this policer on Open vSwitch', () => {
    const holdings = limits('ovs');
    const { 'Interface.ingress_policing_rate': rate, 'Interface.ingress_policing_burst': burst } =
      vector.ovs_egress;
    same(values(holdings, 'ingress_policing_rate'), { value: rate });
    same(values(holdings, 'ingress_policing_burst'), { value: burst });
    const { rate_Bps, burst_B, mtu, parent, prio } = vector.ovs_egress_kernel_police;
    // The vectors know the basic classifier of old releases; matchall has preference 1.
    same(values(holdings, 'police matchall'), {
      rate: rate_Bps,
      burst: burst_B,
      mtu,
      parent,
      'pref with basic': prio,
    });
  });

  it('is this queue on Open vSwitch', () => {
    const queue = limits('ovs').find(one => one.subject.startsWith('Queue 0'));
    const { 'max-rate': rate, burst } = vector.ovs_ingress_queue0;
    same(plain(queue), { 'max-rate': Number(rate), burst: Number(burst) });
  });

  it('is this meter where bandwidth is metered', () => {
    const { flags, rate, burst } = vector.ovs_meter_if_qos_meter_bandwidth;
    const meters = limits('ovs', { ...port, meterBandwidth: true }).filter(one => one.knob === 'meter');
    expect(meters).toHaveLength(2);
    for (const meter of meters) same(plain(meter), { flags, rate, burst });
  });

  it('is this policer and this token bucket on a Linux bridge', () => {
    const holdings = limits('linuxbridge');
    const { rate_Bps, burst_B, mtu, parent, prio, action } = vector.linuxbridge_egress_police;
    same(values(holdings, 'police u32'), { rate: rate_Bps, burst: burst_B, mtu, parent, pref: prio, action });
    const { rate, burst, latency } = vector.linuxbridge_ingress_tbf;
    same(values(holdings, 'qdisc tbf root'), { rate, burst, latency });
  });

  it('is these rows in OVN', () => {
    const { rate, burst } = vector.ovn_acl_qos.bandwidth;
    const rows = limits('ovn', { ...port, physical: false });
    expect(rows.map(row => row.knob)).toEqual(['from-lport', 'to-lport']);
    for (const row of rows) {
      const { 'bandwidth:rate': held, 'bandwidth:burst': heldBurst } = plain(row);
      same({ rate: held, burst: heldBurst }, { rate, burst });
    }
  });
});

describe.each(vectors.minimum_bandwidth_egress)('a guarantee of $min_kbps kbit/s', vector => {
  const { qos } = parsePortQos(JSON.stringify({ minimum_bandwidth_rule: { min_kbps: vector.min_kbps } }));

  it('is this queue of the uplink on Open vSwitch', () => {
    const queue = portHoldings('ovs', qos, port).holdings.find(one => one.subject.startsWith('Queue 7'));
    const { 'min-rate': min, 'max-rate': max } = vector.ovs_queue;
    same(plain(queue), { 'min-rate': Number(min), 'max-rate': Number(max) });
  });

  it('is this option of the port in OVN', () => {
    const [options] = portHoldings('ovn', qos, port).holdings;
    same(plain(options), { qos_min_rate: Number(vector.ovn_lsp_options.qos_min_rate) });
  });
});

/** Compares what the vector names, and counts it. */
function same(actual: Record<string, unknown>, expected: Record<string, unknown>): void {
  expect(Object.fromEntries(Object.keys(expected).map(key => [key, actual[key]]))).toEqual(expected);
  compared += Object.keys(expected).length;
}

function values(holdings: readonly Holding[], knob: string): Record<string, unknown> {
  return plain(holdings.find(one => one.knob === knob));
}

function plain(holding: Holding | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(holding?.values ?? {}).map(([key, { value }]) => [key, value]));
}
