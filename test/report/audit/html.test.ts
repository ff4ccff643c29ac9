import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlFormat } from '../../../src/report/audit/html.ts';
import type { AuditReport } from '../../../src/report/audit-report.ts';
import { type Browser, type Page, startBrowser, type View } from '../../browser.ts';
import { all, broken, hostile, hostileText, rendered, unread, unseen, whole } from './reports.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-html-'));
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');
const html = (reports: readonly AuditReport[]) => rendered(htmlFormat, reports, { sha256 });
let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
});

const screen: View = { width: 1280, height: 900, scheme: 'light' };

async function open(reports: readonly AuditReport[], view: View = screen): Promise<Page> {
  const file = join(scratch, 'report.html');
  writeFileSync(file, html(reports));
  const page = await browser.open(file);
  await page.look(view);
  return page;
}

const unfold = 'for (const one of document.querySelectorAll("details")) one.open = true; undefined';
const text = (selector: string) =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].map(one => one.innerText.trim())`;
const shown =
  '[...document.querySelectorAll(".domain")].filter(one => one.offsetHeight > 0).map(one => one.querySelector("h3").textContent.split(" ")[0])';

describe('the page', () => {
  it('needs nothing but itself, and the browser has nothing to say of it', async () => {
    const page = await open(all);
    await page.evaluate(unfold);
    expect(page.requests).toHaveLength(1);
    expect(page.messages).toEqual([]);
    expect(await page.evaluate('document.documentElement.lang + " " + document.title')).toBe(
      'en Limits audit: 3 of 7 limits proved in force now, 1 lost at the next start; 1 of 1 in definitions of domains that do not run',
    );
  });

  it.each([
    ['light', { ...screen }],
    ['dark', { ...screen, scheme: 'dark' }],
    ['narrow', { ...screen, width: 400 }],
    ['print', { ...screen, media: 'print' }],
  ] satisfies [string, View][])('is accessible, %s', async (_, view) => {
    const page = await open(all, view);
    await page.evaluate(unfold);
    await page.evaluate(`${axe}; undefined`);
    const found = await page.evaluate<readonly { id: string; nodes: { html: string }[] }[]>(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))',
    );
    expect(
      found.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map(node => node.html)
            .join(' ')}`,
      ),
    ).toEqual([]);
    // Of contrast axe decides nothing where it cannot see what is below a text; here it can.
    const rules = await page.evaluate<readonly string[]>(
      'axe.run({ runOnly: ["color-contrast"] }).then(({ passes, incomplete }) => [...passes.map(one => one.id), ...incomplete.flatMap(one => one.nodes.map(node => node.html))])',
    );
    expect(rules).toEqual(['color-contrast']);
  });

  it('fits a telephone: nothing has to be scrolled sideways', async () => {
    const page = await open(all, { ...screen, width: 400 });
    await page.evaluate(unfold);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
  });

  it('runs no script, also none that gets in', async () => {
    const page = await open([hostile]);
    expect(await page.evaluate('document.scripts.length')).toBe(0);
    await page.evaluate(
      'document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 1" })); undefined',
    );
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(page.messages.join()).toContain('Content Security Policy');
  });

  it('takes names for nothing but text', async () => {
    const page = await open([hostile]);
    const plain = hostileText.replace(/[\t\n\r]+/g, ' ').replace(/[\0\u001b\u2028\u202e\ud800]/g, '\ufffd');
    expect(await page.evaluate('document.querySelector("h3").firstChild.data.trim()')).toBe(plain);
    expect(
      await page.evaluate('document.querySelectorAll("script, a, img, iframe, [onclick], [style]").length'),
    ).toBe(0);
  });
});

