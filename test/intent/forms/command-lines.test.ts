import { describe, expect, it } from 'vitest';
import { flavor, policy, specs, volume } from './read.ts';

const cpu = { 'quota:cpu_shares': '512' };
const both = { 'quota:cpu_shares': '512', 'quota:cpu_quota': '50000' };

describe('command lines that set a flavor', () => {
  it.each([
    [
      'an option for each',
      'openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      'an option joined to its value',
      'openstack flavor set --property=quota:cpu_shares=512 --property=quota:cpu_quota=50000 m1',
    ],
    [
      'a shorter option, as argparse takes it',
      'openstack flavor set --prop quota:cpu_shares=512 --propert quota:cpu_quota=50000 m1',
    ],
    [
      'quotes around pairs',
      `openstack flavor set m1 --property "quota:cpu_shares=512" --property 'quota:cpu_quota=50000'`,
    ],
    [
      'quotes around keys and values',
      `openstack flavor set m1 --property 'quota:cpu_shares'="512" --property "quota:cpu_quota"='50000'`,
    ],
    [
      'several lines',
      'openstack flavor set m1 --property quota:cpu_shares=512\n\nopenstack flavor set m1 --property quota:cpu_quota=50000\n',
    ],
    [
      'lines that go on',
      'openstack flavor set m1 \\\n  --property quota:cpu_shares=512 \\  \n  --property quota:cpu_quota=50000',
    ],
    [
      'lines that go on under a prompt',
      '$ openstack flavor set m1 \\\n> --property quota:cpu_shares=512 \\\n> --property quota:cpu_quota=50000\n$ ',
    ],
    [
      'lines that lost their backslashes',
      'openstack flavor set m1\n  --property quota:cpu_shares=512\n  --property quota:cpu_quota=50000',
    ],
    [
      'Windows line ends',
      'openstack flavor set m1 \\\r\n--property quota:cpu_shares=512 \\\r\n--property quota:cpu_quota=50000\r\n',
    ],
    ['tabs', 'openstack\tflavor set m1\t--property quota:cpu_shares=512\t--property quota:cpu_quota=50000'],
    [
      'white space that no shell divides words at',
      'openstack flavor set m1\u2028--property quota:cpu_shares=512\x0b\x0c\ufeff--property\u2003quota:cpu_quota=50000',
    ],
    [
      'a byte order mark',
      '\ufeffopenstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      "a word processor's quotes and dashes",
      'openstack flavor set m1 –property “quota:cpu_shares=512” —property ‘quota:cpu_quota=50000’',
    ],
    [
      'a comment before and behind',
      '# half a core\nopenstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000 # for gold',
    ],
    [
      'who runs it, and where',
      'sudo -E OS_CLOUD=prod /usr/bin/openstack --os-cloud prod --insecure flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      "user's prompt",
      'user@host:~$ openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      "root's prompt",
      'root@host:~# openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      "root's bare prompt",
      '# openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      'a prompt in brackets, in an environment',
      '(overcloud) [stack@director ~]$ openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      'a prompt of PowerShell',
      'PS C:\\Users\\me> openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      "the client's own prompt",
      '(openstack) flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000',
    ],
    [
      'two in a line',
      'openstack flavor set m1 --property quota:cpu_shares=512 && openstack flavor set m1 --property quota:cpu_quota=50000; echo done',
    ],
    [
      'its output thrown away',
      'openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000 >/dev/null 2>&1',
    ],
    [
      'a script',
      '#!/bin/bash\nset -e\nsource admin-openrc\nexport OS_CLOUD=prod\nopenstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000\n',
    ],
    ['the old client', 'nova flavor-key m1 set quota:cpu_shares=512 quota:cpu_quota=50000'],
    [
      'the old client with an address',
      'nova --os-auth-url http://192.0.2.1 flavor-key m1 set "quota:cpu_shares"=512 quota:cpu_quota=50000',
    ],
  ])('are read with %s', (_, text) => {
    expect(flavor(text)).toMatchObject({ name: 'm1', extraSpecs: both });
  });

  it('that make one say how many vCPUs it has, and need not ask for anything', () => {
    expect(
      flavor(
        'openstack flavor create --id 7 --ram 1024 --disk 10 --vcpus 2 --public --property quota:cpu_shares=512 m1',
      ),
    ).toEqual({ name: 'm1', id: '7', vcpus: 2, extraSpecs: cpu, said: [] });
    expect(flavor('nova flavor-create m1 7 1024 10 2\nnova flavor-key 7 set quota:cpu_shares=512')).toEqual({
      name: 'm1',
      id: '7',
      vcpus: 2,
      extraSpecs: cpu,
      said: [],
    });
    expect(flavor('openstack flavor create --ram 1024 --vcpus 2 m1').extraSpecs).toEqual({});
  });

  it('keep every = of a value but the first', () => {
    expect(specs('openstack flavor set m1 --property "hw:x=a=b=c" --property quota:cpu_shares=512')).toEqual({
      'hw:x': 'a=b=c',
      ...cpu,
    });
  });

  it('set a key twice: the last one counts, and that is told', () => {
    expect(
      flavor('openstack flavor set m1 --property quota:cpu_shares=1 --property quota:cpu_shares=512'),
    ).toEqual({
      name: 'm1',
      extraSpecs: cpu,
      said: ['given-twice quota:cpu_shares'],
    });
  });

  it('that take keys away are told', () => {
    const set = 'openstack flavor set m1 --property quota:cpu_shares=512 --property quota:cpu_quota=50000';
    for (const unset of [
      'openstack flavor unset m1 --property quota:cpu_quota',
      'nova flavor-key m1 unset quota:cpu_quota',
    ]) {
      expect(flavor(`${set}\n${unset}`)).toEqual({
        name: 'm1',
        extraSpecs: cpu,
        said: ['unset-in-text quota:cpu_quota'],
      });
      expect(() => flavor(unset)).toThrow(/without its extra specs/);
    }
    expect(specs(`${set}\nopenstack flavor set m1 --no-property --property quota:cpu_shares=512`)).toEqual(
      cpu,
    );
  });

  it('are of one flavor, or none of them is chosen', () => {
    expect(() =>
      flavor(
        'openstack flavor set a --property quota:cpu_shares=1\nopenstack flavor set b --property quota:cpu_shares=2',
      ),
    ).toThrow(/it has 2 flavors \('a', 'b'\): give the one that is meant/);
    expect(
      flavor('openstack flavor delete a\nopenstack flavor create --vcpus 1 a\nopenstack flavor delete b')
        .name,
    ).toBe('a');
  });

  it('beside commands about something else, which is told', () => {
    expect(
      flavor(
        'openstack flavor set m1 --property quota:cpu_shares=512\nopenstack server create --flavor m1 vm1',
      ).said,
    ).toEqual(['command-passed-over line 2']);
  });

  it('leave commented ones alone', () => {
    const text =
      '# openstack flavor set m1 --property quota:cpu_shares=1\nopenstack flavor set m1 --property quota:cpu_shares=512';
    expect(flavor(text)).toEqual({ name: 'm1', extraSpecs: cpu, said: [] });
  });

  it('may be the options alone', () => {
    expect(specs('--property quota:cpu_shares=512 --property quota:cpu_quota=50000')).toEqual(both);
    expect(specs('--property "quota:cpu_shares=512" \\\n--property "quota:cpu_quota=50000"')).toEqual(both);
  });

  it.each([
    [
      'openstack flavor set m1 --property quota:cpu_shares=$SHARES',
      /line 1: '\$SHARES' is the shell's to replace: write the value itself/,
    ],
    ['openstack flavor set m1 --property "quota:cpu_shares=$(cat x)"', /is the shell's to replace/],
    ['openstack flavor set m1 --property "quota:cpu_shares=`cat x`"', /is the shell's to replace/],
    [
      'openstack flavor set m1 --property quota:cpu_shares',
      /line 1: property 'quota:cpu_shares' is not KEY=VALUE/,
    ],
    ['openstack flavor set m1 --property', /'--property' has no value/],
    ['openstack flavor set m1 --speed fast', /option '--speed' of 'openstack flavor set' is not known/],
    ['openstack flavor set m1 --property "quota:cpu_shares=5', /a quote that is not closed/],
    ['a || b\nopenstack flavor set m1 --property a=b || exit 1', /'\|\|' between commands/],
    [
      'for f in a b; do\nopenstack flavor set m1 --property quota:cpu_shares=1\ndone',
      /line 1: 'for f in a b; do' is in no form that is read: give what the client prints with -f json/,
    ],
    ['openstack flavor show m1', /it has no flavor|is no flavor/],
    ['openstack server list', /is no flavor/],
    [
      'openstack network qos rule create --type dscp-marking --dscp-mark 26 p',
      /no flavor but a network's QoS policy/,
    ],
  ])('that cannot be read are refused: %s', (text, message) => {
    expect(() => flavor(text)).toThrow(message);
  });

  it('are never run: a word is text', () => {
    expect(specs("openstack flavor set m1 --property 'quota:cpu_shares=$(reboot)'")).toEqual({
      'quota:cpu_shares': '$(reboot)',
    });
  });
});

describe('command lines that make a QoS of volumes', () => {
  const gold = {
    name: 'gold',
    consumer: 'front-end',
    specs: { read_iops_sec: '500', write_iops_sec: '500' },
    said: [],
  };

  it.each([
    'openstack volume qos create --consumer front-end --property read_iops_sec=500 --property write_iops_sec=500 gold',
    '$ openstack volume qos create gold --consumer=front-end\n$ openstack volume qos set --property read_iops_sec=500 --property "write_iops_sec=500" gold\n',
    'cinder qos-create gold consumer=front-end read_iops_sec=500 write_iops_sec=500',
    'cinder qos-create gold consumer="front-end" read_iops_sec=500\ncinder qos-key gold set write_iops_sec=500',
  ])('are read: %s', text => {
    expect(volume(text)).toEqual(gold);
  });

  it('say who enforces it where the client does without being told', () => {
    expect(volume('openstack volume qos create --property read_iops_sec=5 gold').consumer).toBe('both');
    expect(volume('cinder qos-create gold read_iops_sec=5')).toMatchObject({
      said: ['no-consumer consumer'],
    });
  });

  it('take keys away, which is told', () => {
    expect(
      volume(
        'openstack volume qos create --consumer both --property read_iops_sec=5 --property total_iops_sec=6 q\nopenstack volume qos unset --property read_iops_sec q',
      ),
    ).toEqual({
      name: 'q',
      consumer: 'both',
      specs: { total_iops_sec: '6' },
      said: ['unset-in-text read_iops_sec'],
    });
  });

  it('are of one QoS, and of a QoS', () => {
    const two =
      'openstack volume qos create --property read_iops_sec=5 a\nopenstack volume qos create --property read_iops_sec=5 b';
    expect(() => volume(two)).toThrow(/it has 2 QoS \('a', 'b'\): give the one that is meant/);
    expect(() => volume('openstack flavor set m1 --property quota:cpu_shares=5')).toThrow(
      /no volume QoS but a flavor/,
    );
  });
});

describe("command lines that make a network's policy", () => {
  const create = 'openstack network qos rule create';

  it('are read, each a rule', () => {
    const text = [
      '$ openstack network qos policy create bw',
      `$ ${create} --type bandwidth-limit --max-kbps 3000 --max-burst-kbits 300 --egress bw`,
      `$ ${create} --type bandwidth-limit --max-kbps=4000 --ingress bw`,
      `$ ${create} --type dscp-marking --dscp-mark 26 bw`,
      `$ ${create} --type minimum-bandwidth --min-kbps 100 --egress bw`,
      `$ ${create} --type packet-rate-limit --max-kpps 20 --max-burst-kpps 2 --egress bw`,
      `$ ${create} --type minimum-packet-rate --min-kpps 5 --any bw`,
    ].join('\n');
    expect(policy(text)).toEqual({
      name: 'bw',
      bandwidthLimit: { egress: { maxKbps: 3000, maxBurstKbit: 300 }, ingress: { maxKbps: 4000 } },
      dscpMark: 26,
      minimumBandwidthKbps: { egress: 100 },
      packetRateLimit: { egress: { maxKpps: 20, maxBurstKpps: 2 } },
      minimumPacketRateKpps: { any: 5 },
      said: [],
    });
  });

  it("are read in neutron's own words", () => {
    const text =
      'neutron qos-bandwidth-limit-rule-create bw --max-kbps 3000 --max-burst-kbps 300\nneutron qos-dscp-marking-rule-create --dscp-mark 26 bw';
    expect(policy(text)).toMatchObject({
      bandwidthLimit: { egress: { maxKbps: 3000, maxBurstKbit: 300 } },
      dscpMark: 26,
    });
  });

  it('that change a rule of which nothing else is known are refused', () => {
    expect(() => policy('openstack network qos rule set --max-kbps 5 bw 1234')).toThrow(
      /changes a rule that is not in this text: give what openstack network qos policy show -f json prints/,
    );
    expect(() => policy(`${create} --type bandwidth-limit --max-kbps $RATE bw`)).toThrow(
      /is the shell's to replace/,
    );
  });
});
