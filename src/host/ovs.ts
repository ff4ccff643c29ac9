import { type OvsState, ovsColumns, parseOvsState } from '../observed/ovs.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';

/** One process for all ports of the host; it answers one JSON table a line. */
export const ovsCommand: readonly string[] = ['ovs-vsctl', '--timeout=5', '--format=json', ...listCommands()];

/**
 * What Open vSwitch's database says of limits.
 * @throws HostReadError when there is no Open vSwitch here, or it does not answer
 */
export async function readOvs(host: HostReader): Promise<OvsState> {
  const { exitCode, stdout, stderr } = await host.run(ovsCommand);
  if (exitCode !== 0) {
    const why = stderr.trim().split('\n')[0] ?? '';
    throw new HostReadError(`'ovs-vsctl' failed: ${why.slice(0, 200) || `exit status ${exitCode}`}`);
  }
  try {
    return parseOvsState(stdout);
  } catch (error) {
    throw new HostReadError("'ovs-vsctl' did not answer JSON", { cause: error });
  }
}

function listCommands(): readonly string[] {
  return Object.values(ovsColumns)
    .flatMap(({ table, columns }) => ['--', `--columns=${columns.join(',')}`, 'list', table])
    .slice(1);
}
