import { type Diagnostic, errorAt } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { checkProfile } from './host-profile-checks.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { type ProfileClass, readClass } from './profile-class.ts';
import { parseRateBits } from './rate.ts';
import { parseStructured } from './structured-text.ts';

/** How a host shares its uplink between classes of traffic. */
export interface HostProfile {
  /** Network device. */
  readonly uplink: string;
  /** What the uplink may send, in bit/s. */
  readonly rateBits: number;
  /** How long a class may send at once what it saved, in ms at its rate, 1–100. 1 unless the profile says otherwise. */
  readonly burstMs: number;
  readonly classes: readonly ProfileClass[];
}

/** A profile and what is to be said about it; with an error among the findings it must not be used. */
export interface HostProfileResult {
  readonly profile: HostProfile;
  readonly diagnostics: readonly Diagnostic[];
}

/** Most classes of one uplink: each has a guarantee, and people have to understand them. */
const maxClasses = 64;
const keys = new Set(['uplink', 'rate', 'burst', 'leaf', 'classes']);

/**
 * Reads a host profile, YAML or JSON: `uplink`, `rate`, `burst`, `leaf` and `classes`.
 *
 * @throws QuotaError `invalid-input` when there is nothing that classes could be read from
 */
export function parseHostProfile(text: string, subject = 'host profile'): HostProfileResult {
  const json = parseStructured(text, subject);
  if (!(json instanceof Map)) throw refused(subject, `must be an object, and is a ${jsonType(json)}`);
  const rateText = scalarText(json.get('rate')) ?? '';
  const rateBits = parseRateBits(rateText);
  const burstText = json.has('burst') ? (scalarText(json.get('burst')) ?? '') : '1ms';
  const burstMs = parseBurstMs(burstText);
  const uplink = scalarText(json.get('uplink')) ?? '';
  const classes = json.get('classes');
  if (!Array.isArray(classes)) throw refused(subject, "must have a list of 'classes'");
  if (classes.length > maxClasses) throw refused(subject, `has more than ${maxClasses} classes`);
  const read = classes.map((item: Json, index) =>
    readClass(item, `classes[${index}]`, { linkBits: rateBits ?? 0, leaf: scalarText(json.get('leaf')) }),
  );
  const found = [
    ...(rateBits === undefined ? [errorAt('not-a-rate', 'rate', rateText)] : []),
    ...(burstMs === undefined
      ? [errorAt('unknown-choice', 'burst', burstText, { allowed: '1ms–100ms' })]
      : []),
    ...(isDeviceName(uplink)
      ? []
      : [errorAt('unknown-choice', 'uplink', uplink, { allowed: 'a network device' })]),
    ...[...json.keys()].filter(key => !keys.has(key)).map(key => errorAt('unknown-field', key, undefined)),
    ...read.flatMap(one => one.diagnostics),
  ];
  const profile = {
    uplink,
    rateBits: rateBits ?? 0,
    burstMs: burstMs ?? 1,
    classes: read.flatMap(one => (one.class === undefined ? [] : [one.class])),
  };
  // Sums over classes that could not be read would only mislead.
  return { profile, diagnostics: found.length > 0 ? found : checkProfile(profile) };
}

/** `20ms` → 20; undefined for what is not in 1–100. */
function parseBurstMs(text: string): number | undefined {
  const ms = Number(/^([1-9][0-9]{0,2})\s*ms$/i.exec(text.trim())?.[1] ?? 0);
  return ms >= 1 && ms <= 100 ? ms : undefined;
}

/** @see linux net/core/dev.c:dev_valid_name */
function isDeviceName(text: string): boolean {
  return /^(?!\.{1,2}$)[^\s/:\p{C}]{1,15}$/u.test(text);
}

function refused(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} ${what}`);
}
