/** What a command of a client is about; `other` is nothing that has limits. */
export type CommandSubject = 'flavor' | 'volume-qos' | 'qos-policy' | 'qos-rule' | 'server' | 'other';

interface Options {
  readonly valued: readonly string[];
  readonly flags: readonly string[];
}

const printing: Options = {
  valued: [
    'format',
    'column',
    'prefix',
    'max-width',
    'quote',
    'sort-column',
    'sort',
    'limit',
    'marker',
    'page-size',
  ],
  flags: [
    'noindent',
    'fit-width',
    'print-empty',
    'long',
    'all',
    'sort-ascending',
    'sort-descending',
    'help',
    'extra-specs',
  ],
};
const optionsOf: Readonly<Record<Exclude<CommandSubject, 'other'>, Options>> = {
  flavor: {
    valued: [
      'id',
      'ram',
      'ephemeral',
      'disk',
      'swap',
      'rxtx-factor',
      'vcpus',
      'property',
      'project',
      'description',
      'project-domain',
      'is-public',
      'min-disk',
      'min-ram',
    ],
    flags: ['public', 'private', 'no-property'],
  },
  'volume-qos': { valued: ['consumer', 'property'], flags: ['no-property', 'force'] },
  'qos-policy': {
    valued: ['description', 'project', 'project-domain', 'tenant-id', 'extra-property', 'name'],
    flags: ['share', 'shared', 'no-share', 'default', 'no-default'],
  },
  'qos-rule': {
    valued: [
      'type',
      'max-kbps',
      'max-burst-kbits',
      'max-burst-kbps',
      'min-kbps',
      'max-kpps',
      'max-burst-kpps',
      'min-kpps',
      'dscp-mark',
      'direction',
      'tenant-id',
      'extra-property',
    ],
    flags: ['ingress', 'egress', 'any'],
  },
  server: { valued: [], flags: ['diagnostics', 'topology'] },
};
const short: Readonly<Record<string, string>> = {
  f: 'format',
  c: 'column',
  h: 'help',
  F: 'column',
  p: 'project',
  t: 'type',
};

/** An option as it was written. */
export interface FoundOption {
  /** undefined: there is no such option. */
  readonly name?: string;
  readonly value?: string;
  readonly takesNext?: boolean;
}

/** As argparse does: a beginning that only one option has is that option. undefined: it is no option. */
export function optionOf(text: string, subject: Exclude<CommandSubject, 'other'>): FoundOption | undefined {
  if (!/^-[A-Za-z-]/.test(text)) return undefined;
  const known = optionsOf[subject];
  const [, dashes = '', written = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const given = dashes === '-' ? (short[written.slice(0, 1)] ?? '') : written.replaceAll('_', '-');
  const valued = [...printing.valued, ...known.valued];
  const all = [...valued, ...printing.flags, ...known.flags];
  const matches = all.includes(given) ? [given] : all.filter(one => given !== '' && one.startsWith(given));
  const [name] = matches;
  if (name === undefined || matches.length > 1) return {};
  if (!valued.includes(name)) return { name };
  if (dashes === '-' && written.length > 1) return { name, value: written.slice(1) };
  return value === undefined ? { name, takesNext: true } : { name, value };
}
