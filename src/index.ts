/**
 * The library: what was asked for (`parseFlavor`, `flavorQuota`), what it means for a domain (`readDomain`,
 * `translateFlavor`, `applyTuningToXml`), and the three verbs on a hypervisor (`planDomain`, `applyDomain`,
 * `verifyDomain`), and what looks further (`auditDomains`, `watchDomains`, `effectiveLimits`). Nothing here prints or ends
 * the process; what stops the work is a {@link QuotaError}.
 */
export type { DesiredSource, DomainAudit } from './audit/domain-audit.ts';
export type { Cause, Finding, Repair } from './audit/finding.ts';
export { type Diagnostic, type DiagnosticCode, hasErrors, type Severity } from './diagnostics.ts';
export type { Bandwidth, BandwidthParameter } from './domain/bandwidth.ts';
export type { CpuTune, CpuTuneParameter } from './domain/cputune.ts';
export type { DiskDefinition, DomainDefinition, InterfaceDefinition } from './domain/definition.ts';
export { translateFragments } from './domain/fragments.ts';
export type { IoTune, IoTuneParameter } from './domain/iotune.ts';
export { flavorFromMetadata } from './domain/nova-metadata.ts';
export { readDomain } from './domain/read-domain.ts';
export { applyTuningToXml, renderVirshCommands } from './domain/render.ts';
export { translateFlavor } from './domain/translate.ts';
export type { DeviceRef, DeviceTuning, DomainTuning, Limits, Parameter } from './domain/tuning.ts';
export type { Claim, Effective, Owner, Standing } from './effective/claim.ts';
export type { Contest } from './effective/contest.ts';
export { QuotaError, type QuotaErrorCode } from './errors.ts';
export { type OpenOptions, openHypervisor } from './host/libvirt-hypervisor.ts';
export { localHost, localHostWriter } from './host/local-host.ts';
export { stateFolder } from './host/state-folder.ts';
export { type Flavor, type FlavorResult, flavorFromProperties, parseFlavor } from './intent/flavor.ts';
export { type FlavorQuota, flavorQuota } from './intent/flavor-quota.ts';
export { parsePasted } from './intent/forms/pasted.ts';
export { type FlavorSource, mergeFlavors } from './intent/merge-flavors.ts';
export type { OwnQuota } from './intent/own-quota.ts';
export type { VolumeIntent, VolumeSelector } from './intent/volume-intent.ts';
export { type VolumeQos, type VolumeQuota, volumeQuota } from './intent/volume-qos.ts';
export { type ParsedVolumeQos, parseVolumeQos } from './intent/volume-qos-text.ts';
export { type WholeQuota, wholeQuota } from './intent/whole-quota.ts';
export { parseYaml } from './intent/yaml-text.ts';
export type { ApplyResult, DomainOutcome, StepResult } from './plan/apply-result.ts';
export type { Change } from './plan/change.ts';
export { changesAnything, type RecordChange, type Step, type TuningPlan } from './plan/plan.ts';
export { type CommandResult, HostReadError, type HostReader, type HostWriter } from './ports/host.ts';
export type {
  DomainRef,
  DomainState,
  Hypervisor,
  HypervisorInfo,
  HypervisorReader,
  HypervisorWriter,
  Scope,
} from './ports/hypervisor.ts';
export type { Logger } from './ports/logger.ts';
export type { Lock, StateFolder } from './ports/state.ts';
export type { Expectation, Knob, KnobValues, Layer } from './verify/expectation.ts';
export type { Evidence, Reading } from './verify/reading.ts';
export type { Outcome, Verdict, VerdictReason } from './verify/verdict.ts';
export { applyDomain, applyPlan } from './workflow/apply.ts';
export { applyMany, type ManyOptions } from './workflow/apply-many.ts';
export type { Assessment } from './workflow/assess.ts';
export { type AuditOutcome, auditDomains, type Desired } from './workflow/audit.ts';
export { type EffectiveLimits, effectiveLimits } from './workflow/effective.ts';
export { type JournalEntry, type OpenJournals, openJournals } from './workflow/journal.ts';
export { type DomainRequest, type PlannedDomain, planDomain } from './workflow/plan-domain.ts';
export { type PlanFile, readPlanFile, sealPlan } from './workflow/plan-file.ts';
export { type Recovery, recoverDomain } from './workflow/recover.ts';
export type { ReadSurroundings, WriteSurroundings } from './workflow/surroundings.ts';
export { type Verification, verifyDomain } from './workflow/verify.ts';
export { type WatchNews, type WatchOptions, watchDomains } from './workflow/watch.ts';
export type { Asked } from './workflow/wish.ts';
