import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import { loadRecording } from '../../src/host/recording.ts';
import { type CommandResult, HostReadError, type HostReader } from '../../src/ports/host.ts';
import { expectDomain } from '../../src/verify/expect.ts';
import { judge } from '../../src/verify/judge.ts';
import { ovsNativeFindings } from '../../src/verify/ovs-native.ts';
import { observeDomain } from '../../src/workflow/observe.ts';

// A captured host whose Open vSwitch no longer answers; its port is one that libvirt knows, or one that it does not.
const dev = 'tap28a22811-3c';
const mac = 'fa:16:3e:28:a2:28';
const device = { kind: 'interface', mac } as const;
let live: DomainDefinition;
let captured: Awaited<ReturnType<typeof loadRecording>>;

beforeAll(async () => {
  captured = await loadRecording(join(import.meta.dirname, 'captured/trixie'));
  const hypervisor = capturedHypervisor(captured);
  live = readDomain(await hypervisor.getXml(await hypervisor.lookup('instance-000000e1'), 'live'));
});

const unknownToLibvirt = (): DomainDefinition => ({
  ...live,
  interfaces: live.interfaces.map(nic => {
    if (nic.mac !== mac) return nic;
    const { virtualPort: _, ...plain } = nic;
    return { ...plain, type: 'ethernet', managed: false };
  }),
});

type Answer = () => Promise<CommandResult>;

/** @param upper what the kernel says the tap is plugged into; absent: it does not say */
function silent(answer: Answer, upper?: string): HostReader {
  const host = capturedHost(captured);
  return {
    ...host,
    run: argv => (argv[0] === 'ovs-vsctl' ? answer() : host.run(argv)),
    listFolder: path => {
      if (path === `/sys/class/net/${dev}` && upper !== undefined) return Promise.resolve(['mtu', upper]);
      return host.listFolder(path);
    },
  };
}

const failing: Answer = async () => ({
  exitCode: 1,
  stdout: '',
  stderr: 'ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed',
});

async function judged(host: HostReader, definition: DomainDefinition) {
  const hypervisor = capturedHypervisor(captured);
  const domain = await hypervisor.lookup('instance-000000e1');
  const { readings, facts } = await observeDomain({ hypervisor, host, domain, live: definition });
  const expectations = expectDomain({ asked: {}, live: definition, facts, scopes: ['live'] });
  const verdicts = judge(expectations, readings).filter(one => one.expectation.subject === dev);
  return { verdicts, facts };
}

describe('a port of an Open vSwitch that does not answer', () => {
  it.each<readonly [string, Answer, string]>([
    ['fails', failing, 'database connection failed'],
    ['hangs', () => Promise.reject(new HostReadError("'ovs-vsctl' did not end within 30 s")), 'did not end'],
    ['is missing', () => Promise.reject(new HostReadError("'ovs-vsctl' is not installed")), 'not installed'],
    ['answers garbage', async () => ({ exitCode: 0, stdout: 'no', stderr: '' }), 'did not answer with its'],
    ['answers nothing', async () => ({ exitCode: 0, stdout: '', stderr: '' }), 'did not answer with its'],
  ])('is inconclusive when ovs-vsctl %s, also where libvirt does not know it', async (_, answer, why) => {
    const known = await judged(silent(answer), live);
    const database = known.verdicts.filter(one => one.expectation.layer === 'ovs');
    expect(database.length).toBeGreaterThan(0);
    expect(new Set(database.map(one => one.outcome))).toEqual(new Set(['inconclusive']));
    const unknown = await judged(silent(answer, 'upper_ovs-system'), unknownToLibvirt());
    expect(unknown.verdicts.map(one => one.outcome)).toEqual(['inconclusive', 'inconclusive']);
    for (const { detail, evidence } of unknown.verdicts) {
      expect(detail).toContain("Open vSwitch's database does not answer, and this is its port");
      expect(detail).toContain(why);
      expect(evidence?.source).toContain(dev);
    }
    expect(unknown.facts.ovsSilent?.get(dev)).toContain(why);
  });

  it('is one by the tc state that Open vSwitch alone makes, where the kernel was not asked', async () => {
    const { verdicts } = await judged(silent(failing), unknownToLibvirt());
    expect(verdicts.map(one => one.outcome)).toEqual(['inconclusive', 'inconclusive']);
  });

  it('is none where the kernel says that the tap is elsewhere', async () => {
    const { facts } = await judged(silent(failing, 'upper_br0'), unknownToLibvirt());
    expect(facts.ovsSilent).toBeUndefined();
  });

  it('is told of where something is asked of it', async () => {
    const definition = unknownToLibvirt();
    const { facts } = await judged(silent(failing, 'upper_ovs-system'), definition);
    const asked = [{ device, limits: { 'inbound.average': 1000 }, because: {} }];
    expect(ovsNativeFindings(definition, facts, asked)).toMatchObject([
      { code: 'ovs-silent', severity: 'warning', path: `interface ${mac}`, args: { dev } },
    ]);
  });
});
