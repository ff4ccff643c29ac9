import type { BackendHoldings } from '../../backend/holding.ts';
import { type PortBinding, tapName } from '../../backend/port-binding.ts';
import { type PortBackend, portBackends, portHoldings } from '../../backend/port-holdings.ts';
import { hasErrors } from '../../diagnostics.ts';
import { quoteArguments } from '../../domain/virsh-commands.ts';
import { QuotaError } from '../../errors.ts';
import { effectivePortQos } from '../../intent/effective-port-qos.ts';
import { type PortQos, parsePortQos } from '../../intent/port-qos.ts';
import { maxStructuredLength } from '../../intent/structured-text.ts';
import { renderHoldings } from '../../report/holdings-text.ts';

import { readInput } from '../inputs.ts';
import { sayDiagnostics } from '../quota-input.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `port translate`. */
export interface PortTranslateOptions extends Loudness {
  readonly policy?: string;
  readonly networkPolicy?: string;
  readonly deviceOwner: string;
  readonly backend: PortBackend | 'all';
  readonly port: string;
  readonly dev?: string;
  readonly mac?: string;
  readonly ofport?: number;
  readonly vlan?: number;
  readonly network?: string;
  readonly physical?: boolean;
  readonly physicalBridge?: string;
  readonly uplink?: string;
  readonly vf?: string;
  readonly dpdk?: boolean;
  readonly meterBandwidth?: boolean;
  readonly format: 'text' | 'commands' | 'json';
}

/** `virt-quota port translate`. */
export async function portTranslate(options: PortTranslateOptions): Promise<void> {
  const terminal = processTerminal(options);
  const port = await readPolicy(options.policy, terminal);
  const network = await readPolicy(options.networkPolicy, terminal);
  if (port === undefined && network === undefined) {
    throw new QuotaError(
      'invalid-input',
      'policy',
      'say what is wanted: --policy FILE or --network-policy FILE',
    );
  }
  const effective = effectivePortQos({
    ...(port !== undefined && { port }),
    ...(network !== undefined && { network }),
    deviceOwner: options.deviceOwner,
  });
  const names = options.backend === 'all' ? portBackends : [options.backend];
  const backends = names.map(name => ({ name, ...heldBy(name, effective.qos, bindingOf(options)) }));
  if (options.format === 'json') {
    const { source, qos } = effective;
    return terminal.out(`${JSON.stringify({ schemaVersion: 1, source, policy: qos, backends }, null, 2)}\n`);
  }
  if (effective.source !== 'port') terminal.say(`policy in force: ${sources[effective.source]}`);
  for (const backend of backends) print(backend, options, terminal);
}

const sources = { network: "the network's", none: 'none' } as const;

async function readPolicy(file: string | undefined, terminal: Terminal): Promise<PortQos | undefined> {
  if (file === undefined) return undefined;
  const name = file === '-' ? 'standard input' : `'${file}'`;
  const { qos, diagnostics } = parsePortQos(await readInput(file, 4 * maxStructuredLength), name);
  sayDiagnostics(diagnostics, terminal);
  if (!hasErrors(diagnostics)) return qos;
  throw new QuotaError('invalid-input', name, `${name} is no policy that Neutron would take`);
}

function heldBy(name: PortBackend, qos: PortQos | undefined, port: PortBinding): BackendHoldings {
  return qos === undefined ? { holdings: [], commands: [], diagnostics: [] } : portHoldings(name, qos, port);
}

function print(
  { name, holdings, commands, diagnostics }: BackendHoldings & { readonly name: PortBackend },
  { format, backend }: PortTranslateOptions,
  terminal: Terminal,
): void {
  sayDiagnostics(diagnostics, terminal);
  if (backend === 'all') terminal.out(format === 'text' ? `${name}:\n` : `# ${name}\n`);
  if (format === 'commands') for (const argv of commands) terminal.out(`${quoteArguments(argv)}\n`);
  else terminal.out(renderHoldings(holdings, terminal.paint));
}

function bindingOf(options: PortTranslateOptions): PortBinding {
  const [pf, index] = options.vf?.split(':') ?? [];
  const { mac, ofport, physical, physicalBridge, uplink, meterBandwidth, dpdk } = options;
  return {
    id: options.port.toLowerCase(),
    dev: options.dev ?? tapName(options.port.toLowerCase()),
    ...(mac !== undefined && { mac: mac.toLowerCase() }),
    ...(options.network !== undefined && { networkId: options.network.toLowerCase() }),
    ...(physical !== undefined && { physical }),
    ...(ofport !== undefined && { ofport }),
    ...(options.vlan !== undefined && { localVlan: options.vlan }),
    ...(physicalBridge !== undefined && { physicalBridge }),
    ...(uplink !== undefined && { uplink }),
    ...(meterBandwidth !== undefined && { meterBandwidth }),
    ...(dpdk !== undefined && { dpdk }),
    ...(pf !== undefined && { vf: { pf, index: Number(index) } }),
  };
}
