import type { Finding } from '../../../src/audit/finding.ts';
import type { LimitAudit } from '../../../src/audit/limit-audit.ts';
import type { Usage } from '../../../src/audit/usage.ts';
import type { DeviceRef, Parameter } from '../../../src/domain/tuning.ts';
import type { AuditFormat, AuditHead, AuditStyle } from '../../../src/report/audit/format.ts';
import { emptyTally, tallied } from '../../../src/report/audit/tally.ts';
import type { AuditReport } from '../../../src/report/audit-report.ts';
import { plainPaint } from '../../../src/report/table.ts';
import type { Layer } from '../../../src/verify/expectation.ts';
import type { Verdict } from '../../../src/verify/verdict.ts';

/** What a test says of a link; the rest follows from it. */
type Link = Pick<Verdict, 'outcome'> & Partial<Verdict> & { readonly layer: Layer; readonly knob: string };

const head: AuditHead = {
  at: '2026-11-20T20:29:33.517Z',
  host: { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 },
};

/** Everything that a renderer makes of reports, as one text. */
export function rendered(
  format: AuditFormat,
  reports: readonly AuditReport[],
  style: Partial<AuditStyle> & { readonly head?: AuditHead } = {},
): string {
  const { head: own = head, ...rest } = style;
  const renderer = format(own, { paint: plainPaint, sha256: () => 'unused', ...rest });
  const pieces = [renderer.begin(), ...reports.map(report => renderer.domain(report))];
  return [...pieces, ...renderer.end(reports.reduce(tallied, emptyTally))].join('');
}

const cpu: DeviceRef = { kind: 'cpu' };
const disk: DeviceRef = { kind: 'disk', target: 'vda' };
const nic: DeviceRef = { kind: 'interface', mac: 'fa:16:3e:5f:64:d8' };

function limit(
  device: DeviceRef,
  parameter: Parameter,
  of: Pick<LimitAudit, 'unit' | 'outcome'> & Partial<LimitAudit>,
  links: readonly Link[],
): LimitAudit {
  const firstBroken = links.findIndex(one => one.outcome === 'fail');
  const verdicts = links.map(({ layer, knob, ...rest }): Verdict => {
    const because = of.because === undefined ? [] : [of.because];
    const expectation = { layer, device, subject: 'subject', knob, parameters: [parameter], because };
    return { expectation: { ...expectation, expected: { value: of.value ?? 0 } }, ...rest };
  });
  return { device, parameter, ...of, verdicts, ...(firstBroken >= 0 && { firstBroken }) };
}

const shares = limit(
  cpu,
  'cpu_shares',
  { value: 512, unit: '', because: 'quota:cpu_shares', outcome: 'pass' },
  [
    { layer: 'config', knob: 'cpu_shares', outcome: 'pass', observed: { value: 512 } },
    { layer: 'live', knob: 'cpu_shares', outcome: 'pass', observed: { value: 512 } },
    {
      layer: 'cgroup',
      knob: 'cpu.weight',
      outcome: 'pass',
      observed: { value: 512 },
      evidence: { source: '/sys/fs/cgroup/machine.slice/cpu.weight', text: '512' },
    },
  ],
);

const reads = limit(disk, 'read_bytes_sec', { value: 1_000_000, unit: 'bytes/s', outcome: 'inconclusive' }, [
  {
    layer: 'qemu',
    knob: 'bps_rd',
    outcome: 'inconclusive',
    reason: 'unreadable',
    detail: 'permission denied',
  },
]);

const average = limit(
  nic,
  'outbound.average',
  { value: 32_768, unit: 'kB/s', because: 'quota:vif_outbound_average', outcome: 'fail' },
  [
    { layer: 'config', knob: 'outbound.average', outcome: 'pass', observed: { value: 32_768 } },
    { layer: 'live', knob: 'outbound.average', outcome: 'pass', observed: { value: 32_768 } },
    { layer: 'tc', knob: 'police', outcome: 'fail', reason: 'missing' },
  ],
);

const peak = limit(
  nic,
  'outbound.peak',
  { value: 65_536, unit: 'kB/s', because: 'quota:vif_outbound_peak', outcome: 'not-applicable' },
  [],
);

const ownsTap: Finding = {
  cause: 'open-vswitch-owns-tap',
  severity: 'error',
  explanation: 'tap0 is a port of Open vSwitch, which removes tc state that is not its own',
  device: nic,
  parameters: ['outbound.average'],
  because: ['quota:vif_outbound_average'],
  layer: 'tc',
  subject: 'tap0',
  knob: 'police',
  expected: { rateBps: 32_768_000, burstBytes: 134_217_728 },
  tolerance: { values: { burstBytes: 66 }, reason: 'tc keeps a burst in ticks and rounds what it prints' },
  evidence: { source: 'tc -r -s -d filter show dev tap0 parent ffff:', text: '' },
  repair: { argv: ['virt-quota', 'apply', 'broken', '--flavor', 'my flavor.json', '--ovs-native'] },
};

const notAsked: Finding = {
  cause: 'not-asked-for',
  severity: 'warning',
  explanation: 'nobody asked for it, and libvirt knows nothing of it',
  device: cpu,
  parameters: ['vcpu_quota'],
  because: [],
  layer: 'cgroup',
  subject: 'vcpu0',
  knob: 'cpu.max',
  expected: { quota: 'max' },
  observed: { quota: 50_000, period: 100_000 },
  evidence: { source: '/sys/fs/cgroup/machine.slice/a b/vcpu0/cpu.max', text: '50000 100000' },
};

