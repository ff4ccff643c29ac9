import { expect, it } from 'vitest';
import { ovsPortTarget } from '../../src/backend/ovs-port-target.ts';
import { parsePortQos } from '../../src/intent/port-qos.ts';
import { expectPort } from '../../src/verify/expect-port.ts';

const policy = (max_kbps: number) =>
  parsePortQos(JSON.stringify([{ type: 'bandwidth_limit', direction: 'ingress', max_kbps }])).qos;

// As tc shows them where the device has that MTU: Open vSwitch gives a class one packet a second, and one packet at once.
it.each([
  [undefined, 3000, { rateBps: 1500, ceilBps: 375_000, burstBytes: 1564 }],
  [1450, 3000, { rateBps: 1450, ceilBps: 375_000, burstBytes: 1514 }],
  [9000, 3000, { rateBps: 9000, ceilBps: 375_000, burstBytes: 9064 }],
  [9000, 5, { rateBps: 9000, ceilBps: 9000, burstBytes: 9064 }],
])(
  'the queue of a port with an MTU of %s, limited to %s kbit/s',
  (mtuBytes, maxKbps, { burstBytes, ...rates }) => {
    const demands = expectPort({
      port: { dev: 'tap0', bridge: 'br-int', ...(mtuBytes !== undefined && { mtuBytes }) },
      target: ovsPortTarget(policy(maxKbps), false),
      flows: [],
      meterIds: [],
      facts: { iproute2: { major: 6, minor: 15 } },
    });
    const ofClass = demands.find(demand => demand.knob === 'class htb 1:1 parent 1:fffe');
    expect(ofClass?.expected).toMatchObject(rates);
    expect(Math.abs(Number(ofClass?.expected?.burstBytes) - burstBytes)).toBeLessThanOrEqual(1);
  },
);
