import { describe, expect, it } from 'vitest';
import { csvFormat } from '../../../src/report/audit/csv.ts';
import { all, broken, fading, gone, hostile, hostileText, idle, rendered, unread, whole } from './reports.ts';

/** Reads RFC 4180 strictly: lines end with CR LF, quotes stand around a whole field. */
function rows(text: string): readonly (readonly string[])[] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const found: string[][] = [[]];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`no field at ${at}: ${text.slice(at, at + 40)}`);
    found.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') found.push([]);
  }
  return found.slice(0, -1);
}

/** Rows by the names of their columns. */
function records(text: string): readonly Readonly<Record<string, string>>[] {
  const [names = [], ...rest] = rows(text);
  return rest.map(cells => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])));
}

describe('CSV', () => {
  it('is a table: every row has a field for each column', () => {
    const table = rows(rendered(csvFormat, all));
    expect(new Set(table.map(row => row.length))).toEqual(new Set([28]));
  });

  it('has a row for each link of each limit and each finding besides, and one where there is none', () => {
    const count = (report: (typeof all)[number]) => records(rendered(csvFormat, [report])).length;
    expect([whole, broken, idle, unread].map(count)).toEqual([3, 9, 1, 1]);
  });

  it('says which link breaks first, with what was expected and why it fails', () => {
    const found = records(rendered(csvFormat, [broken])).filter(row => row.first_broken === 'yes');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      domain: 'broken',
      device: 'interface fa:16:3e:5f:64:d8',
      limit: 'outbound.average',
      value: '32768',
      unit: 'kB/s',
      asked_by: 'quota:vif_outbound_average',
      cause: 'open-vswitch-owns-tap',
      link: 'enforcer',
      layer: 'tc',
      knob: 'police',
      outcome: 'fail',
      expected: '32768',
      observed: 'absent',
    });
  });

  it('tells of a limit that nobody asked for', () => {
    const found = records(rendered(csvFormat, [broken])).filter(row => row.cause === 'not-asked-for');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      device: 'cpu',
      limit: 'vcpu_quota',
      link: 'enforcer',
      subject: 'vcpu0',
      outcome: 'fail',
      first_broken: 'no',
      expected: 'max',
      observed: 'quota=50000 period=100000',
      detail: 'nobody asked for it, and libvirt knows nothing of it',
    });
  });

  it('leaves open what could not be seen, and says why', () => {
    const [row] = records(rendered(csvFormat, [broken])).filter(one => one.outcome === 'inconclusive');
    expect(row).toMatchObject({ observed: '', detail: 'permission denied' });
    expect(records(rendered(csvFormat, [unread]))[0]).toMatchObject({
      domain_outcome: 'inconclusive',
      detail: "the domain 'unread' is gone",
    });
  });

  it('tells of a limit in force now that it is lost at the next start, and why', () => {
    const links = records(rendered(csvFormat, [fading]));
    expect(links).toMatchObject([
      { link: 'persistent', outcome: 'fail', first_broken: 'no' },
      { link: 'live', outcome: 'pass' },
      { link: 'enforcer', outcome: 'pass' },
    ]);
    for (const one of links) {
      expect(one).toMatchObject({ limit_outcome: 'pass', next_start: 'fail', cause: 'lost-at-restart' });
    }
    expect(records(rendered(csvFormat, [gone]))).toMatchObject([{ domain: 'gone', domain_outcome: 'gone' }]);
  });

  it('has nothing that a spreadsheet takes for a formula', () => {
    const cells = rows(rendered(csvFormat, [hostile])).flat();
    expect(cells.filter(cell => cell.includes('calc')).length).toBeGreaterThan(1);
    expect(cells.filter(cell => /^\s*[=+\-@]/.test(cell) && Number.isNaN(Number(cell)))).toEqual([]);
    expect(cells[28]).toBe(
      // Each is written as its number.
      `'${hostileText.replace('\n\r', '\n\n').replace(/[\t\0\u001b\u2028\u202e\ud800]/g, shown)}`,
    );
  });
});

const escapes: Readonly<Record<string, string>> = {
  '\t': '\\u0009',
  '\0': '\\u0000',
  '\u001b': '\\u001b',
  '\u2028': '\\u2028',
  '\u202e': '\\u202e',
  '\ud800': '\\ud800',
};

function shown(character: string): string {
  return escapes[character] ?? character;
}
