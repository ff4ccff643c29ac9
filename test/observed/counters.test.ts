import { describe, expect, it } from 'vitest';
import { parseCpuStat } from '../../src/observed/cpu-stat.ts';
import { parseTcClasses } from '../../src/observed/tc-class.ts';
import { parseTcCounters } from '../../src/observed/tc-counters.ts';

it('cpu.stat is numbers by name, of both cgroup versions', () => {
  const v1 = 'nr_periods 2\nnr_throttled 0\nthrottled_time 0\nnr_bursts 0\nburst_time 0\n';
  expect(parseCpuStat(v1)).toEqual({
    ...{ nr_periods: 2, nr_throttled: 0, throttled_time: 0, nr_bursts: 0, burst_time: 0 },
  });
  expect(parseCpuStat('usage_usec 17\ncore_sched.force_idle_usec 0\nodd one\n')).toEqual({
    ...{ usage_usec: 17, 'core_sched.force_idle_usec': 0 },
  });
});

describe('what tc has counted', () => {
  it('stands in one line, which classes and policers write a little otherwise', () => {
    expect(parseTcCounters(' Sent 820 bytes 10 pkt (dropped 1, overlimits 2 requeues 3) ')).toEqual({
      ...{ bytes: 820, packets: 10, dropped: 1, overlimits: 2 },
      text: 'Sent 820 bytes 10 pkt (dropped 1, overlimits 2 requeues 3)',
    });
    expect(parseTcCounters('\tSent 5 bytes 1 pkts (dropped 0, overlimits 0)')?.packets).toBe(1);
    expect(parseTcCounters('backlog 0b 0p requeues 0')).toBeUndefined();
  });

  it('goes to the class above it', () => {
    const text = `class htb 1:1 parent 1:fffe prio 0 rate 8Mbit ceil 16Mbit burst 64Kb cburst 64Kb 
 Sent 390 bytes 5 pkt (dropped 0, overlimits 0 requeues 0) 
 backlog 0b 0p requeues 0
 lended: 5 borrowed: 0 giants: 0
 tokens: 1022906 ctokens: 511453

class fq_codel 2:1 parent 2: 
 Sent 7 bytes 1 pkt (dropped 0, overlimits 0 requeues 0) 

class htb 1:fffe root rate 16Mbit ceil 16Mbit burst 1498b cburst 1498b 
 Sent 480 bytes 6 pkt (dropped 0, overlimits 0 requeues 0) 
`;
    expect(parseTcClasses(text).map(({ handle, counters }) => [handle, counters?.bytes])).toEqual([
      ['1:1', 390],
      ['1:fffe', 480],
    ]);
  });

  it('is read beside all that tc tells in raw and detailed output', () => {
    const text = `class htb 1:1 root prio 0 quantum 10000 rate 800Kbit ceil 800Kbit linklayer ethernet burst 16Kb/1 mpu 0b cburst 1600b/1 mpu 0b level 0 buffer [00271000] cbuffer [0003d090] 
 Sent 1077218 bytes 1033 pkt (dropped 0, overlimits 1032 requeues 0) 
 backlog 146500b 140p requeues 0
 lended: 1033 borrowed: 0 giants: 0
 tokens: 2085081 ctokens: -224919
`;
    const [found] = parseTcClasses(text);
    expect(found).toMatchObject({ handle: '1:1', rateBps: 100_000, burstBytes: 16_384, quantum: 10_000 });
    expect(found?.counters).toMatchObject({ bytes: 1_077_218, packets: 1033, overlimits: 1032 });
    expect(found).not.toHaveProperty('parent');
  });
});
