import type { BackendHoldings } from '../../backend/holding.ts';
import { type PortBinding, tapName } from '../../backend/port-binding.ts';
import { type PortBackend, portBackends, portHoldings } from '../../backend/port-holdings.ts';
import { quoteArguments } from '../../domain/virsh-commands.ts';
import type { PortQos } from '../../intent/port-qos.ts';
import { renderHoldings } from '../../report/holdings-text.ts';
import { type PolicyOptions, readPortPolicy, saySource } from '../port-policy.ts';
import { sayDiagnostics } from '../quota-input.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `port translate`. */
export interface PortTranslateOptions extends PolicyOptions, Loudness {
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
  const effective = await readPortPolicy(options, terminal);
  const names = options.backend === 'all' ? portBackends : [options.backend];
  const backends = names.map(name => ({ name, ...heldBy(name, effective.qos, bindingOf(options)) }));
  if (options.format === 'json') {
    const { source, qos } = effective;
    return terminal.out(`${JSON.stringify({ schemaVersion: 1, source, policy: qos, backends }, null, 2)}\n`);
  }
  saySource(effective, terminal);
  for (const backend of backends) print(backend, options, terminal);
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
