import { neutronPolicy, neutronPort } from '../../src/observed/neutron-port.ts';
import {
  flowText,
  parseFlows,
  parseFlowText,
  parseMeters,
  parseMeterUsers,
} from '../../src/observed/openflow.ts';
import { ovsMap, ovsNumber, parseOvsState } from '../../src/observed/ovs.ts';
import { orphanedRows } from '../../src/observed/ovs-orphans.ts';
import { attachedQos, ovsHolders, tellsOwners } from '../../src/observed/ovs-owner.ts';
import { isConnected } from '../../src/observed/ovs-patch.ts';
import { findOvsPort } from '../../src/observed/ovs-port.ts';
import { foreignLimits, marksOf, portRecord } from '../../src/observed/ovs-port-record.ts';
import { otherQueues, queueDetour } from '../../src/observed/ovs-queues.ts';
import { leakedRows, ovsPortRows } from '../../src/observed/ovs-rows.ts';
import {
  guaranteesOf,
  queuesOf,
  uplinkHolder,
  uplinkRates,
  uplinkRow,
} from '../../src/observed/ovs-uplink.ts';
import { printedBy } from './captures.ts';
import { BrokenLaw, type Harness, unseen } from './harness.ts';
import { mutateJson, mutateJsonLine } from './mutate-json.ts';

/** What Open vSwitch's database says, to which Neutron, libvirt and administrators write. */
export const ovsHarness: Harness = {
  name: 'ovs',
  share: 8,
  corpus: () => [
    ...printedBy(/^ovs-vsctl/),
    [table(interfaces), table(ports), table(qos), table(queues)].join('\n'),
  ],
  mutations: [mutateJsonLine],
  read: text => {
    const state = stateIn(text);
    if (state === undefined) return unseen;
    const devs = ['tap0', 'eth0', ...state.interfaces.slice(0, 10).map(row => String(row.name))];
    for (const dev of devs) {
      neutronPort(state, dev);
      neutronPolicy(state, dev, 1000);
      attachedQos(state, dev);
      findOvsPort(state, { dev });
      foreignLimits(state, dev);
      otherQueues(state, dev);
      leakedRows(ovsPortRows(state, dev, '09f98f63-fdf2-4829-81b4-107033da62ff'));
      guaranteesOf(state, dev);
      uplinkRates(state, dev);
      uplinkHolder(state, dev);
      queuesOf(state, uplinkRow(state, dev));
    }
    for (const row of [...state.qos, ...state.queues, ...state.interfaces].slice(0, 50)) {
      portRecord(row);
      marksOf(row);
      for (const value of ovsMap(row.other_config).values()) ovsNumber(value);
    }
    ovsHolders(state);
    orphanedRows(state);
    tellsOwners(state);
    isConnected(state, 'br-int', 'br-ex');
    return unseen;
  },
};

const table = ([headings, ...data]: readonly (readonly unknown[])[]) => JSON.stringify({ headings, data });
const empty = ['set', []];
const interfaces = [
  [
    'name',
    'ingress_policing_rate',
    'ingress_policing_burst',
    'external_ids',
    'type',
    'ofport',
    'options',
    'mtu',
  ],
  [
    'tap0',
    8000,
    800,
    [
      'map',
      [
        ['iface-id', 'p'],
        ['vm-id', 'v'],
        ['attached-mac', '52:54:00:00:00:01'],
      ],
    ],
    '',
    7,
    ['map', []],
    1500,
  ],
  ['int-br-ex', 0, 0, ['map', []], 'patch', 1, ['map', [['peer', 'phy-br-ex']]], empty],
];
const ports = [
  ['_uuid', 'name', 'qos', 'tag', 'other_config'],
  [['uuid', 'a0'], 'tap0', ['uuid', 'b0'], 3, ['map', [['net_uuid', 'n']]]],
];
const qos = [
  ['_uuid', 'type', 'other_config', 'queues', 'external_ids'],
  [
    ['uuid', 'b0'],
    'linux-htb',
    ['map', [['max-rate', '16000000']]],
    ['map', [[0, ['uuid', 'c0']]]],
    ['map', [['id', 'virt-quota']]],
  ],
];
const queues = [
  ['_uuid', 'other_config', 'external_ids'],
  [
    ['uuid', 'c0'],
    [
      'map',
      [
        ['min-rate', '8000000'],
        ['max-rate', '16000000'],
      ],
    ],
    ['map', []],
  ],
];

/** What is no table is told by a SyntaxError, which `host/ovs.ts` turns into what could not be read. */
function stateIn(text: string): ReturnType<typeof parseOvsState> | undefined {
  try {
    return parseOvsState(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const flows = `NXST_FLOW reply (xid=0x4):
 cookie=0x9d2, duration=10.2s, table=0, n_packets=0, n_bytes=0, idle_age=10, priority=100,in_port=7,reg2=0 actions=load:0x1->NXM_NX_REG2[],meter:3,resubmit(,0)
 cookie=0x0, table=60, send_flow_rem priority=3 actions=NORMAL
 cookie=0x9d2, duration=10.2s, table=0, n_packets=0, n_bytes=0, idle_timeout=60, priority=65535,ip,in_port=1,nw_tos=184 actions=set_queue:12,NORMAL
OFPST_METER_CONFIG reply (OF1.3) (xid=0x2):
meter=3 kbps burst stats bands=
type=drop rate=8000 burst_size=800
meter:3 flow_count:1 packet_in_count:0 byte_in_count:0 duration:1.2s bands:
`;

/** Flows and meters of a bridge, to which Neutron's agent and others write. */
export const openflowHarness: Harness = {
  name: 'openflow',
  share: 6,
  corpus: () => [flows, ...flows.split('\n').filter(line => line !== '')],
  mutations: [mutateJson],
  read: text => {
    const found = parseFlows(text);
    for (const flow of found.slice(0, 50)) {
      const again = flowText(parseFlowText(flowText(flow)));
      if (again !== flowText(flow)) throw new BrokenLaw(`identity: ${flowText(flow)} is read as ${again}`);
    }
    queueDetour([12], [{ flows: found, ofport: 7 }]);
    parseMeters(text);
    parseMeterUsers(text);
    return unseen;
  },
};
