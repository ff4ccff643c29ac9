import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Accelerator, processorIdentity } from './accelerator.ts';
import { cached } from './cache.ts';
import { command } from './command.ts';
import { Hypervisor } from './hypervisor.ts';
import type { Image } from './image.ts';
import { onInterrupt } from './interrupt.ts';
import type { Kind } from './kinds.ts';
import { LabError } from './lab-error.ts';
import { machineIdentity, snapshotName, startMachine } from './machine.ts';
import { consoleTail, makePlace, type Place, removePlace } from './place.ts';
import { step } from './progress.ts';
import { Qmp } from './qmp.ts';
import { requireSpace } from './space.ts';

/** How long a boot may take; on a machine five times overbooked it took three minutes. */
const bootTimeoutMs = { tcg: 600_000, kvm: 120_000 } as const;

/**
 * The disk of a booted hypervisor with its memory in it: out of the cache, or by booting the image. It holds for one
 * QEMU and one accelerator.
 *
 * @throws LabError with the end of the console when the hypervisor does not come up.
 */
export async function ensureSnapshot(kind: Kind, image: Image, accelerator: Accelerator): Promise<string> {
  const qemu = await command('qemu-system-x86_64', ['--version']);
  const identity = [qemu, machineIdentity(kind), processorIdentity(accelerator)].join('\n');
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  const path = join(image.folder, `${kind}-${accelerator}-${hash}.qcow2`);
  return cached(path, temporary =>
    step(kind, `booting (${accelerator})`, () => boot({ kind, image, accelerator, path: temporary })),
  );
}

interface Boot {
  readonly kind: Kind;
  readonly image: Image;
  readonly accelerator: Accelerator;
  readonly path: string;
}

async function boot({ kind, image, accelerator, path }: Boot): Promise<void> {
  await requireSpace(image.folder, 2048);
  const place = await makePlace({ kind, purpose: 'build', accelerator, image: image.hash });
  const forget = onInterrupt(() => removePlace(place));
  try {
    await command('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image.disk, place.disk]);
    const qemu = await startMachine({ kind, image, accelerator, place, restore: false, outlive: false });
    const ended = once(qemu, 'exit');
    await settled(place).catch((cause: Error) => {
      const tail = `Its console ends with:\n${consoleTail(place)}`;
      throw new LabError('failed', `${kind} did not boot: ${cause.message}\n${tail}`, { cause });
    });
    await save(place);
    await ended;
    await rename(place.disk, path);
  } finally {
    forget();
    await removePlace(place);
  }
}

async function settled(place: Place): Promise<void> {
  const done = new AbortController();
  const trouble = watch(place, done.signal);
  try {
    await Promise.race([settle(place), trouble]);
  } finally {
    done.abort();
    await trouble.catch(() => {});
  }
}

/** Waits until every service has been started, and leaves nobody connected: that is what the snapshot shall be. */
async function settle(place: Place): Promise<void> {
  const timeoutMs = bootTimeoutMs[place.accelerator];
  const hypervisor = await Hypervisor.connect(place, timeoutMs);
  const waiting = ['systemctl', 'is-system-running', '--wait'];
  const state = (await hypervisor.run(waiting, { timeoutMs })).stdout.trim();
  if (state !== 'running') {
    const failed = await hypervisor.run(['systemctl', '--failed', '--no-legend', '--plain']);
    throw new LabError('failed', `systemd says "${state}": ${failed.stdout}`);
  }
  hypervisor.disconnect();
}

/** Fails when QEMU ends or stops the hypervisor, as it does on what it calls an internal error of KVM. */
async function watch(place: Place, until: AbortSignal): Promise<void> {
  const qmp = await Qmp.connect(place.monitor);
  while (!until.aborted) {
    const { status } = (await qmp.execute('query-status')) as { status: string };
    if (status !== 'running') {
      throw new LabError(
        'failed',
        `QEMU stopped it (${status}): ${readFileSync(place.log, 'utf8').slice(0, 500)}`,
      );
    }
    await sleep(500);
  }
  qmp.close();
}

async function save(place: Place): Promise<void> {
  const qmp = await Qmp.connect(place.monitor);
  await qmp.monitor(`savevm ${snapshotName}`);
  // Not killed: what qcow2 has still to write must be written.
  await qmp.execute('quit');
  qmp.close();
}
