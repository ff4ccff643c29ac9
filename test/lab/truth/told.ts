import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import { desiredFrom } from '../../../src/cli/desired.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import type { Effective } from '../../../src/effective/claim.ts';
import { sharedCommands } from '../../../src/host/shared-commands.ts';
import type { Expectation } from '../../../src/verify/expectation.ts';
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

/** What a verdict or a finding is about. */
export type About = Pick<Expectation, 'device' | 'layer' | 'subject' | 'parameters'>;

/**
 * What is said of limits, and why they do not pass: by verdicts on what is asked for, and findings of what is not.
 *
 * @param isMeant those of an enforcer; the first of these for which there is anything counts, else what is said of the
 * whole domain
 */
export function saidOf(
  { limits, findings, outcome }: DomainAudit,
  ...isMeant: readonly ((about: About) => boolean)[]
): { readonly said: Said; readonly reasons: readonly string[] } {
  const verdicts = limits.flatMap(limit => limit.verdicts);
  const is = isMeant.find(some => verdicts.some(({ expectation }) => some(expectation)));
  if (is === undefined)
    return { said: outcome === 'not-applicable' ? 'pass' : outcome, reasons: ['not looked at'] };
  const meant = verdicts.filter(({ expectation }) => is(expectation));
  const odd = meant.filter(one => one.outcome === 'fail' || one.outcome === 'inconclusive');
  const found = findings.filter(is).filter(({ cause }) => cause !== 'biting');
  const reasons = [
    ...new Set([...odd.map(wordsOf), ...found.map(({ knob, cause }) => `finding ${knob} ${cause}`)]),
  ];
  if (odd.some(one => one.outcome === 'fail') || found.length > 0) return { said: 'fail', reasons };
  return { said: odd.length > 0 ? 'inconclusive' : 'pass', reasons };
}

function wordsOf({ outcome, reason, detail, expectation: { layer, knob } }: Verdict): string {
  return [outcome, layer, knob, reason, detail].filter(Boolean).join(' ');
}