describe('what it tells', () => {
  it('begins with how many limits are proved, in words and as a bar', async () => {
    const page = await open(all);
    expect(await page.evaluate(text('h1'))).toEqual(['3 of 7 limits proved in force now']);
    expect(await page.evaluate(text('p.later'))).toEqual([
      '1 of 3 lost at the next start; 1 of 1 in definitions of domains that do not run',
    ]);
    expect(await page.evaluate(text('header .meta'))).toEqual([
      '9 domains on qemu:///system, libvirt 9.0.0, 2026-11-20 20:29:33 UTC',
    ]);
    expect(await page.evaluate(text('ul.key li'))).toEqual(['3 proved', '2 failing', '2 not seen']);
    expect(
      await page.evaluate(
        '[...document.querySelectorAll("header rect")].map(one => one.getAttribute("width"))',
      ),
    ).toEqual(['100', '42.857', '28.571', '28.571']);
  });

  it('says of a finding what was expected and seen, where, and how to repair it', async () => {
    const page = await open([broken]);
    expect(await page.evaluate(text('.finding:first-of-type dt'))).toEqual([
      'Limit',
      'Breaks at',
      'Expected',
      'Observed',
      'Tolerance',
      'Seen in',
      'Repair',
    ]);
    expect(await page.evaluate(text('.finding:first-of-type dd'))).toEqual([
      'interface fa:16:3e:5f:64:d8: outbound.average quota:vif_outbound_average',
      'tc tap0 police',
      'rate 32768000 bytes/s (32.768 MB/s)\nburst 134217728 bytes (128 MiB)',
      'absent',
      'within burst 66 bytes: tc keeps a burst in ticks and rounds what it prints',
      'tc -r -s -d filter show dev tap0 parent ffff:\n\nNothing was there.',
      "virt-quota apply broken --flavor 'my flavor.json' --ovs-native",
    ]);
  });

  it('draws the chain of each limit, with the link that breaks first', async () => {
    const page = await open([broken]);
    const chains =
      '[...document.querySelectorAll(".limits .chain")].map(chain => [...chain.children].map(one => one.innerText + " " + one.className))';
    expect(await page.evaluate(chains)).toEqual([
      ['asked pass', 'persistent pass', 'live pass', 'cgroup pass'],
      ['not asked unseen', 'persistent unseen', 'live unseen', 'qemu inconclusive'],
      ['asked pass', 'persistent pass', 'live pass', 'tc BREAKS HERE fail broken'],
      ['asked pass', 'persistent unseen', 'live unseen', 'enforcer unseen'],
    ]);
  });

  it('has use against the limit as bars with their numbers', async () => {
    const page = await open([broken]);
    expect(await page.evaluate(text('.usage tbody td'))).toEqual([
      '62.5 %, 20480 kB/s (20.48 MB/s)',
      '32768 kB/s (32.768 MB/s)',
      '12.5 % biting drops 9, overlimits 21',
      'not sampled',
      '512',
      'not counted',
    ]);
    expect(
      await page.evaluate(
        '[...document.querySelectorAll(".usage .use, .usage .held")].map(one => one.getAttribute("width"))',
      ),
    ).toEqual(['62.5', '12.5']);
  });
});

describe('how it is used', () => {
  it('shows what needs attention first, and by outcome what is asked for, with the keyboard alone', async () => {
    const page = await open([whole, unseen, unread, broken]);
    expect(await page.evaluate(shown)).toEqual(['broken', 'unseen', 'unread', 'whole']);
    await page.evaluate('document.querySelector("input:checked").focus()');
    await page.press('ArrowRight');
    expect(await page.evaluate(shown)).toEqual(['broken']);
    await page.press('ArrowRight');
    expect(await page.evaluate(shown)).toEqual(['unseen', 'unread']);
    await page.press('ArrowRight');
    expect(await page.evaluate(shown)).toEqual(['whole']);
  });

  it('is folded when there is more than a little, and unfolds with the keyboard', async () => {
    const page = await open(all);
    const state = 'document.querySelector(".domain").open';
    expect(await page.evaluate(state)).toBe(false);
    await page.evaluate('document.querySelector(".domain summary").focus()');
    await page.press('Enter');
    expect(await page.evaluate(state)).toBe(true);
    expect(await (await open([whole])).evaluate(state)).toBe(true);
  });

  it('is unfolded on paper', async () => {
    const page = await open(all);
    const visible =
      '[...document.querySelectorAll(".finding, .limits")].filter(one => !one.checkVisibility()).length';
    expect(await page.evaluate(visible)).toBeGreaterThan(0);
    await page.look({ ...screen, media: 'print' });
    expect(await page.evaluate(visible)).toBe(0);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('stays light with 200 domains', async () => {
    const many = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? broken : whole));
    expect(html(many).length).toBeLessThan(2_000_000);
    const page = await open(many);
    expect(await page.evaluate(`${shown}.length`)).toBe(200);
    expect(await page.evaluate('document.body.scrollHeight')).toBeLessThan(200 * 70 + 1000);
  });
});
