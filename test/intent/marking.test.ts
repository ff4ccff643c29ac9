import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMarking } from '../../src/intent/marking.ts';

const voice = join(import.meta.dirname, '../../samples/dscp/voice.yaml');

describe('a marking', () => {
  it('is read from YAML, with names for code points', () => {
    expect(parseMarking(readFileSync(voice, 'utf8'))).toEqual({
      marking: {
        name: 'voice',
        dscp: 46,
        direction: 'egress',
        families: ['ipv4', 'ipv6'],
        destinations: [
          { family: 'ipv4', address: '198.51.100.0', length: 24 },
          { family: 'ipv6', address: '2001:db8:5060::', length: 48 },
        ],
        protocols: ['udp'],
        ports: [
          { from: 5060, to: 5060 },
          { from: 16384, to: 32767 },
        ],
        podLabels: { app: 'voice' },
        namespace: 'default',
      },
      diagnostics: [],
    });
  });

  it('takes the whole byte too, and families from the destinations', () => {
    const { marking } = parseMarking('{"tos": "0xb8", "destinations": "192.0.2.1"}');
    expect([marking?.dscp, marking?.families]).toEqual([46, ['ipv4']]);
  });

  it('is of both families without a destination, or as it says', () => {
    expect(parseMarking('mark: LE').marking?.families).toEqual(['ipv4', 'ipv6']);
    expect(parseMarking('{"mark": "LE", "families": ["ipv6"]}').marking?.families).toEqual(['ipv6']);
  });

  it.each([
    ['{"mark": 64}', 'mark out-of-range'],
    ['{"mark": "AF44"}', 'mark unknown-choice'],
    ['{"tos": 185}', 'tos ecn-bits'],
    ['{"tos": 256}', 'tos out-of-range'],
    ['{"tos": "EF"}', 'tos unknown-choice'],
    ['{"tos": -4}', 'tos unknown-choice'],
    ['{"mark": "EF", "tos": 4}', 'tos duplicate-rule'],
    ['{}', 'marking missing-key'],
    ['{"mark": 1, "colour": "blue"}', 'colour unknown-field'],
    ['{"mark": 1, "ports": [80]}', 'ports missing-key'],
    ['{"mark": 1, "protocols": [], "ports": [80]}', 'ports missing-key'],
    ['{"mark": 1, "protocols": ["tcp"], "ports": [0]}', 'ports[0] out-of-range'],
    ['{"mark": 1, "protocols": ["icmp"]}', 'protocols[0] unknown-choice'],
    ['{"mark": 1, "destinations": ["10.0.0.1/8"]}', 'destinations[0] not-an-address'],
    ['{"mark": 1, "destinations": [{"ip": "10.0.0.0/8"}]}', 'destinations[0] not-a-scalar'],
    ['{"mark": 1, "destinations": ["10.0.0.0/8"], "families": ["ipv6"]}', 'destinations unknown-choice'],
    ['{"mark": 1, "direction": "up"}', 'direction unknown-choice'],
    ['{"mark": 1, "name": "a; drop table"}', 'name unknown-choice'],
    ['{"mark": 1, "namespace": "a\\nb"}', 'namespace unknown-choice'],
    ['{"mark": 1, "podLabels": {"a": "b\\n"}}', 'podLabels.a unknown-choice'],
    ['{"mark": 1, "podLabels": ["a"]}', 'podLabels wrong-type'],
    [JSON.stringify({ mark: 1, destinations: Array(1001).fill('10.0.0.0/8') }), 'destinations out-of-range'],
  ])('%s is refused', (text, finding) => {
    const { marking, diagnostics } = parseMarking(text);
    expect([marking, diagnostics.map(found => `${found.path} ${found.code}`)]).toEqual([
      undefined,
      [finding],
    ]);
    expect(diagnostics[0]?.severity).toBe('error');
  });

  it('says which code point a byte with ECN bits carries', () => {
    expect(parseMarking('tos: 0xbb').diagnostics[0]?.args).toEqual({ dscp: 46 });
  });

  it.each([
    ['{"mark": "EE"}', 'EF, AF11–AF43, CS0–CS7, LE, VA, 0–63'],
    ['{"tos": "EF"}', '0–255, 0x00–0xff; its last two bits 0'],
    ['{"mark": 1, "direction": "up"}', 'egress, ingress'],
    ['{"mark": 1, "name": "A"}', 'a-z, 0-9 and - inside, at most 40'],
    ['{"mark": 1, "namespace": "A"}', 'a-z, 0-9 and - inside, at most 63'],
  ])('%s is told what may be there, in words', (text, allowed) => {
    expect(parseMarking(text).diagnostics[0]?.args).toEqual({ allowed });
  });

  it('must be an object', () => {
    expect(() => parseMarking('- EF')).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});
