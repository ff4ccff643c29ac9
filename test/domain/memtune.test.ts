import { describe, expect, it } from 'vitest';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml, renderVirshCommands } from '../../src/domain/render.ts';
import type { DomainTuning, Limits } from '../../src/domain/tuning.ts';
import { QuotaError } from '../../src/errors.ts';

const memory = (limits: Limits): DomainTuning => [{ device: { kind: 'memory' }, limits, because: {} }];
const read = (inside: string) => readDomain(`<domain>${inside}</domain>`);

describe('the memory limits of a domain', () => {
  it.each([
    ['<hard_limit>5</hard_limit>', 5],
    ["<hard_limit unit='KiB'>1048576</hard_limit>", 1_048_576],
    ["<hard_limit unit='k'>7</hard_limit>", 7],
    ["<hard_limit unit='KB'>1000</hard_limit>", 977],
    ["<hard_limit unit='b'>1025</hard_limit>", 2],
    ["<hard_limit unit='bytes'>1024</hard_limit>", 1],
    ["<hard_limit unit='MiB'>2</hard_limit>", 2048],
    ["<hard_limit unit='g'>1</hard_limit>", 1_048_576],
    ["<hard_limit unit='TB'>1</hard_limit>", 976_562_500],
  ])('%s is %i KiB', (xml, kib) => {
    expect(read(`<memtune>${xml}</memtune>`).memtune).toEqual({ hard_limit: kib });
  });

  it('are none where there are none, or where they are 0 or as large as libvirt counts', () => {
    expect(read('').memtune).toEqual({});
    const xml = "<hard_limit>0</hard_limit><soft_limit/><swap_hard_limit unit='E'>15</swap_hard_limit>";
    expect(read(`<memtune>${xml}</memtune>`).memtune).toEqual({});
    expect(read('<memtune><hard_limit>9007199254740991</hard_limit></memtune>').memtune).toEqual({});
    expect(read('<memtune><min_guarantee>5</min_guarantee></memtune>').memtune).toEqual({});
  });

  it.each([
    "<hard_limit unit='pages'>5</hard_limit>",
    '<hard_limit>-1</hard_limit>',
    '<hard_limit>x</hard_limit>',
  ])('%s is nothing that libvirt would read', xml => {
    expect(() => read(`<memtune>${xml}</memtune>`)).toThrow(QuotaError);
  });

  it("stand beside the guest's memory, in KiB", () => {
    expect(read("<memory unit='GiB'>4</memory>").memoryKib).toBe(4_194_304);
    expect('memoryKib' in read('')).toBe(false);
  });
});

describe('writing memory limits', () => {
  it('makes an element where Nova and libvirt have it, with its unit', () => {
    const xml = `<domain>\n  <name>d</name>\n  <memory>1</memory>\n  <vcpu>1</vcpu>\n</domain>`;
    expect(applyTuningToXml(xml, memory({ hard_limit: 5, swap_hard_limit: 7 }))).toBe(
      `<domain>\n  <name>d</name>\n  <memory>1</memory>\n  <memtune>\n    <hard_limit unit='KiB'>5</hard_limit>\n` +
        `    <swap_hard_limit unit='KiB'>7</swap_hard_limit>\n  </memtune>\n  <vcpu>1</vcpu>\n</domain>`,
    );
  });

  it('changes numbers and units in place and leaves everything else', () => {
    const xml =
      "<domain><memtune><!-- ours --><soft_limit unit='MiB' x='1'>2</soft_limit>" +
      '<min_guarantee>3</min_guarantee><hard_limit>9</hard_limit></memtune></domain>';
    expect(applyTuningToXml(xml, memory({ soft_limit: 2049, hard_limit: 9000 }))).toBe(
      "<domain><memtune><!-- ours --><soft_limit unit='KiB' x='1'>2049</soft_limit>" +
        '<min_guarantee>3</min_guarantee><hard_limit>9000</hard_limit></memtune></domain>',
    );
    expect(applyTuningToXml(xml, memory({ soft_limit: 2048 }))).toBe(xml);
  });

  it('takes a limit away, and the element with the last one', () => {
    const xml =
      '<domain>\n  <memtune>\n    <hard_limit>9</hard_limit>\n  </memtune>\n  <vcpu>1</vcpu>\n</domain>';
    expect(applyTuningToXml(xml, memory({ hard_limit: 0 }))).toBe('<domain>\n  <vcpu>1</vcpu>\n</domain>');
    const both = xml.replace('</hard_limit>', '</hard_limit>\n    <min_guarantee>1</min_guarantee>');
    expect(applyTuningToXml(both, memory({ hard_limit: 0 }))).toBe(
      '<domain>\n  <memtune>\n    <min_guarantee>1</min_guarantee>\n  </memtune>\n  <vcpu>1</vcpu>\n</domain>',
    );
  });

  it('opens an element that is closed in itself', () => {
    expect(applyTuningToXml('<domain><memtune/></domain>', memory({ soft_limit: 4 }))).toBe(
      "<domain><memtune><soft_limit unit='KiB'>4</soft_limit></memtune></domain>",
    );
  });

  it('is virsh memtune, where -1 is no limit', () => {
    expect(renderVirshCommands('d', memory({ hard_limit: 5, soft_limit: 0 }), { live: true })).toEqual([
      'virsh memtune d --hard-limit 5 --soft-limit -1 --live',
    ]);
  });
});
