import { onceFor } from '../observed/once-for.ts';
import {
  type OvsBridgesState,
  type OvsListing,
  ovsAllColumns,
  ovsColumns,
  ovsColumnsBefore216,
  ovsPortColumns,
  ovsRowColumns,
  parseOvsState,
} from '../observed/ovs.ts';
import { type CommandResult, HostReadError, type HostReader } from '../ports/host.ts';

/** One process for all ports of the host; it answers one JSON table a line. */
export const ovsCommand: readonly string[] = listing(ovsAllColumns);

/** The same where Open vSwitch knows no packet rates. */
const commandBefore216 = listing(ovsColumnsBefore216);

/** What older captures have instead, each telling less than the one before. */
export const olderOvsCommands: readonly (readonly string[])[] = [
  ovsPortColumns,
  ovsRowColumns,
  ovsColumns,
].map(listing);

/**
 * What Open vSwitch's database says of limits, whose they are, and where each port is. Older captures have no bridges.
 * @throws HostReadError when there is no Open vSwitch here, or it does not answer
 */
export async function readOvs(host: HostReader): Promise<OvsBridgesState> {
  const result = await host.run(ovsCommand);
  const isOld = result.exitCode !== 0 && /does not contain a column/.test(result.stderr);
  return answerOf(isOld ? await host.run(commandBefore216) : result);
}

/** Several domains that are read at once are told by one answer. */
const stateIn = onceFor(({ stdout }: CommandResult) => parseOvsState(stdout));

function answerOf(result: CommandResult): OvsBridgesState {
  const { exitCode, stderr } = result;
  if (exitCode !== 0) {
    const why = stderr.trim().split('\n')[0] ?? '';
    throw new HostReadError(`'ovs-vsctl' failed: ${why.slice(0, 200) || `exit status ${exitCode}`}`);
  }
  try {
    return stateIn(result);
  } catch (error) {
    throw new HostReadError("'ovs-vsctl' did not answer with its tables", { cause: error });
  }
}

function listing(tables: OvsListing): readonly string[] {
  const lists = Object.values(tables).flatMap(({ table, columns }) => [
    '--',
    `--columns=${columns.join(',')}`,
    'list',
    table,
  ]);
  return ['ovs-vsctl', '--timeout=5', '--format=json', ...lists.slice(1)];
}
