import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Accelerator, acceleratorArguments } from './accelerator.ts';
import { isMissing, missing } from './command.ts';
import type { Image } from './image.ts';
import { onInterrupt } from './interrupt.ts';
import { type Kind, kinds } from './kinds.ts';
import { LabError } from './lab-error.ts';
import type { Place } from './place.ts';
import { Qmp } from './qmp.ts';

/** The name of the snapshot in a snapshot's disk. */
export const snapshotName = 'ready';

/** The memory of a hypervisor, in MiB. */
const memoryMib = 2048;

/** How a QEMU is started. */
export interface MachineOptions {
  readonly kind: Kind;
  readonly image: Image;
  readonly accelerator: Accelerator;
  readonly place: Place;
  /** Goes on from the snapshot that is in the disk instead of booting. */
  readonly restore: boolean;
  /** Lives on when this program ends; otherwise the kernel ends it with us, however we end. */
  readonly outlive: boolean;
}

/** Starts a QEMU on `place.disk`. It is in place, and takes connections, when the promise is kept. */
export async function startMachine(options: MachineOptions): Promise<ChildProcess> {
  const { place, outlive } = options;
  const qemu = ['qemu-system-x86_64', ...machineArguments(options)];
  const argv = outlive ? qemu : ['setpriv', '--pdeathsig', 'KILL', '--', ...qemu];
  const log = openSync(place.log, 'a');
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', log, log], detached: true });
  onInterrupt(() => void child.kill('SIGKILL'));
  await listening(child, place);
  if (outlive) child.unref();
  return child;
}

/** What a snapshot depends on besides the image and QEMU itself. */
export function machineIdentity(kind: Kind): string {
  return [...hardware(), kernelArguments(kind)].join(' ');
}

/** QEMU greets on its monitor when everything is set up, and the snapshot loaded. */
async function listening(child: ChildProcess, place: Place): Promise<void> {
  let failure: unknown;
  child.once('error', error => {
    failure = isMissing(error) ? missing(child.spawnfile) : error;
  });
  while (true) {
    if (failure) throw failure;
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new LabError('failed', `QEMU did not start: ${readFileSync(place.log, 'utf8').trim()}`);
    }
    const qmp = await Qmp.connect(place.monitor).catch(() => undefined);
    if (qmp) return qmp.close();
    await sleep(20);
  }
}

function machineArguments({ kind, image, accelerator, place, restore }: MachineOptions): string[] {
  const root = `file=${place.disk},format=qcow2,if=none,id=root,cache=unsafe,werror=report,rerror=report`;
  return [
    ...words('-nodefaults -no-user-config -display none -no-reboot'),
    ...acceleratorArguments(accelerator),
    ...hardware(),
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', kernelArguments(kind)],
    ...['-pidfile', place.pid, '-drive', root, '-chardev', `file,id=console,path=${place.console}`],
    ...place.ports.flatMap((port, n) => ['-chardev', `socket,id=lab${n},path=${port},server=on,wait=off`]),
    ...['-qmp', `unix:${place.monitor},server=on,wait=off`],
    ...(restore ? ['-loadvm', snapshotName] : []),
  ];
}

function hardware(): string[] {
  return [
    ...words(`-machine pc -m ${memoryMib} -smp 2 -uuid 6c61622d-7669-7274-2d71-756f74610000`),
    ...words('-device virtio-blk-pci,drive=root -device virtio-rng-pci -serial chardev:console'),
    ...words('-device virtio-serial-pci'),
    ...[0, 1, 2, 3].flatMap(n => words(`-device virtserialport,chardev=lab${n},name=lab.${n}`)),
  ];
}

function kernelArguments(kind: Kind): string {
  const common = 'root=/dev/vda rw console=ttyS0 loglevel=4 net.ifnames=0 mitigations=off audit=0 panic=-1';
  // An emulated service may need more than the usual 90 s when the host is busy.
  const patience = 'transparent_hugepage=never systemd.default_timeout_start_sec=300';
  return [common, patience, ...kinds[kind].kernelArguments].join(' ');
}

function words(text: string): string[] {
  return text.split(' ');
}
