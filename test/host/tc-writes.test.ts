import { describe, expect, it } from 'vitest';
import { setUpLines } from '../../src/backend/htb-commands.ts';
import { isWriteCommand } from '../../src/host/write-commands.ts';
import { treeOf } from '../plan/uplink.ts';

const batch = ['tc', '-batch', '-'];
const add = 'qdisc add dev up0 root handle 1: htb default 30\n';

describe('a batch of tc', () => {
  it('may be a profile, with or without going on after a line that fails', () => {
    const lines = setUpLines(treeOf()).map(words => `${words.join(' ')}\n`);
    expect(isWriteCommand(batch, lines.join(''))).toBe(true);
    expect(isWriteCommand(['tc', '-force', '-batch', '-'], add)).toBe(true);
  });

  it.each([
    [batch, ''],
    [batch, add.trimEnd()],
    [batch, `${add}\n`],
    [batch, `${add}qdisc add dev up1 root htb\n`],
    [batch, 'qdisc add dev up0 dev up1 root htb\n'],
    [batch, 'qdisc replace dev up0 root htb\n'],
    [batch, 'qdisc show dev up0\n'],
    [batch, 'exec bpf import /x\n'],
    [batch, 'actions flush action gact\n'],
    [batch, 'filter add dev up0 parent 1: bpf obj "x y"\n'],
    [batch, 'qdisc add dev up0 root htb # x\n'],
    [batch, 'qdisc add dev up0 root htb \\\n'],
    [batch, 'qdisc add dev -force root htb\n'],
    [['tc', '-batch', '/etc/x'], add],
    [['tc', '-netns', 'x', '-batch', '-'], add],
    [['tc', '-batch', '-', '-'], add],
  ])('may not be %j with %j', (argv, input) => {
    expect(isWriteCommand(argv, input)).toBe(false);
  });

  it('may not be without lines', () => {
    expect(isWriteCommand(batch)).toBe(false);
  });
});
