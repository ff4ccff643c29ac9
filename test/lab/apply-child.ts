import { setTimeout as wait } from 'node:timers/promises';
import { QuotaError } from '../../src/errors.ts';
import { openHypervisor } from '../../src/host/libvirt-hypervisor.ts';
import { stateFolder } from '../../src/host/state-folder.ts';
import { applyDomain } from '../../src/workflow/apply.ts';
import type { ApplyTask } from './apply-process.ts';
import { requestFor } from './flavors.ts';
import { hostThrough, hostWriterThrough } from './host-through.ts';
import { Hypervisor } from './hypervisor.ts';
import { findPlace } from './place.ts';

// A process of its own, so that it can be killed. Prints how the apply ended: its outcome, or the code of its error.
const task = JSON.parse(process.argv[2] ?? '') as ApplyTask;
const place = findPlace(task.place);
if (place === undefined) throw new Error(`no hypervisor ${task.place}`);
const lab = await Hypervisor.connect(place);
const host = hostThrough(lab);
const hypervisor = await openHypervisor(task.uri, { readOnly: false });
const surroundings = {
  hypervisor,
  host,
  hostWriter: hostWriterThrough(lab),
  wait,
  state: stateFolder(task.state),
  now: () => new Date(0),
};
const request = {
  ...requestFor(task.domain, task.flavor, task.properties),
  ...(task.ovsNative && { ovsNative: true }),
};
const ended = await applyDomain(surroundings, request).then(
  ({ outcome }) => outcome,
  error => (error instanceof QuotaError ? error.code : String(error)),
);
process.stdout.write(ended);
await hypervisor.close();
host.close();
lab.disconnect();
