import { hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type EffectivePortQos, effectivePortQos } from '../intent/effective-port-qos.ts';
import { type PortQos, parsePortQos } from '../intent/port-qos.ts';
import { maxStructuredLength } from '../intent/structured-text.ts';
import { checkOneStdin, readInput } from './inputs.ts';
import { sayDiagnostics } from './quota-input.ts';
import type { Terminal } from './terminal.ts';

/** Options that say which policy a port has. */
export interface PolicyOptions {
  readonly policy?: string;
  readonly networkPolicy?: string;
  readonly deviceOwner: string;
}

/** The policy in force for a port. @throws QuotaError `invalid-input` */
export async function readPortPolicy(options: PolicyOptions, terminal: Terminal): Promise<EffectivePortQos> {
  checkOneStdin([options.policy, options.networkPolicy]);
  const port = await readPolicy(options.policy, terminal);
  const network = await readPolicy(options.networkPolicy, terminal);
  if (port === undefined && network === undefined) {
    throw new QuotaError(
      'invalid-input',
      'policy',
      'say what is wanted: --policy FILE or --network-policy FILE',
    );
  }
  return effectivePortQos({
    ...(port !== undefined && { port }),
    ...(network !== undefined && { network }),
    deviceOwner: options.deviceOwner,
  });
}

/** Says whose policy is in force, unless it is the port's own. */
export function saySource({ source }: EffectivePortQos, terminal: Terminal): void {
  if (source !== 'port') terminal.say(`policy in force: ${source === 'network' ? "the network's" : 'none'}`);
}

async function readPolicy(file: string | undefined, terminal: Terminal): Promise<PortQos | undefined> {
  if (file === undefined) return undefined;
  const name = file === '-' ? 'standard input' : `'${file}'`;
  const { qos, diagnostics } = parsePortQos(await readInput(file, 4 * maxStructuredLength), name);
  sayDiagnostics(diagnostics, terminal);
  if (!hasErrors(diagnostics)) return qos;
  throw new QuotaError('invalid-input', name, `${name} is no policy that Neutron would take`);
}
