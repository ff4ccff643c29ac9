import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Domain, defineDomain, removeDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { virtQuota } from '../virt-quota.ts';

// Two guests that run: one that wants all it can get, one that wants nothing. What `--interval` says of their limits.
const busy = 'instance-00000ab1';
const idle = 'instance-00000ab2';
const address = '10.82.0.2';
const limits = {
  vcpus: 1,
  cputune: '<cputune><period>100000</period><quota>40000</quota></cputune>',
  disks: [{ format: 'raw', iotune: '<iotune><read_iops_sec>2</read_iops_sec></iotune>' }],
  nics: [{ kind: 'bridge', bandwidth: '<bandwidth><inbound average="25"/></bandwidth>' }],
} as const;

/** What a machine boots from its disk: a sector with machine code of the 8086, marked as one. */
function bootSector(code: string): Buffer {
  const sector = Buffer.alloc(512);
  sector.write(code.replaceAll(' ', ''), 0, 'hex');
  sector.writeUInt16BE(0x55aa, 510);
  return sector;
}

/**
 * Reads itself again and again, by the BIOS, which asks the disk in a loop until it has answered: xor ax,ax; mov ds,ax; mov
 * es,ax; mov bx,0x8000; again: mov ax,0x0201; mov cx,1; mov dx,0x80; int 0x13; jmp again.
 */
const readsForEver = bootSector('31c0 8ed8 8ec0 bb0080 b80102 b90100 ba8000 cd13 ebf3');
/** cli; again: hlt; jmp again. */
const halts = bootSector('fa f4 ebfd');

let hypervisor: Hypervisor;
const domains: Domain[] = [];

beforeAll(async () => {
  hypervisor = await labHypervisor();
  await hypervisor.writeFile(`/root/${busy}`, readsForEver);
  await hypervisor.writeFile(`/root/${idle}`, halts);
  for (const name of [busy, idle]) {
    const domain = await defineDomain(hypervisor, { name, ...limits });
    domains.push(domain);
    await hypervisor.shell(
      `dd if=/root/${name} of=${domain.disks[0]?.path} conv=notrunc status=none; virsh -q start ${name}`,
    );
  }
  // Until the one reads, and the other has been through its BIOS.
  await hypervisor.shell(
    `until virsh domblkstat ${busy} vda | awk '/rd_req/ && $3 > 20 { found = 1 } END { exit !found }'; do sleep 1; done; sleep 10`,
    { timeoutMs: 180_000 },
  );
});

afterAll(async () => {
  await hypervisor.shell('ip address flush dev br0');
  for (const domain of domains) await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

interface Usage {
  readonly parameter: string;
  readonly limit: number;
  readonly used?: number;
  readonly isBiting: boolean;
  readonly exceeds: boolean;
}

interface Audited {
  readonly findings: readonly { readonly cause: string; readonly parameters: readonly string[] }[];
  readonly usage: readonly Usage[];
  readonly outcome: string;
}

async function audited(name: string): Promise<Audited> {
  const { stdout, exitCode } = await virtQuota(hypervisor, 'audit', name, '--interval', '10s', '-f', 'jsonl');
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

test('a guest that wants nothing is told nothing of', async () => {
  const { findings, usage, outcome } = await audited(idle);
  expect({ findings, outcome }).toEqual({ findings: [], outcome: 'pass' });
  expect(usage.map(one => one.parameter).sort()).toEqual(['inbound.average', 'read_iops_sec', 'vcpu_quota']);
  for (const { parameter, limit, used = 0 } of usage) expect(used / limit, parameter).toBeLessThan(0.5);
});

test('a guest that wants more than each of its limits gives is held back by all, and gets what they give', async () => {
  // 50 kB/s, twice of what is let through, for as long as the audit takes.
  const flood = `const socket = require('node:dgram').createSocket('udp4');
const data = Buffer.alloc(958);
setInterval(() => socket.send(data, 9300, '${address}'), 20);
setTimeout(() => process.exit(), 60_000);`;
  await hypervisor.writeFile('/root/flood.cjs', flood);
  await hypervisor.shell(`ip address add 10.82.0.1/24 dev br0
ip neighbour replace ${address} lladdr ${domains[0]?.nics[0]?.mac} dev br0
node /root/flood.cjs > /dev/null 2>&1 & sleep 5`);
  const { findings, usage, outcome } = await audited(busy);
  expect(outcome).toBe('pass');
  expect(findings.map(({ cause, parameters }) => `${cause} ${parameters}`).sort()).toEqual([
    'biting inbound.average',
    'biting read_iops_sec',
    'biting vcpu_quota',
  ]);
  for (const { parameter, limit, used = 0, isBiting, exceeds } of usage) {
    expect({ parameter, isBiting, exceeds }).toEqual({ parameter, isBiting: true, exceeds: false });
    expect(used / limit, parameter).toBeGreaterThan(0.9);
    expect(used / limit, parameter).toBeLessThan(1.1);
  }
});
