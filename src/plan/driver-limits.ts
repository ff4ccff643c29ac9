import type { Diagnostic } from '../diagnostics.ts';
import { deviceName } from '../domain/tuning.ts';
import { testDriverKeeps } from '../verify/not-applicable.ts';
import type { Step, TuningPlan } from './plan.ts';

/**
 * Whether a libvirt driver has what it takes to set this live. libvirt's built-in test driver keeps numbers in memory:
 * it has no scheduler parameters, refuses an iotune base without a burst rate, and enforces nothing.
 *
 * @see libvirt src/test/test_driver.c:testDomainSetSchedulerParametersFlags, testDomainSetBlockIoTune
 */
export function driverCanSetLive(driver: string, kind: Step['device']['kind']): boolean {
  return !isTestDriver(driver) || testDriverKeeps(kind);
}

/** libvirt's test driver has no guests, so nothing on the host can hold a limit. */
export function isTestDriver(driver: string): boolean {
  return driver.toUpperCase() === 'TEST';
}

/** The plan without the steps that the driver cannot do, each of them named in a diagnostic. */
export function withinDriver(plan: TuningPlan, driver: string): TuningPlan {
  const can = (step: Step) => step.scope === 'config' || driverCanSetLive(driver, step.device.kind);
  const left = plan.steps.filter(step => !can(step));
  const diagnostics = left.map(
    (step): Diagnostic => ({
      code: 'driver-cannot',
      severity: 'info',
      path: deviceName(step.device),
      args: { driver },
    }),
  );
  return { ...plan, steps: plan.steps.filter(can), diagnostics: [...plan.diagnostics, ...diagnostics] };
}
