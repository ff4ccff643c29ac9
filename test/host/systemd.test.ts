import { describe, expect, it } from 'vitest';
import { readSharedProperties, readUnitProperties } from '../../src/host/systemd.ts';
import { hostOf } from './host-of.ts';

const unit = 'machine-qemu\\x2d1\\x2dvm.scope';

describe('what a unit was told', () => {
  it('is read from the drop-ins of everybody, those of a transient unit last', async () => {
    const transient = `/run/systemd/transient/${unit}.d/50-CPUWeight.conf`;
    const control = `/etc/systemd/system.control/${unit}.d/50-CPUQuota.conf`;
    const host = hostOf({
      [transient]: '[Scope]\nCPUWeight=77\n',
      [control]: '[Scope]\nCPUQuota=50%\n',
      [`/run/systemd/transient/${unit}.d/notes.txt`]: 'CPUWeight=1',
      '/run/systemd/transient/other.scope.d/50-CPUWeight.conf': 'CPUWeight=2',
    });
    expect(await readUnitProperties(host, unit)).toEqual([
      { name: 'CPUQuota', value: '50%', path: control },
      { name: 'CPUWeight', value: '77', path: transient },
    ]);
  });

  it('is nothing where there is no such unit', async () => {
    expect(await readUnitProperties(hostOf({}), unit)).toEqual([]);
  });

  it('is in files for all scopes and for those that begin alike, too', async () => {
    const every = '/usr/lib/systemd/system/scope.d/10.conf';
    const machines = '/etc/systemd/system/machine-.scope.d/q.conf';
    const host = hostOf({
      [machines]: '[Scope]\nCPUWeight=33\n',
      [every]: '[Scope]\nTasksMax=9\n',
      '/etc/systemd/system/user-.slice.d/a.conf': 'CPUWeight=1',
    });
    expect(await readSharedProperties(host, unit)).toEqual([
      { name: 'TasksMax', value: '9', path: every },
      { name: 'CPUWeight', value: '33', path: machines },
    ]);
    expect(await readUnitProperties(host, unit)).toEqual([]);
  });
});
