import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { command } from './command.ts';
import type { Hypervisor } from './hypervisor.ts';
import { LabError } from './lab-error.ts';
import { projectFolder } from './paths.ts';
import { Qmp } from './qmp.ts';

/** What an installed virt-quota consists of, by its path in the checkout. */
const parts = ['package.json', 'dist/src', 'dist/bundle', 'schemas', 'samples'];

/** The name of the disk, to QEMU and as the serial number that the guest sees. */
const disk = 'project';

/**
 * Brings this checkout, as it is built now, into a hypervisor: a disk is plugged in and mounted on `/opt/virt-quota`,
 * and `virt-quota` and `node` are in the PATH. What was brought in before is replaced. `node` is the one that runs
 * this program.
 */
export async function bringProject(hypervisor: Hypervisor): Promise<void> {
  if (!existsSync(join(projectFolder, 'dist/src')))
    throw new LabError('missing', 'no build: npm run build makes it');
  const stage = join(hypervisor.place.folder, 'project');
  const image = join(hypervisor.place.folder, `project-${process.pid}-${Date.now()}.img`);
  await rm(stage, { recursive: true, force: true });
  await copyProject(stage);
  await copyNode(stage);
  await command('mkfs.ext4', [
    '-q',
    '-F',
    '-m',
    '0',
    '-O',
    '^has_journal',
    '-E',
    'root_owner=0:0',
    '-d',
    stage,
    image,
    '512M',
  ]);
  await rm(stage, { recursive: true });
  await plug(hypervisor, image);
  await hypervisor.shell(mountScript);
}

async function copyProject(stage: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; link?: boolean }>;
  };
  const modules = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);
  const wanted = [...parts, ...modules.map(([path]) => path)];
  for (const path of wanted.filter(path => existsSync(join(projectFolder, path)))) {
    await cp(join(projectFolder, path), join(stage, path), { recursive: true });
  }
}

/** The libraries come along, with the loader: the guest's may be older than the host's. */
async function copyNode(stage: string): Promise<void> {
  await mkdir(join(stage, 'node/lib'), { recursive: true });
  await cp(process.execPath, join(stage, 'node/node'), { dereference: true });
  for (const [library] of (await command('ldd', [process.execPath])).matchAll(/\/\S+(?= \(0x)/g)) {
    const name = /\bld[-.]/.test(basename(library)) ? 'loader' : basename(library);
    await cp(library, join(stage, 'node/lib', name), { dereference: true });
  }
}

async function plug(hypervisor: Hypervisor, image: string): Promise<void> {
  const qmp = await Qmp.connect(hypervisor.place.monitor);
  try {
    if (await unplug(hypervisor, qmp)) await removeImages(image);
    const file = { driver: 'file', filename: image };
    await qmp.execute('blockdev-add', { driver: 'raw', 'node-name': disk, 'read-only': true, file });
    await qmp.execute('device_add', { driver: 'virtio-blk-pci', id: disk, drive: disk, serial: disk });
  } finally {
    qmp.close();
  }
}

/** @returns whether there was one. */
async function unplug(hypervisor: Hypervisor, qmp: Qmp): Promise<boolean> {
  const nodes = (await qmp.execute('query-named-block-nodes', { flat: true })) as { 'node-name': string }[];
  if (!nodes.some(node => node['node-name'] === disk)) return false;
  await hypervisor.shell('umount --lazy /opt/virt-quota 2>/dev/null || true');
  const gone = qmp.deviceEvent('DEVICE_DELETED', disk, 20_000);
  await qmp.execute('device_del', { id: disk });
  if (!(await gone))
    throw new LabError('failed', 'the disk with the old build is still in use in the hypervisor');
  await qmp.execute('blockdev-del', { 'node-name': disk });
  return true;
}

async function removeImages(except: string): Promise<void> {
  const folder = dirname(except);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.startsWith('project-') && path !== except) await rm(path);
  }
}

const mountScript = `
udevadm wait --timeout=60 /dev/disk/by-id/virtio-${disk}
mkdir -p /opt/virt-quota
mount -o ro /dev/disk/by-id/virtio-${disk} /opt/virt-quota
cd /usr/local/bin
ln -sf /opt/virt-quota/node/node node
if ! ./node --version >/dev/null 2>&1; then
  rm node
  printf '#!/bin/sh\\nexec /opt/virt-quota/node/lib/loader --library-path /opt/virt-quota/node/lib \\
/opt/virt-quota/node/node "$@"\\n' >node
  chmod 755 node
  ./node --version >/dev/null
fi
printf '#!/bin/sh\\nexec node /opt/virt-quota/dist/bundle/cli/main.js "$@"\\n' >virt-quota
chmod 755 virt-quota
`;
