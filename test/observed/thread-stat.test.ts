import { describe, expect, it } from 'vitest';
import {
  isHeldByQuota,
  parseThreadStat,
  policyText,
  stripThreadStat,
} from '../../src/observed/thread-stat.ts';

// Of a vCPU in the lab (Linux 6.12, QEMU 10.0) after `chrt -f -p 50`, read by root.
const fifo =
  '606 (CPU 0/TCG) S 1 598 598 0 -1 4194560 5066 0 2 0 15 3 0 0 -51 0 5 0 3514 958296064 15000 18446744073709551615 94190386012160 94190391434885 140722573423312 0 0 0 268444224 4096 81920 0 0 0 -1 1 50 1 0 0 0 94190395171632 94190396514240 94190420635648 140722573426532 140722573427713 140722573427713 140722573430751 0\n';

describe("a thread's stat", () => {
  it('tells its name, policy and priority', () => {
    expect(parseThreadStat(fifo)).toEqual({ name: 'CPU 0/TCG', policy: 1, priority: 50 });
  });

  it('may have a name with parentheses and blanks', () => {
    expect(parseThreadStat(fifo.replace('CPU 0/TCG', 'a) R (b 9'))?.name).toBe('a) R (b 9');
  });

  it.each(['', '606', '606 (CPU 0/TCG', '606 (CPU 0/TCG) S 1 2 3', fifo.replace(' 50 1 0', ' x 1 0')])(
    'is none when it is %j',
    text => {
      expect(parseThreadStat(text)).toBeUndefined();
    },
  );

  it('is kept in a capture without the addresses of memory, and says the same', () => {
    const kept = stripThreadStat(fifo);
    expect(kept).not.toMatch(/\d{6}/);
    expect(parseThreadStat(kept)).toEqual(parseThreadStat(fifo));
    expect(stripThreadStat('something else')).toBe('something else');
  });
});

describe("a cgroup's quota", () => {
  it.each([
    ['SCHED_OTHER', 0, true],
    ['SCHED_FIFO', 1, false],
    ['SCHED_RR', 2, false],
    ['SCHED_BATCH', 3, true],
    ['SCHED_IDLE', 5, true],
    ['SCHED_DEADLINE', 6, false],
    ['SCHED_EXT', 7, undefined],
    ['number 8', 8, undefined],
  ] as const)('counts for a thread of %s as the kernel has it', (name, policy, counts) => {
    expect(isHeldByQuota(policy)).toBe(counts);
    expect(policyText({ policy, priority: 0 })).toBe(name);
  });
});
