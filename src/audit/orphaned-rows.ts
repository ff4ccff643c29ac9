import { type OrphanedRow, orphanedRows } from '../observed/ovs-orphans.ts';
import type { AuditInput } from './domain-audit.ts';
import type { Finding } from './finding.ts';
import { severityOf } from './severity.ts';

const cause = 'orphaned-ovs-rows';

/** Rows in Open vSwitch's database that we made for this domain, and that no port has any more: a finding a port. */
export function orphansOf({ domain, definitions: { live }, facts: { ovs } }: AuditInput): readonly Finding[] {
  if (ovs === undefined) return [];
  const nics = live?.interfaces ?? [];
  const isIts = ({ domain: uuid, dev }: OrphanedRow) =>
    uuid === undefined ? nics.some(nic => nic.dev === dev) : uuid === domain.uuid;
  const rows = orphanedRows(ovs).filter(isIts);
  return [...new Set(rows.map(row => row.dev))].map((dev): Finding => {
    const own = rows.filter(row => row.dev === dev);
    const mac = nics.find(nic => nic.dev === dev)?.mac ?? dev;
    return {
      cause,
      severity: severityOf(cause),
      explanation: `${count(own.length)} that virt-quota made for ${dev} ${own.length === 1 ? 'is' : 'are'} left in Open vSwitch's database, and no port has ${own.length === 1 ? 'it' : 'them'}: the port was made anew since, as Nova does at a stop and start or a resize. They limit nothing`,
      device: { kind: 'interface', mac },
      parameters: [],
      because: [],
      layer: 'ovs',
      subject: dev,
      knob: 'orphaned rows',
      observed: { rows: own.length },
      evidence: {
        source: 'ovs-vsctl list QoS, Queue, Port',
        text: own.map(row => `${row.table} ${row.uuid}`).join(', '),
      },
      repair: { argv: ['virt-quota', 'port', 'prune'] },
    };
  });
}

function count(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
