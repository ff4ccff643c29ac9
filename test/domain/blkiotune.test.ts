import { describe, expect, it } from 'vitest';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml, renderVirshCommands } from '../../src/domain/render.ts';
import type { DeviceTuning, Limits } from '../../src/domain/tuning.ts';

const weight = (value: number): DeviceTuning => ({
  device: { kind: 'blkio' },
  limits: { weight: value },
  because: {},
});
const onDevice = (path: string, limits: Limits): DeviceTuning => ({
  device: { kind: 'host-device', path },
  limits,
  because: {},
});

const sda = '<device><path>/dev/sda</path><weight>200</weight><read_bytes_sec>5</read_bytes_sec></device>';

describe('the block I/O limits of a domain', () => {
  it('are a weight, and numbers for each device of the host', () => {
    const { blkiotune, hostDevices } = readDomain(
      `<domain><blkiotune><weight>500</weight>${sda}<device><write_iops_sec>1</write_iops_sec></device></blkiotune></domain>`,
    );
    expect(blkiotune).toEqual({ weight: 500 });
    expect(hostDevices).toEqual([
      { path: '/dev/sda', limits: { device_weight: 200, device_read_bytes_sec: 5 } },
    ]);
  });
});

describe('writing block I/O limits', () => {
  it('makes one element of a weight and several devices', () => {
    const tuning = [
      onDevice('/dev/sda', { device_write_bytes_sec: 7, device_read_iops_sec: 6 }),
      onDevice('/dev/sdb', { device_read_bytes_sec: 8 }),
      weight(300),
    ];
    const after = applyTuningToXml('<domain><name>d</name><vcpu>1</vcpu></domain>', tuning);
    expect(after).toBe(
      '<domain><name>d</name><blkiotune><weight>300</weight>' +
        '<device><path>/dev/sda</path><read_iops_sec>6</read_iops_sec><write_bytes_sec>7</write_bytes_sec></device>' +
        '<device><path>/dev/sdb</path><read_bytes_sec>8</read_bytes_sec></device></blkiotune><vcpu>1</vcpu></domain>',
    );
    expect(applyTuningToXml(after, tuning)).toBe(after);
  });

  it('adds to what is there, and leaves the rest', () => {
    const xml = `<domain><blkiotune><!-- x -->${sda}</blkiotune></domain>`;
    const tuning = [
      weight(100),
      onDevice('/dev/sda', { device_read_bytes_sec: 9, device_write_iops_sec: 4 }),
      onDevice('/dev/sdb', { device_weight: 11 }),
    ];
    expect(applyTuningToXml(xml, tuning)).toBe(
      '<domain><blkiotune><weight>100</weight><!-- x --><device><path>/dev/sda</path><weight>200</weight>' +
        '<write_iops_sec>4</write_iops_sec><read_bytes_sec>9</read_bytes_sec></device>' +
        '<device><path>/dev/sdb</path><weight>11</weight></device></blkiotune></domain>',
    );
  });

  it('takes away what is 0: a limit, its device, at last the element', () => {
    const xml = `<domain>\n  <blkiotune>\n    ${sda}\n  </blkiotune>\n</domain>`;
    expect(applyTuningToXml(xml, [onDevice('/dev/sda', { device_weight: 0 })])).toBe(
      `<domain>\n  <blkiotune>\n    ${sda.replace('<weight>200</weight>', '')}\n  </blkiotune>\n</domain>`,
    );
    const none = onDevice('/dev/sda', { device_weight: 0, device_read_bytes_sec: 0 });
    expect(applyTuningToXml(xml, [none])).toBe('<domain>\n</domain>');
    expect(applyTuningToXml(xml, [none, weight(5)])).toBe(
      '<domain>\n  <blkiotune>\n    <weight>5</weight>\n  </blkiotune>\n</domain>',
    );
    expect(applyTuningToXml(xml, [onDevice('/dev/sdb', { device_weight: 0 })])).toBe(xml);
  });

  it('opens an element that is closed in itself, once', () => {
    const tuning = [weight(5), onDevice('/dev/sda', { device_read_iops_sec: 6 })];
    expect(applyTuningToXml('<domain><blkiotune/></domain>', tuning)).toBe(
      '<domain><blkiotune><weight>5</weight><device><path>/dev/sda</path><read_iops_sec>6</read_iops_sec></device>' +
        '</blkiotune></domain>',
    );
  });

  it('is virsh blkiotune, a device with its value after a comma', () => {
    const limits = { device_weight: 200, device_read_bytes_sec: 0 };
    expect(renderVirshCommands('d', [weight(5), onDevice('/dev/sda', limits)], { config: true })).toEqual([
      'virsh blkiotune d --weight 5 --config',
      'virsh blkiotune d --device-weights /dev/sda,200 --device-read-bytes-sec /dev/sda,0 --config',
    ]);
  });
});
