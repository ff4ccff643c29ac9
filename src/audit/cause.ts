import type { DomainDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { type DeviceRef, deviceName } from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { Cause } from './finding.ts';
import { unitSlip } from './unit-slip.ts';

/** What a cause is told from. */
export interface CauseContext {
  readonly verdicts: readonly Verdict[];
  readonly definitions: Readonly<Partial<Record<Scope, DomainDefinition>>>;
  readonly facts: Pick<HostFacts, 'ovsPorts'>;
}

/** A cause and how it is known. */
export interface ToldCause {
  readonly cause: Cause;
  readonly explanation: string;
}

/** Why a link that breaks first does so. The rules are tried in order; the first that fits tells. */
export function causeOf(verdict: Verdict, context: CauseContext): ToldCause {
  for (const rule of rules) {
    const told = rule(verdict, context);
    if (told !== undefined) return told;
  }
  return enforcerChanged();
}

type Rule = (verdict: Verdict, context: CauseContext) => ToldCause | undefined;

const cannotBeLimited: Rule = ({ reason, expectation }) =>
  reason === 'no-enforcement-point'
    ? { cause: 'cannot-be-limited', explanation: expectation.impossible ?? 'nothing on the host limits it' }
    : undefined;

/** A device that only the running domain has came later; one whose limits are all missing came without them. */
const hotPlugged: Rule = ({ expectation }, { definitions: { live, config } }) => {
  const { device, layer } = expectation;
  if (layer !== 'live' || live === undefined || config === undefined || device.kind === 'cpu')
    return undefined;
  if (!has(live, device) || has(config, device)) return undefined;
  return {
    cause: 'hot-plugged',
    explanation: `${deviceName(device)} is in the running domain only: it was plugged in without its limit`,
  };
};

const definitions: Rule = ({ expectation, reason }, { verdicts, definitions: { live, config } }) => {
  const { layer, device, knob } = expectation;
  if (layer !== 'config' && layer !== 'live') return undefined;
  if (reason === 'unexpected') return notAskedFor(`libvirt's ${layer} definition has it`);
  const other: Scope = layer === 'live' ? 'config' : 'live';
  const there = verdicts.some(
    ({ expectation: one, outcome }) =>
      one.layer === other &&
      one.knob === knob &&
      deviceName(one.device) === deviceName(device) &&
      outcome === 'pass',
  );
  if (there && live !== undefined && config !== undefined) {
    return layer === 'live'
      ? {
          cause: 'pending-restart',
          explanation: 'only the persistent definition has it: it comes with the next start',
        }
      : {
          cause: 'lost-at-restart',
          explanation: 'only the running domain has it: it goes with the next start',
        };
  }
  const explanation = `no definition has it: it was not applied, or the definition was written anew since`;
  return { cause: 'never-applied', explanation };
};

const openVswitchOwnsTap: Rule = ({ expectation }, { definitions: { live }, facts }) => {
  const { layer, device, subject } = expectation;
  if (layer !== 'tc' || device.kind !== 'interface' || !facts.ovsPorts.has(subject)) return undefined;
  const nic = live?.interfaces.find(one => one.mac === device.mac);
  if (nic === undefined || interfaceEnforcer(nic) === 'ovs') return undefined;
  const explanation = `${subject} is a port of Open vSwitch, which removes tc state that is not its own`;
  return { cause: 'open-vswitch-owns-tap', explanation };
};

const slippedUnit: Rule = ({ expectation, observed, differs = [] }) => {
  const slip = unitSlip(expectation.expected, observed, differs);
  return slip === undefined ? undefined : { cause: 'unit-slip', explanation: slip };
};

const unexpected: Rule = ({ reason, expectation, observed }) =>
  reason === 'unexpected' ||
  (expectation.because.length === 0 && isUnlimited(expectation.expected) && observed)
    ? notAskedFor('nobody asked for it, and libvirt knows nothing of it')
    : undefined;

const weightOverridden: Rule = ({ expectation: { layer, subject, knob } }) =>
  layer === 'cgroup' && subject === 'scope' && /^cpu\.(?:weight|shares)$/.test(knob)
    ? {
        cause: 'systemd-override',
        explanation: 'the scope has another weight than libvirt set: systemctl set-property does that',
      }
    : undefined;

const rules: readonly Rule[] = [
  cannotBeLimited,
  hotPlugged,
  definitions,
  openVswitchOwnsTap,
  slippedUnit,
  unexpected,
  weightOverridden,
];

function enforcerChanged(): ToldCause {
  const explanation =
    "libvirt's running definition is right: it was changed or removed behind libvirt's back";
  return { cause: 'behind-libvirt', explanation };
}

function notAskedFor(explanation: string): ToldCause {
  return { cause: 'not-asked-for', explanation };
}

/** A knob of which nothing is expected: absent, 0, or `max`. */
function isUnlimited(expected: Verdict['expectation']['expected']): boolean {
  return Object.entries(expected ?? {}).every(
    ([name, value]) => value === 0 || value === 'max' || name === 'period',
  );
}

function has({ disks, interfaces }: DomainDefinition, device: DeviceRef): boolean {
  if (device.kind === 'disk') return disks.some(one => one.target === device.target);
  return device.kind === 'interface' && interfaces.some(one => one.mac === device.mac);
}
