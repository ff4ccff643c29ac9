import { bootSector, spins } from '../boot-sector.ts';
import { type Domain, defineDomain, removeDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { scopeOf } from '../virt-quota.ts';
import { type Bench, makeStates, runLines } from './bench.ts';
import { cpuProgram } from './cpu-program.ts';
import { type CpuFiles, cpuLimit, cpuReset, cpuState, limited } from './cpu-states.ts';
import type { Judged, Reality, State } from './state.ts';
import { stopwatch } from './stopwatch.ts';
import { type About, type Asker, saidOf, type Told, toldOf } from './told.ts';
import { toldNumber } from './told-number.ts';

const slots = 3;
const { periodUs, quotaUs } = cpuLimit;

/** A domain that runs, and the thread that is its only vCPU. */
interface Spinner {
  readonly domain: Domain;
  /** Shell variables of a state's script. */
  readonly variables: string;
  readonly pid: number;
  readonly tid: number;
}

/** Domains whose only vCPU wants all that it can get. */
export async function cpuBench(hypervisor: Hypervisor, asker: Asker): Promise<Bench> {
  const files: CpuFiles = { isV2: kinds[hypervisor.kind].cgroup === 2 };
  const spinners = await startSpinners(hypervisor, files);
  const reset = ({ slot }: Pick<State, 'slot'>) => [spinners[slot]?.variables ?? '', ...cpuReset(files)];
  const everywhere = spinners.flatMap((_, slot) => reset({ slot }));
  await runLines(hypervisor, everywhere);
  return {
    area: 'cpu',
    slots,
    state: (seed, number, slot) => cpuState(seed, number, slot, files),
    reset,
    judge: async states => {
      const lines = states.flatMap(({ slot, script }) => [spinners[slot]?.variables ?? '', ...script]);
      await makeStates(hypervisor, [], lines);
      const watch = stopwatch();
      const told = await Promise.all(
        states.map(({ slot }) => toldOf(asker, spinners[slot]?.domain.name ?? '')),
      );
      watch('asked');
      const used = await measured(
        hypervisor,
        states.flatMap(({ slot }) => spinners[slot] ?? []),
      );
      watch('measured');
      await runLines(hypervisor, everywhere);
      watch('reset');
      return states.map((state, at) => judgedOf(state, told[at], used[at] ?? 0));
    },
    close: async () => {
      for (const { domain } of spinners) await removeDomain(hypervisor, domain);
    },
  };
}

function judgedOf(state: State, told: Told | undefined, share: number): Judged {
  const given = realityOf(share);
  // A thread of SCHED_IDLE takes what others leave, which is less where others want something.
  const isLeftOver = given === 'stricter' && state.script.some(line => line.startsWith('chrt -i'));
  const reality = isLeftOver ? 'unmeasured' : given;
  const isOwn = ({ layer, parameters }: About) => layer === 'cgroup' && parameters.includes('vcpu_quota');
  const isAround = ({ layer, device }: About) => layer === 'cgroup' && device.kind === 'cpu';
  // A group around it that is limited as well is told of by itself: it matters where it takes something away.
  const said = told
    ? saidOf(told.audit, reality === 'held' ? isOwn : isAround)
    : { said: 'inconclusive' as const, reasons: [] };
  const number = told?.effective.find(one => one.limited === 'cpu');
  return {
    state,
    limit: 'vcpu_quota',
    ...said,
    reality,
    measured: `${share.toFixed(3)} CPUs of ${quotaUs / periodUs}`,
    ...(reality !== 'unmeasured' && { effective: toldNumber(number, share, 1) }),
  };
}

/** Ticks and periods that were begun make so much difference. */
export function realityOf(share: number): Reality {
  const asked = quotaUs / periodUs;
  // A thread that does not spin shows no limit: no quota gives nothing at all.
  if (share < asked / 20) return 'unmeasured';
  if (share > asked * 1.35) return 'past';
  return share < asked * 0.7 ? 'stricter' : 'held';
}

async function measured(hypervisor: Hypervisor, spinners: readonly Spinner[]): Promise<readonly number[]> {
  const input = spinners.map(({ pid, tid }) => `${pid} ${tid}\n`).join('');
  const { stdout } = await hypervisor.run(['perl', '-e', cpuProgram], { input });
  return stdout
    .trim()
    .split('\n')
    .map(line => {
      const [, used = 0, time = 1] = line.split(' ').map(Number);
      return used / time;
    });
}

async function startSpinners(hypervisor: Hypervisor, files: CpuFiles): Promise<readonly Spinner[]> {
  const domains: Domain[] = [];
  await hypervisor.writeFile('/root/spins', bootSector(spins));
  for (let slot = 0; slot < slots; slot += 1) {
    const domain = await defineDomain(hypervisor, {
      name: `instance-00000fc${slot}`,
      vcpus: 1,
      cputune: `<cputune><period>${periodUs}</period><quota>${quotaUs}</quota></cputune>`,
      elements: `<resource><partition>/machine/truth${slot}</partition></resource>`,
      disks: [{ format: 'raw' }],
      nics: [],
    });
    domains.push(domain);
    await hypervisor.shell(`dd if=/root/spins of=${domain.disks[0]?.path} conv=notrunc status=none`);
  }
  // None spins while another one starts.
  for (const verb of ['start --paused', 'resume']) {
    await hypervisor.shell(domains.map(({ name }) => `virsh -q ${verb} ${name}`).join('\n'), {
      timeoutMs: 300_000,
    });
  }
  const spinners = await Promise.all(domains.map((domain, slot) => spinnerOf(hypervisor, domain, slot)));
  const fast = spinners.flatMap(({ variables }) => [variables, limited('$groups/vcpu0', 0, files)]);
  await runLines(hypervisor, fast);
  // Until all have been through their BIOS.
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const shares = await measured(hypervisor, spinners);
    if (shares.every(share => share > 0.9)) break;
  }
  return spinners;
}

async function spinnerOf(hypervisor: Hypervisor, domain: Domain, slot: number): Promise<Spinner> {
  const scope = await scopeOf(hypervisor, domain.name);
  const script = `pid=$(cat /run/libvirt/qemu/${domain.name}.pid); echo $pid; grep -l '^CPU 0' /proc/$pid/task/*/comm | cut -d/ -f5`;
  const [pid = 0, tid = 0] = (await hypervisor.shell(script)).trim().split('\n').map(Number);
  const root = scope.slice(0, scope.indexOf('/machine'));
  const slice = scope.slice(0, scope.lastIndexOf('/'));
  const variables = `slot=${slot} root=${root} slice='${slice}' scope='${scope}' groups='${scope}/libvirt' pid=${pid} tid=${tid}`;
  return { domain, variables, pid, tid };
}
