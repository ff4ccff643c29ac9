import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFlavor } from '../../../src/intent/flavor.ts';
import { parsePasted } from '../../../src/intent/forms/pasted.ts';
import { parsePortQos } from '../../../src/intent/port-qos.ts';
import { parseVolumeQos } from '../../../src/intent/volume-qos-text.ts';

/** A file beside the tests. */
export const fileText = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

/** The extra specs of the one flavor of a text. */
export const specs = (text: string) => ({ ...parseFlavor(text, parsePasted, 'it').flavor.extraSpecs });

/** The flavor of a text, and what is said about it as `code path`. */
export const flavor = (text: string) => {
  const { flavor: read, diagnostics } = parseFlavor(text, parsePasted, 'it');
  return {
    ...read,
    extraSpecs: { ...read.extraSpecs },
    said: diagnostics.map(one => `${one.code} ${one.path}`),
  };
};

/** The QoS of a volume type. */
export const volume = (text: string) => {
  const { name, qos, diagnostics } = parseVolumeQos(text, parsePasted, 'it');
  const said = diagnostics.map(one => `${one.code} ${one.path}`);
  return { name, consumer: qos.consumer, specs: { ...qos.specs }, said };
};

/** The policy of a port, and what is said about it. */
export const policy = (text: string) => {
  const { qos, diagnostics } = parsePortQos(text, 'it');
  return { ...qos, said: diagnostics.map(one => `${one.code} ${one.path}`) };
};

/** m1.resquota as the client printed it. */
export const resquota = {
  'quota:cpu_shares': '512',
  'quota:disk_read_bytes_sec': '1000000',
  'quota:disk_write_bytes_sec': '1024000',
  'quota:vif_inbound_average': '32768',
  'quota:vif_inbound_burst': '131072',
  'quota:vif_inbound_peak': '65536',
  'quota:vif_outbound_average': '32768',
  'quota:vif_outbound_burst': '131072',
  'quota:vif_outbound_peak': '65536',
};

/** gold-qos as the client printed it. */
export const goldQos = {
  name: 'gold-qos',
  consumer: 'front-end',
  specs: { read_iops_sec: '2000', total_bytes_sec_per_gb: '1000' },
  said: [],
};

/** What bw-limiter asks for. */
export const limiter = {
  bandwidthLimit: { egress: { maxKbps: 3000, maxBurstKbit: 300 } },
  dscpMark: 26,
  minimumBandwidthKbps: {},
  packetRateLimit: {},
  minimumPacketRateKpps: {},
  said: [],
};
