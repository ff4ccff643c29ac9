import { describe, expect, it } from 'vitest';
import {
  ovsMap,
  ovsNumber,
  ovsReference,
  ovsRow,
  parseOvsState,
  parseOvsTable,
} from '../../src/observed/ovs.ts';

const answer = [
  '{"data":[["tap0",1048576,262144],["ovsbr0",0,0]],"headings":["name","ingress_policing_burst","ingress_policing_rate"]}',
  '{"data":[["tap0",["uuid","2fb16d78-4083-49c4-85c4-589213ec5555"]],["ovsbr0",["set",[]]]],"headings":["name","qos"]}',
  '{"data":[[["uuid","2fb16d78-4083-49c4-85c4-589213ec5555"],"linux-htb",["map",[["max-rate","524288000"]]],["map",[[0,["uuid","ca013f3b-b6f3-4c5d-a6dd-7a1f1a060a09"]]]]]],"headings":["_uuid","type","other_config","queues"]}',
  '{"data":[],"headings":["_uuid","other_config"]}',
  '',
].join('\n');

describe("Open vSwitch's database", () => {
  it('answers a table a line, its columns in any order', () => {
    const state = parseOvsState(answer);
    expect(ovsRow(state.interfaces, 'name', 'tap0')).toEqual({
      name: 'tap0',
      ingress_policing_rate: 262_144,
      ingress_policing_burst: 1_048_576,
    });
    expect(state.queues).toEqual([]);
  });

  it('leads from a port to its QoS row', () => {
    const state = parseOvsState(answer);
    const reference = ovsReference(ovsRow(state.ports, 'name', 'tap0')?.qos);
    const qos = ovsRow(state.qos, '_uuid', reference ?? '');
    expect(qos?.type).toBe('linux-htb');
    expect(ovsMap(qos?.other_config).get('max-rate')).toBe('524288000');
    expect(ovsReference(ovsMap(qos?.queues).get(0))).toBe('ca013f3b-b6f3-4c5d-a6dd-7a1f1a060a09');
  });

  it('has one value for all maps that are alike, as the limits of one flavor are', () => {
    const map = (rate: number) => `["map",[["max-rate","${rate}"]]]`;
    const rows = parseOvsTable(
      `{"headings":["other_config"],"data":[[${map(1)}],[${map(2)}],[${map(1)}],[["set",[]]]]}`,
    );
    const [one, two, again, none] = rows.map(row => row.other_config);
    expect(again).toBe(one);
    expect([one, two, none]).toEqual([
      ['map', [['max-rate', '1']]],
      ['map', [['max-rate', '2']]],
      ['set', []],
    ]);
  });

  it('has an empty set where a port has no QoS', () => {
    expect(ovsReference(ovsRow(parseOvsState(answer).ports, 'name', 'ovsbr0')?.qos)).toBeUndefined();
  });

  it('has no rows where nothing is said, and is no answer where something else is', () => {
    const none = { interfaces: [], ports: [], qos: [], queues: [], bridges: [], controllers: [] };
    expect(parseOvsState('\n\n\n\n')).toEqual(none);
    for (const text of ['', '\n\n', 'no', '{}\n\n\n\n'])
      expect(() => parseOvsState(text)).toThrow(SyntaxError);
    for (const text of ['{}', '[]', '3', 'null', '{"headings":1,"data":2}'])
      expect(() => parseOvsTable(text)).toThrow(SyntaxError);
    expect(parseOvsTable('{"headings":["a"],"data":[1,null,["x","y"]]}')).toEqual([{ a: 'x' }]);
    expect([...ovsMap(['map', [1, ['k', 'v']]])]).toEqual([['k', 'v']]);
  });

  it('throws at what is no JSON', () => {
    expect(() => parseOvsState('ovs-vsctl: oops')).toThrow(SyntaxError);
  });

  it.each([
    ['a cell that is an object', '{"headings":["name"],"data":[[{"toString":""}]]}'],
    ['one in a set', '{"headings":["name"],"data":[[["set",[{"toString":""}]]]]}'],
    ['lists without end', `{"headings":["name"],"data":[[${'['.repeat(20_000)}${']'.repeat(20_000)}]]}`],
    ['a heading that is none', '{"headings":[{"toString":""}],"data":[["tap0"]]}'],
  ])('is no answer with %s', (_, text) => {
    expect(() => parseOvsTable(text)).toThrow(/^no table/);
  });

  it('keeps a value that is no plain number as it is', () => {
    expect(ovsNumber('16000000')).toBe(16_000_000);
    expect(ovsNumber('1.6e7')).toBe('1.6e7');
    expect(ovsNumber(0)).toBe(0);
    expect(ovsNumber(['set', []])).toBeUndefined();
  });
});
