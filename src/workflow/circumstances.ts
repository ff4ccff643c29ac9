import type { Circumstances } from '../audit/circumstances.ts';
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
  const [properties, shared, rows] = await Promise.all([
    name === undefined ? undefined : look(() => readUnitProperties(host, name)),
    name === undefined || !verdicts.some(isScopeFailure)
      ? undefined
      : look(() => readSharedProperties(host, name)),
    verdicts.some(isOvsFailure) ? rowsOf(host, view.live) : undefined,
  ]);
  return {
    ...(name !== undefined &&
      properties !== undefined &&
      'found' in properties && {
        unit: {
          name,
          properties: properties.found,
          ...(shared !== undefined && 'found' in shared && { shared: shared.found }),
        },
      }),
    ...(rows && { ovsRows: rows }),
  };
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
