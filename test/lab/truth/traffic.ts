import type { Channel } from '../agent.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { LabError } from '../lab-error.ts';
import { trafficProgram } from './traffic-program.ts';

/** As the guest sees it. */
export type Direction = 'inbound' | 'outbound';

/** Frames of one sort that went one way. */
export interface Flow {
  readonly sort: string;
  readonly sent: number;
  /** Bytes. */
  readonly offered: number;
  readonly arrived: number;
  /** Bytes that arrived in the first half of the time, in which buckets may still be full, and in the second. */
  readonly halves: readonly [number, number];
}

/** Everything that went one way through one tap. */
export interface Passage {
  readonly dev: string;
  readonly direction: Direction;
  /** Of both halves, by the hypervisor's own clock. */
  readonly seconds: readonly [number, number];
  readonly flows: readonly Flow[];
}

/** Sends frames of many sorts through taps, and says which arrived. */
export interface Traffic {
  /**
   * @param devs those that send at the same time
   * @param how.only one sort of frames, as many of it as of all others; absent: all sorts
   * @param how.times so many times as long, until large buckets are empty
   */
  through(
    devs: readonly string[],
    how?: { readonly only?: string; readonly times?: number },
  ): Promise<readonly Passage[]>;
  close(): void;
}

/** Sorts of frames that are sent. */
export const sorts = ['udp', 'tcp', 'gso', 'ip6', 'arp', 'vlan', 'other'] as const;

/** Milliseconds that frames are sent for, and how often in them. */
const duration = { ms: 1200, ticks: 30 };

/** @param taps the process that has each, or `new` for one that is made, and the bridge that it is on */
export async function trafficThrough(
  hypervisor: Hypervisor,
  taps: readonly { readonly dev: string; readonly pid: string; readonly bridge: string }[],
): Promise<Traffic> {
  const { channel, answer } = started(hypervisor);
  for (const { dev, pid, bridge } of taps) {
    channel.write(Buffer.from(`tap ${dev} ${pid} ${bridge}\n`));
    await answer(`known ${dev}`);
  }
  return {
    through: async (devs, { only = 'all', times = 1 } = {}) => {
      const ways = devs.map(dev => `${dev}:io`).join(' ');
      channel.write(Buffer.from(`go ${duration.ms * times} ${duration.ticks * times} ${only} ${ways}\n`));
      return passagesOf(await answer('done'));
    },
    close: () => channel.end(),
  };
}

function started(hypervisor: Hypervisor) {
  let text = '';
  let errors = '';
  let isOver = false;
  let look = () => {};
  const channel: Channel = hypervisor.start(['perl', '-e', trafficProgram], {
    out: data => {
      text += data;
      look();
    },
    err: data => {
      errors += data;
    },
    end: () => {
      isOver = true;
      look();
    },
  });
  /** The lines up to the one that says so. */
  const answer = (last: string) =>
    new Promise<string>((resolve, reject) => {
      look = () => {
        const at = text.indexOf(`${last}\n`);
        if (at >= 0) {
          const lines = text.slice(0, at);
          text = text.slice(at + last.length + 1);
          resolve(lines);
        } else if (isOver) reject(new LabError('failed', `sending frames has ended: ${errors}`));
      };
      look();
    });
  return { channel, answer };
}

/** Reads what the program prints after it has sent. */
export function passagesOf(text: string): readonly Passage[] {
  const passages = new Map<string, Omit<Passage, 'flows'> & { readonly flows: Flow[] }>();
  let seconds: readonly [number, number] = [0, 0];
  for (const line of text.trim().split('\n')) {
    const [dev = '', way = '', sort = '', ...counts] = line.split(' ');
    if (dev === 'window') {
      seconds = [Number(way) / 1e9, Number(sort) / 1e9];
      continue;
    }
    const [sent = 0, offered = 0, arrived = 0, first = 0, second = 0] = counts.map(Number);
    const direction = way === 'i' ? 'inbound' : 'outbound';
    const passage = passages.get(`${dev} ${way}`) ?? { dev, direction, seconds, flows: [] };
    passage.flows.push({ sort, sent, offered, arrived, halves: [first, second] });
    passages.set(`${dev} ${way}`, passage);
  }
  return [...passages.values()];
}
