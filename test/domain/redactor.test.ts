import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { redactor } from '../../src/domain/redactor.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const redact = redactor(
  new Map([
    ['instance-000000e1', 'domain-'],
    ['instance-000000e', 'domain-'],
    ['shop <1> & "co"', 'domain-'],
    ['under_score', 'domain-'],
    ['/var/lib/nova/instances/9e9a/disk', '/disk-'],
    ['tap5f64d83e-14', 'tap'],
  ]),
  hash,
);

describe('a redacted text', () => {
  it('has one hash for a name in all of its forms', () => {
    const one = redact('instance-000000e1');
    expect(one).toMatch(/^domain-[0-9a-f]{11}$/);
    expect(redact('<name>instance-000000e1</name>')).toBe(`<name>${one}</name>`);
    expect(redact('/run/libvirt/qemu/instance-000000e1.pid')).toBe(`/run/libvirt/qemu/${one}.pid`);
    expect(redact(String.raw`machine-qemu\x2d1\x2dinstance\x2d000000e1.scope`)).toBe(
      String.raw`machine-qemu\x2d1\x2d${one}.scope`,
    );
    const other = redact('shop <1> & "co"');
    expect(redact('<name>shop &lt;1&gt; &amp; "co"</name>')).toBe(`<name>${other}</name>`);
    expect(redact(String.raw`["shop <1> & \"co\""]`)).toBe(`["${other}"]`);
    expect(redact('/run/libvirt/qemu/shop &lt;1&gt; &amp; &quot;co&quot;.pid')).toBe(
      `/run/libvirt/qemu/${other}.pid`,
    );
    expect(redact(String.raw`machine-qemu\x2d2\x2dunderscore.scope`)).toContain(redact('under_score'));
  });

  it('leaves longer words alone, and finds the longer of two names', () => {
    expect(redact('instance-000000e')).not.toBe(redact('instance-000000e1').slice(0, -1));
    expect(redact('instance-000000e12')).toBe('instance-000000e12');
    expect(redact('xtap5f64d83e-14')).toBe('xtap5f64d83e-14');
  });

  it('still has devices, UUIDs and addresses that are some', () => {
    expect(redact('tap5f64d83e-14')).toMatch(/^tap[0-9a-f]{11}$/);
    expect(redact('fa:16:3e:01:02:03')).toMatch(/^52:54(?::[0-9a-f]{2}){4}$/);
    expect(redact('FA:16:3E:01:02:03')).toBe(redact('fa:16:3e:01:02:03'));
    expect(redact('4c1a8fc1-59cb-4b8f-9d7d-1b7ff3e7d6f3')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(redact('/var/lib/nova/instances/9e9a/disk')).toMatch(/^\/disk-[0-9a-f]{11}$/);
  });

  it('keeps all numbers', () => {
    expect(redact('class htb 1:1 rate 262144Kbit ceil 500Mbit burst 128Mb')).toBe(
      'class htb 1:1 rate 262144Kbit ceil 500Mbit burst 128Mb',
    );
  });
});
