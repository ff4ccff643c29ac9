import type { Area } from './state.ts';

/** Which area each state is of, over and over: tc has the most ways, threads take the longest. */
const turns: readonly Area[] = ['tc', 'tc', 'ovs', 'tc', 'cpu', 'tc', 'tc', 'ovs', 'tc', 'disk'];

/** Where a number's state is made: it depends on the number alone. */
export interface Turn {
  readonly number: number;
  readonly area: Area;
  /** How many states of this area have lower numbers. */
  readonly ordinal: number;
}

/** What is made of a number. */
export function turnOf(number: number): Turn {
  const area = turns[number % turns.length] ?? 'tc';
  const before = turns.slice(0, number % turns.length).filter(one => one === area).length;
  const each = turns.filter(one => one === area).length;
  return { number, area, ordinal: Math.floor(number / turns.length) * each + before };
}

/** The first numbers of some areas. */
export function turnsOf(wanted: readonly Area[], count: number): readonly Turn[] {
  const found: Turn[] = [];
  for (let number = 0; found.length < count; number += 1) {
    const turn = turnOf(number);
    if (wanted.includes(turn.area)) found.push(turn);
  }
  return found;
}
