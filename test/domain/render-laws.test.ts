import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BandwidthParameter, bandwidthFields, bandwidthParameters } from '../../src/domain/bandwidth.ts';
import { cpuTuneFields } from '../../src/domain/cputune.ts';
import { ioTuneFields, ioTuneParameters } from '../../src/domain/iotune.ts';
import { mergeLimits } from '../../src/domain/merge.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import type { DomainTuning, Limits, Parameter } from '../../src/domain/tuning.ts';

const cpu = { kind: 'cpu' } as const;
const disk = { kind: 'disk', target: 'vda' } as const;
const nic = { kind: 'interface', mac: '52:54:00:00:00:01' } as const;
const cpuNames = cpuTuneFields.map(field => field.xmlName);

/** White space and comments as they occur between elements. */
const gap = fc.constantFrom('', '\n', '\n  ', '\r\n\t', ' <!-- > <x> & -->\n   ', '<!---->', '\n\n    ');
const value = fc.integer({ min: 0, max: 3 }).map(String);
const quote = fc.constantFrom('"', "'");

const textChildren = (names: readonly string[], neighbours: readonly string[]) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names, ...neighbours), value, gap), {
      selector: ([name]) => name,
    })
    .map(all =>
      all
        .map(([name, text, space]) =>
          names.includes(name) ? `<${name}>${text}</${name}>${space}` : `<${name} a="&lt;"/>${space}`,
        )
        .join(''),
    );

const element = (name: string, content: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.constant(''),
    fc.constant(`<${name}/>`),
    fc.tuple(gap, content, gap).map(([one, inside, other]) => `<${name}>${one}${inside}${other}</${name}>`),
  );

const direction = (name: string) =>
  fc
    .tuple(fc.subarray(['average', 'peak', 'burst', 'x']), value, quote, gap)
    .map(([names, text, q, space]) =>
      names.length === 0
        ? ''
        : `<${name} ${names.map(one => `${one} = ${q}${text}${q}`).join(' ')}/>${space}`,
    );

const bandwidth = fc.tuple(direction('inbound'), direction('outbound')).map(both => both.join(''));

/** Domains of many looks, each with one disk and one interface. */
const domains = fc
  .tuple(
    gap,
    element('cputune', textChildren(cpuNames, ['vcpupin', 'emulatorpin'])),
    element('iotune', textChildren(ioTuneParameters, ['group_name'])),
    element('bandwidth', bandwidth),
    fc.constantFrom('', "<virtualport type='openvswitch'/>"),
    quote,
  )
  .map(([g, cputune, iotune, bw, port, q]) => {
    const disks = `<disk type=${q}file${q}>${g}<target dev='vda'/>${g}${iotune}${g}<alias name='>'/></disk>`;
    const nics = `<interface type='bridge'>${g}<mac address="52:54:00:00:00:01"/>${port}${g}${bw}${g}</interface>`;
    return `<domain>${g}<name>d</name>${g}<vcpu>1</vcpu>${g}${cputune}${g}<devices>${g}${disks}${g}${nics}${g}</devices>${g}</domain>${g}`;
  });

const limits = (parameters: readonly Parameter[]) =>
  fc
    .dictionary(fc.constantFrom(...parameters), fc.integer({ min: 0, max: 3 }))
    .map(found => ({ ...found }) as Limits);

const settable = bandwidthParameters.filter((one: BandwidthParameter) => one !== 'inbound.floor');
const tunings = fc
  .tuple(limits(cpuTuneFields.map(field => field.parameter)), limits(ioTuneParameters), limits(settable))
  .map(
    ([c, d, n]): DomainTuning => [
      { device: cpu, limits: c, because: {} },
      { device: disk, limits: d, because: {} },
      { device: nic, limits: n, because: {} },
    ],
  );

const withoutAny = `<domain><name>d</name><vcpu>1</vcpu><devices><disk type='file'><target dev='vda'/></disk>
<interface type='bridge'><mac address='52:54:00:00:00:01'/></interface></devices></domain>`;

/** Any limits that a definition can hold, one or more of each device, up to the largest. */
const wide = (fields: readonly { readonly parameter: Parameter; readonly max: number }[]) =>
  fc
    .subarray(fields.slice(), { minLength: 1 })
    .chain(some =>
      fc.tuple(
        ...some.map(({ parameter, max }) =>
          fc.tuple(
            fc.constant(parameter),
            fc.maxSafeNat().map(n => (n % max) + 1),
          ),
        ),
      ),
    )
    .map(pairs => Object.fromEntries(pairs) as Limits);

