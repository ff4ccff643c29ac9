import { describe, expect, it } from 'vitest';
import { type OpenFlow, parseFlows } from '../../src/observed/openflow.ts';
import { otherQueues, queueDetour } from '../../src/observed/ovs-queues.ts';
import { database, dev, noop, ourQos, uuid } from '../plan/ovs-rows.ts';

// As ovs-ofctl 3.5 prints them with -O OpenFlow13, and the second with OpenFlow10. The port is number 1.
const flow = (actions: string): readonly OpenFlow[] =>
  parseFlows(` priority=500,in_port=LOCAL actions=${actions}`);
const leads = (actions: string, ofport: number | undefined = 1) =>
  queueDetour([1], [{ flows: flow(actions), ...(ofport !== undefined && { ofport }) }])?.leads;

describe('packets to a port', () => {
  it.each([
    'set_queue:1,NORMAL',
    'set_queue:1,output:1,pop_queue',
    'enqueue:1:1',
    'enqueue(port=1,queue=1)',
    'load:0x1->NXM_NX_REG5[],set_queue:1,FLOOD',
  ])('go into another queue by %s', actions => expect(leads(actions)).toBe('surely'));

  it.each(['set_queue:1,resubmit(,60)', 'set_queue:1,output:7', 'enqueue:7:1', 'group:3'])(
    'may go there by %s: what comes after it is not followed',
    actions => expect(leads(actions)).toBe('perhaps'),
  );

  it.each(['NORMAL', 'set_queue:9,NORMAL', 'set_queue:0,NORMAL', 'enqueue:1:0', 'output:1', 'drop'])(
    'do not by %s',
    actions => expect(leads(actions)).toBeUndefined(),
  );

  it('may come from another bridge, and what surely leads there is told first', () => {
    const elsewhere = { flows: flow('set_queue:1,NORMAL') };
    expect(queueDetour([1], [elsewhere])?.leads).toBe('perhaps');
    const here = { flows: flow('set_queue:1,output:1'), ofport: 1 };
    expect(queueDetour([1], [elsewhere, here])).toEqual({ leads: 'surely', flow: here.flows[0] });
  });
});

it('other queues are those of the row that the port has', () => {
  const two = {
    ...ourQos,
    queues: [
      'map',
      [
        [0, ['uuid', uuid(3)]],
        [5, ['uuid', uuid(4)]],
      ],
    ],
  };
  expect(otherQueues(database({ qosOfPort: uuid(2), qos: [two] }), dev)).toEqual([5]);
  expect(otherQueues(database({ qosOfPort: uuid(2), qos: [ourQos] }), dev)).toEqual([]);
  expect(otherQueues(database({ qosOfPort: uuid(1), qos: [noop, two] }), dev)).toEqual([]);
  expect(otherQueues(database({}), dev)).toEqual([]);
});
