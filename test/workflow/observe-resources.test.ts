import { describe, expect, it } from 'vitest';
import type { CgroupFile } from '../../src/host/cgroup-file.ts';
import { observeResources } from '../../src/workflow/observe-resources.ts';
import { hostOf } from '../host/host-of.ts';

const host = hostOf({ '/proc/mounts': '' });
const file = (subject: string, knob: string, text: string): CgroupFile => ({
  subject,
  knob,
  path: `/${subject}/${knob}`,
  text,
});

/** What is read of devices that nobody has named. */
async function others(...resources: readonly CgroupFile[]) {
  const { readings, others: names } = await observeResources(host, { strayed: {}, resources }, []);
  return readings.filter(one => names.includes(`${one.subject} ${one.knob}`));
}

describe('lines of devices that nobody has named', () => {
  it('are read from what libvirt limits and from the scope around it', async () => {
    const found = await others(
      file('libvirt', 'io.max', '8:0 rbps=1048576 wbps=max riops=max wiops=max'),
      file('scope', 'io.max', '8:16 rbps=max wbps=max riops=7 wiops=max'),
    );
    expect(found).toMatchObject([
      {
        layer: 'cgroup',
        subject: 'libvirt',
        knob: 'io.max 8:0',
        values: { rbps: 1_048_576, wbps: 'max', riops: 'max', wiops: 'max' },
        evidence: { source: '/libvirt/io.max', text: '8:0 rbps=1048576 wbps=max riops=max wiops=max' },
      },
      { subject: 'scope', knob: 'io.max 8:16', values: { riops: 7 } },
    ]);
  });

  it('are read from cgroup v1, weights aside', async () => {
    const found = await others(
      file('libvirt', 'blkio.throttle.write_bps_device', '8:0 5000\n8:16 6000\n'),
      file('scope', 'blkio.weight_device', '8:0 300'),
    );
    expect(found.map(({ knob, values }) => [knob, values])).toEqual([
      ['blkio.throttle.write_bps_device 8:0', { value: 5000 }],
      ['blkio.throttle.write_bps_device 8:16', { value: 6000 }],
    ]);
  });

  it('are none in files without any', async () => {
    expect(await others(file('libvirt', 'io.max', ''))).toEqual([]);
  });
});
