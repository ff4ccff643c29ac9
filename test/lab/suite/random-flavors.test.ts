import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/diagnostics.ts';
import type { HostCapabilities } from '../../../src/domain/capabilities.ts';
import { checkIoTune } from '../../../src/domain/check-limits.ts';
import { renderIoTune, translateFragments } from '../../../src/domain/fragments.ts';
import { readDomain } from '../../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../../src/domain/render.ts';
import { type Translation, translateFlavor } from '../../../src/domain/translate.ts';
import { type FlavorQuota, flavorQuota } from '../../../src/intent/flavor-quota.ts';
import { volumeQuota } from '../../../src/intent/volume-qos.ts';
import {
  type Connection,
  connect,
  isVirError,
  type Domain as Known,
  virErrorCode,
} from '../../../src/libvirt/index.ts';
import { parseIproute2Version } from '../../../src/observed/iproute2-version.ts';
import { type Answer, defineAndAsk, startAndAsk } from '../asked-of-libvirt.ts';
import { type DomainOptions, disksOf, domainXml, uuidOf } from '../domain-xml.ts';
import { type FromOutside, fromOutside } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { type RandomCase, randomCases } from '../random-case.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText } from '../virt-quota.ts';

// What this program says about a flavor must be what libvirt, QEMU and the kernel then say.
/** Domains under way at the same time. */
const names = ['instance-000000f1', 'instance-000000f2'] as const;
const count = Number(process.env.VIRT_QUOTA_LAB_FLAVORS || 40);
const seedOf = { trixie: 3, bookworm: 1, 'bookworm-v1': 2, forky: 4 } as const;
/** Of so many domains that start, one is verified at every layer. */
const verifiedOneIn = 5;

let hypervisor: Hypervisor;
let connection: Connection;
let outside: FromOutside;
let capabilities: HostCapabilities;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  const socket = await hypervisor.forward('/run/libvirt/libvirt-sock');
  connection = await connect(`qemu+unix:///system?socket=${encodeURIComponent(socket)}`);
  outside = await fromOutside(hypervisor, flavorText);
  const { libvirtVersion } = await outside.libvirt.info();
  const iproute2 = parseIproute2Version(await hypervisor.shell('tc -V'));
  const { cgroup: cgroupVersion } = kinds[hypervisor.kind];
  capabilities = { libvirtVersion, cgroupVersion, ...(iproute2 && { iproute2 }) };
  await hypervisor.shell(names.map(name => makeDisks(name)).join('\n'));
});

afterAll(async () => {
  await hypervisor?.shell(`rm -rf ${names.map(folderOf).join(' ')}`);
  await connection?.close();
  await outside?.close();
  await releaseHypervisor(hypervisor);
});

const raw = { format: 'raw' } as const;
const folderOf = (name: string) => `/var/lib/nova/instances/${uuidOf(name)}`;

function makeDisks(name: string): string {
  const paths = disksOf({ name, disks: [raw, raw, raw] }).map(disk => disk.path);
  return `mkdir -p ${folderOf(name)}; truncate -s 16M ${paths.join(' ')}`;
}

/** One case: what this program said, what libvirt said, and where they differ. */
interface Outcome {
  readonly answer: Answer;
  readonly errors: readonly Diagnostic[];
  readonly disagreements: readonly string[];
}

describe('random flavors', () => {
  test(`${count} of them: our verdict is libvirt's, and so are the values`, async () => {
    const seed = seedOf[hypervisor.kind];
    const outcomes: Outcome[] = [];
    const cases = randomCases(seed, count).entries();
    // Both take from one iterator: whoever is free has the next case.
    const work = async (name: string) => {
      for (const [index, one] of cases) {
        const outcome = await tryOne(name, one, index).catch(cause => {
          throw new Error(`number ${index}: ${JSON.stringify(one)}`, { cause });
        });
        outcomes.push(outcome);
        for (const text of outcome.disagreements) console.log(`${index} ${JSON.stringify(one)}\n  ${text}`);
      }
    };
    await Promise.all(names.map(work));
    console.log(summary(seed, outcomes));
    expect(outcomes.flatMap(outcome => outcome.disagreements)).toEqual([]);
  }, 3_600_000);
});

async function tryOne(name: string, one: RandomCase, index: number): Promise<Outcome> {
  const { quota, diagnostics } = flavorQuota(one.extraSpecs);
  const bare = domainXml(domainOf(name, one));
  const translation = translateFlavor({ quota, domain: readDomain(bare), capabilities });
  const volume = volumeOf(name, one);
  const found = [...diagnostics, ...translation.diagnostics, ...volume.diagnostics];
  const errors = found.filter(isAboutStart);
  const nova = domainXml(domainOf(name, one, { ...translateFragments(quota), volume: volume.iotune }));
  if (errors.length > 0) return refusedOutcome(name, await startAndAsk(connection, nova), errors);
  const theirs = (await defineAndAsk(connection, nova)).answer;
  const ours = applyTuningToXml(bare, [...translation.tuning, ...volume.tuning]);
  const answer = theirs.said === 'fine' ? await startAndAsk(connection, ours) : theirs;
  const disagreements =
    answer.said === 'fine'
      ? [...differences(theirs, answer, ours, translation), ...(await unheld(name, index, quota))]
      : [`nothing was wrong for us, and libvirt said: ${answer.reason}`];
  await remove(name);
  return { answer, errors, disagreements };
}

