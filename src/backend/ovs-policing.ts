import type { Diagnostic } from '../diagnostics.ts';
import type { BandwidthLimit } from '../intent/port-qos.ts';
import { bytesToOvsTicks, policingBurstToBytes, policingRateToBytes } from '../units.ts';
import { defaultBurstFindings, egressBurstKbit } from './default-burst.ts';
import { type BackendHoldings, type Holding, held } from './holding.ts';
import type { PortBinding } from './port-binding.ts';
import { burstFindings } from './tc-burst.ts';

const because = 'bandwidth_limit egress';

/**
 * What a machine sends comes into Open vSwitch, which polices it: with tc, or by itself where DPDK brings the packets.
 *
 * @see neutron neutron/agent/common/ovs_lib.py:_set_egress_bw_limit_for_port
 * @see openvswitch lib/netdev-dpdk.c:netdev_dpdk_policer_construct
 */
export function egressPolicing(limit: BandwidthLimit, { dev, dpdk }: PortBinding): BackendHoldings {
  const { rate, burst } = policingColumns(limit);
  return {
    holdings: [
      column(dev, 'ingress_policing_rate', rate, 'kbit/s'),
      column(dev, 'ingress_policing_burst', burst, 'kbit'),
      ...(dpdk === true ? [] : [policeOf(dev, rate, burst)]),
    ],
    commands: [
      [
        'ovs-vsctl',
        'set',
        'Interface',
        dev,
        `ingress_policing_rate=${rate}`,
        `ingress_policing_burst=${burst}`,
      ],
    ],
    diagnostics: dpdk === true ? defaultBurstFindings(because, limit) : policingFindings(limit),
  };
}

/** `ingress_policing_rate` in kbit/s and `ingress_policing_burst` in kbit. */
export function policingColumns(limit: BandwidthLimit): { readonly rate: number; readonly burst: number } {
  return { rate: limit.maxKbps, burst: Math.floor(egressBurstKbit(limit)) };
}

/** What is to be said of the burst. */
export function policingFindings(limit: BandwidthLimit): readonly Diagnostic[] {
  const { rate, burst } = policingColumns(limit);
  return [
    ...defaultBurstFindings(because, limit),
    ...burstFindings(because, policingRateToBytes(rate), policingBurstToBytes(burst)),
  ];
}

function column(dev: string, knob: string, value: number, unit: string): Holding {
  return { layer: 'ovsdb', subject: `Interface ${dev}`, knob, values: { value: held(value, unit) }, because };
}

/**
 * The filter has preference 1; old releases took the basic classifier and preference 49. What is below the rate goes on to
 * the filters behind it.
 *
 * @see openvswitch lib/netdev-linux.c:tc_add_policer, tc_add_matchall_policer
 */
function policeOf(dev: string, rateKbps: number, burstKbit: number): Holding {
  const rate = policingRateToBytes(rateKbps);
  const burst = policingBurstToBytes(burstKbit);
  return {
    layer: 'tc',
    subject: dev,
    knob: 'police matchall',
    values: {
      parent: held('ffff:'),
      pref: held(1),
      'pref with basic': held(49),
      rate: held(rate, 'B/s'),
      burst: held(burst, 'bytes'),
      burstTicks: held(bytesToOvsTicks(rate, burst), '64 ns'),
      mtu: held(65535, 'bytes'),
      action: held('drop/continue'),
    },
    because,
  };
}
