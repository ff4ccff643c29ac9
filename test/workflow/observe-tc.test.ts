import { describe, expect, it } from 'vitest';
import type { HostReader } from '../../src/ports/host.ts';
import { observeTc } from '../../src/workflow/observe-tc.ts';

const classes = 'class htb 1:1 root leaf 2: prio 0 rate 32Mbit ceil 64Mbit burst 1Mb cburst 1600b';
const root =
  'qdisc htb 1:[00010000] root refcnt 2 r2q 10 default 0x1 direct_packets_stat 0 ver 3.17 direct_qlen 1000';
const filter = (
  protocol: string,
  action: string,
) => `filter protocol ${protocol} pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid :1 not_in_hw
  match 00000000/00000000 at 0
 police 0x1 rate 16Mbit burst 512Kb mtu 64Kb [01e84800] action ${action} overhead 0b`;

/** What a tap's knob holds when tc answers this. */
async function held(knob: string, answers: { readonly qdisc?: string; readonly filter?: string }) {
  const run: HostReader['run'] = async argv => {
    const stdout = argv.includes('class')
      ? classes
      : argv.includes('qdisc')
        ? answers.qdisc
        : argv.includes('ffff:')
          ? (answers.filter ?? filter('all', 'drop'))
          : '';
    return { exitCode: stdout === undefined ? 1 : 0, stdout: stdout ?? '', stderr: '' };
  };
  const nothing = async () => undefined;
  const { readings } = await observeTc({ run, readFile: nothing, listFolder: nothing }, 'tap0');
  return readings.find(one => one.knob === knob);
}

/** tc beside another class, and what a filter does with the packets. */
async function heldBeside(filters: string) {
  const asked: string[] = [];
  const run: HostReader['run'] = async argv => {
    asked.push(argv.join(' '));
    const more = `${classes}\nclass htb 1:2 root prio 0 rate 10Gbit ceil 10Gbit burst 1680b cburst 1680b`;
    const stdout = argv.includes('class')
      ? more
      : argv.includes('qdisc')
        ? root
        : argv.includes('ffff:')
          ? ''
          : filters;
    return { exitCode: 0, stdout, stderr: '' };
  };
  const nothing = async () => undefined;
  const { readings } = await observeTc({ run, readFile: nothing, listFolder: nothing }, 'tap0');
  return { asked, reading: readings.find(one => one.knob === 'class htb 1:1') };
}

const rate = { rateBps: 4_000_000, ceilBps: 8_000_000, burstBytes: 1_048_576, cburstBytes: 1600 };

describe('a class', () => {
  it('is what packets go through that no filter has classified', async () => {
    expect((await held('class htb 1:1', { qdisc: root }))?.values).toEqual(rate);
  });

  it('is none where the root qdisc sends them elsewhere, which is the evidence', async () => {
    const other = root.replace('default 0x1', 'default 0x9');
    const reading = await held('class htb 1:1', { qdisc: other });
    expect(reading).toMatchObject({
      evidence: { source: 'tc -r -s -d qdisc show dev tap0', text: `${other}\n${classes}` },
    });
    expect(reading?.values).toBeUndefined();
  });

  it('is none where a filter sends all packets to another class', async () => {
    const filters = 'filter parent 1: protocol all pref 2 matchall chain 0 handle 0x1 flowid 1:2';
    const source = 'tc -r -s -d filter show dev tap0';
    const { asked, reading } = await heldBeside(filters);
    expect(asked).toContain(source);
    expect(reading).toMatchObject({ evidence: { source, text: `${filters}\n${classes}` } });
    expect(reading?.values).toBeUndefined();
    expect((await heldBeside('')).reading?.values).toEqual(rate);
  });

  it('is not proved where the qdisc could not be read, as in a capture without it', async () => {
    const reading = await held('class htb 1:1', {});
    expect(reading?.values).toEqual(rate);
    expect(reading?.unproved).toMatch(/^the queueing disciplines of the device were not read: 'tc /);
  });
});

describe('a policer', () => {
  it('drops what is too much, of all protocols', async () => {
    const reading = await held('police', {});
    expect(reading?.values).toEqual({ rateBps: 2_000_000, burstBytes: 524_288 });
  });

  it('is none behind one that decides for every packet and lets more through; both lines say so', async () => {
    const preceded = (
      kind: string,
      rate: string,
      action: string,
    ) => `filter protocol all pref 5 ${kind} chain 0 handle 0x1
 police 0x9 rate ${rate} burst 512Kb mtu 64Kb [01e84800] action ${action} overhead 0b
${filter('all', 'drop')}`;
    const overruled = await held('police', { filter: preceded('basic', '20Mbit', 'drop') });
    expect(overruled?.values).toBeUndefined();
    expect(overruled?.evidence.text).toMatch(/rate 20Mbit .*\n.*rate 16Mbit /);
    const counts = { rateBps: 2_000_000, burstBytes: 524_288 };
    // A stricter one of MidoNet's is its own; one that lets go on leaves all packets to the next.
    expect((await held('police', { filter: preceded('basic', '10Mbit', 'drop') }))?.values).toEqual(counts);
    const goesOn = await held('police', { filter: preceded('basic', '20Mbit', 'drop/continue') });
    expect(goesOn?.values).toEqual(counts);
    expect((await held('police', { filter: preceded('basic', '1Mbit', 'pass') }))?.values).toBeUndefined();
  });

  it('is none behind a filter that lets every packet pass; that is the evidence', async () => {
    const passing = `filter protocol all pref 1 matchall chain 0 handle 0x1 
\taction order 1: mirred (Egress Redirect to device ifb7) stolen
${filter('all', 'drop')}`;
    const reading = await held('police', { filter: passing });
    expect(reading?.values).toBeUndefined();
    expect(reading?.evidence.text).toMatch(/^filter .*\n.* to device ifb7\) stolen\npolice 0x1 /);
  });

  it('is asked nothing behind one whose last action is done; after `continue` it is', async () => {
    const first = (action: string) => `filter protocol all pref 5 matchall chain 0 handle 0x1
\taction order 1:  police 0x9 rate 20Mbit burst 512Kb mtu 2Kb action ${action} overhead 0b
${filter('all', 'drop')}`;
    expect((await held('police', { filter: first('drop/pipe') }))?.values).toBeUndefined();
    expect((await held('police', { filter: first('drop/continue') }))?.values).toBeDefined();
  });

  it('is none when it lets pass what is too much; its line says so', async () => {
    const reading = await held('police', { filter: filter('all', 'pass') });
    expect(reading?.values).toBeUndefined();
    expect(reading?.evidence.text).toContain('action pass');
  });

  it('is none when it is of one protocol', async () => {
    expect((await held('police', { filter: filter('ip', 'drop') }))?.values).toBeUndefined();
  });
});
