import { QuotaError } from '../../src/errors.ts';
import { readDeviceList } from '../../src/intent/device-list.ts';
import { parseDscp } from '../../src/intent/dscp.ts';
import { flavorFromProperties } from '../../src/intent/flavor.ts';
import { nearKey } from '../../src/intent/near-key.ts';
import { parseVif } from '../../src/intent/nova-vif.ts';
import { parsePortRange, portMasks } from '../../src/intent/port-range.ts';
import { cidrText, parsePrefix } from '../../src/intent/prefix.ts';
import { parseRateBits } from '../../src/intent/rate.ts';
import { parseSelector, parseVolumeArgument } from '../../src/intent/volume-intent.ts';
import { parseUri } from '../../src/libvirt/uri.ts';
import { oneLine } from '../../src/report/table.ts';
import { BrokenLaw, type Harness, type Seen, unseen } from './harness.ts';

/** As long as anybody would type one. */
const LONGEST = 1000;

/** Short texts that stand in files and on command lines: rates, prefixes, ports, selectors. Each reader gets each. */
export const argumentHarness: Harness = {
  name: 'argument',
  share: 14,
  corpus: () => [
    ...['10Gbit', '25%', '100Mbit/s', '1.5 Mbit', '10.0.0.0/8', '2001:db8::/32', '::ffff:1.2.3.4/128'],
    ...['5000-6000', '443', 'ef', 'AF41', '46', 'ovs:direct', 'bridge', 'hw_veb:macvtap'],
    ...[
      'vda=qos.json,size=100,consumer=both',
      'serial:abc=q.yaml',
      'source:/dev/vg/a',
      'quota:cpu_shares=512',
    ],
    ...['/dev/sda=1048576,/dev/nvme0n1=5', 'quota:cpu_share'],
  ],
  read: whole => {
    const text = whole.slice(0, LONGEST);
    const range = parsePortRange(text);
    if (range !== undefined) covers(portMasks(range), range.from, range.to);
    const prefix = parsePrefix(text);
    if (typeof prefix !== 'string' && typeof parsePrefix(cidrText(prefix)) === 'string')
      throw new BrokenLaw(`identity: ${cidrText(prefix)}`);
    const bits = parseRateBits(text, 10 ** 10);
    if (bits !== undefined && !(bits >= 0)) throw new BrokenLaw(`rate: ${bits}`);
    parseDscp(text);
    readDeviceList(text);
    nearKey(text);
    return eachSeen(text, [parseVif, parseVolumeArgument, parseSelector, one => flavorFromProperties([one])]);
  },
};

/** Each may refuse: its refusal is what people see. */
function eachSeen(text: string, readers: readonly ((text: string) => unknown)[]): Seen {
  const texts = readers.flatMap(read => {
    try {
      read(text);
      return [];
    } catch (error) {
      if (!(error instanceof QuotaError)) throw error;
      return [oneLine(error.message)];
    }
  });
  return { texts };
}

function covers(masks: ReturnType<typeof portMasks>, from: number, to: number): void {
  const count = masks.reduce((sum, { mask }) => sum + 2 ** bitsOff(mask), 0);
  if (count !== to - from + 1) throw new BrokenLaw(`masks: ${from}-${to} is ${count} ports`);
}

function bitsOff(mask: number): number {
  return 16 - mask.toString(2).replaceAll('0', '').length;
}

/** Where libvirt is, as people write it. */
export const uriHarness: Harness = {
  name: 'uri',
  share: 10,
  corpus: () => [
    'qemu:///system',
    'qemu+ssh://root@host:22/system?keyfile=/k&no_verify=1&command=%2Fusr%2Fbin%2Fssh',
    'qemu+tls://[::1]:16514/system?pkipath=/p',
    'test:///default',
    'qemu+unix:///system?socket=/run/libvirt/libvirt-sock-ro',
    'ch+ext:///system?command=/x',
  ],
  read: text => {
    parseUri(text.slice(0, LONGEST));
    return unseen;
  },
};
