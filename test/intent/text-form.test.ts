import { describe, expect, it } from 'vitest';
import { parseText, type TextForm, textForm } from '../../src/intent/text-form.ts';

describe('the form of a text', () => {
  it.each<readonly [TextForm, string]>([
    ['json', '{"a": 1}'],
    ['json', '\ufeff\n [1]'],
    ['json', '"text"'],
    ['json', '{'],
    ['python', "{'a': 1}"],
    ['python', "{u'a': 1}"],
    ['xml', '  <domain/>'],
    ['yaml', 'quota:cpu_shares: 512'],
    ['yaml', '# a comment\n\nflavor:\n  name: m1'],
    ['yaml', '---\na=b'],
    ['yaml', '%YAML 1.2\n---\n'],
    ['yaml', '- a\n- b'],
    ['yaml', '"quota:cpu_shares": 512'],
    ['yaml', 'OS-FLV-DISABLED:disabled: false'],
    ['lines', 'quota:cpu_shares=512'],
    ['lines', 'quota:cpu_shares = 512'],
    ['lines', 'description=a: b'],
    ['lines', '--property quota:cpu_shares=5'],
    ['lines', '# a: comment\nname=m1'],
    ['lines', "properties=\"{'a': 'b'}\""],
    ['lines', ''],
    ['python', "[{'a': 1}]"],
    ['pasted', 'abc'],
    ['pasted', '| a | b |'],
    ['pasted', '[user@host ~]$ openstack flavor show m1'],
    ['pasted', 'quota:cpu_shares=512 --property quota:cpu_quota=5'],
    ['pasted', "quota:cpu_shares='512', quota:cpu_quota='5'"],
    ['pasted', '{"a": 1}\n[user@host ~]$ '],
    ['pasted', 'quota:cpu_shares: 5\nuser@host:~$'],
    ['pasted', '# openstack flavor set m1 --property a=b'],
    ['pasted', '\x1b[1mquota:cpu_shares\x1b[0m=5'],
  ])('is %s: %j', (form, text) => {
    expect(textForm(text)).toBe(form);
  });
});

describe('a text taken apart', () => {
  it('is text only where it is lines', () => {
    expect(parseText('a=5\nb="c"', 'it')).toEqual(
      new Map([
        ['a', '5'],
        ['b', 'c'],
      ]),
    );
  });

  it('is refused under its name', () => {
    expect(() => parseText('<x/>', "'f'")).toThrow("'f' is XML, which is not expected here");
    expect(() => parseText('a: b', "'f'")).toThrow("'f' is YAML, for which no parser was given");
    expect(() => parseText(' '.repeat(1024 * 1024 + 1), "'f'")).toThrow("'f' is too large");
    expect(() => parseText('a', "'f'")).toThrow("'f' is neither JSON nor YAML nor key=value lines at line 1");
    expect(() => parseText('{"a"', "'f'")).toThrow("'f' is not JSON at line 1, column 5");
  });
});
