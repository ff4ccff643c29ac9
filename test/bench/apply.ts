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

/**
 * Applying limits to a domain with one disk and three interfaces, against the same by virsh, a process per command. Both
 * run in the lab, emulated alike, each on a domain of its own: our side is one process that stays, and opens and closes a
 * connection each time.
 */
export async function applySuite(): Promise<Suite> {
  const hypervisor = await labHypervisor();
  const [one, other] = await Promise.all(
    ['instance-000000f1', 'instance-000000f2'].map(name => startDomain(hypervisor, { name })),
  );
  if (one === undefined || other === undefined) throw new Error('no domains');
  const driver = await startDriver(hypervisor);
  await driver.ask(`ours ${one.name} 0`, 'applied');
  await driver.ask(`virsh ${other.name} 0`, 'done');
  const count = async (line: string) => Number(await driver.ask(line));
  const calls = {
    oursChanged: await count(`count-ours ${one.name} 1`),
    oursSame: await count(`count-ours ${one.name} 1`),
    virsh: await count(`count-virsh ${other.name} 1`),
  };
  return {
    name: 'apply',
    rows: rowsOf(driver, one, other),
    notes: [
      `in the lab's ${hypervisor.kind}: only the ratios mean something`,
      `libvirt calls for the change: virt-quota ${calls.oursChanged}, virsh ${calls.virsh}; when nothing changes: ${calls.oursSame}, ${calls.virsh}`,
    ],
    async stop() {
      driver.stop();
      await removeDomain(hypervisor, one);
      await removeDomain(hypervisor, other);
      await releaseHypervisor(hypervisor);
    },
  };
}

function rowsOf(driver: Driver, one: Domain, other: Domain): readonly Row[] {
  let [turn, otherTurn] = [1, 1];
  return [
    {
      name: 'change all limits of 1 disk and 3 interfaces, and verify',
      isSlow: true,
      ours: {
        name: 'virt-quota apply, in process',
        run: () => driver.ask(`ours ${one.name} ${++turn}`, 'applied'),
      },
      peers: [
        {
          name: 'virsh and tc, a process per command',
          run: () => driver.ask(`virsh ${other.name} ${++otherTurn}`, 'done'),
        },
      ],
    },
    {
      name: 'the same limits again',
      isSlow: true,
      ours: {
        name: 'virt-quota apply, in process',
        run: () => driver.ask(`ours ${one.name} ${turn}`, 'unchanged'),
      },
      peers: [
        {
          name: 'virsh and tc, a process per command',
          run: () => driver.ask(`virsh ${other.name} ${otherTurn}`, 'done'),
        },
      ],
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
