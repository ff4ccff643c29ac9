import { parseCgroupMounts } from '../observed/cgroup-path.ts';
import { redactGroup } from './cgroup-group.ts';
import { redactDevPath, redactPath } from './path.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { redactAddress, redactToken } from './tokens.ts';
import { resourceLines } from './unit-property.ts';

type Redact = (text: string, names: Pseudonyms) => string;

/** Files of which more is known than that numbers are in them. The first that fits counts. */
const files: readonly { readonly path: RegExp; readonly redact: Redact }[] = [
  { path: /^\/proc\/(?:self\/)?mounts$/, redact: byLine(redactMount) },
  { path: /^\/proc\/\d+\/(?:task\/\d+\/)?cgroup$/, redact: byLine(redactMembership) },
  { path: /^\/proc\/\d+\/task\/\d+\/stat$/, redact: redactStat },
  { path: /^\/run\/udev\/data\//, redact: redactUdev },
  { path: /\.conf$/, redact: redactDropIn },
];

/** Words of files of cgroups and of the kernel. */
const words = new Set(
  `max default weight none some full total avg10 avg60 avg300 Total Read Write Sync Async Discard
  nr_periods nr_throttled throttled_usec nr_bursts burst_usec usage_usec user_usec system_usec nice_usec core_sched.force_idle_usec
  nr_bursts throttled_time burst_time wait_sum current_bw
  rbps wbps riops wiops rbytes wbytes rios wios dbytes dios enabled disabled enabling disabling
  cpu cpuset cpuacct memory io blkio pids hugetlb rdma misc populated frozen oom oom_kill low high
  anon file kernel slab sock shmem pgfault pgmajfault domain threaded invalid`.split(/\s+/),
);

/** A file's text, by where it is. */
export function redactFile(path: string, text: string, names: Pseudonyms): string {
  return (files.find(file => file.path.test(path))?.redact ?? redactNumbers)(text, names);
}

function byLine(redact: Redact): Redact {
  return (text, names) =>
    text
      .split('\n')
      .map(line => (line === '' ? '' : redact(line, names)))
      .join('\n');
}

function redactNumbers(text: string, names: Pseudonyms): string {
  return text
    .split(/([\s=]+)/)
    .map((token, at) => {
      if (at % 2 === 1 || token === '') return token;
      return redactToken(token, names, word => (words.has(word) ? word : names.word(word)));
    })
    .join('');
}

/** Options of file systems of cgroups. */
const option =
  /^(?:rw|ro|nosuid|nodev|noexec|relatime|noatime|nsdelegate|favordynmods|memory_(?:localevents|recursiveprot|hugetlb_accounting)|pids_localevents|xattr|none|clone_children|all|cpu|cpuacct|cpuset|memory|blkio|pids|devices|freezer|net_cls|net_prio|perf_event|hugetlb|rdma|misc)$/;

function redactMount(line: string, names: Pseudonyms): string {
  const [mount] = parseCgroupMounts(line);
  const [device = '', , type = '', options = '', ...rest] = line.split(' ');
  if (mount === undefined) return names.word(line);
  const folder = redactPath(mount.folder, names, true);
  const kept = options.split(',').map(one => {
    const [, key, value] = /^(name|release_agent)=(.*)$/.exec(one) ?? [];
    if (key !== undefined) return value === 'systemd' ? one : `${key}=${names.word(value ?? '')}`;
    return option.test(one) ? one : names.word(one);
  });
  const source = /^(?:cgroup2?|none)$/.test(device) ? device : names.word(device);
  return [
    source,
    folder.replace(/[\s\\]/g, '_'),
    type,
    kept.join(),
    ...rest.filter(one => /^\d$/.test(one)),
  ].join(' ');
}

/** `0::/machine.slice/…`: as paths below where cgroups are mounted. */
function redactMembership(line: string, names: Pseudonyms): string {
  const [, head, path = ''] = /^(\d{1,10}:[a-z0-9_,=]*:)(.*)$/.exec(line) ?? [];
  if (head === undefined) return names.word(line);
  const named = /^(\d{1,10}:name=)(.*):$/.exec(head);
  const start = named === null || named[2] === 'systemd' ? head : `${named[1]}${names.word(named[2] ?? '')}:`;
  const gone = path.endsWith(' (deleted)') ? ' (deleted)' : '';
  const components = path.slice(0, path.length - gone.length).split('/');
  return start + components.map(one => (one === '' ? '' : redactGroup(one, names))).join('/') + gone;
}

/** Threads that QEMU and the kernel name; a process may be called after its domain. */
const thread =
  /^(?:CPU \d{1,5}\/(?:KVM|TCG|HVF)?|IO (?:iothread|mon_iothread)\S{0,9}|worker|pool-\S{0,10}|iou-(?:wrk|sqp)-\d{1,8}|kvm-\S{0,11}|vhost-\d{1,8}|call_rcu|vnc_worker|qemu-(?:system-\S{0,6}|kvm)|SPICE Worker|TPM|migration|live_migration|return path|gmain|gdbus|signalfd|mon_iothread|bpf)$/;

function redactStat(text: string, names: Pseudonyms): string {
  const [, id, name = '', rest = ''] = /^(\d{0,10} )\((.*)\)((?: \S+)*\s*)$/s.exec(text) ?? [];
  if (id === undefined) return names.word(text);
  const numbers = rest
    .split(' ')
    .map(field => (/^(?:-?\d{1,20}|[A-Za-z]|)\s*$/.test(field) ? field : names.word(field)));
  return `${id}(${thread.test(name) ? name : names.word(name).slice(0, 15)})${numbers.join(' ')}`;
}

/** The links to a device; all else that udev knows of it is nobody's business. */
function redactUdev(text: string, names: Pseudonyms): string {
  const links = text.split('\n').filter(line => line.startsWith('S:'));
  return links.map(line => `S:${redactDevPath(line.slice(2), names)}\n`).join('');
}

function redactDropIn(text: string, names: Pseudonyms): string {
  return resourceLines(text)
    .split('\n')
    .map(line => {
      const [, start, value = ''] = /^(\s*[A-Za-z]+\s*=)(.*)$/.exec(line) ?? [];
      return start === undefined ? line : start + redactProperty(value, names);
    })
    .join('\n');
}

function redactProperty(value: string, names: Pseudonyms): string {
  return value
    .split(/(\s+)/)
    .map(token => {
      if (/^\s*$/.test(token)) return token;
      if (token.startsWith('/')) return redactPath(token, names);
      if (/\.slice$/.test(token)) return redactGroup(token, names);
      const known = /^(?:infinity|max|yes|no|true|false|on|off|auto|kill|inherit|idle)$/;
      return (
        redactAddress(token, names) ??
        redactToken(token, names, word => (known.test(word) || words.has(word) ? word : names.word(word)))
      );
    })
    .join('');
}
