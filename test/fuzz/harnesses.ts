import { argumentHarness, uriHarness } from './arguments.ts';
import { capturedHostHarness } from './captured-hosts.ts';
import { domainXmlHarness } from './domain-xml.ts';
import { cataloguesHarness, flavorHarness } from './flavor.ts';
import type { Harness } from './harness.ts';
import { cgroupHarness, processHarness } from './kernel-files.ts';
import { openflowHarness, ovsHarness } from './ovs.ts';
import { hostProfileHarness, markingHarness } from './profiles.ts';
import { bulkHarness, portQosHarness, volumeQosHarness } from './qos.ts';
import { rpcHarness } from './rpc.ts';
import { savedAuditHarness } from './saved-audits.ts';
import { journalHarness, planHarness } from './sealed.ts';
import { tarHarness } from './tars.ts';
import { tcHarness } from './tc.ts';

/** All there are: another one is a file and a row here. */
export const harnesses: readonly Harness[] = [
  flavorHarness,
  cataloguesHarness,
  volumeQosHarness,
  portQosHarness,
  bulkHarness,
  hostProfileHarness,
  markingHarness,
  domainXmlHarness,
  tcHarness,
  ovsHarness,
  openflowHarness,
  cgroupHarness,
  processHarness,
  planHarness,
  journalHarness,
  savedAuditHarness,
  capturedHostHarness,
  tarHarness,
  rpcHarness,
  argumentHarness,
  uriHarness,
];
