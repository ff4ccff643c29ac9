import type { BandwidthLimit, PortQos } from '../intent/port-qos.ts';
import { kilobitsToBytes } from '../units.ts';
import { defaultBurstFindings, egressBurstKbit, smallBurstFindings } from './default-burst.ts';
import { type BackendHoldings, type Holding, held, notEnforced, nothingHeld, together } from './holding.ts';
import { placementOnly } from './placement-only.ts';
import type { PortBinding } from './port-binding.ts';
import { burstFindings } from './tc-burst.ts';

/** `[QOS] kernel_hz` and `[QOS] tbf_latency` as the agent has them without configuration. */
const kernelHz = 250;
const latencyUs = 50_000;

/**
 * What the kernel must hold for a port of the Linux bridge agent: a police filter, a tbf qdisc, a mangle rule. The agent
 * was removed in release 26, and is still deployed.
 *
 * @see neutron neutron/agent/linux/tc_lib.py, neutron/plugins/ml2/drivers/linuxbridge/agent/extension_drivers/qos_driver.py (release 25)
 */
export function linuxbridgeHoldings(qos: PortQos, port: PortBinding): BackendHoldings {
  const { egress, ingress } = qos.bandwidthLimit;
  const rates = Object.keys(qos.packetRateLimit).map(way => `packet_rate_limit ${way}`);
  const guarantees = qos.minimumBandwidthKbps.egress === undefined ? [] : ['minimum_bandwidth egress'];
  const unsupported = [...rates, ...guarantees].map(path => notEnforced(path, 'Linux bridge', 'unsupported'));
  return together([
    egress === undefined ? nothingHeld : police(egress, port),
    ingress === undefined ? nothingHeld : tokenBucket(ingress, port),
    qos.dscpMark === undefined ? nothingHeld : mangle(qos.dscpMark, port),
    { ...nothingHeld, diagnostics: [...unsupported, ...placementOnly(qos, 'Linux bridge')] },
  ]);
}

function police(limit: BandwidthLimit, { dev }: PortBinding): BackendHoldings {
  const because = 'bandwidth_limit egress';
  const rate = kilobitsToBytes(limit.maxKbps);
  const burst = kilobitsToBytes(egressBurstKbit(limit));
  const filter = ['protocol', 'all', 'prio', '49', 'u32', 'match', 'u32', '0', '0', 'police'];
  const rates = ['rate', `${rate}bps`, 'burst', String(burst), 'mtu', '65535', 'drop'];
  return {
    holdings: [
      {
        layer: 'tc',
        subject: dev,
        knob: 'police u32',
        values: {
          parent: held('ffff:'),
          pref: held(49),
          rate: held(rate, 'B/s'),
          burst: held(burst, 'bytes'),
          mtu: held(65535, 'bytes'),
          action: held('drop'),
        },
        because,
      },
    ],
    commands: [
      ['tc', 'qdisc', 'add', 'dev', dev, 'handle', 'ffff:', 'ingress'],
      ['tc', 'filter', 'add', 'dev', dev, 'parent', 'ffff:', ...filter, ...rates],
    ],
    diagnostics: [...defaultBurstFindings(because, limit), ...burstFindings(because, rate, burst)],
  };
}

/** No default burst here, but at least what one tick of the kernel lets through. @see neutron tc_lib.py:_get_tbf_burst_value */
function tokenBucket(limit: BandwidthLimit, { dev }: PortBinding): BackendHoldings {
  const because = 'bandwidth_limit ingress';
  const rate = kilobitsToBytes(limit.maxKbps);
  const burst = kilobitsToBytes(Math.max(limit.maxKbps / kernelHz, limit.maxBurstKbit ?? 0));
  const values = { rate: held(rate, 'B/s'), burst: held(burst, 'bytes'), latency: held(latencyUs, 'µs') };
  const shape = ['rate', `${rate}bps`, 'burst', String(burst), 'latency', `${latencyUs}us`];
  return {
    holdings: [{ layer: 'tc', subject: dev, knob: 'qdisc tbf root', values, because }],
    commands: [['tc', 'qdisc', 'add', 'dev', dev, 'root', 'tbf', ...shape]],
    diagnostics: [...smallBurstFindings(because, burst), ...burstFindings(because, rate, burst)],
  };
}

function mangle(mark: number, { dev }: PortBinding): BackendHoldings {
  const hex = `0x${mark.toString(16).padStart(2, '0')}`;
  const match = ['-m', 'physdev', '--physdev-in', dev, '--physdev-is-bridged'];
  const rule = ['-t', 'mangle', '-A', 'POSTROUTING', ...match, '-j', 'DSCP', '--set-dscp', hex];
  const holdings = ['iptables', 'ip6tables'].map(
    (program): Holding => ({
      layer: 'iptables',
      subject: program,
      knob: 'mangle POSTROUTING',
      values: { 'physdev-in': held(dev), 'set-dscp': held(hex) },
      because: 'dscp_marking',
    }),
  );
  return { holdings, commands: holdings.map(({ subject }) => [subject, ...rule]), diagnostics: [] };
}
