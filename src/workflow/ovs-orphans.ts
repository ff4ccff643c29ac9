import { readOvs } from '../host/ovs.ts';
import type { PlannedHost } from '../plan/host-plan.ts';
import type { HostResult } from '../plan/host-result.ts';
import {
  destroyTransaction,
  type OrphanOp,
  orphanKind,
  orphanReadings,
  orphanSubject,
  planOrphans,
  restoreTransactions,
} from '../plan/orphan-plan.ts';
import { changeHost, type HostWork } from './host-change.ts';
import { runWrite } from './run-write.ts';
import type { HostSurroundings } from './surroundings.ts';
import { notSeen } from './tc-work.ts';
import { look, unseen } from './unseen.ts';

const label = "Open vSwitch's database";

/** How rows of ours that no port has are read and written. */
export function orphanWork({ host, hostWriter }: HostSurroundings): HostWork<OrphanOp> {
  return {
    kind: orphanKind,
    subject: orphanSubject,
    observe: async knobs => {
      const seen = await look(() => readOvs(host));
      return 'why' in seen ? unseen(knobs, 'ovs-vsctl', seen.why) : orphanReadings(seen.found, knobs);
    },
    perform: async op => {
      const state = await readOvs(host);
      const destroyed = op.kind === 'destroy' ? destroyTransaction(state, op.uuids) : undefined;
      const restored = op.kind === 'restore' ? restoreTransactions(state, op.rows) : [];
      for (const argv of [...(destroyed === undefined ? [] : [destroyed]), ...restored]) {
        await runWrite(hostWriter, label, { argv });
      }
    },
  };
}

/** What would be taken away. @throws QuotaError `refused` when the database does not answer */
export async function planNoOrphans({ host }: HostSurroundings): Promise<PlannedHost<OrphanOp>> {
  const seen = await look(() => readOvs(host));
  if ('why' in seen) throw notSeen(label, seen.why);
  return planOrphans(seen.found);
}

/** Takes away rows of ours that no port has, as {@link changeHost} does. @throws QuotaError */
export function removeOrphans(surroundings: HostSurroundings): Promise<HostResult<OrphanOp>> {
  return changeHost(surroundings, orphanWork(surroundings), () => planNoOrphans(surroundings));
}
