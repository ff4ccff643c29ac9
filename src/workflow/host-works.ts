import { orphanKind } from '../plan/orphan-plan.ts';
import { portKind } from '../plan/plan-port.ts';
import type { HostWork } from './host-change.ts';
import { midonetWork } from './midonet.ts';
import { orphanWork } from './ovs-orphans.ts';
import { portWork } from './port-work.ts';
import { profileWork } from './profile.ts';
import type { HostSurroundings } from './surroundings.ts';

/** How each kind of thing on the host is read and written, by the name that its plans carry: what `recover` needs. */
export const hostWorks: Readonly<
  Record<string, (surroundings: HostSurroundings, subject: string) => HostWork<never>>
> = { midonet: midonetWork, [orphanKind]: orphanWork, [portKind]: portWork, profile: profileWork };
