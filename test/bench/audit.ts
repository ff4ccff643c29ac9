import { type Domain, removeDomain, startDomain } from '../lab/domains.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../lab/start.ts';
import type { Suite } from './row.ts';

/** 60 fit into the lab's memory too. */
const DOMAINS = Number(process.env.VIRT_QUOTA_BENCH_DOMAINS || 30);
const script = '/root/audit-by-hand';

/** What somebody reads who looks at the same by hand: nothing is compared, only printed. */
const byHand = `#!/bin/bash
set -e
for domain in $(virsh -q list --name); do
  virsh -q dumpxml $domain
  virsh -q dumpxml $domain --inactive
  virsh -q schedinfo $domain --live
  virsh -q blkdeviotune $domain vda --live
  virsh domstats $domain --block
  pid=$(cat /run/libvirt/qemu/$domain.pid)
  nested=/sys/fs/cgroup$(grep ^0:: /proc/$pid/cgroup | cut -d: -f3 | sed 's|/emulator$||')
  scope=$(dirname "$nested")
  cat "$scope/cpu.weight" "$nested"/cpu.max "$nested"/*/cpu.max "$nested"/memory.{max,high,swap.max} "$nested/io.max"
  cat "$nested"/cpu.stat "$nested"/*/cpu.stat "$nested"/vcpu*/cgroup.threads
  for tap in $(virsh -q domiflist $domain | awk '{print $1}'); do
    virsh -q domiftune $domain $tap --live
    tc -d qdisc show dev $tap
    tc -s class show dev $tap
    tc -s filter show dev $tap parent ffff:
    if ovs-vsctl port-to-br $tap 2>/dev/null; then
      ovs-vsctl list Interface $tap
      ovs-vsctl list Port $tap
      qos=$(ovs-vsctl get Port $tap qos)
      [ "$qos" = "[]" ] || ovs-vsctl list QoS $qos
    fi
  done
done
`;

/**
 * The audit of a host with many running domains, against a script of virsh, cat, tc and ovs-vsctl that prints the same
 * without judging it. Both run in the lab as processes that start from nothing.
 */
export async function auditSuite(): Promise<Suite> {
  const hypervisor = await labHypervisor();
  const domains: Domain[] = [];
  for (let n = 0; n < DOMAINS; n += 1) {
    const name = `instance-00000a${n.toString(16).padStart(2, '0')}`;
    process.stderr.write(`starting ${name}, ${n + 1} of ${DOMAINS}\n`);
    domains.push(await startDomain(hypervisor, limited(name)));
  }
  await hypervisor.writeFile(script, byHand);
  return {
    name: 'audit',
    rows: [
      {
        name: `${DOMAINS} running domains, one disk and two interfaces each`,
        isSlow: true,
        samples: 3,
        ours: {
          name: 'virt-quota audit, a process',
          run: () => hypervisor.shell('virt-quota audit -f jsonl > /dev/null'),
        },
        peers: [
          {
            name: 'virsh, cat, tc and ovs-vsctl, a process per command',
            run: () => shellFor(hypervisor, `bash ${script} > /dev/null`),
          },
        ],
      },
    ],
    notes: [`in the lab's ${hypervisor.kind}: only the ratios mean something`],
    async stop() {
      for (const domain of domains) await removeDomain(hypervisor, domain);
      await releaseHypervisor(hypervisor);
    },
  };
}

const MINUTES = 60_000;

async function shellFor(hypervisor: Hypervisor, line: string): Promise<void> {
  const { exitCode, stderr } = await hypervisor.run(['bash', '-c', line], { timeoutMs: 30 * MINUTES });
  if (exitCode !== 0) throw new Error(`${line}: ${stderr}`);
}

function limited(name: string): Parameters<typeof startDomain>[1] {
  const direction = "average='32768' peak='65536' burst='1024'";
  const bandwidth = `<bandwidth><inbound ${direction}/><outbound ${direction}/></bandwidth>`;
  return {
    name,
    vcpus: 1,
    cputune: '<cputune><shares>512</shares><period>100000</period><quota>50000</quota></cputune>',
    disks: [{ format: 'raw', iotune: '<iotune><read_bytes_sec>1024000</read_bytes_sec></iotune>' }],
    nics: [
      { kind: 'bridge', bandwidth },
      { kind: 'ovs', bandwidth },
    ],
  };
}
