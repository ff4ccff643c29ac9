import { join } from 'node:path';
import { expect, it } from 'vitest';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import { loadRecording } from '../../src/host/recording.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import type { Hypervisor } from '../../src/ports/hypervisor.ts';
import { applyDomain } from '../../src/workflow/apply.ts';

const source = await loadRecording(join(import.meta.dirname, 'captured/trixie'));
const bridged = 'fa:16:3e:87:f8:ad';

/**
 * The captured hypervisor, where limits of interfaces can be set: the running definition has what was set, and tc has for
 * ever what it had. libvirt takes no notice when the tc that deletes a qdisc fails.
 *
 * @see libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthClear
 */
function deafHypervisor(set: (mac: string, average: number) => void): Hypervisor {
  const captured = capturedHypervisor(source);
  const cleared = new Set<string>();
  const unexpected = () => Promise.reject(new Error('this is not to be called'));
  return {
    ...captured,
    identity: async () => 'captured',
    getXml: async (domain, scope) => {
      const xml = await captured.getXml(domain, scope);
      if (scope === 'config') return xml;
      return xml.replace(/<interface .*?<\/interface>/gs, one =>
        [...cleared].some(mac => one.includes(mac)) ? one.replace(/<bandwidth>.*<\/bandwidth>/s, '') : one,
      );
    },
    setInterfaceParameters: async (_, mac, parameters) => {
      const average = parameters['inbound.average'] ?? 0;
      set(mac, average);
      if (average === 0) cleared.add(mac);
      else cleared.delete(mac);
    },
    setSchedulerParameters: unexpected,
    setMemoryParameters: unexpected,
    setBlkioParameters: unexpected,
    setBlockIoTune: unexpected,
    setMetadata: unexpected,
    getDefinableXml: unexpected,
    defineXml: unexpected,
    watch: unexpected,
    close: async () => {},
  };
}

it('limits that libvirt has taken away and tc still holds are no success: they come back', async () => {
  const calls: string[] = [];
  const hypervisor = deafHypervisor((mac, average) => calls.push(`${mac} ${average}`));
  // All that the domain has but the limits of its interfaces.
  const { quota } = wholeQuota({
    'quota:cpu_shares': '512',
    'quota:cpu_quota': '50000',
    'quota:cpu_period': '100000',
    'quota:disk_read_bytes_sec': '1000000',
    'quota:disk_write_bytes_sec': '1024000',
  });
  const [domain] = await hypervisor.listDomains();
  const surroundings = { hypervisor, host: capturedHost(source), wait: async () => {} };
  const asked = { domain: domain?.name ?? '', quota, scopes: ['live'], prune: true } as const;
  const { outcome, failure, left } = await applyDomain(surroundings, asked);
  expect({ outcome, left }).toEqual({ outcome: 'rolled-back', left: undefined });
  expect(failure).toMatch(/^tc tap87f8ad7a-5d class htb 1:1 is still there and \d+ more$/);
  expect(calls.filter(call => call.startsWith(bridged))).toEqual([`${bridged} 0`, `${bridged} 32768`]);
});
