import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits } from '../domain/device-limits.ts';
import type { IntentRecord } from '../domain/intent-record.ts';
import { findInterface } from '../domain/interface-identity.ts';
import { type DeviceRef, deviceName, type Limits, type Parameter } from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { isUnlimited } from '../verify/unlimited.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { CauseContext, Rule } from './cause-context.ts';
import { slippedUnit } from './unit-slip.ts';

const names = { live: 'the running domain', config: 'the persistent definition' } as const;

/** A volume that is named and is nowhere, or only in the other definition. */
const noSuchDevice: Rule = ({ expectation: { knob, layer, device } }, { definitions }) => {
  if (knob !== 'device') return undefined;
  const other = otherOf(layer);
  const there = definitions[other];
  const explanation =
    there !== undefined && has(there, device)
      ? `only ${names[other]} has ${deviceName(device)}: it was plugged in or out of one of both`
      : `the domain has no ${deviceName(device)}`;
  return { cause: 'no-such-device', explanation };
};

/** A device that only the running domain has came later: it would have its limit otherwise. */
const hotPlugged: Rule = ({ expectation: { device, layer } }, { definitions: { live, config } }) => {
  if (layer !== 'live' || live === undefined || config === undefined) return undefined;
  if (!has(live, device) || has(config, device)) return undefined;
  return {
    cause: 'hot-plugged',
    explanation: `${deviceName(device)} is in the running domain only: it was plugged in without its limit`,
  };
};

/**
 * A device without any limit in either definition, where another one of its kind has this very one. Whoever limits one
 * limits them all (our record says that all had it, Nova's metadata that Nova starts none without): it came later.
 */
const pluggedIntoBoth: Rule = ({ expectation }, { definitions, verdicts, asked }) => {
  const { device, layer, knob, because } = expectation;
  if (device.kind !== 'disk' && device.kind !== 'interface') return undefined;
  const defined = [definitions.live, definitions.config].filter(one => one !== undefined);
  if (!defined.every(one => has(one, device) && isBare(deviceLimits(one, device)))) return undefined;
  const likes = verdicts.some(
    ({ expectation: one, outcome }) =>
      one.layer === layer && one.knob === knob && one.device.kind === device.kind && outcome === 'pass',
  );
  const record = recordFor(definitions[scopeOf(layer)], because, asked);
  const asksNova = because.some(key => definitions[scopeOf(layer)]?.nova?.extraSpecs?.[key] !== undefined);
  if (!likes || (record === undefined && !asksNova)) return undefined;
  const witness = record === undefined ? 'Nova starts no domain without it' : `all had it at ${record.at}`;
  const explanation = `${deviceName(device)} has no limit and its like have: it was plugged in later (${witness})`;
  return { cause: 'hot-plugged', explanation };
};

const notAskedFor: Rule = ({ reason, expectation: { layer } }) =>
  reason === 'unexpected'
    ? {
        cause: 'stale-limit',
        explanation: `${names[scopeOf(layer)]} has it, and nobody asks for it any more`,
      }
    : undefined;

/** The definition has lost our record, and Nova has written its own part of it after that record was made. */
const rewrittenByNova: Rule = ({ expectation: { layer, because } }, { definitions, asked }) => {
  const scope = scopeOf(layer);
  const here = definitions[scope];
  const record = recordFor(definitions[otherOf(layer)], because, asked);
  const writtenAt = here?.nova?.writtenAt;
  if (here?.intent !== undefined || record === undefined || writtenAt === undefined) return undefined;
  if (writtenAt <= record.at) return undefined;
  const explanation = `Nova has written ${names[scope]} anew at ${writtenAt}, after the apply of ${record.at}`;
  return { cause: 'definition-rewritten', explanation };
};

/**
 * A running domain's weight cannot be unset: where it was applied and is gone, the domain is another process now, and
 * both definitions came with it.
 * @see nova nova/virt/libvirt/migration.py:_update_quota_xml
 */
const lostInMigration: Rule = ({ reason, expectation }, { definitions: { live }, asked }) => {
  const { knob, because } = expectation;
  const record = recordFor(live, because, asked);
  if (knob !== 'cpu_shares' || reason !== 'missing' || record === undefined) return undefined;
  if (live?.nova === undefined || live.cputune.cpu_shares !== undefined) return undefined;
  const explanation = `it was applied at ${record.at}; Nova's live migration takes the weight away when its flavor has none`;
  return { cause: 'definition-rewritten', explanation };
};

