import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import { type Audited, audited, auditedLive, findingsOf, undecidedOf } from '../detection/auditor.ts';
import type { Case } from '../detection/case.ts';
import { cgroupBreaks } from '../detection/cgroup-breaks.ts';
import { cgroupCalm } from '../detection/cgroup-calm.ts';
import { definitionBreaks } from '../detection/definition-breaks.ts';
import { definitionCalm } from '../detection/definition-calm.ts';
import { differencesOf } from '../detection/differences.ts';
import { novaBreaks, ovsBreaks, ovsCalm, ovsOwners, restarted } from '../detection/ovs-cases.ts';
import { qemuBreaks, qemuCalm } from '../detection/qemu-cases.ts';
import { afterRepair, firstOfItsKind, withoutRecord } from '../detection/repairs.ts';
import { clearScene, connectAgain, fullFlavor, type Scene, setScene } from '../detection/scene.ts';
import { tcBreaks, tcCalm } from '../detection/tc-cases.ts';
import { detourBreaks, detourCalm, detourUnknown } from '../detection/tc-detours.ts';
import { threadBreaks, threadCalm } from '../detection/thread-cases.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// What an audit must find, each by itself and with the right cause, and what it must find nothing at.
let hypervisor: Hypervisor;
let scene: Scene;
const table: string[] = [];
/** A brief run repairs one row of each kind. */
const isSample = process.env.VIRT_QUOTA_LAB_REPAIRS === 'sample';
const isFirstOfItsKind = firstOfItsKind();

beforeAll(async () => {
  hypervisor = await labHypervisor();
  scene = await setScene(hypervisor);
});

afterAll(async () => {
  process.stdout.write(`\n${table.join('\n')}\n`);
  await clearScene(scene);
  await releaseHypervisor(hypervisor);
});

const askedOf = ({ actor, asked }: Case) =>
  asked ?? (actor === 'full' || actor === 'off' ? fullFlavor : 'told');

/** The audit of the host, which that of a capture of it has to equal. */
async function auditedAlike(one: Case): Promise<DomainAudit> {
  const twice = () => audited(scene.outside, scene.domains[one.actor].name, askedOf(one));
  const differences = ({ live, captured }: Audited) => differencesOf(live, captured);
  const first = await twice();
  if (differences(first).length === 0) return first.live;
  // What systemd does later may come between two readings of one file: then there was no one moment to capture.
  const second = await twice();
  expect(differences(second), `live / captured:\n${differences(second).join('\n')}`).toEqual([]);
  return second.live;
}

/** What an audit finds while it lasts, live and from a capture; and what is left of it after the repairs it prints. */
async function whatIsFound(one: Case, { isRepaired = false }: Manner) {
  try {
    if (one.happens !== undefined) await hypervisor.shell(one.happens(scene));
    if (one.isCutOff) scene = await connectAgain(scene);
    const live = await auditedAlike(one);
    const again = () => auditedLive(scene.outside, scene.domains[one.actor].name, askedOf(one));
    const left = isRepaired ? await afterRepair(hypervisor, live, again) : [];
    return { outcome: live.outcome, found: findingsOf(live), undecided: undecidedOf(live), left };
  } finally {
    if (one.restored !== undefined) await hypervisor.shell(one.restored(scene));
    if (isRepaired) await hypervisor.shell(putBack(one));
  }
}

/** What its repairs have changed and `restored` does not know of. */
function putBack(one: Case): string {
  return `${one.afterwards?.(scene) ?? ''}\n${withoutRecord(scene, one.actor)}`;
}

function outcomeOf(findings: number, undecided: number) {
  if (findings > 0) return expect.stringMatching(/^(?:fail|pass)$/);
  return undecided > 0 ? 'inconclusive' : 'pass';
}

function isByHand({ byHand }: Case): boolean {
  return typeof byHand === 'function' ? byHand(scene) : byHand === true;
}

/** How many of the first cases have repairs that were seen to repair. */
const repairedDefinitions = 9;

/** How cases are tried. */
interface Manner {
  /** The commands that the audit prints are run, and the next audit has to find nothing. */
  readonly isRepaired?: boolean;
}

async function check(one: Case, { isRepaired: isToBe = false }: Manner): Promise<void> {
  const isRepaired = isToBe && (!isSample || isFirstOfItsKind(one, scene));
  const expected = one
    .found(scene)
    .map(({ knob, cause }) => `${knob}: ${cause}`)
    .sort();
  const { outcome, found, undecided, left } = await whatIsFound(one, { isRepaired });
  const open = (one.undecided?.(scene) ?? []).map(knob => expect.stringMatching(`^${knob}: `));
  const isRight = JSON.stringify(found) === JSON.stringify(expected);
  table.push(`${isRight ? 'ok  ' : 'FAIL'} | ${one.actor} | ${one.what} | ${found.join(', ') || 'nothing'}`);
  expect({ outcome, found, undecided, left }).toEqual({
    outcome: outcomeOf(expected.length, open.length),
    found: expected,
    undecided: open,
    left: isRepaired && isByHand(one) ? expected.map(finding => `by hand: ${finding}`) : [],
  });
}

function cases(all: readonly Case[], manner: Manner = {}): void {
  test.each(all)('$actor: $what', async (one, ...rest) => {
    void rest;
    if (one.where?.(scene) === false) return;
    await check(one, manner);
  });
}

describe('nothing is found at', () => {
  describe('domains', () => cases(definitionCalm));
  describe('cgroups', () => cases(cgroupCalm));
  describe('threads', () => cases(threadCalm));
  describe('disks', () => cases(qemuCalm));
  describe('interfaces', () => cases([...tcCalm, ...detourCalm]));
  describe('Open vSwitch', () => cases(ovsCalm));
});

describe('nothing is proved, and nothing is called broken, at', () => {
  describe('interfaces', () => cases(detourUnknown));
});

describe('exactly what is wrong is found at', () => {
  describe('definitions', () => {
    cases(definitionBreaks.slice(0, repairedDefinitions), { isRepaired: true });
    cases(definitionBreaks.slice(repairedDefinitions));
  });
  describe('cgroups', () => cases(cgroupBreaks, { isRepaired: true }));
  describe('threads', () => cases(threadBreaks, { isRepaired: true }));
  describe("QEMU's throttle", () => cases(qemuBreaks));
  describe('tc', () => cases([...tcBreaks, ...detourBreaks]));
  describe('Open vSwitch', () => cases([...ovsBreaks, ...novaBreaks, ...ovsOwners, restarted]));
});

describe('a capture of the whole host', () => {
  test('says the same as the host itself, each by a command of its own', async () => {
    const names = Object.values(scene.domains).map(domain => domain.name);
    await hypervisor.shell(`virt-quota -q capture ${names.join(' ')} --out /root/detection.tar`);
    const live = await reported(...names);
    expect(live.map(one => one.domain.name).sort()).toEqual([...names].sort());
    expect(await reported('--host', '/root/detection.tar')).toEqual(live);
    await hypervisor.shell('rm /root/detection.tar');
  });
});

/** What the command prints of each domain; counters go on while it runs. */
async function reported(...words: readonly string[]) {
  const { stdout } = await hypervisor.run(['virt-quota', 'audit', '-f', 'json', ...words]);
  const { domains } = JSON.parse(stdout) as {
    domains: readonly { domain: { name: string }; usage: unknown }[];
  };
  return domains.map(({ usage: _, ...domain }) => domain);
}
