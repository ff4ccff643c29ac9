import { type ElementField, fieldOf } from '../domain/fields.ts';
import { renderBandwidth, renderCpuTune, renderIoTune } from '../domain/fragments.ts';
import type { DomainTuning, LimitName } from '../domain/tuning.ts';
import type { FlavorQuota } from '../intent/flavor-quota.ts';
import { findQuotaKey } from '../intent/quota-keys.ts';
import type { Step } from './explanation.ts';
import { exampleDomain } from './situations.ts';

/** Where a key's value stands before anybody enforces it: in Nova's XML and in libvirt's typed parameters. */
export function definedSteps(
  key: string,
  parameter: LimitName,
  { quota, tuning }: { readonly quota: FlavorQuota; readonly tuning: DomainTuning },
): readonly Step[] {
  const field = fieldOf(parameter);
  if (field === undefined) return [];
  // Of our own keys Nova knows nothing.
  const written = findQuotaKey(key) === undefined ? [] : [novaStep(key, field, quota)];
  return [...written, ...libvirtSteps(key, field, tuning)];
}

function novaStep(key: string, { parameter, element }: ElementField, quota: FlavorQuota): Step {
  const emitted: Readonly<Partial<Record<LimitName, string>>> = {
    ...quota.cpu.emitted,
    ...quota.disk.emitted,
    ...quota.interface.emitted,
  };
  const text = emitted[parameter];
  const entry = findQuotaKey(key)?.entry;
  return {
    layer: 'nova',
    subject: 'DOMAIN',
    knob: (text === undefined ? undefined : renderers[element]?.({ [parameter]: text })) ?? `<${element}>`,
    ...(text !== undefined && { value: text }),
    arithmetic: [],
    equals: [],
    source: entry?.source ?? '',
    look: 'virsh dumpxml DOMAIN',
  };
}

/** Of the elements that Nova writes. */
const renderers: Partial<Record<ElementField['element'], typeof renderCpuTune>> = {
  cputune: renderCpuTune,
  iotune: renderIoTune,
  bandwidth: renderBandwidth,
};

const calls = {
  cputune: {
    source: 'libvirt src/qemu/qemu_driver.c:qemuDomainSetSchedulerParametersFlags',
    look: 'virsh schedinfo DOMAIN',
  },
  memtune: {
    source: 'libvirt src/qemu/qemu_driver.c:qemuDomainSetMemoryParameters',
    look: 'virsh memtune DOMAIN',
  },
  blkiotune: {
    source: 'libvirt src/qemu/qemu_driver.c:qemuDomainSetBlkioParameters',
    look: 'virsh blkiotune DOMAIN',
  },
  iotune: {
    source: 'libvirt src/qemu/qemu_driver.c:qemuDomainSetBlockIoTune',
    look: 'virsh blkdeviotune DOMAIN vda',
  },
  bandwidth: {
    source: 'libvirt src/qemu/qemu_driver.c:qemuDomainSetInterfaceParameters',
    look: 'virsh domiftune DOMAIN MAC',
  },
} as const;

/** On an Open vSwitch port an average may be the peak as well. */
function libvirtSteps(key: string, field: ElementField, tuning: DomainTuning): readonly Step[] {
  const steps = new Map<LimitName, Step>();
  for (const { device, limits, because } of tuning) {
    for (const parameter of Object.keys(limits) as LimitName[]) {
      const value = limits[parameter];
      if (because[parameter] !== key || steps.has(parameter) || value === undefined) continue;
      const added = parameter !== field.parameter && device.kind === 'interface';
      steps.set(parameter, {
        layer: 'libvirt',
        ...(added && { place: 'ovs' as const }),
        subject: exampleDomain.name,
        knob: parameter,
        value,
        unit: field.unit,
        type: field.type,
        arithmetic: [],
        equals: [],
        ...calls[field.element],
      });
    }
  }
  return [...steps.values()];
}
