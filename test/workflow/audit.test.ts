import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DomainAudit } from '../../src/audit/domain-audit.ts';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import type { RecordedSource } from '../../src/host/recorded.ts';
import { loadRecording } from '../../src/host/recording.ts';
import { sharedCommands } from '../../src/host/shared-commands.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import type { HostReader } from '../../src/ports/host.ts';
import { auditDomains } from '../../src/workflow/audit.ts';

const asDefined = () => ({ source: 'libvirt', asked: { quota: wholeQuota({}).quota } }) as const;
const source: RecordedSource = await loadRecording(join(import.meta.dirname, 'captured/trixie'));
const scope = '/sys/fs/cgroup/machine.slice/machine-qemu\\x2d1\\x2dinstance\\x2d000000e1.scope';
const dropIn =
  '/run/systemd/transient/machine-qemu\\x2d1\\x2dinstance\\x2d000000e1.scope.d/50-CPUWeight.conf';

/** The captured host, with some files as they are given. */
function hostWith(files: Readonly<Record<string, string>>): HostReader {
  const host = capturedHost(source);
  const folders = new Set(Object.keys(files).map(path => path.slice(0, path.lastIndexOf('/'))));
  return {
    ...host,
    readFile: async path => files[path] ?? host.readFile(path),
    listFolder: async path => {
      if (!folders.has(path)) return path.includes('/systemd/') ? undefined : host.listFolder(path);
      const inside = Object.keys(files).filter(file => file.startsWith(`${path}/`));
      return path.endsWith('.d') ? inside.map(file => file.slice(path.length + 1)) : host.listFolder(path);
    },
  };
}

/** Audits the one domain there is, with what is read the first and the second time. */
async function audited(
  files: Readonly<Record<string, string>>,
  later?: Readonly<Record<string, string>>,
): Promise<DomainAudit> {
  const hypervisor = capturedHypervisor(source);
  let at = 1000;
  let host = hostWith(files);
  const surroundings = {
    hypervisor,
    host: {
      readFile: path => host.readFile(path),
      listFolder: path => host.listFolder(path),
      run: argv => host.run(argv),
    } satisfies HostReader,
    now: () => new Date(at),
  };
  const pause = async () => {
    at += 10_000;
    host = hostWith(later ?? files);
  };
  const manner = later === undefined ? {} : { pause };
  for await (const outcome of auditDomains(surroundings, await hypervisor.listDomains(), asDefined, manner)) {
    if ('audit' in outcome) return outcome.audit;
    throw outcome.error;
  }
  throw new Error('no domain');
}

