import { describe, expect, it } from 'vitest';
import { prometheusFormat } from '../../../src/report/audit/prometheus.ts';
import { all, broken, fading, gone, hostile, hostileText, rendered, unread, whole } from './reports.ts';

/** A series of the text format with its labels, unescaped. */
interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Reads the text format strictly: every metric has its HELP and its TYPE right before all of its samples, no series is
 * there twice, every line ends with a line feed.
 */
function series(text: string): readonly Series[] {
  expect(text.endsWith('\n')).toBe(true);
  const seen = new Set<string>();
  const metrics = new Set<string>();
  const found: Series[] = [];
  let family = '';
  const lines = text.slice(0, -1).split('\n');
  for (const [index, line] of lines.entries()) {
    const help = /^# HELP ([a-z_]+) [^\\]+$/.exec(line);
    if (help !== null) {
      expect(lines[index + 1]).toBe(`# TYPE ${help[1]} gauge`);
      expect(metrics.has(help[1] ?? ''), `${help[1]} in two places`).toBe(false);
      family = help[1] ?? '';
      metrics.add(family);
    } else if (!line.startsWith('# TYPE ')) {
      const sample = /^([a-z_]+)(?:\{([^\n]*)\})? (-?\d+(?:\.\d+)?)$/.exec(line);
      expect(sample, line).not.toBeNull();
      const [, name = '', labels = '', value = ''] = sample ?? [];
      expect(name).toBe(family);
      expect(seen.has(`${name}{${labels}}`), line).toBe(false);
      seen.add(`${name}{${labels}}`);
      found.push({ name, labels: labelsOf(labels), value: Number(value) });
    }
  }
  return found;
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const label = /([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
  const found: Record<string, string> = {};
  while (label.lastIndex < text.length) {
    const at = label.lastIndex;
    const [, name = '', value = ''] = label.exec(text) ?? [];
    if (name === '') throw new Error(`no label: ${text.slice(at)}`);
    found[name] = value.replace(/\\(.)/g, (_, mark: string) => (mark === 'n' ? '\n' : mark));
  }
  return found;
}

describe('Prometheus', () => {
  it('is six series a domain, how many domains there were, and when it was', () => {
    const found = series(rendered(prometheusFormat, [whole, broken, unread, gone]));
    expect(found.filter(one => one.labels.domain === 'broken')).toMatchObject([
      { name: 'virt_quota_limits', value: 3 },
      { name: 'virt_quota_limits_proved', value: 1 },
      { name: 'virt_quota_limits_lost_at_restart', value: 0 },
      { name: 'virt_quota_limits_failing', value: 1 },
      { name: 'virt_quota_limits_inconclusive', value: 1 },
      { name: 'virt_quota_findings', value: 2 },
    ]);
    expect(found.filter(one => one.labels.domain === undefined)).toEqual([
      { name: 'virt_quota_domains', labels: {}, value: 2 },
      { name: 'virt_quota_domains_unread', labels: {}, value: 1 },
      { name: 'virt_quota_domains_gone', labels: {}, value: 1 },
      { name: 'virt_quota_audit_timestamp_seconds', labels: {}, value: 1_795_206_573 },
    ]);
    expect(found).toHaveLength(2 * 6 + 4);
  });

  it('has a series a limit only when they are asked for, in base units', () => {
    const found = series(rendered(prometheusFormat, [broken], { metrics: 'limits' }));
    const of = (limit: string) =>
      Object.fromEntries(found.filter(one => one.labels.limit === limit).map(one => [one.name, one.value]));
    expect(of('cpu_shares')).toEqual({
      virt_quota_limit_proved: 1,
      virt_quota_limit_lost_at_restart: 0,
      virt_quota_limit_weight: 512,
    });
    expect(of('outbound.average')).toEqual({
      virt_quota_limit_proved: 0,
      virt_quota_limit_lost_at_restart: 0,
      virt_quota_limit_bytes_per_second: 32_768_000,
      virt_quota_limit_usage_ratio: 0.625,
      virt_quota_limit_throttled_ratio: 0.125,
    });
  });

  it('tells a limit that is lost at the next start from one that is not in force', () => {
    const found = series(rendered(prometheusFormat, [fading], { metrics: 'limits' }));
    const value = (name: string) => found.find(one => one.name === name)?.value;
    expect(value('virt_quota_limits_proved')).toBe(1);
    expect(value('virt_quota_limits_lost_at_restart')).toBe(1);
    expect(value('virt_quota_limits_failing')).toBe(0);
    expect(value('virt_quota_limit_lost_at_restart')).toBe(1);
  });

  it('keeps names inside of labels, with what a terminal would obey as its number', () => {
    const found = series(rendered(prometheusFormat, [hostile], { metrics: 'limits' }));
    const plain = hostileText
      .replace('\r', '\\u000d')
      .replace('\0', '\\u0000')
      .replace('\u001b', '\\u001b')
      .replace('\u2028', '\\u2028')
      .replace('\u202e', '\\u202e')
      .replace('\ud800', '\\ud800');
    expect(found[0]?.labels.domain).toBe(plain);
  });

  it('is valid whatever there is, also when a domain is told twice', () => {
    expect(series(rendered(prometheusFormat, all, { metrics: 'limits' })).length).toBeGreaterThan(30);
    expect(series(rendered(prometheusFormat, [whole, whole]))).toHaveLength(6 + 4);
    expect(series(rendered(prometheusFormat, [], { head: {} }))).toHaveLength(3);
  });
});
