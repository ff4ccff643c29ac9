import { describe, expect, it } from 'vitest';
import { isTcWrite } from '../../src/host/tc-writes.ts';
import type { PolicerCall } from '../../src/plan/libvirt-policer.ts';
import type { WriteSurroundings } from '../../src/workflow/surroundings.ts';
import { writePolicer } from '../../src/workflow/write-policer.ts';

const list = 'filter protocol all pref 49152 u32 chain 0';
const policer = (rate: string) => `${list}
${list} fh 800: ht divisor 1
${list} fh 800::800 order 2048 key ht 800 bkt 0 flowid :1 not_in_hw
  match 00000000/00000000 at 0
 police 0x1 rate ${rate} burst 512Kb mtu 64Kb action drop overhead 0b linklayer ethernet
\tref 1 bind 1
`;
const ingress = 'qdisc ingress ffff: parent ffff:fff1 ----------------\n';
const none = 'qdisc noqueue 8002: root refcnt 2\n';
const call = { dev: 'tap1', rateBps: 2_000_000, burstBytes: 524_288 } as const;

/** @returns what was written */
async function written(
  kind: PolicerCall['kind'],
  answers: readonly [string, string],
): Promise<readonly string[]> {
  const batches: string[] = [];
  const [qdiscs, filters] = answers;
  const surroundings: Pick<WriteSurroundings, 'host' | 'hostWriter'> = {
    host: {
      readFile: async () => undefined,
      listFolder: async () => undefined,
      run: async argv => {
        const stdout = argv.includes('qdisc') ? qdiscs : filters;
        return { exitCode: stdout === 'fails' ? 1 : 0, stdout, stderr: '' };
      },
    },
    hostWriter: {
      run: async (argv, input = '') => {
        expect(isTcWrite(argv, input)).toBe(true);
        batches.push(input);
        return { exitCode: 0, stdout: '', stderr: '' };
      },
    },
  };
  await writePolicer(surroundings as WriteSurroundings, { kind, ...call });
  return batches;
}

describe("libvirt's policer", () => {
  it.each<readonly [string, readonly [string, string], boolean]>([
    ['is taken away where it was left', [ingress, policer('16Mbit')], true],
    ['stays with another rate: it is somebody else’s', [ingress, policer('17Mbit')], false],
    ['stays beside another filter', [ingress, `${policer('16Mbit')}${list.replace('49152', '5')}\n`], false],
    ['is nothing where libvirt took it away', [none, ''], false],
    ['is nothing where tc does not tell', ['fails', 'fails'], false],
  ])('%s', async (_what, answers, isGone) => {
    expect(await written('policer-gone', answers)).toEqual(isGone ? ['qdisc del dev tap1 ingress\n'] : []);
  });

  it('is put back where nothing is', async () => {
    expect(await written('policer-back', [none, 'fails'])).toEqual([
      'qdisc add dev tap1 ingress\n' +
        'filter add dev tap1 parent ffff: protocol all u32 match u32 0 0 police rate 2000000bps burst 524288 mtu 64kb drop flowid :1\n',
    ]);
    expect(await written('policer-back', [ingress, policer('16Mbit')])).toEqual([]);
  });
});
