import { describe, expect, it } from 'vitest';
import { parseTcClasses } from '../../src/observed/tc-class.ts';

const tap = {
  handle: '1:1',
  rateBps: 32_768_000,
  ceilBps: 65_536_000,
  burstBytes: 134_217_728,
};

describe('the htb classes of a device', () => {
  it('are read from the text that iproute2 before 6.2 writes although JSON was asked for', () => {
    const line = 'class htb 1:1 root leaf 2: prio 0 rate 262144Kbit ceil 524288Kbit burst 128Mb cburst 1572b';
    expect(parseTcClasses(`${line} \n`)).toEqual([{ ...tap, cburstBytes: 1572, priority: 0, text: line }]);
  });

  it('are read from JSON, which counts bytes', () => {
    const json =
      '[{"class":"htb","handle":"1:1","root":true,"leaf":"0x2","prio":0,"rate":32768000,"ceil":65536000,"burst":134217728,"cburst":1602}]';
    expect(parseTcClasses(json)).toEqual([
      { ...tap, cburstBytes: 1602, priority: 0, text: json.slice(1, -1) },
    ]);
  });

  it('have priority and quantum in detailed output, whose sizes say more', () => {
    const line =
      'class htb 1:10 parent 1:1 leaf 10: prio 3 quantum 60000 rate 8Kbit ceil 8Kbit linklayer ethernet burst 2000b/1 mpu 0b cburst 3000b/1mpu 0b level 0';
    expect(parseTcClasses(line)).toEqual([
      {
        ...{ handle: '1:10', parent: '1:1', rateBps: 1000, ceilBps: 1000, burstBytes: 2000 },
        ...{ cburstBytes: 3000, priority: 3, quantum: 60_000, text: line },
      },
    ]);
  });

  it('have their parent: Open vSwitch puts 1:1 below 1:fffe', () => {
    const text = [
      'class htb 1:1 parent 1:fffe prio 0 rate 262144Kbit ceil 524288Kbit burst 128Mb cburst 128Mb',
      'class htb 1:fffe root rate 524288Kbit ceil 524288Kbit burst 1500b cburst 1500b',
    ].join('\n');
    expect(parseTcClasses(text).map(({ handle, parent }) => ({ handle, parent }))).toEqual([
      { handle: '1:1', parent: '1:fffe' },
      { handle: '1:fffe', parent: undefined },
    ]);
  });

  it('are none on a device that has none', () => {
    expect(parseTcClasses('')).toEqual([]);
    expect(parseTcClasses('[]')).toEqual([]);
    expect(parseTcClasses('[null, 3, {"class":"fq_codel","handle":":1"}, {"class":"htb"}]')).toEqual([]);
    expect(parseTcClasses('class fq_codel :1 parent none')).toEqual([]);
  });

  it('leave out what they do not show or what is not understood', () => {
    expect(parseTcClasses('class htb 1:1 root rate ceil 8Mbit burst ??? future 7')).toEqual([
      { handle: '1:1', ceilBps: 1_000_000, text: 'class htb 1:1 root rate ceil 8Mbit burst ??? future 7' },
    ]);
  });

  it('cannot be read from half a JSON', () => {
    expect(() => parseTcClasses('[{"class":"htb"')).toThrow(SyntaxError);
  });

  it('are read beside those of which iproute2 6.15 writes no JSON, and only beside those', () => {
    const hfsc =
      '{"class":"hfsc","handle":"1:","root":true},{"class":"hfsc","handle":"1:1","parent":"1:"sc d 0us ul d 0us }';
    const htb = '{"class":"htb","handle":"1:1","root":true,"rate":4000000}';
    expect(parseTcClasses(`[${hfsc}]`)).toEqual([]);
    expect(parseTcClasses(`[${hfsc},${htb}]`)).toMatchObject([{ handle: '1:1', rateBps: 4_000_000 }]);
    expect(() => parseTcClasses(`[${hfsc},${htb.replace('"rate"', 'rate')}]`)).toThrow(SyntaxError);
    expect(() => parseTcClasses(`[${hfsc}`)).toThrow(SyntaxError);
  });

  it('are read in no time from a megabyte of rubbish', () => {
    const started = performance.now();
    parseTcClasses(`class htb ${'rate '.repeat(200_000)}`);
    parseTcClasses(`class htb 1:1 ${' '.repeat(1_000_000)}x`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
