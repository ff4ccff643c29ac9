import { describe, expect, it } from 'vitest';
import { exitCodeOfEffective } from '../../src/cli/exit-codes.ts';
import { isUndecided } from '../../src/effective/certainty.ts';
import { type Claim, effective, inOrder, type Met, unseenClaim } from '../../src/effective/claim.ts';
import { renderEffective } from '../../src/report/effective-text.ts';
import { plainPaint } from '../../src/report/table.ts';

const head = { device: { kind: 'cpu' }, limited: 'cpu', unit: 'CPUs' } as const;
const bound = (value: number): Claim => ({ owner: 'libvirt', at: 'cgroup', value, standing: 'binds' });
const unread = unseenClaim({ at: 'cgroup scope cpu.max', why: 'permission denied' });

describe('what can be said of a limit', () => {
  it.each<[string, readonly Claim[], string]>([
    ['exact, when everything on the way was read', [bound(2)], '2 CPUs'],
    ['no limit, only when everything was read and nothing limits', [], 'no limit'],
    [
      'an upper bound and why it could be less, when one link limits and another could not be read',
      [bound(2), unread],
      'at most 2 CPUs; could be less: cgroup scope cpu.max: permission denied',
    ],
    [
      'unknown with the reason, when nothing is known to limit',
      [unread],
      'unknown: cgroup scope cpu.max: permission denied',
    ],
    [
      'how many reasons more there are',
      [unread, unseenClaim({ at: 'cgroup libvirt cpu.max', why: 'permission denied' })],
      'unknown: cgroup scope cpu.max: permission denied (and 1 more)',
    ],
    [
      'exact, when what could not be seen would let more through anyway',
      [bound(2), { owner: 'libvirt', at: 'definition', value: 3, standing: 'unseen', why: 'not read' }],
      '2 CPUs',
    ],
    [
      'not no limit, when something limits a part of it',
      [{ owner: 'unknown', at: 'tc', value: 1, standing: 'partial' }],
      'no limit for all of it',
    ],
  ])('is %s', (_, claims, expected) => {
    const [, line = ''] = renderEffective([effective(head, claims)], plainPaint).split('\n');
    expect(line).toBe(`  cpu               ${expected}`);
  });

  it.each<[number, readonly Claim[]]>([
    [0, [bound(2)]],
    [0, []],
    [6, [unread]],
    [6, [bound(2), unread]],
    // Captures of older versions have fewer links; no one can read them any more.
    [0, [bound(2), unseenClaim({ at: 'openflow', why: 'not in the capture' })]],
    [6, [unseenClaim({ at: 'openflow', why: 'not in the capture' })]],
  ])('is exit %i', (code, claims) => {
    const one = effective(head, claims);
    expect(exitCodeOfEffective([effective(head, [bound(1)]), one])).toBe(code);
    expect(isUndecided(one.certainty, one.unseen)).toBe(code === 6);
  });
});

describe('limits in the order in which they are met', () => {
  const met = (at: string, more: Partial<Met>): Met => ({
    owner: 'unknown',
    at,
    sees: 'everything',
    decides: false,
    ...more,
  });
  const standings = (all: readonly Met[]) => inOrder(all).map(({ at, standing }) => `${at} ${standing}`);

  it('are not known behind one that may decide and is not understood', () => {
    const all = [
      met('first', { value: 9 }),
      met('riddle', { sees: 'unknown', decides: true }),
      met('last', { value: 5, decides: true }),
    ];
    expect(standings(all)).toEqual(['first binds', 'riddle unseen', 'last unseen']);
    expect(effective(head, inOrder(all))).toMatchObject({
      certainty: 'at-most',
      binds: { at: 'first' },
      unseen: [{ at: 'riddle', why: 'what it does is not known' }],
    });
  });

  it('are known behind one that is not understood and decides nothing', () => {
    const all = [met('riddle', { sees: 'unknown', why: 'bpf' }), met('last', { value: 5 })];
    expect(standings(all)).toEqual(['riddle unseen', 'last binds']);
    expect(inOrder(all)[0]).toMatchObject({ why: 'bpf' });
  });

  it('are shadowed behind one that decides, understood or not', () => {
    const all = [
      met('first', { value: 9, decides: true }),
      met('riddle', { sees: 'unknown', decides: true }),
      met('last', { value: 5 }),
    ];
    expect(standings(all)).toEqual(['first binds', 'riddle shadowed', 'last shadowed']);
    expect(effective(head, inOrder(all)).certainty).toBe('exact');
  });
});
