import type { Diagnostic } from '../../diagnostics.ts';
import type { Marking } from '../../intent/marking.ts';
import { cidrText } from '../../intent/prefix.ts';
import { notExpressible, type TargetText, targetText } from './target.ts';

/**
 * An EgressQoS of ovn-kubernetes: by destination and pod, for what leaves. There is one in a namespace, and its name is
 * `default`.
 * @see ovn-kubernetes docs/features/egress-qos.md
 */
export function egressQos(marking: Marking): TargetText {
  const { destinations, namespace, dscp, podLabels } = marking;
  const labels = Object.entries(podLabels).map(([key, value]) => `        ${quoted(key)}: ${quoted(value)}`);
  const selector = labels.length === 0 ? [] : ['    podSelector:', '      matchLabels:', ...labels];
  const cidrs =
    destinations.length === 0
      ? [[]]
      : destinations.map(prefix => [`    dstCIDR: ${quoted(cidrText(prefix))}`]);
  const rules = cidrs.flatMap(cidr => [`  - dscp: ${dscp}`, ...cidr, ...selector]);
  const head = ['apiVersion: k8s.ovn.org/v1', 'kind: EgressQoS', 'metadata:', '  name: default'];
  return targetText(
    [...head, `  namespace: ${quoted(namespace)}`, 'spec:', '  egress:', ...rules],
    limits(marking),
  );
}

function limits({ direction, protocols, ports, families, destinations }: Marking): readonly Diagnostic[] {
  const oneFamily = families.length === 1 && destinations.length === 0;
  const untold = [
    direction === 'ingress' && 'direction',
    protocols.length > 0 && 'protocols',
    ports.length > 0 && 'ports',
    oneFamily && 'families',
  ];
  return untold.filter(one => one !== false).map(path => notExpressible(path, 'EgressQoS'));
}

/** Labels and names may look like numbers or booleans to YAML. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
