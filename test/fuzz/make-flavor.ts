import { ownKeys } from '../../src/intent/own-keys.ts';
import { quotaKeys } from '../../src/intent/quota-keys.ts';
import type { Dice } from './dice.ts';
import { edgeNumbers } from './edge-values.ts';

const keys = [
  ...quotaKeys.map(one => one.key),
  ...ownKeys.map(one => one.key),
  'hw:cpu_policy',
  'resources:VCPU',
  'trait:HW_CPU_X86_AVX',
];

/** A flavor with some of all keys there are, in one of its forms. */
export function makeFlavor(dice: Dice): string {
  const pairs = Array.from({ length: 1 + dice.below(8) }, () => [dice.of(keys), specOf(dice)] as const);
  return dice.of(forms)(pairs, dice);
}

function specOf(dice: Dice): string {
  return dice.chance(0.6) ? String(dice.below(dice.of([10, 2000, 10 ** 6, 2 ** 40]))) : dice.of(edgeNumbers);
}

type Pairs = readonly (readonly [key: string, value: string])[];

const forms: readonly ((pairs: Pairs, dice: Dice) => string)[] = [
  pairs =>
    JSON.stringify({ flavor: { id: '1', name: 'm1', vcpus: 2, extra_specs: Object.fromEntries(pairs) } }),
  pairs => JSON.stringify({ name: 'm1', vcpus: 2, properties: Object.fromEntries(pairs) }, null, 2),
  pairs => JSON.stringify([{ Name: 'm1', ID: '1', Properties: Object.fromEntries(pairs) }]),
  pairs => pairs.map(([key, value]) => `${key}=${value}\n`).join(''),
  pairs =>
    `openstack flavor set m1 ${pairs.map(([key, value]) => `--property ${key}='${value}'`).join(' ')}\n`,
  pairs => `nova flavor-key m1 set ${pairs.map(([key, value]) => `${key}=${value}`).join(' \\\n  ')}\n`,
  pairs =>
    `name: m1\nvcpus: 2\nproperties:\n${pairs.map(([key, value]) => `  ${key}: '${value}'\n`).join('')}`,
  pairs => `{${pairs.map(([key, value]) => `'${key}': '${value}'`).join(', ')}}`,
  pairs =>
    `resource "openstack_compute_flavor_v2" "m1" {\n  name = "m1"\n  extra_specs = {\n${pairs.map(([key, value]) => `    "${key}" = "${value}"\n`).join('')}  }\n}\n`,
  pairs => `name="m1"\nproperties="${pairs.map(([key, value]) => `${key}='${value}'`).join(', ')}"\n`,
  tableOf,
];

function tableOf(pairs: Pairs, dice: Dice): string {
  const text = pairs.map(([key, value]) => `${key}='${value}'`).join(', ');
  const width = dice.chance(0.5) ? text.length : 20 + dice.below(40);
  const cells = text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''];
  const rule = `+------------+${'-'.repeat(width + 2)}+`;
  const row = (name: string, value: string) => `| ${name.padEnd(10)} | ${value.padEnd(width)} |`;
  const rows = [row('name', 'm1'), ...cells.map((cell, at) => row(at === 0 ? 'properties' : '', cell))];
  return [rule, row('Field', 'Value'), rule, ...rows, rule, ''].join('\n');
}
