import { HostReadError, type HostReader } from '../ports/host.ts';

/** One knob's file. Neither `text` nor `unreadable`: there is no such file. */
export interface CgroupFile {
  /** `scope`, `libvirt` (what global_quota limits), `emulator`, `vcpu0`, `iothread1`; `machine.slice` of a group around. */
  readonly subject: string;
  /** The file's name: `cpu.max`. */
  readonly knob: string;
  readonly path: string;
  readonly text?: string;
  readonly unreadable?: string;
}

/** Where a knob is. */
export interface KnobPlace {
  readonly subject: string;
  readonly knob: string;
  readonly folder: string;
}

/** Reads some of them; what the host refuses is said of the file. */
export function readKnobs(host: HostReader, places: readonly KnobPlace[]): Promise<readonly CgroupFile[]> {
  return Promise.all(places.map(place => readKnob(host, place)));
}

async function readKnob(host: HostReader, { subject, knob, folder }: KnobPlace): Promise<CgroupFile> {
  const path = `${folder}/${knob}`;
  try {
    const text = await host.readFile(path);
    return { subject, knob, path, ...(text !== undefined && { text: text.trim() }) };
  } catch (error) {
    if (!(error instanceof HostReadError)) throw error;
    return { subject, knob, path, unreadable: error.message };
  }
}

/** The folder that a file is in. */
export function folderOf({ path }: Pick<CgroupFile, 'path'>): string {
  return path.slice(0, path.lastIndexOf('/'));
}
