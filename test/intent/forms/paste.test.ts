import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuotaError } from '../../../src/errors.ts';
import { fileText, flavor, policy, resquota, specs, volume } from './read.ts';

const table = fileText('openstack-client/flavor.table');
const json = fileText('openstack-client/flavor.json');
const yaml = fileText('openstack-client/flavor.yaml');
const shell = fileText('openstack-client/flavor.shell');
const small = (name: string, properties: string) =>
  `+------------+-----------------------+\n| Field      | Value                 |\n+------------+-----------------------+\n| name       | ${name} |\n| properties | ${properties} |\n| vcpus      | 1 |\n+------------+-----------------------+\n`;
const cpu = { 'quota:cpu_shares': '512' };
const box: Readonly<Record<string, string>> = { '+': '┼', '-': '─', '|': '│' };

describe('a flavor that was copied from a terminal is the same', () => {
  it.each([
    ['with Windows line ends', table.replaceAll('\n', '\r\n')],
    ['behind a byte order mark', `\ufeff${table}`],
    ['in colours', table.replaceAll('properties', '\x1b[1;32mproperties\x1b[0m')],
    ['in box drawing', table.replace(/[+|]|-(?=[-+])/g, mark => box[mark] ?? mark)],
    [
      'as Markdown',
      table
        .split('\n')
        .filter(line => !line.startsWith('+'))
        .flatMap((line, at) => (at === 1 ? ['|---|---|', line] : [line]))
        .join('\n'),
    ],
    ['indented', table.replace(/^/gm, '    ')],
    [
      'without its borders',
      table
        .split('\n')
        .filter(line => line.includes('properties') || line.includes('name '))
        .join('\n'),
    ],
    ['with blanks that no line may break at', table.replaceAll(' | ', '\u00a0|\u00a0')],
    ['with tabs around its cells', table.replace(/ {2,}\|/g, '\t|')],
    ['wrapped by a terminal of 100 columns', table.replace(/[^\n]{100}/g, '$&\n')],
    [
      'wrapped by a terminal of 33 columns',
      `$ openstack flavor show x\n${table.replace(/[^\n]{33}/g, '$&\n')}$ `,
    ],
    ['under a prompt', `[user@controller ~]$ openstack flavor show m1.resquota\n${table}`],
    ["under root's bare prompt", `# openstack flavor show m1.resquota\n${table}`],
    ['before a prompt', `${table}[user@controller ~]$ `],
    [
      'between prompts and commands',
      `$ source admin-openrc\n$ openstack flavor show m1.resquota\n${table}$ exit\n`,
    ],
    ['before an empty line and a prompt', `${table}\n\nuser@host:~$\n`],
    ['as JSON under its command', `$ openstack flavor show m1.resquota -f json\n${json}`],
    ['as JSON before a prompt', `${json}[user@controller ~]$ `],
    ['as JSON in colours', json.replaceAll('"properties"', '\x1b[34;1m"properties"\x1b[0m')],
    [
      'as YAML between prompts',
      `user@host:~$ openstack flavor show m1.resquota -f yaml\n${yaml}user@host:~$ `,
    ],
    ['as YAML before a prompt', `${yaml}user@host:~$`],
    ['as shell variables under their command', `$ openstack flavor show -f shell m1.resquota\n${shell}`],
    [
      'as shell variables with a description of two lines',
      shell.replace('description="None"', 'description="one\ntwo"'),
    ],
    ['as a file that was shown', `$ cat m1.json\n${json}`],
    [
      'after it was made and before it was set',
      `$ openstack flavor create --vcpus 1 m1.resquota\n${small('m1.resquota', '')}$ openstack flavor show m1.resquota\n${table}`,
    ],
  ])('%s', (_, text) => {
    expect(specs(text)).toEqual(resquota);
  });

  it('in a table whose value has the mark of its columns in it', () => {
    expect(specs(small('m1', "hw:x='a | b', quota:cpu_shares='512'"))).toEqual({ 'hw:x': 'a | b', ...cpu });
  });

  it('in the table of the old client', () => {
    const old = (value: string) =>
      `+-------------+-------+\n| Property    | Value |\n+-------------+-------+\n| extra_specs | ${value} |\n| name | m1 |\n| vcpus | 1 |\n+-------------+-------+\n`;
    expect(specs(old('{"quota:cpu_shares": "512"}'))).toEqual(cpu);
    expect(specs(old("{u'quota:cpu_shares': u'512'}"))).toEqual(cpu);
  });

  it('in the table of a server', () => {
    const text = `| name | vm1 |\n| flavor | description=, disk='1', ephemeral='0', extra_specs.quota:cpu_shares='512', id='m1', vcpus='1' |\n`;
    expect(specs(`$ openstack server show vm1\n${text}`)).toEqual(cpu);
  });

  it('in lists', () => {
    const list = (properties: string) =>
      `"ID","Name","RAM","VCPUs","Properties"\n"1","m1",512,1,"${properties}"\n`;
    expect(specs(list("{'quota:cpu_shares': '512'}"))).toEqual(cpu);
    expect(specs(list("quota:cpu_shares='512'"))).toEqual(cpu);
    expect(specs(list("{'quota:cpu_shares': '512'}").replaceAll('\n', '\r\n'))).toEqual(cpu);
    const rows =
      "+----+------+-------------------------+\n| ID | Name | Properties              |\n+----+------+-------------------------+\n| 1  | m1   | quota:cpu_shares='512'  |\n+----+------+-------------------------+\n";
    expect(flavor(rows)).toEqual({ name: 'm1', id: '1', extraSpecs: cpu, said: [] });
  });

  it('as bare values that are its properties alone', () => {
    expect(
      specs("$ openstack flavor show m1 -f value -c properties\n{'quota:cpu_shares': '512'}\n$ "),
    ).toEqual(cpu);
    expect(specs("quota:cpu_shares='512', hw:x='a, b'\n")).toEqual({ ...cpu, 'hw:x': 'a, b' });
    expect(specs("m1\nTrue\n{'quota:cpu_shares': '512'}\n64\n1.0\n\n1\n")).toEqual(cpu);
  });
});

