import { type DeviceRef, deviceName } from '../domain/tuning.ts';
import { besidePolicy } from '../verify/neutron-findings.ts';
import type { AuditInput } from './domain-audit.ts';
import type { Finding } from './finding.ts';
import { severityOf } from './severity.ts';

const cause = 'policy-beside-vif-quota';

/**
 * Interfaces whose definition has a bandwidth and whose port has a policy of Neutron. @param told what is said of them
 * already: a limit that the policy has taken the place of says it too
 */
export function policiesBeside(
  { definitions: { live, config }, facts: { ovs } }: AuditInput,
  told: readonly Finding[],
): readonly Finding[] {
  if (ovs === undefined || live === undefined) return [];
  return live.interfaces.flatMap((nic): readonly Finding[] => {
    const device: DeviceRef = { kind: 'interface', mac: nic.mac };
    const later = config?.interfaces.find(one => one.mac === nic.mac)?.bandwidth ?? {};
    const parameters = Object.keys({ ...later, ...nic.bandwidth }) as Finding['parameters'];
    const policy = parameters.length === 0 ? undefined : besidePolicy(ovs, nic);
    if (policy === undefined || told.some(one => isTold(one, device))) return [];
    return [
      {
        cause,
        severity: severityOf(cause),
        explanation: `the domain has a bandwidth on ${nic.dev}, and the port a QoS policy of Neutron: Nova's next start of the server fails with both. Keep one of them`,
        device,
        parameters,
        because: [],
        layer: 'ovs',
        subject: nic.dev ?? nic.mac,
        knob: 'qos',
        evidence: { source: 'ovs-vsctl list Interface, Port, QoS, Queue', text: policy },
      },
    ];
  });
}

function isTold(finding: Finding, device: DeviceRef): boolean {
  return finding.cause === 'neutron-agent-owns-port' && deviceName(finding.device) === deviceName(device);
}
