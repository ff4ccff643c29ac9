import { describe, expect, it } from 'vitest';
import type { DomainTuning } from '../../src/domain/tuning.ts';
import { type ExpectInput, expectDomain } from '../../src/verify/expect.ts';
import { asked, bandwidth, hosts, limited, nic, unlimited } from './example.ts';
import { lines } from './expected-lines.ts';

/** `asked` is meant for both definitions. */
type Changes = Omit<Partial<ExpectInput>, 'asked'> & { readonly asked?: DomainTuning };

function expected({ asked = [], ...changes }: Changes = {}) {
  const both = { live: asked, config: asked };
  return expectDomain({ asked: both, live: unlimited, facts: hosts.trixie, scopes: ['live'], ...changes });
}

const layers = (changes: Changes) => [...new Set(expected(changes).map(one => one.layer))].sort();

describe('what a domain must hold', () => {
  it('is in both definitions and at every enforcer, what was asked', () => {
    const found = expected({ asked, config: unlimited, scopes: ['config', 'live'] });
    expect(lines(found)).toEqual(
      expect.arrayContaining([
        'config cpu cpu_shares: value=512',
        'live cpu cpu_shares: value=512',
        'cgroup scope cpu.weight: weight=512',
        'cgroup vcpu1 cpu.max: quota=50000 period=100000',
        'config vda read_bytes_sec: value=1000000',
        'qemu vda bps_wr: value=1024000',
        'live 52:54:00:00:00:01 inbound.burst: value=131072',
        'tc tap1 class htb 1:1: rateBps=32768000 ceilBps=65536000 burstBytes=134217728±66',
        'ovs tap2 ingress_policing_rate: value=262144',
      ]),
    );
    const [weight] = found.filter(one => one.knob === 'cpu.weight');
    expect(weight?.because).toEqual(['quota:cpu_shares']);
  });

  it('is in the order of devices, and of the chain', () => {
    const found = expected({ asked, config: unlimited, scopes: ['live', 'config'] });
    const ofCpu = found.filter(one => one.device.kind === 'cpu').map(one => one.layer);
    expect([...new Set(ofCpu)]).toEqual(['config', 'live', 'cgroup']);
    expect([...new Set(found.map(one => one.device.kind))]).toEqual(['cpu', 'disk', 'interface']);
  });

  it('is what libvirt says, where nobody asked', () => {
    const found = expected({ live: limited });
    expect(lines(found)).toContain('cgroup scope cpu.weight: weight=512');
    expect(lines(found)).toContain('qemu vda bps_rd: value=1000000');
    expect(lines(found)).toContain('tc tap1 police: rateBps=32768000 burstBytes=134217728±66');
    expect(found.every(one => one.because.length === 0)).toBe(true);
    expect(layers({ live: limited })).toEqual(['cgroup', 'ovs', 'qemu', 'tc']);
  });

  it('is no limit, where neither asks nor libvirt says', () => {
    const found = lines(expected());
    expect(found).toContain('cgroup vcpu0 cpu.max: quota=max');
    expect(found).toContain('tc tap1 class htb 1:1: absent');
    expect(found.filter(line => line.startsWith('qemu')).every(line => line.endsWith('value=0'))).toBe(true);
    expect(found.join()).not.toMatch(/cpu\.weight|tap2/);
  });

  it('replaces what libvirt says as libvirt would', () => {
    const live = {
      ...limited,
      disks: limited.disks.map(one => ({ ...one, iotune: { total_bytes_sec: 7 } })),
    };
    const found = lines(expected({ asked, live }));
    expect(found).toContain('qemu vda bps: value=0');
    expect(found).toContain('qemu vda bps_rd: value=1000000');
  });

  it('is asked of the persistent definition alone when only that is meant', () => {
    const found = expected({ asked, config: limited, scopes: ['config'] });
    expect(lines(found)).toContain('config cpu vcpu_quota: value=50000');
    expect(lines(found)).toContain('cgroup vcpu0 cpu.max: quota=max');
    expect(found.some(one => one.layer === 'live')).toBe(false);
  });

  it('is in the persistent definition alone of a domain that does not run', () => {
    const found = expectDomain({
      asked: { config: asked },
      config: limited,
      facts: hosts.trixie,
      scopes: ['config'],
    });
    expect([...new Set(found.map(one => one.layer))]).toEqual(['config']);
  });

  it('is no limit in a definition where that is asked: however libvirt spells it', () => {
    const device = { kind: 'cpu' } as const;
    const none: DomainTuning = [
      { device, limits: { vcpu_quota: -1, cpu_shares: 0, vcpu_period: 0 }, because: {} },
    ];
    expect(lines(expected({ asked: none })).slice(0, 2)).toEqual([
      'live cpu vcpu_quota: absent',
      'cgroup vcpu0 cpu.max: quota=max',
    ]);
  });

  it('does not have what nothing ever comes of: the outbound peak, a burst without average', () => {
    const device = { kind: 'interface', mac: '52:54:00:00:00:01' } as const;
    const limits = { 'outbound.average': 1, 'outbound.peak': 2, 'inbound.burst': 3 };
    const found = lines(expected({ asked: [{ device, limits, because: {} }] }));
    expect(found.filter(line => line.startsWith('live'))).toEqual([
      'live 52:54:00:00:00:01 outbound.average: value=1',
    ]);
  });

  it('cannot be held for a device that is not there', () => {
    const device = { kind: 'disk', target: 'vdz' } as const;
    const gone: DomainTuning = [{ device, limits: { read_bytes_sec: 1 }, because: {} }];
    expect(lines(expected({ asked: gone })).at(-1)).toBe('live vdz device: impossible');
  });

  it.each(['user', 'vhostuser', 'hostdev', 'vdpa', 'server', 'client', 'mcast', 'udp', 'internal'])(
    'cannot be held by an interface of type %s, whether it was asked or libvirt says so',
    type => {
      const device = { kind: 'interface', mac: '52:54:00:00:00:01' } as const;
      const of = (limits: object) => ({ ...unlimited, interfaces: [nic({ type, bandwidth: limits })] });
      const impossible = ['tc tap1 inbound.average: impossible', 'tc tap1 outbound.average: impossible'];
      const tuning = [{ device, limits: bandwidth, because: {} }];
      const ofTc = (found: ReturnType<typeof expected>) => lines(found.filter(one => one.layer === 'tc'));
      expect(ofTc(expected({ live: of(bandwidth) }))).toEqual(impossible);
      expect(ofTc(expected({ live: of({}), asked: tuning }))).toEqual(impossible);
      expect(ofTc(expected({ live: of({}) }))).toEqual([]);
    },
  );
});

