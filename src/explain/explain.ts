import type { Diagnostic } from '../diagnostics.ts';
import { checkHostRange } from '../domain/capabilities.ts';
import { checkAlone } from '../domain/check-alone.ts';
import { fieldOf } from '../domain/fields.ts';
import { translateFlavor } from '../domain/translate.ts';
import { type DomainTuning, deviceName, type LimitName, type Parameter } from '../domain/tuning.ts';
import type { Flavor } from '../intent/flavor.ts';
import { findOwnKey } from '../intent/own-keys.ts';
import { findQuotaKey } from '../intent/quota-keys.ts';
import { type WholeQuota, wholeQuota } from '../intent/whole-quota.ts';
import { bytesToMebibytes, kibibytesToBytes, kilobytesToMegabits } from '../units.ts';
import { definedSteps } from './defined-steps.ts';
import { type EnforcedStep, enforcedSteps } from './enforced-steps.ts';
import type { Amount, ExplainedKey, Explanation, Step } from './explanation.ts';
import { refusalOf } from './refusal.ts';
import { type ExplainHost, exampleDomain } from './situations.ts';

/** What is to be explained, and what is known of the host. */
export interface ExplainInput {
  readonly flavor: Flavor;
  /** What was said when the flavor was read. */
  readonly diagnostics: readonly Diagnostic[];
  readonly host: ExplainHost;
  /** Which of the flavor's keys; absent: all in the namespaces that are ours. */
  readonly wants?: (key: string) => boolean;
}

/** Follows a flavor's limits through every unit and layer. Every number is the one that a verification expects. */
export function explainFlavor({ flavor, diagnostics: found, host, wants }: ExplainInput): Explanation {
  const { quota, diagnostics: said } = wholeQuota(flavor.extraSpecs);
  const described = { ...host, definitionOnly: true };
  const diagnostics = [
    ...found,
    ...said,
    ...checkHostRange(quota, described),
    ...checkAlone(quota, described),
  ];
  const { tuning } = translateFlavor({ quota, domain: exampleDomain, capabilities: host });
  const enforced = enforcedSteps({ tuning, host, ...(flavor.vcpus && { vcpus: flavor.vcpus }) });
  const keys = Object.keys(flavor.extraSpecs).filter(key =>
    wants === undefined ? isOurs(key, diagnostics) : wants(key),
  );
  return {
    schemaVersion: 1,
    kind: 'explain',
    ...(flavor.name !== undefined && { flavor: flavor.name }),
    keys: keys.map(key => explainKey(key, { flavor, quota, tuning, enforced, diagnostics })),
    diagnostics: diagnostics.filter(one => flavor.extraSpecs[one.path] === undefined),
  };
}

/** Keys of other namespaces are nobody's business, unless something is to be said of them. */
function isOurs(key: string, diagnostics: readonly Diagnostic[]): boolean {
  const isKnown = findQuotaKey(key) !== undefined || findOwnKey(key) !== undefined;
  return isKnown || diagnostics.some(one => one.path === key);
}

/** What an explained key is made from. */
interface Whole {
  readonly flavor: Flavor;
  readonly quota: WholeQuota;
  readonly tuning: DomainTuning;
  readonly enforced: readonly EnforcedStep[];
  readonly diagnostics: readonly Diagnostic[];
}

function explainKey(key: string, whole: Whole): ExplainedKey {
  const value = whole.flavor.extraSpecs[key] ?? '';
  const entry = findQuotaKey(key)?.entry ?? findOwnKey(key);
  const diagnostics = whole.diagnostics.filter(one => one.path === key);
  const refusal = diagnostics.map(refusalOf).find(one => one !== undefined);
  const base = { key, value, equals: [], diagnostics, ...(refusal && { refusal }) };
  if (entry === undefined || !('parameter' in entry))
    return { ...base, steps: [], ...(entry && { unit: entry.unit }) };
  const { parameter, unit } = entry;
  const overridden = diagnostics.some(one => one.code === 'overridden');
  return {
    ...base,
    parameter,
    unit,
    equals: refusal === undefined ? equals(parameter, amountOf(key, whole)) : [],
    steps: overridden ? [] : stepsOf(key, parameter, refusal !== undefined, whole),
  };
}

function stepsOf(key: string, parameter: LimitName, refused: boolean, whole: Whole): readonly Step[] {
  const written = definedSteps(key, parameter, whole);
  if (refused) return written.filter(step => step.layer === 'nova');
  const enforced = enforcedBy(key, whole);
  const inForce = written.some(step => step.layer === 'libvirt');
  return [...written, ...enforced, ...(inForce ? withoutPeak(parameter, enforced) : [])];
}

/** Where a direction is policed nothing comes of its peak. */
function withoutPeak(parameter: LimitName, enforced: readonly Step[]): readonly Step[] {
  if (!parameter.endsWith('.peak')) return [];
  const places = (['tap', 'macvtap', 'ovs'] as const).filter(
    place => !enforced.some(step => step.place === place),
  );
  return places.map(place => ({
    layer: 'tc',
    place,
    subject: exampleDomain.name,
    knob: 'police',
    arithmetic: [],
    equals: [],
    impossible: 'this direction is policed, and a policer knows no peak',
    source: 'libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet',
    look: 'tc -d filter show dev DEV parent ffff:',
  }));
}

function enforcedBy(key: string, { tuning, enforced }: Whole): readonly Step[] {
  return enforced
    .filter(({ device, parameter }) => {
      const asked = tuning.find(one => deviceName(one.device) === deviceName(device));
      return asked?.because[parameter] === key;
    })
    .map(({ step }) => step);
}

function amountOf(key: string, { tuning }: Whole): number | undefined {
  for (const { limits, because } of tuning) {
    const own = (Object.keys(limits) as Parameter[]).find(parameter => because[parameter] === key);
    if (own !== undefined) return limits[own];
  }
  return undefined;
}

/** An amount in the units that people use. */
function equals(parameter: LimitName, value: number | undefined): readonly Amount[] {
  if (value === undefined || value <= 0) return [];
  switch (fieldOf(parameter)?.unit) {
    case 'kB/s':
      return [{ value: kilobytesToMegabits(value), unit: 'Mbit/s' }];
    case 'KiB':
      return [{ value: bytesToMebibytes(kibibytesToBytes(value)), unit: 'MiB' }];
    case 'bytes/s':
      return [{ value: bytesToMebibytes(value), unit: 'MiB/s' }];
    default:
      return [];
  }
}
