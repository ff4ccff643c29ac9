import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const samples = join(import.meta.dirname, '../../samples/port-qos');
const uuid = '205081e1-ad00-4000-8000-000000000001';
const translate = (...args: readonly string[]) => virtQuota(['port', 'translate', '--port', uuid, ...args]);

describe('virt-quota port translate', () => {
  it.each(['gold.policy.json', 'gold.policy-show.yaml', 'gold.rule-list.json'])(
    'says what Open vSwitch must hold of %s',
    async file => {
      const { stdout, stderr, exitCode } = await translate('--policy', join(samples, file), '--ofport', '7');
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(
        /^bandwidth_limit egress +ovsdb +Interface tap205081e1-ad +ingress_policing_rate +3000 kbit\/s$/m,
      );
      expect(stdout).toMatch(/police matchall +.*rate=375000 B\/s, burst=307200 bytes/);
      expect(stdout).toMatch(/set_field:26->ip_dscp,resubmit:7, dscp=26, tos=104$/m);
    },
  );

  it('prints commands that a shell takes apart again', async () => {
    const policy = join(samples, 'guaranteed.policy.json');
    const { stdout, stderr } = await translate(
      '--policy',
      policy,
      '--backend',
      'ovn',
      '--network',
      uuid,
      '-f',
      'commands',
    );
    expect(stdout).toBe(
      `ovn-nbctl qos-add neutron-${uuid} from-lport 2002 'inport == "${uuid}"' rate=50000 burst=5000\n`,
    );
    expect(stderr).toContain(
      'minimum_bandwidth egress is not enforced by OVN: it works on flat and VLAN networks only',
    );
  });

  it('prints every back end as JSON', async () => {
    const { stdout } = await translate(
      '--policy',
      join(samples, 'gold.policy.json'),
      '--backend',
      'all',
      '-f',
      'json',
    );
    const json = JSON.parse(stdout);
    expect(json).toMatchObject({ schemaVersion: 1, source: 'port', policy: { name: 'gold', dscpMark: 26 } });
    expect(json.backends.map((one: { name: string }) => one.name)).toEqual([
      'ovs',
      'ovn',
      'linuxbridge',
      'sriov',
      'midonet',
    ]);
  });

  it('takes the policy of the network where the port has none', async () => {
    const network = join(samples, 'gold.policy.json');
    const machine = await translate('--network-policy', network);
    expect(machine.stderr).toContain("policy in force: the network's");
    expect(machine.stdout).toContain('ingress_policing_rate');
    const dhcp = await translate('--network-policy', network, '--device-owner', 'network:dhcp');
    expect(dhcp.stderr).toContain('policy in force: none');
    expect(dhcp.stdout).not.toContain('ingress_policing_rate');
  });

  it('refuses a bad policy with all its errors, and prints no data', async () => {
    const rules = [
      { type: 'bandwidth_limit', max_kbps: 0 },
      { type: 'dscp_marking', dscp_mark: 27 },
    ];
    const ran = await virtQuota(['port', 'translate', '--port', uuid, '--policy', '-'], {
      input: JSON.stringify({ policy: { rules } }),
    });
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^error: rules\[0\]\.max_kbps is 0: Open vSwitch takes that as no limit/m);
    expect(ran.stderr).toMatch(/^error: rules\[1\]\.dscp_mark is '27', must be one of: 0, 8, 10,/m);
  });

  it.each([
    [['--dev', 'a b']],
    [['--mac', 'fa:16']],
    [['--ofport', '0']],
    [['--vlan', '4095']],
    [['--vf', 'eth2']],
    [['--backend', 'contrail']],
  ])('refuses %j', async args => {
    expect((await translate('--policy', join(samples, 'gold.policy.json'), ...args)).exitCode).toBe(2);
  });

  it('wants to be told a policy', async () => {
    expect(await translate()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--policy FILE'),
    });
  });
});
