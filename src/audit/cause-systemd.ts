import type { UnitProperty } from '../observed/systemd-drop-in.ts';
import { cpuWeightToShares } from '../units.ts';
import type { Rule } from './cause-context.ts';
import type { Circumstances } from './circumstances.ts';
import type { Repair } from './finding.ts';

/** A property by which systemd writes a knob of a unit. */
interface WeightProperty {
  readonly name: string;
  /** What the kernel's file shows of it; absent: the same number. */
  readonly shown?: (weight: number) => number;
  /** libvirt never sets it: whatever it is was said by somebody else, and counts more than what libvirt says. */
  readonly isForeign?: true;
}

const propertiesOf: Readonly<Record<string, readonly WeightProperty[]>> = {
  'cpu.weight': [{ name: 'CPUWeight' }],
  'cpu.shares': [{ name: 'CPUWeight', shown: cpuWeightToShares, isForeign: true }, { name: 'CPUShares' }],
  'io.weight': [{ name: 'IOWeight' }],
  'blkio.weight': [{ name: 'BlockIOWeight' }],
};

/** A weight that systemd was told: the kernel's number is that of a drop-in, and libvirt's definition has another. */
export const systemdOverride: Rule = ({ expectation, observed }, { circumstances }) => {
  const { layer, subject, knob } = expectation;
  const unit = circumstances?.unit;
  if (layer !== 'cgroup' || subject !== 'scope' || unit === undefined) return undefined;
  const seen = Object.values(observed ?? {});
  for (const { name, shown = same, isForeign } of propertiesOf[knob] ?? []) {
    const told = propertyIn(unit, name);
    if (told === undefined || !seen.includes(shown(Number(told.value)))) continue;
    const explanation = `systemd was told ${name}=${told.value} for ${unit.name} (${told.path}), and libvirt's definition has another number`;
    const repair = isForeign === true && { repair: reset(unit.name, name) };
    return { cause: 'systemd-override', explanation, ...repair };
  }
  return undefined;
};

/** libvirt's own number counts again after it. */
export function reset(unit: string, property: string): Repair {
  const argv = ['systemctl', 'set-property', '--runtime', unit, `${property}=`];
  return { argv, note: 'then only what libvirt has set counts' };
}

/** A property that is set: the last file wins, and an empty value takes back what was set before. */
export function propertyIn(
  { properties }: NonNullable<Circumstances['unit']>,
  name: string,
): UnitProperty | undefined {
  const last = properties.filter(one => one.name === name).at(-1);
  return last === undefined || last.value === '' ? undefined : last;
}

function same(weight: number): number {
  return weight;
}
