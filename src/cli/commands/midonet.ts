import { type MidonetForm, midonetForms, midonetPolice } from '../../backend/midonet-police.ts';
import { midonetHoldings } from '../../backend/midonet-port.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import { parsePortQos } from '../../intent/port-qos.ts';
import { maxStructuredLength } from '../../intent/structured-text.ts';
import {
  applyMidonet,
  type MidonetLimit,
  planMidonetOn,
  removeMidonet,
  verifyMidonet,
} from '../../workflow/midonet.ts';
import { readInput } from '../inputs.ts';
import { type SayHostOptions, sayHostPlan, sayHostResult, sayHostVerdicts } from '../say-host.ts';
import { processTerminal } from '../terminal.ts';
import { onThisHost } from '../this-host.ts';

/** Options of `midonet`. */
export interface MidonetOptions extends SayHostOptions {
  readonly form: MidonetForm;
  /** kbit/s of 1000 bits. */
  readonly rate?: number;
  /** kbit of 1024 bits. */
  readonly burst?: number;
  readonly policy?: string;
}

/** `virt-quota midonet plan|apply|verify|remove`. */
export function midonet(
  verb: 'plan' | 'apply' | 'verify' | 'remove',
  dev: string,
  options: MidonetOptions,
): Promise<void> {
  const terminal = processTerminal(options);
  return onThisHost(terminal, async surroundings => {
    if (verb === 'remove') {
      const { pref } = midonetForms[options.form];
      return sayHostResult(await removeMidonet(surroundings, dev, pref), options, terminal);
    }
    const limit = await limitOf(dev, options);
    switch (verb) {
      case 'plan':
        return sayHostPlan(await planMidonetOn(surroundings, limit), options, terminal);
      case 'apply':
        return sayHostResult(await applyMidonet(surroundings, limit), options, terminal);
      case 'verify':
        return sayHostVerdicts(await verifyMidonet(surroundings, limit), options, terminal);
    }
  });
}

/** The limit as a rule of a policy, so that both forms are checked alike. @throws QuotaError `invalid-input` */
async function limitOf(dev: string, options: MidonetOptions): Promise<MidonetLimit> {
  const { qos, diagnostics } = parsePortQos(await policyText(options));
  const limit = qos.bandwidthLimit.egress;
  if (limit === undefined)
    throw new QuotaError('invalid-input', dev, 'nothing limits what is sent: no bandwidth_limit egress');
  const onMidonet = midonetHoldings(qos, { id: dev, dev }).diagnostics.map(asError);
  return { dev, police: midonetPolice(limit, options.form), diagnostics: [...diagnostics, ...onMidonet] };
}

/** What is a warning where it is only told is an error where it is to be written: nothing would pass, or not hold. */
function asError(found: Diagnostic): Diagnostic {
  const breaks = found.code === 'burst-outlasts-clock' || found.args?.reason === 'burst-zero';
  return breaks ? { ...found, severity: 'error' } : found;
}

async function policyText({ rate, burst, policy }: MidonetOptions): Promise<string> {
  if (policy !== undefined && rate === undefined && burst === undefined)
    return readInput(policy, 4 * maxStructuredLength);
  if (policy !== undefined || rate === undefined || burst === undefined)
    throw new QuotaError('invalid-input', 'limit', 'either --rate and --burst, or --policy');
  const rule = { type: 'bandwidth_limit', direction: 'egress', max_kbps: rate, max_burst_kbps: burst };
  return JSON.stringify({ rules: [rule] });
}
