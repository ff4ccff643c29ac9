import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Diagnostic, hasErrors } from '../../src/diagnostics.ts';
import { checkHostRange, type HostCapabilities } from '../../src/domain/capabilities.ts';
import { checkIoTune } from '../../src/domain/check-limits.ts';
import { renderIoTune, translateFragments } from '../../src/domain/fragments.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { novaWritesBandwidth } from '../../src/intent/nova-vif.ts';
import { type VolumeQos, volumeQuota } from '../../src/intent/volume-qos.ts';

/** What the real Nova, Cinder and libvirt 9.0.0 did with one input. */
interface Vector {
  readonly name: string;
  readonly extra_specs: Readonly<Record<string, string>>;
  readonly vcpus: number;
  readonly virt_type?: string;
  readonly cgroup_cpu?: boolean;
  readonly legacy_shares?: boolean;
  readonly vif?: { readonly type: string; readonly vnic_type?: string };
  readonly qos_specs?: Readonly<Record<string, string>>;
  readonly volume_size_gb?: number;
  readonly consumer?: Exclude<VolumeQos['consumer'], undefined>;
  readonly expect?: Readonly<Record<'cputune' | 'iotune' | 'bandwidth', string | null>> & {
    readonly interface?: string;
    readonly volume_iotune?: string | null;
    readonly connection_qos_specs?: Readonly<Record<string, string | number>> | null;
  };
  readonly expect_error?: string;
  readonly expect_start_error?: string;
  readonly api_errors_2_86?: Readonly<Record<string, string>>;
  readonly libvirt_9_0_0_define?: {
    readonly ok: boolean;
    readonly cputune?: string | null;
    readonly iotune?: readonly string[];
    readonly bandwidth?: string | null;
  };
}

const file = join(import.meta.dirname, 'vectors/nova.json');
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8')).vectors;

const isVolume = (vector: Vector) => vector.qos_specs !== undefined;
const kinds = { flavor: vectors.filter(one => !isVolume(one)), volume: vectors.filter(isVolume) };

/** libvirt 9.0.0 as in the vectors; on cgroup v2 where the vector speaks of it. */
function hostOf(vector: Vector): HostCapabilities {
  return {
    libvirtVersion: 9_000_000,
    cgroupVersion: vector.expect_start_error?.startsWith('cgroup v2') ? 2 : 1,
    ...(vector.cgroup_cpu === false && { hasCpuController: false }),
  };
}

/** Nova before 26.0.0 gave every guest shares; this program has no such default, so it is asked for. */
function specsOf(vector: Vector): Readonly<Record<string, string>> {
  const shares = String(1024 * vector.vcpus);
  return vector.legacy_shares ? { 'quota:cpu_shares': shares, ...vector.extra_specs } : vector.extra_specs;
}

function domainWith(
  fragments: Partial<Record<'cputune' | 'iotune' | 'bandwidth', string>>,
  nic?: string,
): string {
  const disk = `<disk><source file="/d"/><target dev="vda"/>${fragments.iotune ?? ''}</disk>`;
  const plain = `<interface type="bridge"><mac address="22:52:25:62:e2:aa"/>${fragments.bandwidth ?? ''}</interface>`;
  const devices = `<devices>${disk}${nic ?? plain}</devices>`;
  return `<domain type="kvm"><name>v</name><vcpu>2</vcpu>${fragments.cputune ?? ''}${devices}</domain>`;
}

/** The limits that libvirt's normalised definition has, as this program reads them. */
function definedLimits(fragments: Partial<Record<'cputune' | 'iotune' | 'bandwidth', string>>) {
  const { cputune, disks, interfaces } = readDomain(domainWith(fragments));
  return { cputune, iotune: disks[0]?.iotune, bandwidth: interfaces[0]?.bandwidth };
}

const present = (text: string | null | undefined) => text ?? undefined;

describe(`Nova's own translation: ${kinds.flavor.length} of ${vectors.length} vectors are flavors`, () => {
  it.each(kinds.flavor)('$name', vector => {
    const { quota, diagnostics: found } = flavorQuota(specsOf(vector));
    const diagnostics = [...found, ...checkHostRange(quota, hostOf(vector))];
    for (const key of Object.keys(vector.api_errors_2_86 ?? {})) {
      expect(diagnostics.filter(one => one.path === key)).not.toEqual([]);
    }
    if (vector.expect_error !== undefined) return expect(hasErrors(diagnostics)).toBe(true);
    const fragments = { ...translateFragments(quota, { virtType: vector.virt_type ?? 'kvm' }) };
    if (vector.vif && !novaWritesBandwidth(vifOf(vector.vif))) delete fragments.bandwidth;
    expect(fragments.cputune).toBe(present(vector.expect?.cputune));
    expect(fragments.iotune).toBe(present(vector.expect?.iotune));
    expect(fragments.bandwidth).toBe(present(vector.expect?.bandwidth));
    if (vector.virt_type === undefined) checkVerdict(vector, diagnostics, () => checkValues(vector, quota));
  });
});

