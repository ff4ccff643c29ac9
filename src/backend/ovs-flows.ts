import { dscpToTos } from '../intent/dscp.ts';
import { type BackendHoldings, type Holding, held } from './holding.ts';
import type { PortBinding } from './port-binding.ts';

/** The cookie of every flow that this program writes; other owners' flows have other ones. The letters `virtquot`. */
export const flowCookie = '0x7669727471756f74';

/** A flow of a bridge, in the words of ovs-ofctl. */
export function flow(bridge: string, match: string, actions: string, because: string): Holding {
  const text = `cookie=${flowCookie},${match},actions=${actions}`;
  return { layer: 'openflow', subject: bridge, knob: 'flow', values: { flow: held(text) }, because };
}

/** The command that adds a flow. OpenFlow 1.3 has everything that is used here. */
export function addFlow({ subject, values }: Holding): readonly string[] {
  return ['ovs-ofctl', '-O', 'OpenFlow13', 'add-flow', subject, String(values.flow?.value)];
}

/**
 * Marks what the machine sends, IPv4 and IPv6, and leaves the ECN bits alone. reg2 remembers that it is done, so that
 * the packet meets the other flows when it comes again.
 *
 * @see neutron neutron/plugins/ml2/drivers/openvswitch/agent/openflow/native/br_int.py:install_dscp_marking_rule
 */
export function dscpFlows(mark: number, { ofport }: PortBinding): BackendHoldings {
  const because = 'dscp_marking';
  if (ofport === undefined) return needs(because, 'the port number on br-int (--ofport)');
  const holdings = ['ip', 'ipv6'].map((family): Holding => {
    const match = `table=0,priority=65535,${family},in_port=${ofport},reg2=0`;
    const marked = flow(
      'br-int',
      match,
      `set_field:1->reg2,set_field:${mark}->ip_dscp,resubmit:${ofport}`,
      because,
    );
    return { ...marked, values: { ...marked.values, dscp: held(mark), tos: held(dscpToTos(mark)) } };
  });
  return { holdings, commands: holdings.map(addFlow), diagnostics: [] };
}

/** Sends everything through queue 0; there since release 21, before that no ingress limit worked. */
export function queueFlow(because: string): Holding {
  return flow(
    'br-int',
    'table=0,priority=200,reg3=0',
    'set_queue:0,load:1->NXM_NX_REG3[0],resubmit(,0)',
    because,
  );
}

/** A rule that cannot be told without a fact about the port. */
export function needs(because: string, fact: string): BackendHoldings {
  const path = because;
  return {
    holdings: [],
    commands: [],
    diagnostics: [{ code: 'needs-port-fact', severity: 'warning', path, args: { needs: fact } }],
  };
}