describe('the transient partner of a teamed tap, which the guest takes while it has it', () => {
  const mac = '52:54:00:00:00:01';
  const tap = nic({ mac, id: 'ua-backup0', alias: 'ua-backup0' });
  const card: typeof tap = {
    mac,
    id: '#2',
    type: 'hostdev',
    managed: true,
    teamedWith: 'ua-backup0',
    bandwidth: {},
  };
  const why =
    "what goes through it goes past the limits of 52:54:00:00:00:01@ua-backup0, its partner: nothing on the host limits an interface of type 'hostdev'";
  const ofCard = (changes: Changes) =>
    expected(changes)
      .filter(({ device }) => device.kind === 'interface' && device.id === '#2')
      .map(({ layer, subject, knob, because, impossible }) => [layer, subject, knob, ...because, impossible]);

  it('leads past what is asked of the tap', () => {
    const device = { kind: 'interface', mac, id: 'ua-backup0' } as const;
    const limits = { 'inbound.average': 1000 };
    const because = { 'inbound.average': 'quota:vif_inbound_average' };
    const live = { ...unlimited, interfaces: [tap, card] };
    expect(ofCard({ live, asked: [{ device, limits, because }] })).toEqual([
      ['tc', `${mac}@#2`, 'inbound.average', 'quota:vif_inbound_average', why],
    ]);
    expect(ofCard({ live })).toEqual([]);
  });

  it('leads past what libvirt says of the tap', () => {
    const live = { ...unlimited, interfaces: [{ ...tap, bandwidth: { 'outbound.average': 5 } }, card] };
    expect(ofCard({ live })).toEqual([['tc', `${mac}@#2`, 'outbound.average', why]]);
  });

  it("is nobody's partner when the tap is not there", () => {
    expect(ofCard({ live: { ...unlimited, interfaces: [{ ...tap, alias: 'ua-other' }, card] } })).toEqual([]);
  });
});
