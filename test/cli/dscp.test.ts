import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const voice = join(import.meta.dirname, '../../samples/dscp/voice.yaml');

describe('virt-quota dscp', () => {
  it('says one marking in the words of every target', async () => {
    const { stdout, exitCode } = await virtQuota(['dscp', '--policy', voice]);
    expect(exitCode).toBe(0);
    expect(stdout.match(/^### .*/gm)).toEqual([
      '### ovs: ovs-ofctl -O OpenFlow13 add-flows br-int -',
      '### ovs-of10: ovs-ofctl add-flows br-int -',
      '### nftables: nft -f -',
      '### iptables: iptables-restore --noflush',
      '### ip6tables: ip6tables-restore --noflush',
      '### tc: tc -batch -',
      '### tc-u32: tc -batch -',
      '### egressqos: kubectl apply -f -',
      '### envoy: kubectl apply -f -',
      '### setsockopt: in a program',
    ]);
  });

  it('says the same by options as by a file, with nothing else on standard output', async () => {
    const options = [
      '--mark',
      'EF',
      '--name',
      'voice',
      '--to',
      '198.51.100.0/24',
      '--to',
      '2001:db8:5060::/48',
    ];
    const ports = ['--protocol', 'udp', '--ports', '5060', '--ports', '16384-32767'];
    const byOptions = await virtQuota(['dscp', ...options, ...ports, '--target', 'nftables']);
    const byFile = await virtQuota(['dscp', '--policy', '-', '--target', 'nftables'], {
      input:
        '{"mark": "EF", "name": "voice", "destinations": ["198.51.100.0/24", "2001:db8:5060::/48"], "protocols": ["udp"], "ports": [5060, "16384-32767"]}',
    });
    expect(byOptions).toEqual(byFile);
    expect(byFile.stdout).toMatch(/^table inet virt_quota_voice\n/);
  });

  it('prints JSON with name, code point and byte', async () => {
    const { stdout } = await virtQuota(['dscp', '--mark', '34', '--target', 'setsockopt', '-f', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      marking: { dscp: 34, dscpName: 'AF41', tos: 136 },
    });
  });

  it('lists all names', async () => {
    const { stdout } = await virtQuota(['dscp', '--list']);
    expect(stdout).toMatch(/^EF +46 +0xb8$/m);
    expect(stdout.trim().split('\n')).toHaveLength(24);
  });

  it.each([
    [['--mark', '64'], /mark is 64, must be in 0–63/],
    [['--tos', '185'], /ECN/],
    [['--mark', 'XX'], /must be one of: EF, AF11/],
    [[], /has no mark/],
    [['--policy', voice, '--mark', 'EF'], /--policy says it all/],
    [['--mark', 'EF', '--to', '10.0.0.1/8'], /bits set behind its prefix/],
  ])('refuses %j', async (args, message) => {
    const ran = await virtQuota(['dscp', ...args]);
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(message);
  });
});
