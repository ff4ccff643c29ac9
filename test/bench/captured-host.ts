import { join } from 'node:path';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import { ovsCommand } from '../../src/host/ovs.ts';
import type { Recording } from '../../src/host/recorded.ts';
import {
  emptyRecording,
  loadRecording,
  recordHost,
  recordHypervisor,
  saveRecording,
} from '../../src/host/recording.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import type { HostReader } from '../../src/ports/host.ts';
import { auditDomains } from '../../src/workflow/audit.ts';

const template = join(import.meta.dirname, '../../../test/workflow/captured/bookworm');
const ovsTap = 'tap28a22811-3c';
const ovsRows = {
  qos: '7f4420dc-edfb-4270-96d1-dfdd4ee23944',
  queue: '1cc66f41-1409-4360-910d-09860f2de861',
} as const;

/**
 * Writes the capture of a host with so many domains, each with one disk, an interface on a bridge and one on Open
 * vSwitch, all limited. Always the same: copies of a captured domain under other names.
 */
export async function makeCapturedHost(folder: string, domains: number): Promise<void> {
  await saveRecording(multiplied(await recordTemplate(), domains), folder);
}

const diskStats = {
  'block.count': 1,
  'block.0.name': 'vda',
  'block.0.rd.reqs': 10_232,
  'block.0.rd.bytes': 256_204_800,
  'block.0.wr.reqs': 4_711,
  'block.0.wr.bytes': 98_304_000,
};

/** All that an audit reads of the template. */
async function recordTemplate(): Promise<Recording> {
  const source = await loadRecording(template);
  const recording = emptyRecording();
  const hypervisor = capturedHypervisor(source);
  const reduced = {
    ...hypervisor,
    getXml: async (...asked: Parameters<typeof hypervisor.getXml>) =>
      withTwoInterfaces(await hypervisor.getXml(...asked)),
    getDiskStats: async () => diskStats,
  };
  const surroundings = {
    hypervisor: recordHypervisor(reduced, recording),
    host: recordHost(completed(capturedHost(source)), recording),
  };
  await surroundings.hypervisor.info();
  const asDefined = () => ({ source: 'libvirt', asked: { quota: wholeQuota({}).quota } }) as const;
  const domains = await hypervisor.listDomains();
  for await (const outcome of auditDomains(surroundings, domains, asDefined)) {
    if ('error' in outcome) throw outcome.error;
    if (outcome.audit.outcome !== 'pass') throw new Error('the template does not hold its limits');
  }
  return recording;
}

function withTwoInterfaces(xml: string): string {
  return xml.replace(/ *<interface type='ethernet'>.*?<\/interface>\n/s, '');
}

/** What the template was made too early to have, as a host without such limits has it. */
function completed(host: HostReader): HostReader {
  const known = <T>(read: Promise<T>, otherwise: T) => read.catch(() => otherwise);
  return {
    readFile: path => known(host.readFile(path), fileOf(path)),
    listFolder: path => known(host.listFolder(path), undefined),
    run: argv => known(host.run(argv), { exitCode: 0, stdout: qdiscs, stderr: '' }),
  };
}

const qdiscs = 'qdisc htb 1: root refcnt 2 r2q 10 default 0x1 direct_packets_stat 0 direct_qlen 1000\n';
const cpuStat = `usage_usec 48212345
user_usec 41200000
system_usec 7012345
nr_periods 96012
nr_throttled 0
throttled_usec 0
nr_bursts 0
burst_usec 0
`;

function fileOf(path: string): string | undefined {
  if (/\/vcpu\d+\/cgroup\.threads$/.test(path)) return '4711\n';
  if (/^\/proc\/\d+\/task\/4711\/stat$/.test(path)) return `4711 (CPU 0/KVM) S${' 0'.repeat(38)}\n`;
  if (path.endsWith('/cpu.stat')) return cpuStat;
  if (/\/memory\.(?:max|high|swap\.max)$/.test(path)) return 'max\n';
  return path.endsWith('/io.max') ? '' : undefined;
}

function multiplied({ files, folders, commands, info, domains }: Recording, count: number): Recording {
  const many = emptyRecording();
  many.info.push(...info);
  for (let n = 0; n < count; n += 1) {
    const rename = renamed(n);
    for (const [path, recorded] of files) {
      const own = path.endsWith('.pid') ? { value: `${pidOf(n)}\n` } : valueRenamed(recorded, rename);
      many.files.set(rename(path), own);
    }
    for (const [path, recorded] of folders) many.folders.set(rename(path), recorded);
    for (const [argv, recorded] of commands) many.commands.set(rename(argv), recorded);
    for (const domain of domains.values()) {
      const { state, xml } = domain;
      const uuid = rename(state.uuid);
      const renamedState = { ...state, uuid, name: rename(state.name), id: n + 1 };
      const texts = [...xml].map(([scope, text]) => [scope, valueRenamed(text, rename)] as const);
      many.domains.set(uuid, { ...domain, state: renamedState, xml: new Map(texts) });
    }
  }
  const rows = commands.get(JSON.stringify(ovsCommand));
  if (rows === undefined || !('value' in rows)) throw new Error('the template says nothing of Open vSwitch');
  const stdout = ovsAnswer(rows.value.stdout, count);
  many.commands.set(JSON.stringify(ovsCommand), { value: { exitCode: 0, stdout, stderr: '' } });
  return many;
}

/** The rows of the template's port, once for each domain. */
function ovsAnswer(answer: string, count: number): string {
  const isOurs = (row: unknown) =>
    [ovsTap, ...Object.values(ovsRows)].some(one => String(JSON.stringify(row)).includes(one));
  const lines = answer.split('\n').filter(line => line !== '');
  const tables = lines.map(line => {
    const { data, headings } = JSON.parse(line) as { data: unknown[]; headings: string[] };
    const text = JSON.stringify(data.filter(isOurs));
    return { headings, data: Array.from({ length: count }, (_, n) => JSON.parse(renamed(n)(text))).flat() };
  });
  return `${tables.map(table => JSON.stringify(table)).join('\n')}\n`;
}

function valueRenamed<T>(recorded: T, rename: (text: string) => string): T {
  const { value } = recorded as { readonly value?: unknown };
  return typeof value === 'string' ? { ...recorded, value: rename(value) } : recorded;
}

/** Names, ids and addresses of the template become those of a domain by its number. */
function renamed(n: number): (text: string) => string {
  const hex = (n + 1).toString(16).padStart(8, '0');
  const names: readonly (readonly [string, string])[] = [
    ['x2d1\\x2dinstance\\x2d000000e1', `x2d${n + 1}\\x2dinstance\\x2d${hex}`],
    ['instance-000000e1', `instance-${hex}`],
    ['09f98f63-fdf2-4829-81b4-107033da62ff', `${hex}-fdf2-4829-81b4-107033da62ff`],
    [ovsRows.qos, `${hex}-edfb-4270-96d1-dfdd4ee23944`],
    [ovsRows.queue, `${hex}-1409-4360-910d-09860f2de861`],
    ['tap87f8ad7a-5d', `tap${hex}-5d`],
    [ovsTap, `tap${hex}-3c`],
    ['/proc/526/', `/proc/${pidOf(n)}/`],
  ];
  return text => names.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}

function pidOf(n: number): number {
  return 1000 + n;
}
