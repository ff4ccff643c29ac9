import { dscpToTos } from '../intent/dscp.ts';
import type { BandwidthLimit, PortQos } from '../intent/port-qos.ts';
import { kilobitsToBytes, kilobitsToMidonetBytes } from '../units.ts';
import { type BackendHoldings, held, notEnforced, nothingHeld, together } from './holding.ts';
import type { PortBinding } from './port-binding.ts';
import { burstFindings } from './tc-burst.ts';

/**
 * What MidoNet must hold for a port: a police filter on what the machine sends, and a mark on its packets.
 *
 * @see midonet docs/qos.md, midolman/src/main/scala/org/midonet/midolman/host/services/TcRequestHandler.scala
 */
export function midonetHoldings(qos: PortQos, port: PortBinding): BackendHoldings {
  const { egress, ingress } = qos.bandwidthLimit;
  const rates = Object.keys(qos.packetRateLimit).map(way => `packet_rate_limit ${way}`);
  const guarantees = Object.keys(qos.minimumBandwidthKbps).map(way => `minimum_bandwidth ${way}`);
  const packets = Object.keys(qos.minimumPacketRateKpps).map(way => `minimum_packet_rate ${way}`);
  const unsupported = [...rates, ...guarantees, ...packets].map(path =>
    notEnforced(path, 'MidoNet', 'unsupported'),
  );
  const oneWay =
    ingress === undefined ? [] : [notEnforced('bandwidth_limit ingress', 'MidoNet', 'egress-only')];
  return together([
    egress === undefined ? nothingHeld : police(egress, port),
    qos.dscpMark === undefined ? nothingHeld : tunnelMark(qos.dscpMark),
    { ...nothingHeld, diagnostics: [...oneWay, ...unsupported] },
  ]);
}

/**
 * The filter of MidoNet's documentation. The agent itself writes it with preference 5 and an mtu of 65335 (a slip of the
 * pen in its source), which does not change what is limited.
 */
function police(limit: BandwidthLimit, { dev }: PortBinding): BackendHoldings {
  const because = 'bandwidth_limit egress';
  const rate = kilobitsToBytes(limit.maxKbps);
  const burst = kilobitsToMidonetBytes(limit.maxBurstKbit ?? 0);
  const filter = ['protocol', 'all', 'prio', '49', 'basic', 'police'];
  const rates = ['rate', `${limit.maxKbps}kbit`, 'burst', String(burst), 'mtu', '65535', 'drop'];
  const none = limit.maxBurstKbit === undefined;
  return {
    holdings: [
      { layer: 'tc', subject: dev, knob: 'qdisc ingress', values: { handle: held('ffff:') }, because },
      {
        layer: 'tc',
        subject: dev,
        knob: 'police basic',
        values: {
          parent: held('ffff:'),
          protocol: held('all'),
          pref: held(49),
          rate: held(rate, 'B/s'),
          burst: held(burst, 'bytes'),
          mtu: held(65535, 'bytes'),
          action: held('drop'),
          'pref by midolman': held(5),
          'mtu by midolman': held(65335, 'bytes'),
        },
        because,
      },
    ],
    commands: [
      ['tc', 'qdisc', 'add', 'dev', dev, 'handle', 'ffff:', 'ingress'],
      ['tc', 'filter', 'add', 'dev', dev, 'parent', 'ffff:', ...filter, ...rates],
    ],
    diagnostics: none ? [notEnforced(because, 'MidoNet', 'burst-zero')] : burstFindings(because, rate, burst),
  };
}

/** The machine's own header always; the tunnel's only when the agent is told to. */
function tunnelMark(mark: number): BackendHoldings {
  const values = {
    dscp: held(mark),
    tos: held(dscpToTos(mark)),
    'agent.datapath.set_tos_on_tunnel_header': held('true'),
  };
  return {
    holdings: [
      { layer: 'midolman', subject: 'datapath flows', knob: 'set tos', values, because: 'dscp_marking' },
    ],
    commands: [],
    diagnostics: [],
  };
}
