import type { DeviceRef } from '../domain/tuning.ts';
import type { Verdict } from './verdict.ts';

/**
 * The verdicts on a driver that has no guests (libvirt's test driver): nothing enforces, and what it cannot set live
 * cannot be asked of it. Such links are not applicable; they are never a pass. What nothing could enforce anywhere
 * stays a failure.
 */
export function notApplicable(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.map(verdict => {
    const { layer, device } = verdict.expectation;
    if (verdict.reason === 'no-enforcement-point') return verdict;
    if (layer === 'config' || (layer === 'live' && testDriverKeeps(device.kind))) return verdict;
    return {
      expectation: verdict.expectation,
      outcome: 'not-applicable',
      reason: 'no-guests',
      detail: 'the test driver keeps numbers in memory and runs no guest',
    };
  });
}

/**
 * Whether libvirt's test driver keeps live limits of such a device: it has no scheduler parameters, and refuses an
 * iotune base without a burst rate. @see libvirt src/test/test_driver.c
 */
export function testDriverKeeps(kind: DeviceRef['kind']): boolean {
  return kind !== 'cpu' && kind !== 'disk';
}
