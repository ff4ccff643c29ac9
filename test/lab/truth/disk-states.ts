import { type Dice, diceOf } from './dice.ts';
import type { State } from './state.ts';

/** What each disk is asked to hold, as QEMU names it: bytes and operations a second. */
export const diskLimits = { bps_rd: 2_000_000, bps_wr: 1_000_000, iops: 8 } as const;

/** Every number of QEMU's command that has no other meaning. */
type Throttle = Readonly<Record<string, number | string>>;

const asked: Throttle = { ...diskLimits, bps: 0, iops_rd: 0, iops_wr: 0 };

/** A random state of the throttle of one disk; `partner` is one beside it, which has the same limits. */
export function diskState(seed: number, number: number, slot: number, partner: number): State {
  const dice = diceOf(seed, number);
  const { values, shares } = throttle(dice, slot);
  const all = { ...asked, ...values };
  const script = [told(slot, all), ...(shares ? [told(partner, all)] : [])];
  const what = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return {
    number,
    area: 'disk',
    slot,
    what: [`${shares ? 'two disks: ' : ''}${what.join(' ') || 'as asked'}`],
    script,
    ...(shares && { hasPartner: true }),
  };
}

function throttle(dice: Dice, slot: number): { readonly values: Throttle; readonly shares?: true } {
  const factor = dice.of(0.25, 0.5, 2, 4, 0);
  const knob = dice.of('bps_rd', 'bps_wr', 'iops');
  return dice.weighted<{ readonly values: Throttle; readonly shares?: true }>(
    [1, () => ({ values: {} })],
    [4, () => ({ values: { [knob]: diskLimits[knob] * factor } })],
    [1, () => ({ values: { bps_rd: 0, bps_wr: 0, iops: 0 } })],
    [2, () => ({ values: { group: `shared${slot}` }, shares: true as const })],
    [1, () => ({ values: { group: `alone${slot}` } })],
    [1, () => ({ values: { bps_rd: 0, bps_wr: 0, bps: dice.of(300_000, 1_000_000, 8_000_000) } })],
    [2, () => ({ values: { [`${knob}_max`]: diskLimits[knob] * dice.of(2, 10) } })],
    [1, () => ({ values: { bps_rd_max: 8_000_000, bps_rd_max_length: dice.of(1, 3) } })],
    [1, () => ({ values: { iops_size: dice.of(4096, 65_536) } })],
  );
}

/** A line that tells QEMU itself. */
function told(disk: number, values: Throttle): string {
  const command = { execute: 'block_set_io_throttle', arguments: { id: backendOf(disk), ...values } };
  return `virsh -q qemu-monitor-command ${diskDomain} '${JSON.stringify(command)}' | grep -q '"return"'`;
}

/** The line that puts a disk back. A disk that leaves its group takes another's name. */
export const diskReset = (disk: number) => told(disk, { ...asked, group: `drive-virtio-disk${disk}` });

/** The domain whose disks these are. */
export const diskDomain = 'instance-00000fd1';

/** QEMU's name of what a disk is in the guest. */
export const backendOf = (disk: number) => `/machine/peripheral/virtio-disk${disk}/virtio-backend`;
