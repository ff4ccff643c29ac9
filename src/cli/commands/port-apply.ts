import { QuotaError } from '../../errors.ts';
import { kilobitsToBits } from '../../units.ts';
import { applyPortQos, type PortRequest, planPortQos, verifyPortQos } from '../../workflow/port-qos.ts';
import { type PolicyOptions, readPortPolicy, saySource } from '../port-policy.ts';
import { type SayHostOptions, sayHostPlan, sayHostResult, sayHostVerdicts } from '../say-host.ts';
import { processTerminal, type Terminal } from '../terminal.ts';
import { onThisHost } from '../this-host.ts';

/** Options of `port remove`. */
export interface PortRemoveOptions extends SayHostOptions {
  readonly port?: string;
  readonly dev?: string;
  readonly dryRun?: boolean;
}

/** Options of `port plan`, `port apply` and `port verify`. */
export interface PortApplyOptions extends PortRemoveOptions, PolicyOptions {
  readonly mac?: string;
  readonly meterBandwidth?: boolean;
  readonly takeOver?: boolean;
  readonly uplink?: string;
  readonly uplinkRate?: number;
}

/** `virt-quota port plan`. */
export async function portPlan(options: PortApplyOptions): Promise<void> {
  const terminal = processTerminal(options);
  const request = await requestOf(options, terminal);
  const planned = await onThisHost(terminal, surroundings => planPortQos(surroundings, request));
  sayHostPlan(planned, options, terminal);
}

/** `virt-quota port apply`. */
export async function portApply(options: PortApplyOptions): Promise<void> {
  if (options.dryRun === true) return portPlan(options);
  const terminal = processTerminal(options);
  const request = await requestOf(options, terminal);
  const result = await onThisHost(terminal, surroundings => applyPortQos(surroundings, request));
  sayHostResult(result, options, terminal);
}

/** `virt-quota port verify`. */
export async function portVerify(options: PortApplyOptions): Promise<void> {
  const terminal = processTerminal(options);
  const request = await requestOf(options, terminal);
  const planned = await onThisHost(terminal, surroundings => verifyPortQos(surroundings, request));
  sayHostVerdicts(planned, options, terminal);
}

/** `virt-quota port remove`. */
export async function portRemove(options: PortRemoveOptions): Promise<void> {
  const terminal = processTerminal(options);
  const request = { port: portName(options) };
  await onThisHost(terminal, async surroundings => {
    if (options.dryRun === true) sayHostPlan(await planPortQos(surroundings, request), options, terminal);
    else sayHostResult(await applyPortQos(surroundings, request), options, terminal);
  });
}

async function requestOf(options: PortApplyOptions, terminal: Terminal): Promise<PortRequest> {
  const port = portName(options);
  const effective = await readPortPolicy(options, terminal);
  saySource(effective, terminal);
  const { mac, meterBandwidth, takeOver, uplink, uplinkRate } = options;
  return {
    port,
    ...(effective.qos !== undefined && { qos: effective.qos }),
    ...(mac !== undefined && { mac: mac.toLowerCase() }),
    ...(meterBandwidth !== undefined && { meterBandwidth }),
    ...(takeOver !== undefined && { takeOver }),
    ...(uplink !== undefined && { uplink }),
    ...(uplinkRate !== undefined && { uplinkBits: kilobitsToBits(uplinkRate) }),
  };
}

function portName({ dev, port }: PortRemoveOptions): PortRequest['port'] {
  if (dev !== undefined) return { dev };
  if (port !== undefined) return { portId: port.toLowerCase() };
  throw new QuotaError('invalid-input', 'port', 'say which port: --port UUID or --dev NAME');
}
