import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOfTally } from '../../src/cli/exit-codes.ts';
import { QuotaError } from '../../src/errors.ts';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import { openHypervisor } from '../../src/host/libvirt-hypervisor.ts';
import { loadRecording } from '../../src/host/recording.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { type Connection, connect } from '../../src/libvirt/index.ts';
import { HostReadError, type HostReader } from '../../src/ports/host.ts';
import type { DomainState, Hypervisor, HypervisorReader } from '../../src/ports/hypervisor.ts';
import { emptyTally, tallied } from '../../src/report/audit/tally.ts';
import { auditReport } from '../../src/report/audit-report.ts';
import { type AuditOutcome, auditDomains } from '../../src/workflow/audit.ts';
import { effectiveLimits } from '../../src/workflow/effective.ts';
import { verifyDomain } from '../../src/workflow/verify.ts';
import { domainXml } from '../libvirt/domains.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';

// A domain that goes away while it is read. What is read of it after that moment is not there any more.
const source = await loadRecording(join(import.meta.dirname, 'captured/trixie'));
const { quota } = wholeQuota({});
const asDefined = () => ({ source: 'libvirt', asked: { quota } }) as const;

type Fate = 'is destroyed for good' | 'is stopped' | 'is started anew' | 'stays';

/** libvirt and the host, of which a domain goes away as soon as its cgroup has been looked for. */
function vanishing(fate: Fate, times = 1) {
  const hypervisor = capturedHypervisor(source);
  const host = capturedHost(source);
  let left = times;
  let starts = 0;
  const isDown = () => fate !== 'stays' && left < times;
  const now = (state: DomainState): DomainState => {
    if (!isDown() || fate === 'is destroyed for good') return state;
    if (fate === 'is started anew') return { ...state, id: (state.id ?? 0) + starts };
    const { id, ...rest } = state;
    return { ...rest, active: false, runState: 'shut off' };
  };
  const seen: HypervisorReader = {
    ...hypervisor,
    lookup: async name => {
      if (isDown() && fate === 'is destroyed for good') {
        throw new QuotaError('not-found', name, `no domain '${name}'`);
      }
      return now(await hypervisor.lookup(name));
    },
  };
  const dying: HostReader = {
    ...host,
    readFile: async path => {
      if (!path.startsWith('/proc/') || fate === 'stays') return host.readFile(path);
      if (left === 0 && fate === 'is started anew') return host.readFile(path);
      left = Math.max(0, left - 1);
      starts += 1;
      throw new HostReadError(`'${path}': no such process`);
    },
  };
  return { hypervisor: seen, host: dying };
}

async function audited(fate: Fate, times?: number): Promise<AuditOutcome> {
  const surroundings = vanishing(fate, times);
  for await (const outcome of auditDomains(
    surroundings,
    await surroundings.hypervisor.listDomains(),
    asDefined,
  )) {
    return outcome;
  }
  throw new Error('no outcome');
}

describe('a domain that goes away in the middle of an audit', () => {
  it('is gone, and nothing is held against it', async () => {
    const report = auditReport(await audited('is destroyed for good'));
    expect(report).toMatchObject({ outcome: 'gone', error: { code: 'not-found' } });
  });

  it('is audited as one that does not run, when it was stopped', async () => {
    const outcome = await audited('is stopped');
    expect(outcome).toMatchObject({ audit: { domain: { state: 'shut off' } } });
    expect('audit' in outcome && outcome.audit.domain.id).toBe(undefined);
  });

  it('is audited anew when it was started anew', async () => {
    expect(await audited('is started anew')).toMatchObject({ audit: { domain: { id: 2 } } });
  });

  it('is gone when it does not come to rest', async () => {
    const report = auditReport(await audited('is started anew', 50));
    expect(report).toMatchObject({
      outcome: 'gone',
      error: { message: "domain 'instance-000000e1' was started anew while it was read" },
    });
  });

  it('is inconclusive when it is there, and what it has could not be read', async () => {
    const surroundings = vanishing('stays');
    const host: HostReader = {
      ...surroundings.host,
      readFile: async () => {
        throw new HostReadError('permission denied');
      },
    };
    for await (const outcome of auditDomains(
      { ...surroundings, host },
      await surroundings.hypervisor.listDomains(),
      asDefined,
    )) {
      expect(outcome).toMatchObject({ audit: { outcome: 'inconclusive' } });
    }
  });
});

describe('a domain that goes away while it is verified, or asked what limits it', () => {
  const domain = 'instance-000000e1';
  const gone = { code: 'not-found', message: `domain '${domain}' went away while it was read` };

  it('is said to be gone', async () => {
    const request = { domain, quota, scopes: [] };
    await expect(verifyDomain(vanishing('is destroyed for good'), request)).rejects.toMatchObject(gone);
    const asked = () => ({ quota });
    await expect(effectiveLimits(vanishing('is destroyed for good'), domain, asked)).rejects.toMatchObject(
      gone,
    );
  });

  it('is said to have been stopped', async () => {
    const request = { domain, quota, scopes: [] };
    await expect(verifyDomain(vanishing('is stopped'), request)).rejects.toThrow(
      `domain '${domain}' was stopped while it was read`,
    );
  });
});

describe('with a real libvirtd', () => {
  let daemon: PrivateLibvirtd;
  let hypervisor: Hypervisor;
  let other: Connection;

  beforeAll(async () => {
    daemon = await startPrivateLibvirtd();
    hypervisor = await openHypervisor(daemon.uri('default'), { readOnly: true });
    other = await connect(daemon.uri('default'));
  });

  afterAll(async () => {
    await hypervisor.close();
    await other.close();
    await daemon.stop();
  });

  /** The same libvirtd, in which something happens to a domain once it was looked up. */
  const meanwhile = (what: () => Promise<unknown>): HypervisorReader => {
    let happened: Promise<unknown> | undefined;
    return {
      ...hypervisor,
      info: () => hypervisor.info(),
      listDomains: () => hypervisor.listDomains(),
      lookup: name => hypervisor.lookup(name),
      getLiveIoTune: (domain, target) => hypervisor.getLiveIoTune(domain, target),
      getXml: async (domain, scope) => {
        happened ??= what();
        await happened;
        return hypervisor.getXml(domain, scope);
      },
    };
  };

  it('a domain that is destroyed and undefined between two steps of its audit is gone', async () => {
    const vm = await other.defineXml(domainXml('vm2'));
    await other.create(vm);
    const domains = (await hypervisor.listDomains()).filter(one => one.name === 'vm2');
    const vanished = async () => {
      await other.destroy(vm);
      await other.undefine(vm);
    };
    const reports = [];
    for await (const outcome of auditDomains({ hypervisor: meanwhile(vanished) }, domains, asDefined)) {
      reports.push(auditReport(outcome));
    }
    expect(reports).toMatchObject([
      { domain: { name: 'vm2' }, outcome: 'gone', error: { code: 'not-found' } },
    ]);
    const tally = reports.reduce(tallied, emptyTally);
    expect(tally.outcomes).toEqual({ gone: 1 });
    expect(exitCodeOfTally(tally)).toBe(0);
  });
});
