import { deviceName } from '../domain/tuning.ts';
import type { Claim, Effective, Owner, Standing } from '../effective/claim.ts';
import type { Contest } from '../effective/contest.ts';
import { oneLine, type Paint } from './table.ts';

const styles = {
  binds: 'green',
  looser: 'dim',
  partial: 'yellow',
  shadowed: 'yellow',
  'not-in-force': 'red',
  unseen: 'yellow',
} as const satisfies Readonly<Record<Standing, Parameters<Paint>[0]>>;

const owners: Readonly<Record<Owner, string>> = {
  libvirt: 'libvirt',
  'virt-quota': 'virt-quota',
  neutron: "Neutron's agent",
  midonet: 'MidoNet',
  'os-vif': 'os-vif',
  unknown: 'somebody',
};

/** `1.25 MB/s`: thousands, at most three decimals. */
export function amountText(value: number, unit: Effective['unit']): string {
  if (unit === 'CPUs') return `${round(value)} CPU${value === 1 ? '' : 's'}`;
  if (unit !== 'B/s') return `${value} ${unit}`;
  const scale =
    value >= 1e9
      ? ([1e9, 'GB/s'] as const)
      : value >= 1e6
        ? ([1e6, 'MB/s'] as const)
        : ([1e3, 'kB/s'] as const);
  return value < 1000 ? `${value} B/s` : `${round(value / scale[0])} ${scale[1]}`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Each device with what limits it and what does not, although it is there. */
export function renderEffective(all: readonly Effective[], paint: Paint): string {
  const devices = [...new Set(all.map(one => deviceName(one.device)))];
  if (devices.length === 0) return 'nothing limits it, and nothing is asked to\n';
  const lines = devices.flatMap(name => [
    paint('bold', oneLine(name)),
    ...all.filter(one => deviceName(one.device) === name).flatMap(one => linesOf(one, paint)),
  ]);
  return `${lines.join('\n')}\n`;
}

function linesOf(one: Effective, paint: Paint): readonly string[] {
  const { limited, unit, binds, asked, claims } = one;
  const value = binds?.value === undefined ? 'no limit' : amountText(binds.value, unit);
  const wanted = asked === undefined ? '' : `   asked: ${amountText(asked.value, unit)}  # ${asked.because}`;
  const head = `  ${limited.padEnd(16)}  ${paint(binds === undefined ? 'yellow' : 'green', value)}${oneLine(wanted)}`;
  return [head, ...claims.map(claim => claimLine(claim, unit, paint))];
}

function claimLine(
  { standing, value, owner, at, why }: Claim,
  unit: Effective['unit'],
  paint: Paint,
): string {
  const amount = value === undefined ? '' : amountText(value, unit);
  const rest = `${amount.padEnd(14)}  ${owners[owner].padEnd(15)}  ${at}${why === undefined ? '' : `   (${why})`}`;
  return `    ${paint(styles[standing], standing.padEnd(12))}  ${oneLine(rest)}`;
}

/** One sentence on two owners of one device. */
export function contestText({ effective, owners: who, loses }: Contest): string {
  const { device, limited, binds, unit } = effective;
  const names = who.map(owner => owners[owner]).join(' and ');
  const winner =
    binds?.value === undefined
      ? 'none binds'
      : `${owners[binds.owner]}'s binds (${amountText(binds.value, unit)})`;
  const loser =
    loses === undefined ? '' : `; ${owners[loses.owner]}'s is ${loses.standing}: ${loses.why ?? ''}`;
  return oneLine(`${deviceName(device)} ${limited}: limits of ${names}; ${winner}${loser}`);
}
