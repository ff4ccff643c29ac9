import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits, devicesIn } from '../domain/device-limits.ts';
import { fieldOf } from '../domain/fields.ts';
import {
  type DeviceRef,
  type DomainTuning,
  deviceName,
  type Limits,
  type Parameter,
} from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { Layer } from '../verify/expectation.ts';
import { isUnlimited } from '../verify/unlimited.ts';
import type { Outcome, Verdict } from '../verify/verdict.ts';
import { countsNow, standingOf } from './standing.ts';

/** A limit through the whole chain. */
export interface LimitAudit {
  readonly device: DeviceRef;
  readonly parameter: Parameter;
  /** As libvirt counts; absent: only a definition has it. */
  readonly value?: number;
  /** Of the value; empty for a weight. */
  readonly unit: string;
  /** The key that asked for it; absent: nobody asked, libvirt's definition has it. */
  readonly because?: string;
  /**
   * Whether it is in force now: a failing link counts most, then one that could not be seen. Of what libvirt ignores there
   * is no link. Of a domain that does not run: whether its definition has it.
   */
  readonly outcome: Outcome;
  /** Whether the persistent definition has it too; absent: nothing is known of the next start, or an older report. */
  readonly nextStart?: Outcome;
  /** The links of its chain: persistent definition, live definition, those who enforce. */
  readonly verdicts: readonly Verdict[];
  /** The first link that fails now, as an index into `verdicts`; absent: none does. */
  readonly firstBroken?: number;
}

/** What limits are collected from. */
export interface LimitInput {
  readonly tuning: Readonly<Partial<Record<Scope, DomainTuning>>>;
  readonly definitions: Readonly<Partial<Record<Scope, DomainDefinition>>>;
  readonly verdicts: readonly Verdict[];
}

const order: Readonly<Record<Layer, number>> = {
  config: 0,
  live: 1,
  cgroup: 2,
  qemu: 2,
  ovs: 2,
  openflow: 2,
  tc: 3,
};

/** Every limit that is asked for, and those that the running definition has besides, each with its chain. */
export function limitAudits({ tuning, definitions, verdicts }: LimitInput): readonly LimitAudit[] {
  const found = new Map<string, Pick<LimitAudit, 'device' | 'parameter' | 'value' | 'because'>>();
  const add = (device: DeviceRef, limits: Limits, because: Readonly<Partial<Record<string, string>>>) => {
    for (const [name, value] of Object.entries(limits)) {
      const parameter = name as Parameter;
      const key = `${deviceName(device)} ${parameter}`;
      if (typeof value !== 'number' || isUnlimited(parameter, value) || found.has(key)) continue;
      const asked = because[parameter];
      found.set(key, { device, parameter, value, ...(asked !== undefined && { because: asked }) });
    }
  };
  for (const one of tuning.live ?? tuning.config ?? []) add(one.device, one.limits, one.because);
  const main = definitions.live ?? definitions.config;
  if (main !== undefined) {
    for (const device of devicesIn(main)) add(device, deviceLimits(main, device) ?? {}, {});
  }
  const links = linksByLimit(verdicts);
  const runs = definitions.live !== undefined;
  return [...found].map(([key, limit]) => withChain(limit, links.get(key) ?? [], runs));
}

/** What is judged of each limit, by its device and name. */
function linksByLimit(verdicts: readonly Verdict[]): ReadonlyMap<string, readonly Verdict[]> {
  const links = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const device = deviceName(verdict.expectation.device);
    for (const parameter of new Set(verdict.expectation.parameters)) {
      const key = `${device} ${parameter}`;
      const known = links.get(key);
      if (known === undefined) links.set(key, [verdict]);
      else known.push(verdict);
    }
  }
  return links;
}

function withChain(
  limit: Pick<LimitAudit, 'device' | 'parameter' | 'value' | 'because'>,
  verdicts: readonly Verdict[],
  runs: boolean,
): LimitAudit {
  const links = [...verdicts].sort(
    (one, other) => order[one.expectation.layer] - order[other.expectation.layer],
  );
  const firstBroken = links.findIndex(link => link.outcome === 'fail' && countsNow(link, runs));
  const { outcome, nextStart } = standingOf(links, runs);
  const { device, parameter, value, because } = limit;
  return {
    device,
    parameter,
    ...(value !== undefined && { value }),
    ...(because !== undefined && { because }),
    unit: fieldOf(parameter)?.unit ?? '',
    outcome,
    ...(nextStart !== 'not-applicable' && { nextStart }),
    verdicts: links,
    ...(firstBroken >= 0 && { firstBroken }),
  };
}