/** Our record stands in the definition, so it had the limit once. */
const changedSince: Rule = ({ expectation: { layer, because } }, { definitions, asked }) => {
  const scope = scopeOf(layer);
  const record = recordFor(definitions[scope], because, asked);
  if (record === undefined) return undefined;
  const explanation = `it was applied at ${record.at} and ${names[scope]} was changed through libvirt since`;
  return { cause: 'changed-in-libvirt', explanation };
};

/**
 * A disk has either a limit of reads and writes together or one of each: setting the one through libvirt drops the other.
 *
 * @see libvirt src/qemu/qemu_driver.c:qemuDomainSetBlockIoTuneDefaults
 */
const displaced: Rule = (verdict, context) => {
  const { reason, expectation } = verdict;
  const { layer, device, knob, because } = expectation;
  const definition = context.definitions[scopeOf(layer)];
  const iotune = definition && device.kind === 'disk' ? deviceLimits(definition, device) : undefined;
  const match = /^(total|read|write)_(\w+)$/.exec(knob);
  if (iotune === undefined || match === null || reason !== 'missing') return undefined;
  const rivals = match[1] === 'total' ? ['read', 'write'] : ['total'];
  const there = rivals.map(one => `${one}_${match[2]}` as Parameter).filter(one => iotune[one]);
  const wasThere = recordFor(definition, because, context.asked) ?? onlyInOne(verdict, context);
  if (there.length === 0 || wasThere === undefined) return undefined;
  const what = there.map(one => `${one}=${iotune[one]}`).join(' and ');
  const explanation = `${what} stands in ${names[scopeOf(layer)]} in its place: it was set through libvirt, which keeps no limit of ${knob} beside it`;
  return { cause: 'changed-in-libvirt', explanation };
};

const onlyInOne: Rule = ({ expectation }, { verdicts, definitions: { live, config } }) => {
  const { layer, device, knob } = expectation;
  const isThere = verdicts.some(
    ({ expectation: one, outcome }) =>
      one.layer === otherOf(layer) &&
      one.knob === knob &&
      deviceName(one.device) === deviceName(device) &&
      outcome === 'pass',
  );
  if (!isThere || live === undefined || config === undefined) return undefined;
  return layer === 'live' ? pendingRestart : lostAtRestart;
};

/** Only the persistent definition has it. */
export const pendingRestart = {
  cause: 'pending-restart',
  explanation: 'only the persistent definition has it so: it comes with the next start',
} as const;

/** Only the running domain has it. */
export const lostAtRestart = {
  cause: 'lost-at-restart',
  explanation: 'only the running domain has it so: it goes with the next start',
} as const;

/** An earlier apply asked for the same key and another value: what is asked has changed, not the domain. */
const askedAnew: Rule = ({ expectation: { layer, because } }, { definitions }) => {
  const record = definitions[scopeOf(layer)]?.intent;
  const key = because.find(one => record?.asked[one] !== undefined);
  if (record === undefined || key === undefined) return undefined;
  const explanation = `the last apply, at ${record.at}, was asked for ${key}=${record.asked[key]}`;
  return { cause: 'never-applied', explanation };
};

/** For links that are definitions, in the order in which they are tried. */
export const definitionRules: readonly Rule[] = [
  noSuchDevice,
  hotPlugged,
  pluggedIntoBoth,
  notAskedFor,
  slippedUnit,
  rewrittenByNova,
  lostInMigration,
  displaced,
  changedSince,
  onlyInOne,
  askedAnew,
];

function scopeOf(layer: Verdict['expectation']['layer']): Scope {
  return layer === 'config' ? 'config' : 'live';
}

function otherOf(layer: Verdict['expectation']['layer']): Scope {
  return layer === 'config' ? 'live' : 'config';
}

/** The record in a definition, when its apply was asked for the very same as is asked now. */
function recordFor(
  definition: DomainDefinition | undefined,
  because: readonly string[],
  asked: CauseContext['asked'],
): IntentRecord | undefined {
  const record = definition?.intent;
  const isSame = because.some(key => asked?.[key] !== undefined && record?.asked[key] === asked[key]);
  return isSame ? record : undefined;
}

function has({ disks, interfaces }: DomainDefinition, device: DeviceRef): boolean {
  if (device.kind === 'disk') return disks.some(one => one.target === device.target);
  return findInterface(interfaces, device) !== undefined;
}

function isBare(limits: Limits | undefined): boolean {
  return Object.entries(limits ?? {}).every(([name, value]) => isUnlimited(name as keyof Limits, value));
}
