import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import { desiredFrom } from '../../../src/cli/desired.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import { capturedHost, capturedHypervisor } from '../../../src/host/captured.ts';
import {
  emptyRecording,
  loadRecording,
  recordHost,
  recordHypervisor,
  saveRecording,
} from '../../../src/host/recording.ts';
import { auditReport } from '../../../src/report/audit-report.ts';
import { auditDomains } from '../../../src/workflow/audit.ts';
import type { ReadSurroundings } from '../../../src/workflow/surroundings.ts';
import type { FromOutside } from '../from-outside.ts';

/** What an audit says of a domain: twice, live and from what was captured meanwhile. */
export interface Audited {
  readonly live: DomainAudit;
  /** From a folder that was written and read again. */
  readonly captured: DomainAudit;
}

/** Audits one domain as `virt-quota audit NAME -f json` does, and again as `audit --host` does from a capture of it. */
export async function audited(
  { surroundings }: FromOutside,
  name: string,
  asked: readonly string[] | 'told',
): Promise<Audited> {
  const recording = emptyRecording();
  const { hypervisor, host } = surroundings;
  if (host === undefined) throw new Error('there is no host to look at');
  const recorded = {
    hypervisor: recordHypervisor(hypervisor, recording),
    host: recordHost(host, recording),
  };
  const live = await auditOf(recorded, name, asked);
  const folder = await mkdtemp(join(tmpdir(), 'detection-'));
  try {
    await saveRecording(recording, folder);
    const loaded = await loadRecording(folder);
    const replayed = { hypervisor: capturedHypervisor(loaded), host: capturedHost(loaded) };
    return { live, captured: await auditOf(replayed, name, asked) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The live audit alone. */
export async function auditedLive(
  { surroundings }: FromOutside,
  name: string,
  asked: readonly string[] | 'told',
): Promise<DomainAudit> {
  return auditOf(surroundings, name, asked);
}

async function auditOf(
  surroundings: ReadSurroundings,
  name: string,
  asked: readonly string[] | 'told',
): Promise<DomainAudit> {
  const options = asked === 'told' ? {} : { property: asked };
  const desiredOf = await desiredFrom(options, processTerminal({ quiet: true }));
  const domain = await surroundings.hypervisor.lookup(name);
  for await (const outcome of auditDomains(surroundings, [domain], desiredOf)) {
    const report = JSON.parse(JSON.stringify(auditReport(outcome))) as ReturnType<typeof auditReport>;
    if ('error' in report) throw new Error(`'${name}' cannot be audited: ${report.error.message}`);
    return report;
  }
  throw new Error(`'${name}' has no audit`);
}

/** Findings in a word each, sorted: `cgroup vcpu5 cpu.max: behind-libvirt`. */
export function findingsOf({ findings }: DomainAudit): readonly string[] {
  return findings.map(({ layer, subject, knob, cause }) => `${layer} ${subject} ${knob}: ${cause}`).sort();
}

/** What could not be decided, in the same words, with the reason. */
export function undecidedOf({ limits }: DomainAudit): readonly string[] {
  const verdicts = limits.flatMap(limit => limit.verdicts).filter(one => one.outcome === 'inconclusive');
  const words = verdicts.map(
    ({ expectation: { layer, subject, knob }, detail = '' }) => `${layer} ${subject} ${knob}: ${detail}`,
  );
  return [...new Set(words)].sort();
}
