/** Ways to be less than root, as words before a command. */
export const rights = {
  root: [],
  /** May open what is root's, and nothing that takes a capability. */
  'root without capabilities': ['setpriv', '--bounding-set=-all', '--inh-caps=-all'],
  'root without CAP_NET_ADMIN': ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'],
  nobody: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'],
  'nobody with CAP_DAC_OVERRIDE': [
    ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
    ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override'],
  ],
} as const;

/** A command, what its caller lacks, and what comes of it. */
export interface PrivilegeRow {
  readonly as: keyof typeof rights;
  readonly words: readonly string[];
  readonly exitCode: number;
  /** Somewhere in what it prints. */
  readonly says: RegExp;
}

const asked = ['cpu_shares=512', 'vif_outbound_average=2000', 'vif_outbound_burst=512'].flatMap(one => [
  '--property',
  `quota:${one}`,
]);
const policy = ['--dev', 'PORT', '--policy', 'FOLDER/policy.json'];
const limit = ['--rate', '8000', '--burst', '800'];

/** Each line of the table in `docs/security.md`. */
export const privilegeRows: readonly PrivilegeRow[] = [
  { as: 'nobody', words: ['translate', ...asked], exitCode: 0, says: /<shares>512<\/shares>/ },
  { as: 'nobody', words: ['audit', '--host', 'FOLDER/capture', ...asked], exitCode: 0, says: /1 pass/ },
  { as: 'root without capabilities', words: ['audit', 'DOMAIN', ...asked], exitCode: 0, says: /1 pass/ },
  { as: 'nobody with CAP_DAC_OVERRIDE', words: ['audit', 'DOMAIN', ...asked], exitCode: 0, says: /1 pass/ },
  { as: 'nobody', words: ['audit', 'DOMAIN', ...asked], exitCode: 6, says: /ermission denied/ },
  { as: 'nobody', words: ['plan', 'DOMAIN', ...asked], exitCode: 0, says: /does not answer/ },
  { as: 'nobody', words: ['effective', 'DOMAIN'], exitCode: 6, says: /unknown/ },
  {
    as: 'nobody',
    words: ['capture', 'DOMAIN', '--out', 'FOLDER/open/nobody'],
    exitCode: 0,
    says: /captured 1 domain/,
  },
  {
    as: 'nobody',
    words: ['apply', 'DOMAIN', '--property', 'quota:cpu_shares=600'],
    exitCode: 3,
    says: /denied|authenti/,
  },
  { as: 'nobody', words: ['recover', '--list'], exitCode: 0, says: /nothing to recover/ },
  { as: 'nobody', words: ['port', 'plan', ...policy], exitCode: 3, says: /ermission denied/ },
  { as: 'nobody', words: ['port', 'verify', ...policy], exitCode: 3, says: /ermission denied/ },
  { as: 'nobody', words: ['profile', 'plan', 'FOLDER/profile.yaml'], exitCode: 0, says: /to add/ },
  {
    as: 'nobody',
    words: ['profile', 'apply', 'FOLDER/profile.yaml'],
    exitCode: 3,
    says: /cannot keep state/,
  },
  { as: 'nobody', words: ['midonet', 'plan', 'TAP', ...limit], exitCode: 0, says: /to add/ },
  {
    as: 'root without capabilities',
    words: ['apply', 'DOMAIN', '--property', 'quota:cpu_shares=600'],
    exitCode: 0,
    says: /links hold/,
  },
  { as: 'root without capabilities', words: ['port', 'plan', ...policy], exitCode: 0, says: /Plan: [1-9]/ },
  { as: 'root without capabilities', words: ['port', 'apply', ...policy], exitCode: 0, says: /links hold/ },
  {
    as: 'root without capabilities',
    words: ['port', 'remove', '--dev', 'PORT'],
    exitCode: 0,
    says: /applied/,
  },
  {
    as: 'root without CAP_NET_ADMIN',
    words: ['profile', 'apply', 'FOLDER/profile.yaml'],
    exitCode: 4,
    says: /not permitted/,
  },
  {
    as: 'root without CAP_NET_ADMIN',
    words: ['midonet', 'apply', 'TAP', ...limit],
    exitCode: 4,
    says: /not permitted/,
  },
];