const bases = ioTuneFields.filter(field => /^(?:total|read|write)_(?:bytes|iops)_sec$/.test(field.parameter));
const wideTunings = fc
  .tuple(
    wide(cpuTuneFields),
    wide(bases),
    wide(bandwidthFields.filter(field => field.parameter !== 'inbound.floor')),
  )
  .map(
    ([c, d, n]): DomainTuning => [
      { device: cpu, limits: c, because: {} },
      { device: disk, limits: d, because: {} },
      { device: nic, limits: n, because: {} },
    ],
  );

/** A text without limits, their elements, and white space. */
function withoutLimits(xml: string): string {
  const names = [...cpuNames, ...ioTuneParameters, 'group_name'].join('|');
  return xml
    .replace(new RegExp(`\\s*<(${names})(?:/>| [^>]*/>|>[^<]*</\\1>)`, 'g'), '')
    .replace(/\s*<(?:inbound|outbound)[^>]*\/>/g, '')
    .replace(/\s*<(cputune|iotune|bandwidth)>\s*<\/\1>|\s*<(?:cputune|iotune|bandwidth)\/>/g, '')
    .replace(/\s+/g, '');
}

const runs = { numRuns: 500 };

describe('splicing tuning into domain XML', () => {
  it('keeps all that is not a limit', () => {
    fc.assert(
      fc.property(domains, tunings, (xml, tuning) => {
        const comments = (text: string) => text.match(/<!--[\s\S]*?-->/g) ?? [];
        const after = applyTuningToXml(xml, tuning);
        const bare = (text: string) => withoutLimits(text.replace(/<!--[\s\S]*?-->/g, ''));
        expect(bare(after)).toBe(bare(xml));
        const lost = comments(xml).length - comments(after).length;
        const removed = ['iotune', 'bandwidth'].filter(
          name => xml.includes(`<${name}`) && !after.includes(`<${name}`),
        );
        if (removed.length === 0) expect(lost).toBe(0);
      }),
      runs,
    );
  });

  it('gives exactly what merging says, and nothing the second time', () => {
    fc.assert(
      fc.property(domains, tunings, (xml, tuning) => {
        const before = readDomain(xml);
        const after = applyTuningToXml(xml, tuning);
        const found = readDomain(after);
        const [c, d, n] = tuning;
        const enforcer = xml.includes('openvswitch') ? 'ovs' : 'tap';
        const current = before.interfaces[0]?.bandwidth ?? {};
        expect(found.cputune).toEqual(present(mergeLimits(cpu, before.cputune, c?.limits ?? {})));
        expect(found.disks[0]?.iotune).toEqual(
          present(mergeLimits(disk, before.disks[0]?.iotune ?? {}, d?.limits ?? {})),
        );
        expect(found.interfaces[0]?.bandwidth).toEqual(
          present(mergeLimits(nic, current, n?.limits ?? {}, enforcer)),
        );
        expect(applyTuningToXml(after, tuning)).toBe(after);
      }),
      runs,
    );
  });

  it('leaves every byte before the first and after the last limit alone', () => {
    fc.assert(
      fc.property(domains, tunings, (xml, tuning) => {
        const after = applyTuningToXml(xml, tuning);
        const head = xml.slice(0, xml.indexOf('<vcpu>1</vcpu>') + '<vcpu>1</vcpu>'.length);
        const tail = xml.slice(xml.indexOf('</devices>'));
        expect(after.startsWith(head)).toBe(true);
        expect(after.endsWith(tail)).toBe(true);
      }),
      runs,
    );
  });

  it('of a domain without limits changes no byte outside the new elements', () => {
    const lead = '(?:\\r?\\n[ \\t]*)?';
    const elements = new RegExp(`${lead}<(cputune|iotune|bandwidth)>[\\s\\S]*?</\\1>`, 'g');
    fc.assert(
      fc.property(domains, tunings, (found, tuning) => {
        const xml = found.replace(/<(cputune|iotune|bandwidth)(?:\/>|>[\s\S]*?<\/\1>)/g, '');
        expect(applyTuningToXml(xml, tuning).replace(elements, '')).toBe(xml);
      }),
      runs,
    );
  });

  it('and reading it back gives the limits that were written, of every size', () => {
    fc.assert(
      fc.property(wideTunings, tuning => {
        const { cputune, disks, interfaces } = readDomain(applyTuningToXml(withoutAny, tuning));
        const found = [cputune, disks[0]?.iotune, interfaces[0]?.bandwidth];
        expect(found).toEqual(tuning.map(one => one.limits));
      }),
      runs,
    );
  });

  it('with nothing to set is the same text', () => {
    fc.assert(
      fc.property(domains, xml => {
        expect(applyTuningToXml(xml, [])).toBe(xml);
      }),
      runs,
    );
  });
});

function present(found: Limits): Limits {
  return Object.fromEntries(Object.entries(found).filter(([, number]) => number !== 0));
}
