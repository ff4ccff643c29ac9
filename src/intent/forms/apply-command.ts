import type { Json } from '../json-text.ts';
import type { ClientCommand } from './client-command.ts';
import { changeProperties, draftNamed, type Paste } from './paste.ts';
import { refusedLine } from './refusal.ts';

/** Does to what is known of a text so far what a command would do to the cloud. @throws QuotaError `invalid-input` */
export function applyCommand(command: ClientCommand, paste: Paste): void {
  if (command.verb !== 'show' && command.verb !== 'list') changes[command.subject](command, paste);
}

const changes: Readonly<Record<ClientCommand['subject'], (command: ClientCommand, paste: Paste) => void>> = {
  flavor: changeFlavor,
  'volume-qos': changeVolumeQos,
  'qos-policy': changePolicy,
  'qos-rule': addRule,
  server: () => {},
  other: () => {},
};

function changeFlavor(command: ClientCommand, paste: Paste): void {
  const [name, id, , , vcpus] = command.names;
  if (command.verb === 'delete') {
    forget(paste.flavors, command.names);
    return;
  }
  const draft = draftNamed(paste.flavors, name);
  for (const [key, value] of [
    ['id', id],
    ['vcpus', vcpus],
  ] as const) {
    const said = command.options.get(key)?.at(-1) ?? (command.verb === 'create' ? value : undefined);
    if (said !== undefined) draft.set(key, said);
  }
  changeProperties(draft, 'properties', command, paste);
}

function changeVolumeQos(command: ClientCommand, paste: Paste): void {
  if (command.verb === 'delete') {
    forget(paste.qosSpecs, command.names);
    return;
  }
  const draft = draftNamed(paste.qosSpecs, command.names[0]);
  const among = command.properties
    .find(property => property.startsWith('consumer='))
    ?.slice('consumer='.length);
  const properties = command.properties.filter(property => !property.startsWith('consumer='));
  // openstack's client says `both` where nothing is said; cinder's leaves it to the API.
  const unsaid = command.verb === 'create' && command.told.startsWith('openstack') ? 'both' : undefined;
  const consumer = command.options.get('consumer')?.at(-1) ?? among ?? unsaid;
  if (consumer !== undefined) draft.set('consumer', consumer);
  changeProperties(draft, 'specs', { ...command, properties }, paste);
}

function changePolicy(command: ClientCommand, paste: Paste): void {
  if (command.verb === 'delete') {
    forget(paste.policies, command.names);
    return;
  }
  const draft = draftNamed(paste.policies, command.names[0]);
  if (command.verb === 'create' && !draft.has('rules')) draft.set('rules', []);
}

const ruleKeys = [
  'max-kbps',
  'max-burst-kbits',
  'max-burst-kbps',
  'min-kbps',
  'max-kpps',
  'max-burst-kpps',
  'min-kpps',
  'dscp-mark',
];

function addRule(command: ClientCommand, paste: Paste): void {
  if (command.verb !== 'create') {
    const what = `'${command.told}' changes a rule that is not in this text: give what openstack network qos policy show -f json prints`;
    throw refusedLine(paste.subject, command.line, what);
  }
  addRules(draftNamed(paste.policies, command.names.at(-1)), [ruleOf(command)]);
}

/** The rule as the API spells it. */
function ruleOf({ options }: ClientCommand): ReadonlyMap<string, Json> {
  const direction =
    ['ingress', 'egress', 'any'].find(one => options.has(one)) ?? options.get('direction')?.at(-1);
  const said = ruleKeys.flatMap((key): readonly (readonly [string, Json])[] => {
    const value = options.get(key)?.at(-1);
    return value === undefined ? [] : [[key.replaceAll('-', '_').replace('kbits', 'kbps'), value]];
  });
  const type = options.get('type')?.at(-1)?.replaceAll('-', '_');
  return new Map<string, Json>([
    ...(type === undefined ? [] : [['type', type] as const]),
    ...said,
    ...(direction === undefined ? [] : [['direction', direction] as const]),
  ]);
}

/** A rule as it was printed after the command that made it, which may name what was not printed. */
export function addPrintedRule(
  command: ClientCommand,
  printed: ReadonlyMap<string, Json>,
  paste: Paste,
): void {
  const own = command.options.get('type')?.at(-1);
  const type: readonly (readonly [string, Json])[] =
    own === undefined || printed.has('type') ? [] : [['type', own.replaceAll('-', '_')]];
  const policy = command.verb === 'create' ? command.names.at(-1) : command.names[0];
  addRules(draftNamed(paste.policies, policy), [new Map([...type, ...printed])]);
}

/** Further rules of a policy. */
export function addRules(policy: Map<string, Json>, rules: readonly Json[]): void {
  const known = policy.get('rules');
  policy.set('rules', [...(Array.isArray(known) ? known : []), ...rules]);
}

function forget(drafts: Map<string, Json>[], names: readonly string[]): void {
  const left = drafts.filter(
    draft => !names.some(name => draft.get('name') === name || draft.get('id') === name),
  );
  drafts.splice(0, drafts.length, ...left);
}
