import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fullFlavor, limitedDevices } from '../detection/scene.ts';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { privilegeRows, rights } from '../privileges.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';

// A user of the hypervisor who may do nothing but connect to libvirt's read-only socket.
const name = 'instance-00000076';
const limits = fullFlavor
  .filter(one => !/cpu_(?:period|quota)/.test(one))
  .flatMap(one => ['--property', one]);
let hypervisor: Hypervisor;
let domain: Domain;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, {
    name,
    vcpus: 1,
    cputune: '<cputune><shares>512</shares></cputune>',
    ...limitedDevices,
  });
});

afterAll(async () => {
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const port = () => domain.nics[1]?.dev ?? '';
const asNobody = (...words: readonly string[]) =>
  hypervisor.run([
    ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'],
    ...['env', 'HOME=/nonexistent', 'virt-quota', ...words],
  ]);

interface Report {
  readonly outcome: string;
  readonly findings: readonly unknown[];
  readonly limits: readonly {
    readonly parameter: string;
    readonly outcome: string;
    readonly verdicts: readonly {
      readonly outcome: string;
      readonly detail?: string;
      readonly expectation: { readonly layer: string; readonly subject: string };
    }[];
  }[];
}

describe('a user without privileges', () => {
  test('is told what holds, and of what cannot be seen why, with exit 6', async () => {
    const { exitCode, stdout, stderr } = await asNobody('audit', name, '-f', 'json', ...limits);
    expect(stderr).not.toMatch(/error/i);
    const [report] = (JSON.parse(stdout) as { domains: readonly Report[] }).domains;
    expect({ exitCode, outcome: report?.outcome, findings: report?.findings }).toEqual({
      exitCode: 6,
      outcome: 'inconclusive',
      findings: [],
    });
    const verdicts = (report?.limits ?? []).flatMap(limit => limit.verdicts);
    const unseen = verdicts.filter(one => one.outcome === 'inconclusive');
    expect([...new Set(unseen.map(one => `${one.expectation.layer} ${one.expectation.subject}`))]).toEqual([
      `ovs ${port()}`,
    ]);
    expect(unseen.every(one => /ovs-vsctl.*failed: .*ermission denied/.test(one.detail ?? ''))).toBe(true);
    const seen = verdicts.filter(one => one.outcome === 'pass').map(one => one.expectation.layer);
    expect([...new Set(seen)].sort()).toEqual(['cgroup', 'config', 'live', 'qemu', 'tc']);
  });

  test('is told by verify the same', async () => {
    const { exitCode, stdout } = await asNobody('verify', name, ...limits);
    expect(exitCode).toBe(6);
    expect(stdout).toMatch(new RegExp(`^inconclusive .* ovs .*${port()} ingress_policing_rate`, 'm'));
    expect(stdout).not.toMatch(/^fail /m);
  });

  test('still finds what is wrong where it can be seen', async () => {
    const dev = domain.nics[0]?.dev;
    await hypervisor.shell(`tc qdisc del dev ${dev} ingress`);
    const { exitCode, stdout } = await asNobody('audit', name, '-f', 'json', ...limits);
    const [report] = (JSON.parse(stdout) as { domains: readonly Report[] }).domains;
    expect(exitCode).toBe(1);
    expect(report?.findings).toMatchObject([{ layer: 'tc', subject: dev, knob: 'police' }]);
  });

  test('cannot apply anything, and nothing changes', async () => {
    const { exitCode } = await asNobody('apply', name, '--property', 'quota:cpu_shares=600');
    expect(exitCode).toBe(3);
    expect(await hypervisor.shell(`virsh schedinfo ${name}`)).toMatch(/cpu_shares *: 512/);
  });
});

const profile = `uplink: dummy0
rate: 1gbit
classes:
  - name: vms
    guarantee: 60%
    default: true
`;
const policy = {
  policy: {
    name: 'p',
    rules: [{ type: 'bandwidth_limit', max_kbps: 8000, max_burst_kbps: 6400, direction: 'egress' }],
  },
};

// docs/security.md has each of these as a line.
describe('what a command needs', () => {
  const folder = '/tmp/virt-quota-privileges';
  /** A port of Open vSwitch that is nobody's. */
  const free = 'vqfree0';

  beforeAll(async () => {
    await hypervisor.shell(`mkdir -p ${folder}/open && chmod 777 ${folder}/open`);
    await hypervisor.writeFile(`${folder}/profile.yaml`, profile);
    await hypervisor.writeFile(`${folder}/policy.json`, JSON.stringify(policy));
    await hypervisor.shell(`ip tuntap add ${free} mode tap && ovs-vsctl add-port ovsbr0 ${free}`);
    await hypervisor.shell(`tc qdisc del dev ${domain.nics[0]?.dev} ingress 2>/dev/null || true`);
    await hypervisor.shell(`virsh domiftune ${name} ${domain.nics[0]?.dev} --outbound 2000,0,512 --live`);
    await hypervisor.shell(
      `virt-quota capture ${name} --out ${folder}/capture && chmod -R a+rX ${folder}/capture`,
    );
  });

  afterAll(() => hypervisor.shell(`rm -rf ${folder}; ovs-vsctl del-port ${free}; ip link del ${free}`));

  const placed = (word: string) =>
    word
      .replace(/^DOMAIN$/, name)
      .replace(/^TAP$/, domain.nics[0]?.dev ?? '')
      .replace(/^PORT$/, free)
      .replace(/^FOLDER/, folder);

  test.each(privilegeRows.map(row => [row.as, row.words.slice(0, 2).join(' '), row] as const))(
    '%s: %s',
    async (_as, _command, { as, words, exitCode, says }) => {
      const argv = [...rights[as], 'env', 'HOME=/nonexistent', 'virt-quota', ...words.map(placed)];
      const ran = await hypervisor.run(argv);
      expect({ exitCode: ran.exitCode, text: `${ran.stdout}${ran.stderr}` }).toEqual({
        exitCode,
        text: expect.stringMatching(says),
      });
    },
  );
});
