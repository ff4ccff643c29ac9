import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { type Domain, removeDomain, startDomain } from '../lab/domains.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../lab/start.ts';
import type { Row, Suite } from './row.ts';

const folder = '/root/bench';
const modules = ['apply-driver.js', 'count-calls.js'];

/** Domains of each side that are done together; one more is done alone. */
const DOMAINS = 6;

/**
 * Applying limits to domains with one disk and three interfaces, against the same by virsh, a process per command. Both
 * run in the lab, emulated alike, each on domains of its own: our side is one process that stays, and opens and closes a
 * connection each time.
 */
export async function applySuite(): Promise<Suite> {
  const hypervisor = await labHypervisor();
  const domains: Domain[] = [];
  const wanted = 2 * (1 + DOMAINS);
  for (let n = 0; n < wanted; n += 1) {
    process.stderr.write(`starting domain ${n + 1} of ${wanted}\n`);
    domains.push(
      await startDomain(hypervisor, { name: `instance-00000f${n.toString(16).padStart(2, '0')}` }),
    );
  }
  const names = domains.map(domain => domain.name);
  const [one = '', other = ''] = names;
  const ours = names.slice(2, 2 + DOMAINS);
  const theirs = names.slice(2 + DOMAINS);
  const driver = await startDriver(hypervisor);
  await driver.ask(`ours ${one},${ours} 0`, 'applied');
  await driver.ask(`virsh ${other},${theirs} 0`, 'done');
  const count = async (line: string) => Number(await driver.ask(line));
  const calls = {
    oursChanged: await count(`count-ours ${one} 1`),
    oursSame: await count(`count-ours ${one} 1`),
    virsh: await count(`count-virsh ${other} 1`),
  };
  return {
    name: 'apply',
    rows: [
      ...rowsOf(driver, '1 domain', [one], [other], 1),
      ...rowsOf(driver, `${DOMAINS} domains`, ours, theirs, 0).map(row => ({ ...row, samples: 3 })),
    ],
    notes: [
      `in the lab's ${hypervisor.kind}: only the ratios mean something`,
      'each domain has 1 disk and 3 interfaces',
      `libvirt calls for the change: virt-quota ${calls.oursChanged}, virsh ${calls.virsh}; when nothing changes: ${calls.oursSame}, ${calls.virsh}`,
    ],
    async stop() {
      driver.stop();
      for (const domain of domains) await removeDomain(hypervisor, domain);
      await releaseHypervisor(hypervisor);
    },
  };
}

/**
 * Every run of the first changes every limit; the second asks for what the first one left.
 *
 * @param variant which limits the domains have
 */
function rowsOf(
  driver: Driver,
  what: string,
  ours: readonly string[],
  theirs: readonly string[],
  variant: number,
): readonly Row[] {
  let [turn, otherTurn] = [variant, variant];
  const virsh = (which: () => number) => ({
    name: 'virsh and tc, a process per command',
    run: () => driver.ask(`virsh ${theirs} ${which()}`, 'done'),
  });
  const apply = (which: () => number, expected: string) => ({
    name: 'virt-quota apply, in process',
    run: () => driver.ask(`ours ${ours} ${which()}`, expected),
  });
  return [
    {
      name: `${what}: change all limits, and verify`,
      isSlow: true,
      ours: apply(() => ++turn, 'applied'),
      peers: [virsh(() => ++otherTurn)],
    },
    {
      name: `${what}: the same limits again`,
      isSlow: true,
      ours: apply(() => turn, 'unchanged'),
      peers: [virsh(() => otherTurn)],
    },
  ];
}

interface Driver {
  /** @throws Error when it answers something else */
  ask(line: string, expected?: string): Promise<string>;
  stop(): void;
}

/** Brings the program into the hypervisor, beside the build that is there, and starts it. */
async function startDriver(hypervisor: Hypervisor): Promise<Driver> {
  for (const name of modules) {
    await hypervisor.writeFile(`${folder}/test/bench/${name}`, readFileSync(join(import.meta.dirname, name)));
  }
  await hypervisor.writeFile(`${folder}/package.json`, '{"type":"module"}');
  await hypervisor.shell(`ln -sfn /opt/virt-quota/dist/src ${folder}/src`);
  const answers = new PassThrough();
  const lines = createInterface(answers)[Symbol.asyncIterator]();
  let complaint = '';
  const channel = hypervisor.start(['node', `${folder}/test/bench/apply-driver.js`], {
    out: data => void answers.write(data),
    err: data => {
      complaint += data;
    },
    end: () => void answers.end(),
  });
  return {
    async ask(line, expected) {
      channel.write(Buffer.from(`${line}\n`));
      const { value, done } = await lines.next();
      const said = done === true ? complaint : String(value);
      if (done === true || said.startsWith('failed') || (expected !== undefined && said !== expected)) {
        throw new Error(`${line}: ${said}`);
      }
      return said;
    },
    stop: () => channel.end(),
  };
}
