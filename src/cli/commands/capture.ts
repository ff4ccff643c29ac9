import { emptyRecording, recordHost, recordHypervisor, saveRecording } from '../../host/recording.ts';
import { flavorQuota } from '../../intent/flavor-quota.ts';
import { readCircumstances } from '../../workflow/circumstances.ts';
import { verifyDomain } from '../../workflow/plan-domain.ts';
import type { ReadSurroundings } from '../../workflow/surroundings.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `capture`. */
export interface CaptureOptions extends ConnectOptions, Loudness {
  readonly out: string;
}

/** `virt-quota capture`: reads what a verification would read, and keeps it. */
export async function capture(domains: readonly string[], options: CaptureOptions): Promise<void> {
  const terminal = processTerminal(options);
  const recording = emptyRecording();
  await connected({ ...options, readOnly: true }, terminal, async surroundings => {
    const recorded: ReadSurroundings = {
      ...surroundings,
      hypervisor: recordHypervisor(surroundings.hypervisor, recording),
      ...(surroundings.host && { host: recordHost(surroundings.host, recording) }),
    };
    const { quota } = flavorQuota({});
    for (const domain of domains) {
      const assessment = await verifyDomain(recorded, { domain, quota, scopes: [] });
      await readCircumstances(recorded.host, assessment);
    }
  });
  await saveRecording(recording, options.out);
  terminal.say(
    `captured ${domains.length === 1 ? '1 domain' : `${domains.length} domains`} into '${options.out}'`,
  );
}