const use: readonly Usage[] = [
  {
    device: nic,
    parameter: 'outbound.average',
    limit: 32_768,
    unit: 'kB/s',
    used: 20_480,
    ratio: 0.625,
    throttled: { ratio: 0.125, counters: { drops: 9, overlimits: 21 } },
    isBiting: true,
    exceeds: false,
    evidence: { source: 'tc -s class show dev tap0', text: 'Sent 1 bytes' },
  },
  {
    device: cpu,
    parameter: 'cpu_shares',
    limit: 512,
    unit: '',
    isBiting: false,
    exceeds: false,
    evidence: { source: 'cpu.stat', text: '' },
  },
];

type Audited = Exclude<AuditReport, { readonly error: object }>;

function audited(
  name: string,
  of: Pick<Audited, 'outcome' | 'limits' | 'findings'> & Partial<Audited>,
): AuditReport {
  const count = (outcome: string) => of.limits.filter(one => one.outcome === outcome).length;
  return {
    schemaVersion: 1,
    kind: 'domain-audit',
    domain: {
      name,
      uuid: `00000000-0000-4000-8000-${name.length.toString(16).padStart(12, '0')}`,
      id: 3,
      state: 'running',
      persistent: true,
    },
    source: 'flavor',
    flavor: 'm1.small',
    coverage: {
      limits: of.limits.length - count('not-applicable'),
      proved: count('pass'),
      failing: count('fail'),
      inconclusive: count('inconclusive'),
      notApplicable: count('not-applicable'),
      lostAtRestart: of.limits.filter(one => one.outcome === 'pass' && one.nextStart === 'fail').length,
      devices: { limited: 1, unlimitedThoughAsked: [], limitedThoughUnasked: [] },
    },
    usage: [],
    ...of,
  };
}

/** Every limit holds. */
export const whole = audited('whole', { outcome: 'pass', limits: [shares], findings: [] });

/** In force now, and the persistent definition has nothing of it. */
export const fading = audited('fading', {
  outcome: 'pass',
  nextStart: 'fail',
  limits: [
    {
      ...shares,
      nextStart: 'fail',
      verdicts: shares.verdicts.map(one =>
        one.expectation.layer === 'config'
          ? { expectation: one.expectation, outcome: 'fail', reason: 'missing' }
          : one,
      ),
    },
  ],
  findings: [
    {
      cause: 'lost-at-restart',
      severity: 'warning',
      explanation: 'only the running domain has it so: it goes with the next start',
      device: cpu,
      parameters: ['cpu_shares'],
      because: ['quota:cpu_shares'],
      layer: 'config',
      subject: 'cpu',
      knob: 'cpu_shares',
      expected: { value: 512 },
      repair: { argv: ['virt-quota', 'apply', 'fading', '--flavor', 'm1.small.json', '--config'] },
    },
  ],
});

/** It does not run: nothing is in force, and its definition has all. */
export const still = audited('still', {
  outcome: 'pass',
  nextStart: 'pass',
  domain: {
    name: 'still',
    uuid: '00000000-0000-4000-8000-0000000000fd',
    state: 'shut off',
    persistent: true,
  },
  limits: [{ ...shares, nextStart: 'pass' }],
  findings: [],
});

/** One limit holds, one not, one could not be seen, one does not count; and one is there that nobody asked for. */
export const broken = audited('broken', {
  outcome: 'fail',
  limits: [shares, reads, average, peak],
  findings: [ownsTap, notAsked],
  usage: use,
});

/** A link could not be read. */
export const unseen = audited('unseen', { outcome: 'inconclusive', limits: [reads], findings: [] });

/** Not asked for anything, and nothing defined. */
export const idle = audited('idle', { outcome: 'not-applicable', limits: [], findings: [] });

/** Nothing could be said of it. */
export const unread: AuditReport = {
  schemaVersion: 1,
  kind: 'domain-audit',
  domain: { name: 'unread', uuid: '00000000-0000-4000-8000-0000000000ff' },
  outcome: 'inconclusive',
  error: { code: 'refused', message: "the domain 'unread' is gone" },
};

/** It went away while it was read. */
export const gone: AuditReport = {
  schemaVersion: 1,
  kind: 'domain-audit',
  domain: { name: 'gone', uuid: '00000000-0000-4000-8000-0000000000fe' },
  outcome: 'gone',
  error: { code: 'not-found', message: "domain 'gone' was stopped while it was read" },
};

/** What no text of a domain may do to a report. */
export const hostileText =
  '=cmd|"/c calc"!A0</td></style><script>alert(1)</script>\'"`&amp;*_[x](http://example.invalid/) @all\n\r\t\u0000\u001b[31m\u2028\u202e\ud800end';

/** Every text that may come from a guest or a file is hostile. */
export const hostile = audited(hostileText, {
  outcome: 'fail',
  flavor: hostileText,
  limits: [{ ...average, because: hostileText, device: { kind: 'disk', target: hostileText } }],
  findings: [
    {
      ...ownsTap,
      explanation: hostileText,
      device: { kind: 'disk', target: hostileText },
      because: [hostileText],
      subject: hostileText,
      observed: { [hostileText]: hostileText },
      evidence: { source: `/${hostileText}`, text: hostileText },
      repair: { argv: ['virt-quota', hostileText], note: hostileText },
    },
  ],
});

/** One of each. */
export const all: readonly AuditReport[] = [
  whole,
  broken,
  unseen,
  idle,
  unread,
  gone,
  hostile,
  fading,
  still,
];
