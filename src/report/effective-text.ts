import { deviceName } from '../domain/tuning.ts';
import type { Certainty } from '../effective/certainty.ts';
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

const certaintyStyles = {
  exact: 'green',
  'at-most': 'yellow',
  partial: 'yellow',
  none: 'yellow',
  unknown: 'yellow',
} as const satisfies Readonly<Record<Certainty, Parameters<Paint>[0]>>;

function linesOf(one: Effective, paint: Paint): readonly string[] {
  const { limited, unit, asked, claims, certainty } = one;
  const wanted = asked === undefined ? '' : `   asked: ${amountText(asked.value, unit)}  # ${asked.because}`;
  const value = paint(certaintyStyles[certainty], limitText(one));
  const head = `  ${limited.padEnd(16)}  ${value}${oneLine(`${sharingText(one)}${doubtText(one)}${wanted}`)}`;
  return [head, ...claims.map(claim => claimLine(claim, unit, paint))];
}

/** `32.768 MB/s`, `at most 2 CPUs`, `no limit`, `unknown`: what counts. */
export function limitText({ certainty, binds, unit }: Effective): string {
  const value = binds?.value === undefined ? '' : amountText(binds.value, unit);
  switch (certainty) {
    case 'exact':
      return value;
    case 'at-most':
      return `at most ${value}`;
    case 'partial':
      return 'no limit for all of it';
    case 'none':
      return 'no limit';
    default:
      return 'unknown';
  }
}

/** `, shared with disk vdb: for both together`: each alone has what the others leave. */
function sharingText({ sharedWith = [] }: Effective): string {
  if (sharedWith.length === 0) return '';
  const all = sharedWith.length === 1 ? 'both' : `all ${sharedWith.length + 1}`;
  return `, shared with ${sharedWith.join(', ')}: for ${all} together`;
}

/** Why it is not known better: the first reason, and how many more there are. */
function doubtText({ certainty, unseen = [] }: Effective): string {
  const [first, ...more] = unseen;
  if (first === undefined) return '';
  // What a command failed with begins with the command.
  const said = first.why.startsWith("'") ? first.why : `${first.at}: ${first.why}`;
  const reason = `${said}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
  return certainty === 'at-most' ? `; could be less: ${reason}` : `: ${reason}`;
}

function claimLine(
  { standing, value, owner, at, why }: Claim,
  unit: Effective['unit'],
  paint: Paint,
): string {
  const amount = value === undefined ? '' : amountText(value, unit);
  // Nothing is known of a link that could not be read, also not whose it is.
  const who = standing === 'unseen' && value === undefined && owner === 'unknown' ? '' : owners[owner];
  const rest = `${amount.padEnd(14)}  ${who.padEnd(15)}  ${at}${why === undefined ? '' : `   (${why})`}`;
  return `    ${paint(styles[standing], standing.padEnd(12))}  ${oneLine(rest)}`;
}

/** One sentence on two owners of one device. */
export function contestText({ effective, owners: who, loses }: Contest): string {
  const { device, limited, binds, certainty } = effective;
  const names = who.map(owner => owners[owner]).join(' and ');
  const none = certainty === 'unknown' ? 'which binds is not known' : 'none binds';
  const winner =
    binds?.value === undefined ? none : `${owners[binds.owner]}'s binds (${limitText(effective)})`;
  const loser =
    loses === undefined ? '' : `; ${owners[loses.owner]}'s is ${loses.standing}: ${loses.why ?? ''}`;
  return oneLine(`${deviceName(device)} ${limited}: limits of ${names}; ${winner}${loser}`);
}
