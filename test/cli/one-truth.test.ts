import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

// What `verify` and `audit` say of the same capture and flavor is one truth.
const here = import.meta.dirname;
const flavor = join(here, '../../samples/flavors/m1.resquota.json');
const inLab = (name: string) => ['instance-000000e1', join(here, '../workflow/captured', name)] as const;
/** A flavor was applied to the running domain alone, and captured. */
const liveOnly = ['instance-00000041', join(here, '../../samples/hosts/trixie')] as const;

async function both([domain, host]: readonly [string, string], ...more: string[]) {
  const words = [domain, '--host', host, '--flavor', flavor, '-f', 'json', ...more];
  const [verify, audit] = await Promise.all([
    virtQuota(['verify', ...words]),
    virtQuota(['audit', ...words]),
  ]);
  const report = JSON.parse(audit.stdout);
  const { devices, ...coverage } = report.domains[0].coverage;
  return {
    verify: { exitCode: verify.exitCode, ...JSON.parse(verify.stdout) },
    audit: { exitCode: audit.exitCode, coverage, summary: report.summary, domain: report.domains[0] },
  };
}

describe('what verify and audit count', () => {
  it.each([
    ['where all holds', inLab('trixie')],
    ['on cgroup v1', inLab('bookworm-v1')],
    ['with iproute2 6.1', inLab('bookworm')],
    ['where Open vSwitch was restarted', inLab('trixie-ovs-restarted')],
    ['where only the persistent definition differs', liveOnly],
  ])('is the same %s, and so is their exit code', async (_, host) => {
    const { verify, audit } = await both(host);
    expect(verify.limits).toEqual(audit.coverage);
    expect(verify.exitCode).toBe(audit.exitCode);
    const strict = await both(host, '--strict');
    expect(strict.verify.exitCode).toBe(strict.audit.exitCode);
  });
});

describe('limits that are in force now, and not in the persistent definition', () => {
  it('are proved and lost at the next start: exit 0, and 1 when asked strictly', async () => {
    const { verify, audit } = await both(liveOnly);
    expect(verify.limits).toEqual({
      limits: 15,
      proved: 15,
      failing: 0,
      inconclusive: 0,
      // Of a policer's peak nothing ever comes.
      notApplicable: 2,
      lostAtRestart: 15,
    });
    expect(verify.summary).toEqual({ pass: 57, fail: 0, inconclusive: 0, 'not-applicable': 0 });
    expect(verify.nextStart.map((one: { outcome: string }) => one.outcome)).toEqual(Array(15).fill('fail'));
    expect(verify.exitCode).toBe(0);
    expect(audit.summary).toMatchObject({
      limits: 15,
      proved: 15,
      lostAtRestart: 15,
      outcomes: { pass: 1 },
      nextStart: { fail: 1 },
    });
    expect(audit.domain).toMatchObject({ outcome: 'pass', nextStart: 'fail' });
    for (const { cause, severity } of audit.domain.findings) {
      expect([cause, severity]).toEqual(['lost-at-restart', 'warning']);
    }
    expect(audit.exitCode).toBe(0);
    const strict = await both(liveOnly, '--strict');
    expect([strict.verify.exitCode, strict.audit.exitCode]).toEqual([1, 1]);
  });

  it('are told as both figures in the headline of each', async () => {
    const [domain, host] = liveOnly;
    const words = [domain, '--host', host, '--flavor', flavor];
    const figures = '15 of 15 limits proved in force now, 15 lost at the next start';
    const verify = await virtQuota(['verify', ...words]);
    expect(verify.stdout).toContain('57 of 57 links hold\n');
    expect(verify.stdout).toContain(
      'at the next start: fail: config: cpu cpu_shares is not there; expected 512',
    );
    expect(verify.stdout.endsWith(`${figures}\n`)).toBe(true);
    const audit = await virtQuota(['audit', ...words]);
    expect(audit.stdout.split('\n')[0]).toContain(figures);
    expect(audit.stdout.endsWith(`1 domain: 1 pass; ${figures}\n`)).toBe(true);
  });

  it('count for the exit code of verify when the persistent definition is what was asked about', async () => {
    const [domain, host] = liveOnly;
    const asked = ['verify', domain, '--host', host, '--flavor', flavor, '--config'];
    expect((await virtQuota(asked)).exitCode).toBe(1);
  });
});