function vifOf({ type, vnic_type }: { readonly type: string; readonly vnic_type?: string }) {
  return { vifType: type, ...(vnic_type && { vnicType: vnic_type }) };
}

/** Refused by libvirt or at start: an error. Taken: no error, and the same values. */
function checkVerdict(vector: Vector, diagnostics: readonly Diagnostic[], checkSame: () => void): void {
  const refused = vector.libvirt_9_0_0_define?.ok === false || vector.expect_start_error !== undefined;
  const largeAverage = vector.extra_specs['quota:vif_inbound_average'] === '4294967296';
  // The definition takes 64 bits; only setting it on a running domain cannot work.
  expect(hasErrors(diagnostics)).toBe(refused || largeAverage);
  if (largeAverage) expect(diagnostics).toMatchObject([{ args: { where: 'running domain' } }]);
  else if (!refused) checkSame();
}

function checkValues(vector: Vector, quota: ReturnType<typeof flavorQuota>['quota']): void {
  const defined = vector.libvirt_9_0_0_define;
  const [iotune] = defined?.iotune ?? [];
  const theirs = definedLimits({
    ...(defined?.cputune && { cputune: defined.cputune }),
    ...(iotune && { iotune }),
    ...(defined?.bandwidth && { bandwidth: defined.bandwidth }),
  });
  const plain = domainWith({});
  const { tuning } = translateFlavor({ quota, domain: readDomain(plain), capabilities: {} });
  const { cputune, disks, interfaces } = readDomain(applyTuningToXml(plain, tuning));
  expect({ cputune, iotune: disks[0]?.iotune }).toEqual({ cputune: theirs.cputune, iotune: theirs.iotune });
  if (vector.vif === undefined) expect(interfaces[0]?.bandwidth).toEqual(theirs.bandwidth);
}

describe('the interface that Nova writes', () => {
  const withInterface = vectors.filter(one => one.expect?.interface !== undefined);

  it.each(withInterface)('$name', vector => {
    const nova = vector.expect?.interface ?? '';
    const xml = domainWith({}, nova.replace(/<bandwidth>.*<\/bandwidth>/, ''));
    const { quota } = flavorQuota(vector.extra_specs);
    const translated = translateFlavor({ quota, domain: readDomain(xml), capabilities: {} });
    const ours = applyTuningToXml(xml, translated.tuning);
    const enforced = !translated.diagnostics.some(one => one.code === 'cannot-be-enforced');
    // libvirt ignores a bandwidth on a host device, so it is not written there; everywhere else as Nova does.
    expect(ours).toBe(enforced ? domainWith({}, nova) : xml);
    expect(enforced).toBe(!/type="(?:vhostuser|hostdev)"/.test(nova));
  });
});

describe(`Cinder's front-end QoS: ${kinds.volume.length} of ${vectors.length} vectors are volumes`, () => {
  it.each(kinds.volume)('$name', vector => {
    const { quota, diagnostics: found } = volumeQuota({
      specs: vector.qos_specs ?? {},
      sizeGiB: vector.volume_size_gb ?? 0,
      ...(vector.consumer && { consumer: vector.consumer }),
    });
    const diagnostics = [...found, ...checkIoTune(quota.limits)];
    if (vector.expect_error !== undefined) return expect(hasErrors(diagnostics)).toBe(true);
    const specs = vector.expect?.connection_qos_specs;
    const asText =
      specs && Object.fromEntries(Object.entries(specs).map(([key, value]) => [key, String(value)]));
    expect(quota.connectionSpecs).toEqual(asText ?? undefined);
    expect(renderIoTune(quota.emitted)).toBe(present(vector.expect?.volume_iotune));
    expect(translateFragments(flavorQuota(vector.extra_specs).quota).iotune).toBe(
      present(vector.expect?.iotune),
    );
    checkVerdict(vector, diagnostics, () => {});
  });
});

it('leaves out no vector', () => {
  expect(kinds.flavor.length + kinds.volume.length).toBe(72);
});
