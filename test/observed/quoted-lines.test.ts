import { expect, it } from 'vitest';
import { quotedLines } from '../../src/observed/quoted-lines.ts';
import { verdictSentence } from '../../src/report/verdict-table.ts';
import { observeOvsPort } from '../../src/workflow/observe-ovs.ts';

it('evidence has what is there, and never very much of it', () => {
  expect(quotedLines(['filter pref 5 basic', '', '  police 0x2 rate 4Mbit'])).toBe(
    'filter pref 5 basic\npolice 0x2 rate 4Mbit',
  );
  const many = quotedLines(Array.from({ length: 100 }, (_, at) => `line ${at} ${'x'.repeat(1000)}`));
  expect(many.split('\n')).toHaveLength(13);
  expect(many.endsWith('… and 88 more')).toBe(true);
  expect(many.length).toBeLessThan(4000);
});

it('of a key that a row has not, the evidence is the rest of the row', () => {
  const uuid = ['uuid', 'a0067bee-fcd0-486f-b2b5-fa4949b49247'];
  const state = {
    interfaces: [{ name: 'tap1', ingress_policing_rate: 0 }],
    ports: [{ name: 'tap1', qos: uuid }],
    qos: [
      { _uuid: uuid, type: 'linux-htb', other_config: ['map', [['max-rate', '1000']]], queues: ['map', []] },
    ],
    queues: [],
  };
  const texts = new Map(observeOvsPort(state, 'tap1').map(one => [one.knob, one.evidence.text]));
  expect(texts.get('qos other_config:burst')).toBe('["map",[["max-rate","1000"]]]');
  expect(texts.get('qos queues:0')).toBe('["map",[]]');
  const bare = observeOvsPort({ ...state, ports: [{ name: 'tap1', qos: ['set', []] }] }, 'tap1');
  expect(bare.find(one => one.knob === 'qos')?.evidence.text).toBe('["set",[]]');
});

it('a sentence on a missing knob says what is there instead', () => {
  const of = (layer: 'tc' | 'live', text: string) =>
    verdictSentence({
      expectation: { layer, subject: 'tap0', knob: 'police', because: [], expected: { rateBps: 1000 } },
      outcome: 'fail',
      reason: 'missing',
      evidence: { source: 'tc filter show dev tap0', text },
    });
  expect(of('tc', 'filter pref 5 basic\npolice 0x2 rate 4Mbit')).toBe(
    'tc: tap0 police is not there; expected 1000; there is: filter pref 5 basic | police 0x2 rate 4Mbit',
  );
  expect(of('tc', '')).toBe('tc: tap0 police is not there; expected 1000');
  expect(of('live', 'no outbound.average')).toBe('live: tap0 police is not there; expected 1000');
});