describe('an audit', () => {
  const told = ({ findings }: DomainAudit) =>
    findings.map(({ cause, layer, subject, knob }) => `${cause}: ${layer} ${subject} ${knob}`);

  it('finds in the drop-ins of systemd who has changed a weight', async () => {
    const changed = { [`${scope}/cpu.weight`]: '77\n' };
    expect(told(await audited(changed))).toEqual(['behind-libvirt: cgroup scope cpu.weight']);
    const named = { ...changed, [dropIn]: '[Scope]\nCPUWeight=77\n' };
    expect(told(await audited(named))).toEqual(['systemd-override: cgroup scope cpu.weight']);
    const libvirts = { ...changed, [dropIn]: '[Scope]\nCPUWeight=512\n' };
    expect(told(await audited(libvirts))).toEqual(['behind-libvirt: cgroup scope cpu.weight']);
  });

  it('does not call a limit proved that holds nobody, its thread being elsewhere', async () => {
    const threads = `${scope}/libvirt/vcpu1/cgroup.threads`;
    expect(told(await audited({ [threads]: '4711\n' }))).toEqual([]);
    const { findings, outcome } = await audited({ [threads]: '' });
    expect(outcome).toBe('fail');
    expect(findings).toMatchObject([
      {
        cause: 'behind-libvirt',
        severity: 'error',
        subject: 'vcpu1',
        knob: 'cpu.max',
        explanation: expect.stringContaining('no thread of vcpu1 is in it'),
        evidence: { source: threads, text: '' },
      },
    ]);
    expect(findings[0]).not.toHaveProperty('repair');
  });

  it('finds time that a vCPU may save up, and what takes that back', async () => {
    const path = `${scope}/libvirt/vcpu1/cpu.max.burst`;
    expect(told(await audited({ [path]: '0\n' }))).toEqual([]);
    const { findings, outcome } = await audited({ [path]: '20000\n' });
    expect(outcome).toBe('fail');
    expect(findings).toMatchObject([
      {
        cause: 'not-asked-for',
        knob: 'cpu.max.burst',
        parameters: ['vcpu_quota'],
        expected: { burst: 0 },
        observed: { burst: 20_000 },
        explanation: expect.stringMatching(`Write 0 to .*/vcpu1/cpu\\.max\\.burst$`),
      },
    ]);
    expect(findings[0]).not.toHaveProperty('repair');
  });

  it('asks Open vSwitch once for several domains, however far apart libvirt tells of them', async () => {
    const [hypervisor, host] = [capturedHypervisor(source), capturedHost(source)];
    const [domain] = await hypervisor.listDomains();
    if (domain === undefined) throw new Error('no domain');
    const asked = async (atOnce: number) => {
      const ran: string[] = [];
      let answers = 0;
      const surroundings = {
        hypervisor: {
          ...hypervisor,
          getXml: async (...about: Parameters<typeof hypervisor.getXml>) => {
            await sleep(3 * answers++);
            return hypervisor.getXml(...about);
          },
        },
        host: {
          ...host,
          run: sharedCommands({
            run: async argv => {
              ran.push(argv[0] ?? '');
              await sleep(1);
              return host.run(argv);
            },
            runMerged: async () => undefined,
          }),
        },
      };
      const outcomes: string[] = [];
      for await (const outcome of auditDomains(surroundings, Array(5).fill(domain), asDefined, { atOnce })) {
        outcomes.push('audit' in outcome ? outcome.audit.outcome : outcome.error.message);
      }
      expect(outcomes).toEqual(Array(5).fill('pass'));
      return ran.filter(program => program === 'ovs-vsctl').length;
    };
    expect(await asked(5)).toBe(1);
    expect(await asked(2)).toBe(3);
  });

  it('asks for policers once, and anew for counters that are compared with others', async () => {
    const [hypervisor, host] = [capturedHypervisor(source), capturedHost(source)];
    const asked = async (manner: Parameters<typeof auditDomains>[3]) => {
      const ran: string[] = [];
      const run: HostReader['run'] = argv => {
        ran.push(argv.join(' '));
        return host.run(argv);
      };
      const surroundings = { hypervisor, host: { ...host, run } };
      const outcomes = auditDomains(surroundings, await hypervisor.listDomains(), asDefined, manner);
      for await (const outcome of outcomes) expect(outcome).toMatchObject({ audit: { outcome: 'pass' } });
      return ran.filter(line => line.endsWith('filter show dev tap5f64d83e-14 parent ffff:')).length;
    };
    expect(await asked({})).toBe(1);
    expect(await asked({ pause: async () => {} })).toBe(3);
  });

  it('compares two samples of what was counted', async () => {
    const stat = `${scope}/libvirt/vcpu0/cpu.stat`;
    const first = { [stat]: 'usage_usec 100\nnr_periods 10\nnr_throttled 2\n' };
    const second = { [stat]: 'usage_usec 4900100\nnr_periods 110\nnr_throttled 82\n' };
    const once = await audited(first);
    const [usage] = once.usage.filter(one => one.parameter === 'vcpu_quota');
    expect(usage).toMatchObject({ limit: 50_000, throttled: { ratio: 0.2 }, isBiting: false });
    expect(told(once)).toEqual([]);
    const twice = await audited(first, second);
    expect(twice.usage.find(one => one.parameter === 'vcpu_quota')).toMatchObject({
      used: 49_000,
      ratio: 0.98,
      throttled: { ratio: 0.8, counters: { nr_periods: 110, nr_throttled: 82 } },
      isBiting: true,
      evidence: { source: stat, text: 'usage_usec 4900100 nr_periods 110 nr_throttled 82' },
    });
    expect(told(twice)).toEqual(['biting: cgroup vcpu0 cpu.stat']);
    expect(twice.outcome).toBe('pass');
  });
});
