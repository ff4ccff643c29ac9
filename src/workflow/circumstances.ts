import type { Circumstances, ToldUnit } from '../audit/circumstances.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import { readOvs } from '../host/ovs.ts';
import { readSharedProperties, readUnitProperties } from '../host/systemd.ts';
import { ovsPortRows } from '../observed/ovs-rows.ts';
import type { HostReader } from '../ports/host.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { Judgement } from './assess.ts';
import { look } from './unseen.ts';

/**
 * Reads what tells causes: of the domain's unit always, of systemd's other files and Open vSwitch's rows when something
 * there is not as it should be. Where it
 * cannot be read, causes stay unknown.
 */
export async function readCircumstances(
  host: HostReader | undefined,
  { view, readings, facts, verdicts }: Judgement,
): Promise<Circumstances> {
  if (host === undefined || view.live === undefined) return {};
  const weight = readings.find(one => one.layer === 'cgroup' && one.subject === 'scope');
  const name = facts.systemd === true ? unitOf(weight?.evidence.source ?? '') : undefined;
  const around = [...new Set(verdicts.filter(isOuterFailure).map(one => one.expectation.subject))];
  const [unit, outer, rows] = await Promise.all([
    name === undefined ? undefined : toldUnit(host, name, verdicts.some(isScopeFailure)),
    Promise.all(around.map(group => outerUnit(host, group))),
    verdicts.some(isOvsFailure) ? rowsOf(host, view.live) : undefined,
  ]);
  return {
    ...(unit && { unit }),
    ...(around.length > 0 && { outer: new Map(outer.flatMap(one => one ?? [])) }),
    ...(rows && { ovsRows: rows }),
  };
}

/** @param isWhole files for several units are looked at too */
async function toldUnit(host: HostReader, name: string, isWhole: boolean): Promise<ToldUnit | undefined> {
  const [properties, shared] = await Promise.all([
    look(() => readUnitProperties(host, name)),
    isWhole ? look(() => readSharedProperties(host, name)) : undefined,
  ]);
  if (!('found' in properties)) return undefined;
  const more = shared !== undefined && 'found' in shared && { shared: shared.found };
  return { name, properties: properties.found, ...more };
}

/** The unit of a group around the domain, when it is one by its name. */
async function outerUnit(host: HostReader, group: string): Promise<(readonly [string, ToldUnit])[]> {
  const name = group.slice(group.lastIndexOf('/') + 1);
  const unit = /\.(?:slice|scope|service)$/.test(name) ? await toldUnit(host, name, true) : undefined;
  return unit === undefined ? [] : [[group, unit]];
}

function isOuterFailure({ outcome, expectation: { layer, subject } }: Verdict): boolean {
  const isOwn = /^(?:scope|libvirt|emulator|(?:vcpu|iothread)\d+)$/.test(subject);
  return outcome === 'fail' && layer === 'cgroup' && !isOwn && !subject.startsWith('/');
}

function isScopeFailure({ outcome, expectation: { layer, subject } }: Verdict): boolean {
  return outcome === 'fail' && layer === 'cgroup' && subject === 'scope';
}

function isOvsFailure({ outcome, expectation }: Verdict): boolean {
  return outcome === 'fail' && expectation.layer === 'ovs';
}

/** The cgroup of a unit has its name: `/sys/fs/cgroup/machine.slice/NAME.scope/cpu.weight`. */
function unitOf(path: string): string | undefined {
  const folder = path.split('/').at(-2);
  return folder?.endsWith('.scope') === true ? folder : undefined;
}

async function rowsOf(
  host: HostReader,
  { uuid, interfaces }: DomainDefinition,
): Promise<Circumstances['ovsRows']> {
  const state = await look(() => readOvs(host));
  if (!('found' in state)) return undefined;
  const ports = interfaces.flatMap(({ dev }) => dev ?? []);
  return new Map(ports.map(dev => [dev, ovsPortRows(state.found, dev, uuid)]));
}
