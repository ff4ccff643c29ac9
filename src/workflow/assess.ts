import type { Diagnostic } from '../diagnostics.ts';
import type { HostCapabilities } from '../domain/capabilities.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import type { Translation } from '../domain/translate.ts';
import type { DomainTuning } from '../domain/tuning.ts';
import { rivals } from '../effective/rivals.ts';
import { isTestDriver } from '../plan/driver-limits.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { expectDomain } from '../verify/expect.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import { judge } from '../verify/judge.ts';
import { isPerhaps, neutronFindings } from '../verify/neutron-findings.ts';
import { notApplicable } from '../verify/not-applicable.ts';
import { markOvsNative, ovsNativeFindings } from '../verify/ovs-native.ts';
import type { Reading } from '../verify/reading.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { DomainView } from './look-at.ts';
import { observeDomain } from './observe.ts';
import type { ReadSurroundings } from './surroundings.ts';
import type { Wish } from './wish.ts';

/** How a domain stands against what is wanted of it at one moment. */
export interface Judgement {
  readonly view: DomainView;
  readonly scopes: readonly Scope[];
  /** What is wanted of each definition that the domain has. */
  readonly tuning: Readonly<Partial<Record<Scope, DomainTuning>>>;
  readonly readings: readonly Reading[];
  readonly facts: HostFacts;
  readonly verdicts: readonly Verdict[];
}

/** The same with what is to be said of what is wanted. */
export interface Assessment extends Judgement {
  readonly diagnostics: readonly Diagnostic[];
}

type Translations = Readonly<Partial<Record<Scope, Translation>>>;

/** Reads every layer of a domain and judges it. Changes nothing. @throws QuotaError `unreachable`, `not-found` */
export async function assess(...asked: Parameters<typeof looked>): Promise<Assessment> {
  const { judgement, translations } = await looked(...asked);
  const { view, scopes, tuning, readings, facts, verdicts } = judgement;
  const { live } = view;
  const isMeant = live !== undefined && scopes.includes('live');
  const ofOwners = isMeant ? ownerFindings(live, facts, tuning.live ?? []) : [];
  const diagnostics = [...findingsOf(translations, scopes), ...ofOwners];
  return { view, scopes, tuning, readings, facts, verdicts, diagnostics };
}

/** The same without what is to be said, for which an audit of many domains has no use. */
export async function judgeDomain(...asked: Parameters<typeof looked>): Promise<Judgement> {
  return (await looked(...asked)).judgement;
}

/** @param judged definitions that are judged; absent: those that are meant */
async function looked(
  surroundings: ReadSurroundings,
  view: DomainView,
  wish: Wish,
  scopes: readonly Scope[],
  judged = scopes,
): Promise<{ readonly judgement: Judgement; readonly translations: Translations }> {
  surroundings.logger?.info(`reading '${view.state.name}' at every layer`);
  const { hypervisor, host, signal } = surroundings;
  const { readings, facts } = await observeDomain({
    hypervisor,
    domain: view.state,
    ...(host && { host }),
    ...(view.live && { live: view.live }),
    ...(view.config && { config: view.config }),
    hostDevices: hostDevicesOf(view, wish),
    ...(signal && { signal }),
  });
  const marked = markedView(view, facts, wish);
  const translations = translate(marked, wish, hostCapabilities(view.info.libvirtVersion, facts));
  const tuning = tuningOf(translations);
  const expectations = expectDomain({
    asked: tuning,
    facts,
    scopes: judged,
    ...(marked.live && { live: marked.live }),
    ...(marked.config && { config: marked.config }),
  });
  const found = judge(expectations, readings);
  const verdicts = isTestDriver(view.info.driver) ? notApplicable(found) : found;
  return { judgement: { view: marked, scopes, tuning, readings, facts, verdicts }, translations };
}

/** Who else limits what is asked to be limited; a port on which nothing is written for that reason is told of once. */
function ownerFindings(live: DomainDefinition, facts: HostFacts, asked: DomainTuning): readonly Diagnostic[] {
  const native = ovsNativeFindings(live, facts, asked);
  const refused = native.filter(one => one.severity === 'error').map(one => `${one.path}/`);
  const others = rivals(live, facts, asked).filter(({ path }) => !refused.some(one => path.startsWith(one)));
  const neutrons = neutronFindings(live, facts, asked).filter(
    one => !(isPerhaps(one) && refused.includes(`${one.path}/`)),
  );
  return [...native, ...neutrons, ...others];
}

/** The view with the taps that are limited as ports of Open vSwitch. */
function markedView(view: DomainView, facts: HostFacts, { ovsNative = false }: Wish): DomainView {
  const { info, state, live, config } = view;
  return {
    info,
    state,
    ...(live && { live: markOvsNative(live, facts, ovsNative) }),
    ...(config && { config: markOvsNative(config, facts, ovsNative) }),
  };
}

/** Block devices of the host that something is wanted on: they have to be known before they can be looked at. */
function hostDevicesOf({ live, config }: DomainView, wish: Wish): readonly string[] {
  return [live, config].flatMap(definition => (definition === undefined ? [] : wish.hostDevices(definition)));
}

/** What of the host's facts a translation needs. */
function hostCapabilities(libvirtVersion: number, facts: HostFacts): HostCapabilities {
  const { cgroupVersion, iproute2, systemd, ioWeightFiles, hasMemoryLimit, hasSwapLimit, missingDevices } =
    facts;
  return {
    libvirtVersion,
    ...(cgroupVersion !== undefined && { cgroupVersion }),
    ...(iproute2 !== undefined && { iproute2 }),
    ...(systemd !== undefined && { systemd }),
    ...(ioWeightFiles !== undefined && { hasIoWeight: ioWeightFiles.size > 0 }),
    ...(hasMemoryLimit !== undefined && { hasMemoryLimit }),
    ...(hasSwapLimit !== undefined && { hasSwapLimit }),
    ...(missingDevices !== undefined && { missingDevices }),
  };
}

function translate({ live, config }: DomainView, wish: Wish, capabilities: HostCapabilities): Translations {
  return {
    ...(live && { live: wish.translate('live', live, capabilities) }),
    ...(config && { config: wish.translate('config', config, capabilities) }),
  };
}

function tuningOf({ live, config }: Translations): Assessment['tuning'] {
  return { ...(live && { live: live.tuning }), ...(config && { config: config.tuning }) };
}

/** What is to be said of the definitions that are meant, each finding once. */
function findingsOf(translations: Translations, scopes: readonly Scope[]): readonly Diagnostic[] {
  const all = scopes.flatMap(scope => translations[scope]?.diagnostics ?? []);
  return [...new Map(all.map(found => [JSON.stringify(found), found])).values()];
}
