import type { Diagnostic } from '../diagnostics.ts';
import type { PortQos } from '../intent/port-qos.ts';
import { kilobitsToVfMegabits } from '../units.ts';
import { type BackendHoldings, type HeldValue, held, notEnforced } from './holding.ts';
import { placementOnly } from './placement-only.ts';
import type { PortBinding } from './port-binding.ts';

/**
 * What the physical function must hold for a virtual one. Whole Mbit/s; the card polices, and has no burst.
 *
 * @see neutron neutron/plugins/ml2/drivers/mech_sriov/agent/eswitch_manager.py:set_device_rate
 */
export function sriovHoldings(qos: PortQos, { vf }: PortBinding): BackendHoldings {
  const limit = qos.bandwidthLimit.egress;
  const asked = {
    ...(limit !== undefined && { max_tx_rate: { kbps: limit.maxKbps, because: 'bandwidth_limit egress' } }),
    ...(qos.minimumBandwidthKbps.egress !== undefined && {
      min_tx_rate: { kbps: qos.minimumBandwidthKbps.egress, because: 'minimum_bandwidth egress' },
    }),
  };
  const rates = Object.entries(asked).map(([key, { kbps, because }]) => ({
    key,
    kbps,
    because,
    mbps: kilobitsToVfMegabits(kbps),
  }));
  const diagnostics = [...rates.flatMap(rounding), ...notHere(qos)];
  if (rates.length === 0) return { holdings: [], commands: [], diagnostics };
  const values: Record<string, HeldValue> = Object.fromEntries(
    rates.map(({ key, mbps }) => [key, held(mbps, 'Mbit/s')]),
  );
  const because = rates.map(rate => rate.because).join(', ');
  const subject = vf === undefined ? 'the virtual function' : `${vf.pf} vf ${vf.index}`;
  const words = rates.flatMap(({ key, mbps }) => [key, String(mbps)]);
  const set = vf === undefined ? [] : [['ip', 'link', 'set', vf.pf, 'vf', String(vf.index), ...words]];
  return {
    holdings: [{ layer: 'ip link', subject, knob: 'rate', values, because }],
    commands: set,
    diagnostics,
  };
}

function rounding({
  kbps,
  mbps,
  because,
}: {
  readonly kbps: number;
  readonly mbps: number;
  readonly because: string;
}): readonly Diagnostic[] {
  if (mbps * 1000 === kbps) return [];
  const args = { becomes: mbps, unit: 'Mbit/s' };
  return [{ code: 'rounded', severity: 'warning', path: because, value: `${kbps} kbit/s`, args }];
}

function notHere(qos: PortQos): readonly Diagnostic[] {
  const burst = qos.bandwidthLimit.egress?.maxBurstKbit === undefined ? [] : ['bandwidth_limit egress burst'];
  const ingress = qos.bandwidthLimit.ingress === undefined ? [] : ['bandwidth_limit ingress'];
  const mark = qos.dscpMark === undefined ? [] : ['dscp_marking'];
  const rates = Object.keys(qos.packetRateLimit).map(way => `packet_rate_limit ${way}`);
  return [
    ...burst.map(path => notEnforced(path, 'SR-IOV', 'burst-ignored')),
    ...ingress.map(path => notEnforced(path, 'SR-IOV', 'egress-only')),
    ...[...mark, ...rates].map(path => notEnforced(path, 'SR-IOV', 'unsupported')),
    ...placementOnly(qos, 'SR-IOV'),
  ];
}
