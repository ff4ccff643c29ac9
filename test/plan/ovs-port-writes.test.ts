import { describe, expect, it } from 'vitest';
import { isWriteCommand } from '../../src/host/write-commands.ts';
import { detachPort, setPort } from '../../src/plan/ovs-port-writes.ts';
import { database, dev, domain, neutrons, noop, ourQos, ourQueue, policed, uuid } from './ovs-rows.ts';

const port = { dev, domain };
const shaping = { 'min-rate': 16_000_000, 'max-rate': 32_000_000, burst: 4_194_304 };
const both = { inbound: shaping, outbound: { rate: 24_000, burst: 2048 } };
const marks = `external_ids:virt-quota="${domain}" external_ids:virt-quota-port="${dev}"`;
const config = 'other_config:min-rate=16000000 other_config:max-rate=32000000 other_config:burst=4194304';
const limited = database({ iface: policed, qosOfPort: uuid(2), qos: [noop, ourQos], queues: [ourQueue] });

/** Every transaction has to be one that the host's writer lets through. */
function text(argv: readonly string[] | undefined): string | undefined {
  if (argv !== undefined) expect(isWriteCommand(argv)).toBe(true);
  return argv?.join(' ');
}

describe('a port that gets limits', () => {
  it('gets a QoS row with a queue and policing in one transaction, and keeps in mind the row it had', () => {
    expect(text(setPort(database({ qosOfPort: uuid(1), qos: [noop] }), port, both))).toBe(
      `ovs-vsctl --timeout=10 -- set Port ${dev} qos=@qos ` +
        `-- --id=@qos create QoS type=linux-htb ${config} queues:0=@queue ${marks} external_ids:virt-quota-instead-of="${uuid(1)}" ` +
        `-- --id=@queue create Queue ${config} ${marks} ` +
        `-- set Interface ${dev} ingress_policing_rate=24000 ingress_policing_burst=2048 external_ids:virt-quota="${domain}"`,
    );
  });

  it('gets them in place of ours, whose rows go, and still keeps in mind what there was before', () => {
    const line = text(setPort(limited, port, both));
    expect(line).toContain(`virt-quota-instead-of="${uuid(1)}"`);
    expect(line).toMatch(
      new RegExp(` -- --if-exists destroy QoS ${uuid(2)} -- --if-exists destroy Queue ${uuid(3)}$`),
    );
  });

  it('gets only policing when only that is wanted, and keeps its QoS row', () => {
    const line = text(
      setPort(database({ qosOfPort: uuid(1), qos: [noop] }), port, { outbound: both.outbound }),
    );
    expect(line).toBe(
      `ovs-vsctl --timeout=10 -- set Interface ${dev} ingress_policing_rate=24000 ingress_policing_burst=2048 external_ids:virt-quota="${domain}"`,
    );
  });
});

describe('a port whose limits go', () => {
  it('gets the row back that it had, without policing or a mark, and our rows go', () => {
    expect(text(setPort(limited, port, {}))).toBe(
      `ovs-vsctl --timeout=10 -- set Port ${dev} qos=${uuid(1)} ` +
        `-- set Interface ${dev} ingress_policing_rate=0 ingress_policing_burst=0 -- remove Interface ${dev} external_ids virt-quota ` +
        `-- --if-exists destroy QoS ${uuid(2)} -- --if-exists destroy Queue ${uuid(3)}`,
    );
  });

  it('has none when it had none, or that row is gone meanwhile', () => {
    const gone = database({ qosOfPort: uuid(2), qos: [ourQos], queues: [ourQueue] });
    expect(text(setPort(gone, port, {}))).toContain(`-- clear Port ${dev} qos -- --if-exists destroy QoS`);
  });

  it('is not written to when nothing of ours is there', () => {
    expect(setPort(database({ qosOfPort: uuid(1), qos: [noop] }), port, {})).toBeUndefined();
    expect(setPort(database({}), port, {})).toBeUndefined();
  });

  it("keeps somebody else's rows", () => {
    expect(setPort(database({ qosOfPort: uuid(7), qos: [neutrons] }), port, {})).toBeUndefined();
  });
});

describe('rows of ours that no port has any more', () => {
  const orphaned = database({ qosOfPort: uuid(1), qos: [noop, ourQos, neutrons], queues: [ourQueue] });

  it('go with the next transaction, and no others do', () => {
    expect(text(setPort(orphaned, port, {}))).toBe(
      `ovs-vsctl --timeout=10 -- --if-exists destroy QoS ${uuid(2)} -- --if-exists destroy Queue ${uuid(3)}`,
    );
  });

  it('stay where another port has them', () => {
    const elsewhere = {
      ...orphaned,
      ports: [...orphaned.ports, { name: 'tap2', qos: ['uuid', uuid(2)] }],
    };
    expect(setPort(elsewhere, port, {})).toBeUndefined();
  });
});

describe('taking limits of ours out of force', () => {
  it('empties the columns and leaves the rows', () => {
    expect(text(detachPort(limited, dev))).toBe(
      `ovs-vsctl --timeout=10 -- clear Port ${dev} qos -- set Interface ${dev} ingress_policing_rate=0 ingress_policing_burst=0`,
    );
  });

  it('leaves alone what is not ours, and what is not in force', () => {
    const foreign = { ingress_policing_rate: 5000 };
    expect(
      detachPort(database({ qosOfPort: uuid(7), qos: [neutrons], iface: foreign }), dev),
    ).toBeUndefined();
    expect(detachPort(database({ qosOfPort: uuid(1), qos: [noop, ourQos] }), dev)).toBeUndefined();
  });
});
