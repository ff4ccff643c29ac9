import { accessSync, constants, readFileSync } from 'node:fs';
import { LabError } from './lab-error.ts';

/** What runs the hypervisor's instructions: QEMU's software emulation, or the processor. */
export type Accelerator = 'tcg' | 'kvm';

/**
 * The accelerator to use: software emulation, unless `VIRT_QUOTA_LAB_ACCEL=kvm` asks for the processor.
 *
 * @throws LabError when the variable says something else, or KVM cannot be used here.
 */
export function chosenAccelerator(): Accelerator {
  const wish = process.env.VIRT_QUOTA_LAB_ACCEL || 'tcg';
  if (wish === 'tcg') return wish;
  if (wish !== 'kvm') throw new LabError('usage', `VIRT_QUOTA_LAB_ACCEL is "${wish}": it can be tcg or kvm`);
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new LabError('missing', 'VIRT_QUOTA_LAB_ACCEL is kvm, but /dev/kvm cannot be opened', { cause });
  }
  return wish;
}

/** QEMU's options for an accelerator. */
export function acceleratorArguments(accelerator: Accelerator): readonly string[] {
  if (accelerator === 'tcg') return ['-accel', 'tcg,thread=multi,tb-size=256', '-cpu', 'max'];
  // A KVM inside another hypervisor offers this feature and then refuses to set it.
  return ['-accel', 'kvm', '-cpu', 'max,arch-capabilities=off'];
}

/** What a booted snapshot depends on beyond the accelerator's name: with KVM, the processor's model. */
export function processorIdentity(accelerator: Accelerator): string {
  if (accelerator === 'tcg') return 'emulated';
  const cpuinfo = readFileSync('/proc/cpuinfo', 'utf8');
  return ['model name', 'flags']
    .map(key => cpuinfo.match(new RegExp(`^${key}.*$`, 'm'))?.[0] ?? '')
    .join('\n');
}