describe('what was copied', () => {
  it('gives a key twice: the last one counts, and that is told', () => {
    const said = ['given-twice quota:cpu_shares'];
    for (const text of [
      'quota:cpu_shares=1\nquota:cpu_shares=512',
      '{"extra_specs": {"quota:cpu_shares": "1", "quota:cpu_shares": "512"}}',
      "{'quota:cpu_shares': '1', 'quota:cpu_shares': '512'}",
      small('m1', "quota:cpu_shares='1', quota:cpu_shares='512'"),
    ]) {
      expect(flavor(text)).toMatchObject({ extraSpecs: cpu, said });
    }
  });

  it('has several flavors: they are named', () => {
    const two = `$ openstack flavor show a\n${small('a', '')}$ openstack flavor show b\n${small('b', '')}`;
    expect(() => flavor(two)).toThrow(/it has 2 flavors \('a', 'b'\)/);
    expect(() => flavor(small('a', '') + small('b', ''))).toThrow(/it has 2 flavors \('a', 'b'\)/);
  });

  it('has the same flavor twice: what was printed last counts', () => {
    const twice = `$ openstack flavor show a\n${small('a', '')}$ openstack flavor set a --property quota:cpu_shares=512\n$ openstack flavor show a\n${small('a', "quota:cpu_shares='512'")}`;
    expect(flavor(twice)).toEqual({ name: 'a', vcpus: 1, extraSpecs: cpu, said: [] });
  });

  it('has a flavor and a QoS: each is taken for what it is', () => {
    const text = `$ openstack flavor show a\n${small('a', "quota:cpu_shares='512'")}$ openstack volume qos show gold\n${fileText('openstack-client/qos.table')}`;
    expect(specs(text)).toEqual(cpu);
    expect(volume(text).specs).toEqual({ read_iops_sec: '2000', total_bytes_sec_per_gb: '1000' });
    expect(() => policy(text)).toThrow(/has neither 'rules' nor anything else of a QoS policy/);
  });

  it.each([
    ["No flavor with a name or ID of 'm1' exists.", /is a message of the client and no answer/],
    [
      '$ openstack flavor show m1\nHttpException: 403: Client Error',
      /is a message of the client and no answer/,
    ],
    [
      '$ openstack flavor show m1\nbash: openstack: command not found',
      /is a message of the client and no answer/,
    ],
    ['| a | b | c |\n', /a table's row with 3 cells under 2 heads: '\| a \| b \| c \|'/],
    [
      "\"ID\",\"Name\",\"Properties\"\n1,m1,{'a': '1', 'b': '2'}\n",
      /line 2: 4 fields under 3 heads of CSV; give it with -f json/,
    ],
    [
      'a sentence about quotas',
      /line 1: 'a sentence about quotas' is in no form that is read: give what the client prints with -f json/,
    ],
    [`${table.slice(0, table.indexOf('quota:disk'))}`, /a table's row that is cut off: '\| properties/],
    ['$ \n$ \n', /is no flavor/],
    ['+----+\n', /is no flavor/],
  ])('is refused with what to give when it is nothing: %j', (text, message) => {
    expect(() => flavor(text)).toThrow(message);
  });

  it('is read or refused, whatever it is', () => {
    const piece = fc.constantFrom(
      ...[
        '| ',
        '+--',
        '\n',
        '$ ',
        '# ',
        'openstack flavor ',
        'set ',
        '--property ',
        'quota:cpu_shares=',
        "'",
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
      ],
      ...[
        'extra_specs = {',
        'resource "a" "b" {',
        '│',
        '┼',
        '\x1b[',
        ',',
        ' : ',
        'x',
        '5',
        '`',
        '$(',
        '\t',
        '"ID","Name"\n',
        'usage: ',
        '&&',
        ';',
        '|',
      ],
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 30 })
      .map(parts => parts.join(''));
    const readsOrRefuses = (read: (one: string) => unknown, one: string) => {
      try {
        read(one);
      } catch (error) {
        if (!(error instanceof QuotaError)) throw error;
        expect(error.code).toBe('invalid-input');
        expect(error.message).not.toContain('\n');
      }
    };
    fc.assert(
      fc.property(text, one => {
        for (const read of [flavor, volume, policy]) readsOrRefuses(read, one);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['blanks', ' '.repeat(500_000)],
    ['a prompt without end', `a@${'b '.repeat(200_000)}`],
    ['brackets', '[{'.repeat(100_000)],
    ['quotes', `openstack flavor set ${"'".repeat(200_001)}`],
    ['borders', '+--+\n'.repeat(100_000)],
    ['marks', '|'.repeat(500_000)],
    ['escapes', '\x1b['.repeat(200_000)],
    ['blocks', 'resource "a" "b" {\n'.repeat(40_000)],
    ['comments of Terraform', `extra_specs = {\n${'/*'.repeat(200_000)}`],
    ['values', `${"a='".repeat(150_000)}\nb`],
    ['assignments before a command', 'a=b '.repeat(200_000)],
    ['a command of many words', `openstack ${'a '.repeat(400_000)}`],
    ['lines', 'x\n'.repeat(100_000)],
    ['pairs', `| properties | ${"k='v', ".repeat(100_000)} |`],
  ])('takes no more time than its length does: %s', (_, text) => {
    const before = performance.now();
    try {
      flavor(text);
    } catch (error) {
      expect(error).toBeInstanceOf(QuotaError);
    }
    expect(performance.now() - before).toBeLessThan(3000);
  });
});
