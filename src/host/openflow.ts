import {
  type OpenFlow,
  type OpenFlowMeter,
  parseFlows,
  parseMeters,
  parseMeterUsers,
} from '../observed/openflow.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';

/** The command by which {@link readFlows} asks. */
export function flowsCommand(bridge: string, table = 0): readonly string[] {
  return asking('--no-names', '--no-stats', 'dump-flows', bridge, `table=${table}`);
}

/** The command by which {@link readAllFlows} asks. */
export function allFlowsCommand(bridge: string): readonly string[] {
  return asking('--no-names', '--no-stats', 'dump-flows', bridge);
}

/** The command by which {@link readMeters} asks. */
export function metersCommand(bridge: string): readonly string[] {
  return asking('dump-meters', bridge);
}

/** The flows of one table of a bridge, the first unless another one is named. @throws HostReadError */
export async function readFlows(host: HostReader, bridge: string, table = 0): Promise<readonly OpenFlow[]> {
  return parseFlows(await said(host, flowsCommand(bridge, table)));
}

/** The flows of all tables of a bridge. @throws HostReadError */
export async function readAllFlows(host: HostReader, bridge: string): Promise<readonly OpenFlow[]> {
  return parseFlows(await said(host, allFlowsCommand(bridge)));
}

/** The meters of a bridge. @throws HostReadError */
export async function readMeters(host: HostReader, bridge: string): Promise<readonly OpenFlowMeter[]> {
  return parseMeters(await said(host, metersCommand(bridge)));
}

/** How many flows of a bridge use each of its meters, by number. @throws HostReadError */
export async function readMeterUsers(host: HostReader, bridge: string): Promise<ReadonlyMap<number, number>> {
  return parseMeterUsers(await said(host, asking('meter-stats', bridge)));
}

/** OpenFlow 1.3 is the first that has meters. */
function asking(...words: readonly string[]): readonly string[] {
  return ['ovs-ofctl', '--timeout=5', '-O', 'OpenFlow13', ...words];
}

async function said(host: HostReader, argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run(argv);
  if (exitCode === 0) return stdout;
  const why = stderr.trim().split('\n')[0] ?? '';
  throw new HostReadError(`'ovs-ofctl' failed: ${why.slice(0, 200) || `exit status ${exitCode}`}`);
}
