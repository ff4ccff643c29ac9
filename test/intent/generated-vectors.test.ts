import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Diagnostic, hasErrors } from '../../src/diagnostics.ts';
import { checkHostRange } from '../../src/domain/capabilities.ts';
import { checkIoTune } from '../../src/domain/check-limits.ts';
import { renderIoTune, translateFragments } from '../../src/domain/fragments.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { findQuotaKey } from '../../src/intent/quota-keys.ts';
import { type VolumeQos, volumeQuota } from '../../src/intent/volume-qos.ts';

/** What the real Nova wrote for one element, and what the real libvirt, QEMU and tc said to it. Absent: nothing. */
type Element =
  | { readonly nova: 'fails' }
  | {
      readonly xml: string;
      readonly libvirt: 'takes it' | 'refuses it' | 'cannot start it';
      /** What libvirt keeps of it, by element or `direction.attribute`. */
      readonly values?: Readonly<Record<string, string>>;
    };

interface Vector {
  readonly extra_specs: Readonly<Record<string, string>>;
  readonly qos_specs?: Readonly<Record<string, string>>;
  readonly volume_size_gb?: number;
  readonly consumer?: Exclude<VolumeQos['consumer'], undefined>;
  readonly cputune?: Element;
  readonly iotune?: Element;
  readonly bandwidth?: Element;
  readonly volume_iotune?: Element;
}

/** What this program makes of one element. */
interface Ours {
  readonly xml: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly limits: object;
}

const file = join(import.meta.dirname, 'vectors/generated.json');
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8')).vectors;

/** How libvirt calls in XML what has another name as a typed parameter. */
const xmlNames: Readonly<Record<string, string>> = {
  cpu_shares: 'shares',
  vcpu_period: 'period',
  vcpu_quota: 'quota',
};

it(`agrees with Nova, Cinder, libvirt, QEMU and tc on all ${vectors.length} generated inputs`, () => {
  const compared = vectors.flatMap(vector => [...flavorElements(vector), ...volumeElements(vector)]);
  const wrong = compared.filter(one => one.wrong !== undefined);
  console.log(
    `${compared.length - wrong.length} of ${compared.length} elements of ${vectors.length} inputs agree`,
  );
  expect(wrong).toEqual([]);
});

function flavorElements(vector: Vector) {
  const { quota, diagnostics } = flavorQuota(vector.extra_specs);
  const host = checkHostRange(quota, { cgroupVersion: 1 });
  const fragments = translateFragments(quota);
  const sections = { cputune: quota.cpu, iotune: quota.disk, bandwidth: quota.interface };
  return (['cputune', 'iotune', 'bandwidth'] as const).map(element => {
    const found = [...diagnostics, ...host].filter(one => elementOf(one) === element);
    const ours = { xml: fragments[element], diagnostics: found, limits: sections[element].limits };
    return { element, input: vector.extra_specs, wrong: difference(vector[element], ours) };
  });
}

function elementOf({ path }: Diagnostic): string | undefined {
  const entry = findQuotaKey(path)?.entry;
  return entry?.consumer === 'libvirt' ? entry.element : undefined;
}

function volumeElements(vector: Vector) {
  if (vector.qos_specs === undefined || vector.consumer === undefined) return [];
  const { qos_specs: specs, consumer, volume_size_gb: sizeGiB = 0 } = vector;
  const { quota, diagnostics } = volumeQuota({ specs, consumer, sizeGiB });
  const found = [...diagnostics, ...checkIoTune(quota.limits)];
  const ours = { xml: renderIoTune(quota.emitted), diagnostics: found, limits: quota.limits };
  return [{ element: 'volume_iotune', input: specs, wrong: difference(vector.volume_iotune, ours) }];
}

function difference(theirs: Element | undefined, ours: Ours): string | undefined {
  const isError = hasErrors(ours.diagnostics);
  if (theirs === undefined) return isError || ours.xml !== undefined ? 'Nova writes nothing' : undefined;
  if ('nova' in theirs) return isError ? undefined : 'Nova fails, and we found no error';
  if (theirs.xml !== ours.xml) return `Nova writes ${theirs.xml}, and we ${ours.xml}`;
  if (isError !== (theirs.libvirt !== 'takes it')) return `libvirt ${theirs.libvirt}`;
  if (isError) return undefined;
  const [kept, limits] = [theirs.values ?? {}, inXml(ours.limits)].map(one => JSON.stringify(sorted(one)));
  return kept === limits ? undefined : `libvirt keeps ${kept}, and we have ${limits}`;
}

/** Limits by their names in XML. 0 is not kept, and all negative quotas mean the same. */
function inXml(limits: object): Readonly<Record<string, string>> {
  const set = Object.entries(limits).filter(([, value]) => value !== 0);
  return Object.fromEntries(set.map(([name, value]) => [xmlNames[name] ?? name, String(value)]));
}

function sorted(values: Readonly<Record<string, string>>) {
  const unlimited = (value: string) => (value.startsWith('-') ? 'unlimited' : value);
  return Object.entries(values)
    .map(([name, value]) => `${name} ${unlimited(value)}`)
    .sort();
}
