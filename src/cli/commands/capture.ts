import { randomBytes } from 'node:crypto';
import type { DomainAudit } from '../../audit/domain-audit.ts';
import { QuotaError } from '../../errors.ts';
import type { Recording } from '../../host/recorded.ts';
import {
  captureParts,
  emptyRecording,
  recordHost,
  recordHypervisor,
  saveRecording,
} from '../../host/recording.ts';
import { redactRecording } from '../../host/redact.ts';
import { tarOf } from '../../host/tar/write.ts';
import { wholeQuota } from '../../intent/whole-quota.ts';
import { auditDomains } from '../../workflow/audit.ts';
import { effectiveLimits } from '../../workflow/effective.ts';
import type { ReadSurroundings } from '../../workflow/surroundings.ts';
import { chosenDomains } from '../chosen-domains.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { replaceFile } from '../replace-file.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `capture`. */
export interface CaptureOptions extends ConnectOptions, Loudness {
  /** A folder, or a tar file when its name ends so. */
  readonly out: string;
  /** Hash names; nobody keeps the key. */
  readonly redact?: boolean;
}

/** `virt-quota capture`: reads what an audit would read, and keeps it. */
export async function capture(names: readonly string[], options: CaptureOptions): Promise<void> {
  const terminal = processTerminal(options);
  const recording = emptyRecording();
  const failed: string[] = [];
  await connected({ ...options, readOnly: true }, terminal, async surroundings => {
    const recorded: ReadSurroundings = {
      ...surroundings,
      hypervisor: recordHypervisor(surroundings.hypervisor, recording),
      ...(surroundings.host && { host: recordHost(surroundings.host, recording) }),
    };
    await recorded.hypervisor.info();
    const domains = await chosenDomains(surroundings.hypervisor, names);
    for await (const outcome of auditDomains(recorded, domains, asDefined)) {
      if ('error' in outcome) failed.push(`${outcome.domain.name}: ${outcome.error.message}`);
      else if (readsLimits(options, outcome.audit)) await readLimits(recorded, outcome.audit.domain.uuid);
    }
  });
  await keep(options.redact === true ? redactRecording(recording, randomBytes(32)) : recording, options.out);
  for (const line of failed) terminal.say(`not captured: ${line}`, { always: true });
  const { size } = recording.domains;
  terminal.say(`captured ${size === 1 ? '1 domain' : `${size} domains`} into '${options.out}'`);
}

/** Nobody needs to say what is wanted for everything to be read. */
const asDefined = () => ({ source: 'libvirt', asked: { quota: wholeQuota({}).quota } }) as const;

/** Flows name machines and addresses of others, which nobody has hashed. */
function readsLimits({ redact }: CaptureOptions, { domain }: DomainAudit): boolean {
  return redact !== true && domain.id !== undefined;
}

/** What `effective` reads besides; of a domain that has gone away meanwhile it is what was read until then. */
async function readLimits(recorded: ReadSurroundings, uuid: string): Promise<void> {
  try {
    await effectiveLimits(recorded, uuid, () => asDefined().asked);
  } catch (error) {
    if (!(error instanceof QuotaError)) throw error;
  }
}

/** It has what a domain's definition says: that is nobody else's business. */
async function keep(recording: Recording, out: string): Promise<void> {
  if (!out.endsWith('.tar')) return saveRecording(recording, out);
  const file = await replaceFile(out, { secret: true });
  try {
    for (const piece of tarOf(captureParts(recording), new Date())) await file.write(piece);
  } catch (error) {
    await file.discard();
    throw error;
  }
  await file.commit();
}
