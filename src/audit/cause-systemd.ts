import { deviceLimits } from '../domain/device-limits.ts';
import { idleKnob } from '../observed/cgroup-knob.ts';
import type { UnitProperty } from '../observed/systemd-drop-in.ts';
import { cpuWeightToShares } from '../units.ts';
import type { Rule } from './cause-context.ts';
import type { Repair } from './finding.ts';

/** A property by which systemd writes a knob of a unit. */
interface KnobProperty {
  readonly name: string;
  /** What the kernel's file shows of it; absent: the same number. */
  readonly shown?: (weight: number) => number;
  /** libvirt never sets it: whatever it is was said by somebody else, and counts more than what libvirt says. */
  readonly isForeign?: true;
  /** It holds the whole domain to something; its values are in units of their own. */
  readonly isLimit?: true;
}

const limits = (...names: readonly string[]) =>
  names.map((name): KnobProperty => ({ name, isForeign: true, isLimit: true }));
const time = limits('CPUQuota', 'CPUQuotaPerSecUSec');
const memory = limits('MemoryMax', 'MemoryLimit');

const propertiesOf: Readonly<Record<string, readonly KnobProperty[]>> = {
  'cpu.weight': [{ name: 'CPUWeight' }],
  'cpu.shares': [{ name: 'CPUWeight', shown: cpuWeightToShares, isForeign: true }, { name: 'CPUShares' }],
  'io.weight': [{ name: 'IOWeight' }],
  'blkio.weight': [{ name: 'BlockIOWeight' }],
  [idleKnob]: [{ name: 'CPUWeight' }],
  'cpu.max': time,
  'cpu.cfs_quota_us': time,
  'memory.max': memory,
  'memory.limit_in_bytes': memory,
  'memory.high': limits('MemoryHigh'),
  'memory.swap.max': limits('MemorySwapMax'),
  'io.max': limits('IOReadBandwidthMax', 'IOWriteBandwidthMax', 'IOReadIOPSMax', 'IOWriteIOPSMax'),
};

/**
 * What systemd was told of the domain's unit: a weight where libvirt's definition has another, or a limit around the whole
 * domain, which libvirt never sets.
 */
export const systemdOverride: Rule = ({ expectation, observed }, { circumstances, definitions }) => {
  const { layer, subject, knob, device, parameters } = expectation;
  const unit = subject === 'scope' ? circumstances?.unit : circumstances?.outer?.get(subject);
  if (layer !== 'cgroup' || unit === undefined) return undefined;
  const seen = Object.values(observed ?? {});
  for (const { name, shown = same, isForeign, isLimit } of propertiesOf[knob.split(' ')[0] ?? ''] ?? []) {
    const isSeen = ({ value }: UnitProperty) =>
      knob === idleKnob
        ? value === 'idle'
        : isLimit === true || seen.includes(shown(value === 'idle' ? 0 : Number(value)));
    const told = [unit.properties, unit.shared ?? []]
      .flatMap(properties => propertyIn(properties, name) ?? [])
      .find(one => one.value !== 'infinity' && isSeen(one));
    if (told === undefined) continue;
    const beside = isLimit ? 'nobody asked for it' : "libvirt's definition has another number";
    const explanation = `systemd was told ${name}=${told.value} for ${unit.name} (${told.path}), and ${beside}`;
    const defined = (definitions.live && deviceLimits(definitions.live, device)) ?? {};
    const isDefined = parameters.some(parameter => defined[parameter] !== undefined);
    const repair = (isForeign === true || !isDefined) && { repair: reset(unit.name, name, told.path) };
    const severity = isLimit === true && ({ severity: 'warning' } as const);
    return { cause: 'systemd-override', explanation, ...severity, ...repair };
  }
  return undefined;
};

/** libvirt's own number counts again after it; what is written in `/etc` would come back with the next boot. */
export function reset(unit: string, property: string, path = ''): Repair {
  const lasting = path.startsWith('/etc/') ? [] : ['--runtime'];
  const argv = ['systemctl', 'set-property', ...lasting, unit, `${property}=`];
  return { argv, note: 'then only what libvirt has set counts' };
}

/** A property that is set: the last file wins, and an empty value takes back what was set before. */
function propertyIn(properties: readonly UnitProperty[], name: string): UnitProperty | undefined {
  const last = properties.filter(one => one.name === name).at(-1);
  return last === undefined || last.value === '' ? undefined : last;
}

function same(weight: number): number {
  return weight;
}
