import { capturedHost, capturedHypervisor } from '../host/captured.ts';
import { loadRecordedLibvirt, loadRecording } from '../host/recording.ts';
import type { HypervisorReader } from '../ports/hypervisor.ts';
import type { ReadSurroundings } from '../workflow/surroundings.ts';

/** What reads from a captured host. @param folder of the capture @throws QuotaError `invalid-input` */
export async function capturedSurroundings(folder: string): Promise<ReadSurroundings> {
  const recording = await loadRecording(folder);
  return { hypervisor: capturedHypervisor(recording), host: capturedHost(recording) };
}

/** Of a captured host only what libvirt told: all that is needed to list its domains. @throws QuotaError `invalid-input` */
export async function listedHypervisor(folder: string): Promise<HypervisorReader> {
  return capturedHypervisor(await loadRecordedLibvirt(folder));
}
