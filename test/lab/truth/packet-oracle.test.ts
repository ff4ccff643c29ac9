import { expect, test } from 'vitest';
import { measuredOf } from './packet-oracle.ts';
import { type Flow, type Passage, passagesOf } from './traffic.ts';

const allowed = { rate: 32_000, burst: 8192 };
const flow = (sort: string, first: number, second: number, offered = 40_000): Flow => ({
  sort,
  sent: 40,
  offered,
  arrived: Math.round((first + second) / 1000),
  halves: [first, second],
});
const passage = (...flows: readonly Flow[]): Passage => ({
  dev: 'tap0',
  direction: 'inbound',
  seconds: [0.5, 0.5],
  flows,
});
const realityOf = (...flows: readonly Flow[]) => measuredOf(passage(...flows), allowed).reality;

test('what the limit lets through, holds', () => {
  expect(realityOf(flow('udp', 12_000, 8000), flow('arp', 12_000, 8000))).toBe('held');
});

test('more in the long run goes past it', () => {
  expect(realityOf(flow('udp', 12_000, 12_000), flow('arp', 12_000, 12_000))).toBe('past');
});

test('a larger burst goes past it, though the rate is right', () => {
  expect(realityOf(flow('udp', 35_000, 8000, 90_000), flow('arp', 12_000, 8000))).toBe('past');
});

test('one sort of frames that all arrive goes past it, however few they are', () => {
  expect(realityOf(flow('udp', 12_000, 12_000, 100_000), flow('arp', 1000, 1000, 2000))).toBe('past');
});

test('what arrives whole because there is no more of it, holds', () => {
  const dropped = flow('udp', 0, 0);
  expect(realityOf(dropped, flow('arp', 10_000, 10_000, 20_000), flow('ip6', 8000, 8000, 16_000))).toBe(
    'partly',
  );
});

test('one sort of frames that never arrive, at the right rate, is no less than asked', () => {
  expect(realityOf(flow('udp', 24_000, 16_000, 90_000), flow('arp', 0, 0))).toBe('partly');
});

test('less in the long run is stricter', () => {
  expect(realityOf(flow('udp', 12_000, 5000), flow('arp', 12_000, 5000))).toBe('stricter');
});

test('one sort of frames that never arrive is stricter, though the rate is right', () => {
  expect(realityOf(flow('udp', 24_000, 16_000, 90_000), flow('gso', 0, 0))).toBe('stricter');
});

test('nothing that arrives is stricter', () => {
  expect(realityOf(flow('udp', 0, 0), flow('arp', 0, 0))).toBe('stricter');
});

test('what the sender prints is read by tap and direction', () => {
  const text = `window 600000000 610000000
tap0 i arp 30 10260 19 3420 3078
tap0 i gso 30 61620 4 2108 2108
tap0 o arp 30 10260 22 3762 3762
`;
  const seconds = [0.6, 0.61];
  expect(passagesOf(text)).toEqual([
    {
      dev: 'tap0',
      direction: 'inbound',
      seconds,
      flows: [
        { sort: 'arp', sent: 30, offered: 10_260, arrived: 19, halves: [3420, 3078] },
        { sort: 'gso', sent: 30, offered: 61_620, arrived: 4, halves: [2108, 2108] },
      ],
    },
    {
      dev: 'tap0',
      direction: 'outbound',
      seconds,
      flows: [{ sort: 'arp', sent: 30, offered: 10_260, arrived: 22, halves: [3762, 3762] }],
    },
  ]);
});
