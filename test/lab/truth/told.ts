import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import { desiredFrom } from '../../../src/cli/desired.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import type { Effective } from '../../../src/effective/claim.ts';
import { sharedCommands } from '../../../src/host/shared-commands.ts';
import type { Verdict } from '../../../src/verify/verdict.ts';
import { auditDomains } from '../../../src/workflow/audit.ts';
import { effectiveLimits } from '../../../src/workflow/effective.ts';
import type { ReadSurroundings } from '../../../src/workflow/surroundings.ts';
import type { FromOutside } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import type { Said } from './state.ts';

/** What virt-quota says of a domain. */
export interface Told {
  readonly audit: DomainAudit;
  readonly effective: readonly Effective[];
}

/** Who is asked: libvirt and the host, seen from outside. */
export type Asker = ReadSurroundings;

/** What is asked of the host at once is one process there, as it is for the program itself. */
export function askerOf(hypervisor: Hypervisor, { surroundings }: FromOutside): Asker {
  const { host } = surroundings;
  if (host === undefined) throw new Error('there is no host to look at');
  const runMerged = async (argv: readonly string[], input: string) =>
    (await hypervisor.run(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv], { input })).stdout;
  const run = sharedCommands({ run: argv => host.run(argv), runMerged });
  return { hypervisor: surroundings.hypervisor, host: { ...host, run } };
}

/** Asks as `audit NAME` and `effective NAME` do, without a flavor: the running definition shall be in force. */
export async function toldOf(asker: Asker, name: string): Promise<Told> {
  const desiredOf = await desiredFrom({}, processTerminal({ quiet: true }));
  const [audit, { effective }] = await Promise.all([
    auditOf(asker, name, desiredOf),
    effectiveLimits(asker, name, view => desiredOf(view).asked),
  ]);
  return { audit, effective };
}

async function auditOf(
  asker: Asker,
  name: string,
  desiredOf: Parameters<typeof auditDomains>[2],
): Promise<DomainAudit> {
  const domain = await asker.hypervisor.lookup(name);
  for await (const outcome of auditDomains(asker, [domain], desiredOf)) {
    if ('error' in outcome) throw outcome.error;
    return outcome.audit;
  }
  throw new Error(`'${name}' has no audit`);
}

/**
 * What is said of limits, and why they do not pass.
 *
 * @param isMeant those of an enforcer; where there is none, what is said of the whole domain counts
 */
export function saidOf(
  { limits, outcome }: DomainAudit,
  ...isMeant: readonly ((verdict: Verdict) => boolean)[]
): { readonly said: Said; readonly reasons: readonly string[] } {
  const verdicts = limits.flatMap(limit => limit.verdicts);
  const meant = isMeant.map(is => verdicts.filter(is)).find(some => some.length > 0);
  if (meant === undefined)
    return { said: outcome === 'not-applicable' ? 'pass' : outcome, reasons: ['not looked at'] };
  const odd = meant.filter(one => one.outcome === 'fail' || one.outcome === 'inconclusive');
  const reasons = [...new Set(odd.map(wordsOf))];
  if (odd.length === 0) return { said: 'pass', reasons };
  return { said: odd.some(one => one.outcome === 'fail') ? 'fail' : 'inconclusive', reasons };
}

function wordsOf({ outcome, reason, detail, expectation: { layer, knob } }: Verdict): string {
  return [outcome, layer, knob, reason, detail].filter(Boolean).join(' ');
}
