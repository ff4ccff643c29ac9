import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// A port of Nova's that Neutron's agent looks after. The agent is played by the commands that it runs; the witnesses are
// ovs-vsctl and tc.
const name = 'instance-000000d6';
const asked = [
  '--property',
  'quota:vif_inbound_average=2000',
  '--property',
  'quota:vif_outbound_average=3000',
];
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'ethernet' }] });
  await shell(`ovs-vsctl set Port ${dev()} other_config:net_uuid=4f1e6f0a-0000-4000-8000-000000000001`);
});

afterAll(async () => {
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const dev = () => domain.nics[0]?.dev ?? '';
const shell = (script: string) => hypervisor.shell(script);
/** In both definitions, so that nothing is lost at the next start, and with nobody who remembers what was asked. */
const apply = (...words: readonly string[]) =>
  virtQuota('apply', name, '--ovs-native', '--live', '--config', '--no-record', ...words);
const virtQuota = (...words: readonly string[]) => hypervisor.run(['virt-quota', ...words]);
const policing = () => shell(`ovs-vsctl get Interface ${dev()} ingress_policing_rate`);
const police = () => shell(`tc filter show dev ${dev()} parent ffff: 2>/dev/null || true`);
/** What the agent does with a port that has no policy, each time that it handles it. */
const update = () =>
  shell(`ovs-vsctl set Interface ${dev()} ingress_policing_rate=0 ingress_policing_burst=0`);
const rows = async (table: string) =>
  (await shell(`ovs-vsctl --bare --columns=_uuid find ${table} 'external_ids:virt-quota!=""'`)).trim();

async function audit(...words: readonly string[]): Promise<DomainAudit> {
  const { stdout, stderr } = await virtQuota('audit', name, '-f', 'json', ...words);
  const [report] = (JSON.parse(stdout) as { domains: readonly DomainAudit[] }).domains;
  if (report === undefined) throw new Error(`no report: ${stderr}`);
  return report;
}

const told = ({ findings }: DomainAudit) => findings.map(({ knob, cause }) => `${knob}: ${cause}`).sort();

describe("a port that Neutron's agent looks after", () => {
  test('is told of before anything is written, and takes our rows for now', async () => {
    const { stderr } = await virtQuota('plan', name, '--ovs-native', ...asked);
    expect(stderr).toMatch(/warning: .* which Neutron's agent looks after \(Port .*net_uuid=/);
    expect(stderr).toContain(`openstack port set --qos-policy POLICY ${domain.nics[0]?.port}`);
    expect(await policing()).toBe('0\n');
    const applied = await apply(...asked);
    expect(applied.exitCode).toBe(0);
    expect(await police()).toContain('rate 24Mbit');
    expect(told(await audit())).toEqual([]);
  });

  test('loses what polices it at an update, and the agent is named, with a repair that repairs', async () => {
    await update();
    expect(await police()).not.toContain('rate 24Mbit');
    const found = await audit(...asked);
    expect(told(found)).toEqual(['ingress_policing_rate: neutron-agent-owns-port']);
    const repair = found.findings[0]?.repair?.argv ?? [];
    expect(repair.slice(0, 3)).toEqual(['virt-quota', 'apply', name]);
    expect(repair).toContain('--ovs-native');
    expect(await hypervisor.run([...repair, '--no-record'])).toMatchObject({ exitCode: 0 });
    expect(await police()).toContain('rate 24Mbit');
    expect(told(await audit())).toEqual([]);
  });

  test('is repaired by its own numbers where nobody says what is asked', async () => {
    await update();
    const found = await audit();
    expect(found.source).toBe('libvirt');
    expect(told(found)).toEqual(['ingress_policing_rate: neutron-agent-owns-port']);
    const repair = found.findings[0]?.repair?.argv ?? [];
    expect(repair).toContain('quota:vif_outbound_average=3000');
    expect(await hypervisor.run(repair)).toMatchObject({ exitCode: 0 });
    expect(told(await audit())).toEqual([]);
  });

  test('leaves rows of ours behind when it is made anew, which are named and taken away', async () => {
    const { port, mac } = domain.nics[0] ?? { port: '', mac: '' };
    await shell(
      `ovs-vsctl del-port ${dev()} -- add-port ovsbr0 ${dev()} -- set Interface ${dev()} external_ids:iface-id=${port} external_ids:attached-mac='"${mac}"' external_ids:vm-uuid=${domain.uuid} -- set Port ${dev()} other_config:net_uuid=4f1e6f0a-0000-4000-8000-000000000001`,
    );
    const found = await audit();
    expect(told(found)).toContain('orphaned rows: orphaned-ovs-rows');
    const orphans = found.findings.find(one => one.cause === 'orphaned-ovs-rows');
    expect(orphans?.repair?.argv).toEqual(['virt-quota', 'port', 'prune']);
    const dry = await virtQuota('port', 'prune', '--dry-run');
    expect(dry.stdout).toContain(`- ovs ${dev()} orphaned rows`);
    expect(await rows('QoS')).not.toBe('');
    expect(await virtQuota('port', 'prune')).toMatchObject({ exitCode: 0 });
    expect([await rows('QoS'), await rows('Queue')]).toEqual(['', '']);
    expect((await virtQuota('port', 'prune')).stdout).toContain('unchanged');
    expect(told(await audit())).not.toContain('orphaned rows: orphaned-ovs-rows');
  });

  test("warns of the next start where it has a policy of Neutron's beside the flavor's bandwidth", async () => {
    await shell(`ovs-vsctl set Interface ${dev()} ingress_policing_rate=3000 ingress_policing_burst=300`);
    const planned = await virtQuota('plan', name, ...asked);
    expect(planned.stderr).toContain('a QoS policy of Neutron (ingress_policing_rate=3000 kbit/s');
    expect((await virtQuota('effective', name)).stderr).toContain("Nova's next start of the server fails");
    const found = await audit();
    const cause = found.findings.find(one => one.knob === 'police')?.cause;
    expect(cause).toBe('neutron-agent-owns-port');
    await update();
  });
});

describe('an Open vSwitch that does not answer', () => {
  test('is inconclusive by name, with no repair, and nothing is written', async () => {
    expect(await apply(...asked)).toMatchObject({ exitCode: 0 });
    try {
      await shell('systemctl stop openvswitch-switch ovs-vswitchd ovsdb-server');
      expect(await police()).toContain('rate 24Mbit');
      const found = await audit(...asked);
      expect(found.outcome).toBe('inconclusive');
      expect(told(found)).toEqual([]);
      const unread = found.limits
        .flatMap(limit => limit.verdicts)
        .filter(one => one.outcome === 'inconclusive');
      expect(unread.length).toBeGreaterThan(0);
      for (const { detail } of unread) expect(detail).toContain("Open vSwitch's database does not answer");
      const other = ['--property', 'quota:vif_outbound_average=1500'];
      const applied = await apply(...other);
      expect(applied.exitCode).toBe(2);
      expect(applied.stderr).toContain('whose database does not answer');
      expect(await police()).toContain('rate 24Mbit');
    } finally {
      await shell('systemctl start openvswitch-switch && sleep 2');
    }
    expect(told(await audit(...asked))).toEqual([]);
  });
});