/** Setting a limit on a running domain takes smaller numbers than starting it with them. */
function isAboutStart({ severity, args }: Diagnostic): boolean {
  return severity === 'error' && args?.where !== 'running domain';
}

async function refusedOutcome(name: string, answer: Answer, errors: readonly Diagnostic[]): Promise<Outcome> {
  if (answer.said !== 'fine') return { answer, errors, disagreements: [] };
  await remove(name);
  return { answer, errors, disagreements: [`libvirt took it, and we said: ${JSON.stringify(errors)}`] };
}

function domainOf(
  name: string,
  one: RandomCase,
  with_: { cputune?: string; iotune?: string; bandwidth?: string; volume?: string | undefined } = {},
): DomainOptions {
  const { cputune, iotune, bandwidth, volume } = with_;
  const images = Array.from({ length: one.images }, () => ({ ...raw, ...(iotune && { iotune }) }));
  const attached = { ...raw, serial: uuidOf('volume'), ...(volume && { iotune: volume }) };
  return {
    name,
    vcpus: 2,
    ...(cputune && { cputune }),
    disks: one.volume ? [...images, attached] : images,
    nics: one.nics.map(kind => ({ kind, ...(bandwidth && { bandwidth }) })),
  };
}

/** The limits of the volume, which is the last disk. */
function volumeOf(name: string, one: RandomCase) {
  if (one.volume === undefined) return { diagnostics: [], tuning: [], iotune: undefined };
  const { quota, diagnostics } = volumeQuota({ ...one.volume, consumer: 'front-end' });
  const target = disksOf(domainOf(name, one)).at(-1)?.target ?? '';
  return {
    diagnostics: [...diagnostics, ...checkIoTune(quota.limits)],
    tuning: [{ device: { kind: 'disk', target } as const, limits: quota.limits, because: {} }],
    iotune: renderIoTune(quota.emitted),
  };
}

/** What libvirt keeps of Nova's definition and of ours, and what we wrote, must be the same numbers. */
function differences(
  theirs: Answer,
  answer: Answer,
  ours: string,
  translation: Translation,
): readonly string[] {
  const limits = [theirs.stored ?? '', answer.stored ?? '', ours].map(xml => limitsIn(xml, translation));
  const [nova, stored, written] = limits.map(one => JSON.stringify(one));
  return [
    ...(nova === stored ? [] : [`libvirt keeps ${nova} of Nova's definition, and of ours ${stored}`]),
    ...(stored === written ? [] : [`libvirt keeps ${stored}, and we wrote ${written}`]),
  ];
}

/** All limits in a definition, sorted; without the peak that an Open vSwitch port needs and Nova does not write. */
function limitsIn(xml: string, { diagnostics }: Translation): readonly string[] {
  const { cputune, disks, interfaces } = readDomain(xml);
  const added = new Set(diagnostics.filter(one => one.code === 'ovs-peak-added').map(one => one.path));
  const devices = [
    ['cpu', cputune] as const,
    ...disks.map(disk => [`disk ${disk.target}`, disk.iotune] as const),
    ...interfaces.map(nic => [`interface ${nic.mac}`, nic.bandwidth] as const),
  ];
  return devices
    .flatMap(([device, found]) => Object.entries(found).map(([key, value]) => `${device}/${key} ${value}`))
    .filter(text => !added.has(text.replace(/ [^ ]*$/, '')))
    .sort();
}

/** Of some domains that run: what an enforcer does not hold, by its own files and commands. */
async function unheld(name: string, index: number, quota: FlavorQuota): Promise<readonly string[]> {
  if (index % verifiedOneIn !== 0) return [];
  const { failing, undecided } = await outside.verify(name, quota);
  return [...failing, ...undecided].map(knob => `not held: ${knob}`);
}

async function remove(name: string): Promise<void> {
  const domain = await connection.lookupByName(name).catch(() => undefined);
  if (domain === undefined) return;
  if (domain.id !== undefined) await destroy(domain);
  await connection.undefine(domain);
}

/** A QEMU with next to no CPU time takes longer to die than libvirt waits. */
async function destroy(domain: Known, attempts = 20): Promise<void> {
  try {
    await connection.destroy(domain, { timeoutMs: 300_000 });
  } catch (error) {
    if (attempts === 0 || !isVirError(error, virErrorCode.systemError)) throw error;
    await destroy(domain, attempts - 1);
  }
}

function summary(seed: number, outcomes: readonly Outcome[]): string {
  const rows = (['fine', 'refused at define', 'refused at start'] as const).map(said => {
    const these = outcomes.filter(outcome => outcome.answer.said === said);
    const agreed = these.filter(outcome => outcome.disagreements.length === 0).length;
    return `${said.padEnd(18)}${String(these.length).padStart(5)}   agreed${String(agreed).padStart(5)}`;
  });
  return [`${hypervisor.kind}, seed ${seed}, ${outcomes.length} flavors`, ...rows].join('\n');
}
