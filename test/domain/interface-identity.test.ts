import { describe, expect, it } from 'vitest';
import type { InterfaceDefinition } from '../../src/domain/definition.ts';
import { tellApartInBoth } from '../../src/domain/interface-identity.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { type DeviceRef, deviceName } from '../../src/domain/tuning.ts';
import { virshCommands } from '../../src/domain/virsh-commands.ts';

const mac = '52:54:00:aa:bb:cc';
const nic = (more: Partial<InterfaceDefinition> = {}): InterfaceDefinition => ({
  mac,
  type: 'bridge',
  managed: true,
  bandwidth: {},
  ...more,
});
const ids = (all: readonly InterfaceDefinition[] | undefined) => all?.map(one => one.id);

const xml = (...inside: readonly string[]) => {
  const nics = inside.map(one => `<interface type='bridge'><mac address='${mac}'/>${one}</interface>`);
  return `<domain><name>d</name><vcpu>1</vcpu><devices>${nics.join('')}</devices></domain>`;
};
const limited = (device: DeviceRef) => [{ device, limits: { 'inbound.average': 7 }, because: {} }];

describe('interfaces with one MAC are called', () => {
  it('nothing but their MAC when it is theirs alone', () => {
    const others = [nic({ dev: 'vnet0' }), nic({ mac: '52:54:00:00:00:02', dev: 'vnet1' })];
    expect(ids(tellApartInBoth({ live: others, config: others }).live)).toEqual([undefined, undefined]);
  });

  it.each<readonly [string, string, readonly string[]]>([
    ["<target dev='tap1'/>", "<target dev='tap2'/>", ['tap1', 'tap2']],
    ["<alias name='ua-main'/>", "<target dev='tap2'/>", ['ua-main', 'tap2']],
    ["<alias name='net0'/>", "<alias name='net1'/>", ['#1', '#2']],
    [
      "<address type='pci' domain='0x0000' bus='0x01' slot='0x1f' function='0x7'/>",
      "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>",
      ['0000:01:1f.7', 'ccw:0xfe.0x0.0x0001'],
    ],
    ["<target dev='tap1'/>", "<target dev='tap1'/>", ['tap1', '#2']],
    ['', '', ['#1', '#2']],
  ])('by what there is of them: %s and %s', (one, other, expected) => {
    const { interfaces } = readDomain(xml(one, other));
    expect(ids(interfaces)).toEqual(expected);
  });

  it('the same in both definitions, though the taps are there only while it runs', () => {
    const [first, second] = [{ address: '0000:01:00.0' }, { address: '0000:02:00.0' }];
    const { live, config } = tellApartInBoth({
      live: [nic({ ...second, dev: 'vnet7' }), nic({ ...first, dev: 'vnet8' })],
      config: [nic(first), nic(second)],
    });
    expect(ids(live)).toEqual(['0000:02:00.0', '0000:01:00.0']);
    expect(ids(config)).toEqual(['0000:01:00.0', '0000:02:00.0']);
  });

  it('in their order where nothing else tells them apart', () => {
    const { live, config } = tellApartInBoth({
      live: [nic({ dev: 'vnet7' }), nic({ dev: 'vnet8' })],
      config: [nic(), nic()],
    });
    expect(ids(live)).toEqual(['#1', '#2']);
    expect(ids(config)).toEqual(['#1', '#2']);
  });

  it('also while only one of them is plugged in', () => {
    const { live, config } = tellApartInBoth({
      live: [nic({ address: '0000:02:00.0', dev: 'vnet8' })],
      config: [nic({ address: '0000:01:00.0' }), nic({ address: '0000:02:00.0' })],
    });
    expect(ids(live)).toEqual(['0000:02:00.0']);
    expect(ids(config)).toEqual(['0000:01:00.0', '0000:02:00.0']);
  });

  it('apart when one was plugged into each definition', () => {
    const { live, config } = tellApartInBoth({
      live: [nic({ address: '0000:01:00.0' }), nic({ address: '0000:07:00.0', dev: 'vnet8' })],
      config: [nic({ address: '0000:01:00.0' }), nic({ address: '0000:09:00.0' })],
    });
    expect(ids(live)).toEqual(['0000:01:00.0', 'vnet8']);
    expect(ids(config)).toEqual(['0000:01:00.0', '0000:09:00.0']);
  });
});

describe('a limit of one of them', () => {
  const two = xml("<target dev='tap1'/>", "<target dev='tap2'/>");
  const second = { kind: 'interface', mac, id: 'tap2' } as const;

  it('is written into its own element', () => {
    const after = applyTuningToXml(two, limited(second));
    expect(readDomain(after).interfaces.map(one => one.bandwidth)).toEqual([{}, { 'inbound.average': 7 }]);
  });

  it.each(['0000:02:00.0', '#2'])('finds it by whatever both definitions know of it: %s', id => {
    const address = "<address type='pci' bus='0x02' slot='0x00' function='0x0'/>";
    const text = xml("<target dev='tap1'/>", `<target dev='tap2'/>${address}`);
    const after = applyTuningToXml(text, limited({ kind: 'interface', mac, id }));
    expect(readDomain(after).interfaces.map(one => one.bandwidth)).toEqual([{}, { 'inbound.average': 7 }]);
  });

  it('without anything that tells it apart is the first one, as in plans of earlier versions', () => {
    const after = applyTuningToXml(two, limited({ kind: 'interface', mac: mac.toUpperCase() }));
    expect(readDomain(after).interfaces.map(one => one.bandwidth)).toEqual([{ 'inbound.average': 7 }, {}]);
  });

  it('is not written into another one when there is no such', () => {
    const gone = limited({ kind: 'interface', mac, id: 'tap3' });
    expect(() => applyTuningToXml(two, gone)).toThrow(`the domain has no interface ${mac}@tap3`);
  });

  it('is set by the name of its tap, and by no command where it has none', () => {
    const definition = readDomain(two);
    expect(virshCommands('d', limited(second), { definition })).toEqual([
      ['virsh', 'domiftune', 'd', 'tap2', '--inbound', '7'],
    ]);
    const bare = readDomain(xml('', ''));
    const set = (id: string) =>
      virshCommands('d', limited({ kind: 'interface', mac, id }), { definition: bare });
    expect(set('#1')).toEqual([['virsh', 'domiftune', 'd', mac, '--inbound', '7']]);
    expect(set('#2')).toEqual([]);
  });

  it('has it in its name', () => expect(deviceName(second)).toBe(`interface ${mac}@tap2`));
});
