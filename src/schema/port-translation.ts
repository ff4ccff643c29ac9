import * as z from 'zod';
import type { BackendHoldings, BackendLayer, HeldValue, Holding } from '../backend/holding.ts';
import type { EffectivePortQos } from '../intent/effective-port-qos.ts';
import type { Direction, PortQos } from '../intent/port-qos.ts';
import { diagnostics } from './diagnostics.ts';
import { list } from './shapes.ts';

const direction = z.enum(['egress', 'ingress']) satisfies z.ZodType<Direction>;
const perDirection = <T extends z.ZodType>(value: T) => z.partialRecord(direction, value);

const policy = z.strictObject({
  id: z.string().exactOptional(),
  name: z.string().exactOptional(),
  bandwidthLimit: perDirection(
    z.strictObject({
      maxKbps: z.int().describe('kbit/s of 1000 bits'),
      maxBurstKbit: z.int().exactOptional().describe("kbit; absent: the back end's default"),
    }),
  ),
  dscpMark: z.int().exactOptional().describe('code point'),
  minimumBandwidthKbps: perDirection(z.int()),
  packetRateLimit: perDirection(
    z.strictObject({
      maxKpps: z.int().describe('thousand packets a second'),
      maxBurstKpps: z.int().exactOptional().describe('thousand packets'),
    }),
  ),
  minimumPacketRateKpps: z.partialRecord(z.enum(['egress', 'ingress', 'any']), z.int()),
}) satisfies z.ZodType<PortQos>;

const layer = z.enum([
  ...(['ovsdb', 'openflow', 'tc', 'ovn-nb', 'iptables', 'ip link', 'midolman'] as const),
]) satisfies z.ZodType<BackendLayer>;

const held = z.strictObject({
  value: z.union([z.number(), z.string()]),
  unit: z.string().exactOptional(),
}) satisfies z.ZodType<HeldValue>;

const holding = z.strictObject({
  layer,
  subject: z.string().describe('what holds it: a row, a bridge, a device'),
  knob: z.string().describe('its own name for it'),
  values: z.record(z.string(), held),
  because: z.string().describe('rules that ask for it'),
}) satisfies z.ZodType<Holding>;

const backend = z.strictObject({
  name: z.string(),
  holdings: list(holding),
  commands: list(list(z.string())).describe('as arguments, not quoted'),
  diagnostics,
}) satisfies z.ZodType<BackendHoldings>;

/** What `port translate -f json` prints. */
export const portTranslation = z.strictObject({
  schemaVersion: z.literal(1),
  source: (z.enum(['port', 'network', 'none']) satisfies z.ZodType<EffectivePortQos['source']>).describe(
    'whose policy is in force',
  ),
  policy: policy.exactOptional().describe('absent: none is in force'),
  backends: list(backend),
});
