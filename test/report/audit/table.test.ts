import { describe, expect, it } from 'vitest';
import { tableFormat } from '../../../src/report/audit/table.ts';
import type { Paint } from '../../../src/report/table.ts';
import { all, broken, fading, gone, rendered, still, unread, whole } from './reports.ts';

describe('the table', () => {
  it('tells in force now from lost at the next start, not running and transient', () => {
    const transient = { ...whole, domain: { ...whole.domain, name: 'transient', persistent: false } };
    const text = rendered(tableFormat, [fading, still, gone, transient as typeof whole]);
    expect(text.split('\n').filter(line => !line.startsWith(' '))).toEqual([
      'pass          fading  1 of 1 limits proved in force now, 1 lost at the next start  (flavor m1.small)',
      'pass          still  1 of 1 limits in its definition; it does not run: none is in force now  (flavor m1.small)',
      "gone          gone  domain 'gone' was stopped while it was read",
      'pass          transient  1 of 1 limits proved in force now, all lost when it stops: it is transient  (flavor m1.small)',
      '4 domains: 3 pass, 1 gone; 2 of 2 limits proved in force now, 1 lost at the next start; 1 of 1 in definitions of domains that do not run',
      '',
    ]);
  });

  it('has a line a domain, what is wrong below it, and how many limits are proved', () => {
    expect(rendered(tableFormat, [whole, broken, unread])).toBe(
      `pass          whole  1 of 1 limits proved in force now, 0 lost at the next start  (flavor m1.small)
fail          broken  1 of 3 limits proved in force now, 1 could not be seen, 0 lost at the next start  (flavor m1.small)
  open disk vda: qemu subject bps_rd
       limit      read_bytes_sec
       unread     permission denied
  fail interface fa:16:3e:5f:64:d8: tc tap0 police
       limit      outbound.average, asked by quota:vif_outbound_average
       cause      open-vswitch-owns-tap: tap0 is a port of Open vSwitch, which removes tc state that is not its own
       expected   rate 32768000 bytes/s (32.768 MB/s), burst 134217728 bytes (128 MiB)
       observed   absent
       tolerance  within burst 66 bytes: tc keeps a burst in ticks and rounds what it prints
       seen in    tc -r -s -d filter show dev tap0 parent ffff: nothing there
       repair     virt-quota apply broken --flavor 'my flavor.json' --ovs-native
  warn cpu: cgroup vcpu0 cpu.max
       limit      vcpu_quota
       cause      not-asked-for: nobody asked for it, and libvirt knows nothing of it
       expected   quota max
       observed   quota 50000 µs, period 100000 µs
       seen in    /sys/fs/cgroup/machine.slice/a b/vcpu0/cpu.max: 50000 100000
inconclusive  unread  the domain 'unread' is gone
3 domains: 1 pass, 1 fail, 1 inconclusive; 2 of 4 limits proved in force now, 0 lost at the next start
`,
    );
  });

  it.each([40, 60, 80, 100])('fits %i columns, and a shell still takes the repair', width => {
    const text = rendered(tableFormat, [broken], { width });
    expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(width);
    expect(text.replace(/ \\\n\s+/g, ' ')).toContain(
      "virt-quota apply broken --flavor 'my flavor.json' --ovs-native\n",
    );
  });

  it('says nothing else than without a width', () => {
    const plain = (text: string) => text.replace(/ \\\n/g, '\n').replace(/\s+/g, '');
    expect(plain(rendered(tableFormat, all, { width: 60 }))).toBe(plain(rendered(tableFormat, all)));
  });

  it('paints the words that judge, whatever the width', () => {
    const paint: Paint = (style, text) => `<${style}>${text}</${style}>`;
    const lines = rendered(tableFormat, [broken], { width: 60, paint }).split('\n');
    expect(lines[0]).toBe('<red>fail        </red>  broken  1 of 3 limits proved in force now, 1');
    expect(lines.filter(line => line.includes('<')).map(line => line.slice(0, 22))).toEqual([
      '<red>fail        </red',
      '<yellow>  open</yellow',
      '<red>  fail</red> inte',
      '<yellow>  warn</yellow',
    ]);
  });
});
