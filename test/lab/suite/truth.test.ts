import { afterAll, beforeAll, expect, test } from 'vitest';
import { truthOn } from '../commands/truth.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { turnsOf } from '../truth/numbers.ts';
import { summaryOf } from '../truth/report.ts';
import { areas, type Judged } from '../truth/state.ts';
import { isWrong } from '../truth/truth.ts';

// Random states: what is said of each is what really happens.
const count = Number(process.env.VIRT_QUOTA_LAB_STATES || 30);
const seed = Number(process.env.VIRT_QUOTA_LAB_SEED || 14);

let hypervisor: Hypervisor;
beforeAll(async () => {
  hypervisor = await labHypervisor();
});
afterAll(() => releaseHypervisor(hypervisor));

test(`${count} random states of seed ${seed}: no limit is proved that something goes past, none blamed that holds`, async () => {
  const all: Judged[] = [];
  const turns = turnsOf(areas, count);
  await truthOn(hypervisor, { seed, turns, done: judged => void all.push(...judged) });
  process.stdout.write(`\n${summaryOf(all)}\n`);
  expect(new Set(all.map(({ state }) => state.number)).size).toBe(count);
  const wrong = all
    .filter(isWrong)
    .map(
      ({ state: { number, what }, limit, said, reasons, reality, measured }) =>
        `${number} ${limit}: ${what.join('; ')}\n  said: ${[said, ...reasons].join('; ')}\n  is: ${reality}; ${measured}`,
    );
  expect(wrong, wrong.join('\n')).toEqual([]);
  // On a machine that is too slow to send enough nothing would be found.
  expect(all.filter(({ reality }) => reality !== 'unmeasured').length).toBeGreaterThan(all.length / 3);
}, 900_000);
