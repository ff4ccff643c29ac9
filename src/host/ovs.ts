import { onceFor } from '../observed/once-for.ts';
import {
  type OvsBridgesState,
  type OvsState,
  ovsColumns,
  ovsPortColumns,
  ovsRowColumns,
  parseOvsState,
} from '../observed/ovs.ts';
import { type CommandResult, HostReadError, type HostReader } from '../ports/host.ts';

/** One process for all ports of the host; it answers one JSON table a line. */
export const ovsCommand: readonly string[] = listing(ovsRowColumns);

/** What older captures have instead. It does not tell whose the rows are. */
export const olderOvsCommand: readonly string[] = listing(ovsColumns);

/**
 * What Open vSwitch's database says of limits, and whose they are.
 * @throws HostReadError when there is no Open vSwitch here, or it does not answer
 */
export function readOvs(host: HostReader): Promise<OvsState> {
  return answered(host, ovsCommand);
}

/** The same with the bridges, and what is known of each port's machine. @throws HostReadError */
export function readOvsPorts(host: HostReader): Promise<OvsBridgesState> {
  return answered(host, listing(ovsPortColumns));
}

/** Several domains that are read at once are told by one answer. */
const stateIn = onceFor(({ stdout }: CommandResult) => parseOvsState(stdout));

async function answered(host: HostReader, argv: readonly string[]): Promise<OvsBridgesState> {
  const result = await host.run(argv);
  const { exitCode, stderr } = result;
  if (exitCode !== 0) {
    const why = stderr.trim().split('\n')[0] ?? '';
    throw new HostReadError(`'ovs-vsctl' failed: ${why.slice(0, 200) || `exit status ${exitCode}`}`);
  }
  try {
    return stateIn(result);
  } catch (error) {
    throw new HostReadError("'ovs-vsctl' did not answer JSON", { cause: error });
  }
}

function listing(
  tables: Readonly<Record<string, { readonly table: string; readonly columns: readonly string[] }>>,
): readonly string[] {
  const lists = Object.values(tables).flatMap(({ table, columns }) => [
    '--',
    `--columns=${columns.join(',')}`,
    'list',
    table,
  ]);
  return ['ovs-vsctl', '--timeout=5', '--format=json', ...lists.slice(1)];
}
