import { type CapturePlace, sourceAt } from '../host/capture-archive.ts';
import { capturedHost, capturedHypervisor } from '../host/captured.ts';
import { captureIn, libvirtIn } from '../host/recording.ts';
import type { HypervisorReader } from '../ports/hypervisor.ts';
import type { ReadSurroundings } from '../workflow/surroundings.ts';

/** What reads from a captured host. @throws QuotaError `invalid-input` */
export async function capturedSurroundings(place: CapturePlace): Promise<ReadSurroundings> {
  const recording = captureIn(sourceAt(place));
  return { hypervisor: capturedHypervisor(recording), host: capturedHost(recording) };
}

/** Of a captured host only what libvirt told: all that is needed to list its domains. @throws QuotaError `invalid-input` */
export async function listedHypervisor(place: CapturePlace): Promise<HypervisorReader> {
  return capturedHypervisor(libvirtIn(sourceAt(place)));
}
