import type { Diagnostic } from '../../diagnostics.ts';
import type { Marking } from '../../intent/marking.ts';
import type { IpFamily } from '../../intent/prefix.ts';
import { socketOption } from './socket-option.ts';
import { notExpressible, type TargetText, targetText } from './target.ts';

/**
 * An EnvoyFilter of Istio that sets the option on the proxy's sockets: those of its clusters for what it sends out, those
 * of its listeners for its answers. An option of the wrong family would make Envoy refuse the socket, so there is one
 * filter for each.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/socket_option.proto
 */
export function envoyFilter(marking: Marking): TargetText {
  const documents = marking.families.map(family => documentOf(marking, family));
  return targetText(
    documents.flatMap((lines, index) => (index === 0 ? lines : ['---', ...lines])),
    limits(marking),
  );
}

function documentOf(marking: Marking, family: IpFamily): readonly string[] {
  const labels = Object.entries(marking.podLabels);
  const workload = labels.map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const ports = singlePorts(marking);
  return [
    'apiVersion: networking.istio.io/v1alpha3',
    'kind: EnvoyFilter',
    'metadata:',
    `  name: ${JSON.stringify(`${marking.name}-dscp-${family}`)}`,
    `  namespace: ${JSON.stringify(marking.namespace)}`,
    'spec:',
    ...(workload.length === 0 ? [] : ['  workloadSelector:', '    labels:', ...workload]),
    '  configPatches:',
    ...(ports.length === 0 ? [undefined] : ports).flatMap(port => patch(marking, family, port)),
  ];
}

function patch(marking: Marking, family: IpFamily, port: number | undefined): readonly string[] {
  const out = marking.direction === 'egress';
  const context = out ? 'SIDECAR_OUTBOUND' : 'SIDECAR_INBOUND';
  const place = out ? 'cluster' : 'listener';
  const options = optionLines(marking, family);
  return [
    `  - applyTo: ${out ? 'CLUSTER' : 'LISTENER'}`,
    '    match:',
    `      context: ${context}`,
    ...(port === undefined ? [] : [`      ${place}:`, `        portNumber: ${port}`]),
    '    patch:',
    '      operation: MERGE',
    '      value:',
    ...(out ? [...bindLines(family), ...indent(options, 10)] : indent(options, 8)),
  ];
}

/** Envoy wants an address to bind to: any, and any port. */
function bindLines(family: IpFamily): readonly string[] {
  const address = family === 'ipv4' ? '0.0.0.0' : '::';
  return [
    '        upstream_bind_config:',
    '          source_address:',
    `            address: ${JSON.stringify(address)}`,
    '            port_value: 0',
  ];
}

function optionLines(marking: Marking, family: IpFamily): readonly string[] {
  const { level, option, value, optionName } = socketOption(family, marking.dscp);
  return [
    'socket_options:',
    `- description: ${optionName} ${marking.name}`,
    `  level: ${level}`,
    `  name: ${option}`,
    `  int_value: ${value}`,
    '  state: STATE_PREBIND',
  ];
}

function indent(lines: readonly string[], by: number): readonly string[] {
  return lines.map(line => `${' '.repeat(by)}${line}`);
}

function singlePorts({ ports }: Marking): readonly number[] {
  return ports.every(({ from, to }) => from === to) ? ports.map(({ from }) => from) : [];
}

function limits(marking: Marking): readonly Diagnostic[] {
  const { destinations, protocols, ports } = marking;
  const untold = [
    destinations.length > 0 && 'destinations',
    protocols.some(protocol => protocol !== 'tcp') && 'protocols',
    ports.length > singlePorts(marking).length && 'ports',
  ];
  return untold.filter(one => one !== false).map(path => notExpressible(path, 'Envoy'));
}
