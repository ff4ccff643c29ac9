import { type CommandSubject, optionOf } from './client-options.ts';
import { quoted, refusedLine } from './refusal.ts';
import type { ShellWord } from './shell-words.ts';

/** A command of a client of OpenStack, as text: nothing is ever run. */
export interface ClientCommand {
  readonly subject: CommandSubject;
  readonly verb: 'create' | 'set' | 'unset' | 'show' | 'list' | 'delete' | 'other';
  /** `openstack flavor set`, for messages. */
  readonly told: string;
  /** What is no option, in order. */
  readonly names: readonly string[];
  /** Options by their whole names, without dashes; flags are empty. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** `key=value` pairs that it sets, or keys that it unsets. */
  readonly properties: readonly string[];
  readonly line: number;
}

/** First words of commands, the longest first, and what each is. `properties`: words behind the name are `key=value`. */
interface Form {
  readonly words: string;
  readonly subject: CommandSubject;
  readonly verb: ClientCommand['verb'];
  readonly rest?: 'properties' | 'verb-and-properties';
  /** Options that its words stand for. */
  readonly implied?: Readonly<Record<string, string>>;
}

const verbs = ['create', 'set', 'unset', 'show', 'list', 'delete'] as const;
const openstackForms: readonly Form[] = verbs.flatMap((verb): readonly Form[] => [
  { words: `openstack flavor ${verb}`, subject: 'flavor', verb },
  { words: `openstack volume qos ${verb}`, subject: 'volume-qos', verb },
  { words: `openstack network qos policy ${verb}`, subject: 'qos-policy', verb },
  { words: `openstack network qos rule ${verb}`, subject: 'qos-rule', verb },
  {
    words: `openstack server ${verb}`,
    subject: verb === 'show' || verb === 'list' ? 'server' : 'other',
    verb,
  },
]);
const neutronRules = {
  'bandwidth-limit': 'bandwidth-limit',
  'dscp-marking': 'dscp-marking',
  'minimum-bandwidth': 'minimum-bandwidth',
};
const oldForms: readonly Form[] = [
  { words: 'nova flavor-key', subject: 'flavor', verb: 'set', rest: 'verb-and-properties' },
  { words: 'nova flavor-create', subject: 'flavor', verb: 'create' },
  { words: 'nova flavor-show', subject: 'flavor', verb: 'show' },
  { words: 'nova flavor-list', subject: 'flavor', verb: 'list' },
  { words: 'cinder qos-create', subject: 'volume-qos', verb: 'create', rest: 'properties' },
  { words: 'cinder qos-key', subject: 'volume-qos', verb: 'set', rest: 'verb-and-properties' },
  { words: 'cinder qos-show', subject: 'volume-qos', verb: 'show' },
  { words: 'cinder qos-list', subject: 'volume-qos', verb: 'list' },
  { words: 'neutron qos-policy-create', subject: 'qos-policy', verb: 'create' },
  { words: 'neutron qos-policy-show', subject: 'qos-policy', verb: 'show' },
  ...Object.entries(neutronRules).flatMap(([name, type]): readonly Form[] => [
    { words: `neutron qos-${name}-rule-create`, subject: 'qos-rule', verb: 'create', implied: { type } },
    { words: `neutron qos-${name}-rule-show`, subject: 'qos-rule', verb: 'show', implied: { type } },
    { words: `neutron qos-${name}-rule-list`, subject: 'qos-rule', verb: 'list', implied: { type } },
  ]),
];
const forms = [...openstackForms, ...oldForms];

/**
 * Reads a command of the openstack client, or of the clients of Nova, Cinder and Neutron before it. Words and options are a
 * closed list for what sets a flavor, a QoS or a policy; what is about something else is `other`.
 *
 * @returns undefined when it is no command of these clients.
 * @throws QuotaError `invalid-input` with an option that is not known, or a word that only a shell could tell.
 */
export function clientCommand(
  words: readonly ShellWord[],
  subject: string,
  line: number,
): ClientCommand | undefined {
  const called = programFirst(words);
  if (called === undefined) return undefined;
  const { program, rest } = called;
  const inner = afterGlobalOptions(rest);
  const said = [program, ...inner.slice(0, 4).map(word => word.text)].join(' ');
  const form = forms.find(({ words: first }) => said === first || said.startsWith(`${first} `));
  if (form === undefined || form.subject === 'other') {
    const told = [program, ...inner.slice(0, 2).map(word => word.text)].join(' ');
    return { subject: 'other', verb: 'other', told, names: [], options: new Map(), properties: [], line };
  }
  const count = form.words.split(' ').length - 1;
  return commandOf(form, inner.slice(count), { subject, line });
}

/** Pairs as `--property` takes them, with no command around them. @returns undefined when the words are something else */
export function looseProperties(
  words: readonly ShellWord[],
  subject: string,
  line: number,
): ClientCommand | undefined {
  if (!/^--prop(?:erty)?(?:=|$)/.test(words[0]?.text ?? '')) return undefined;
  return commandOf({ words: '--property', subject: 'flavor', verb: 'set' }, words, { subject, line });
}

function programFirst(words: readonly ShellWord[]) {
  let at = 0;
  while (/^(?:sudo|env|time|[A-Za-z_]\w*=.*|-[A-Za-z]+)$/s.test(words[at]?.text ?? ''))
    at += words[at]?.text === '-u' ? 2 : 1;
  const program = /(?:^|[/.])(openstack|nova|cinder|neutron)$/.exec(words[at]?.text ?? '')?.[1];
  return program === undefined ? undefined : { program, rest: words.slice(at + 1) };
}

/** `--os-cloud x`, `--insecure`: how the cloud is reached. */
function afterGlobalOptions(words: readonly ShellWord[]): readonly ShellWord[] {
  let at = 0;
  for (let text = words[at]?.text ?? ''; text.startsWith('-'); text = words[at]?.text ?? '') {
    const takesNext = /^--(?:os-[a-z-]+|timeout|log-file)$/.test(text) && text !== '--os-beta-command';
    at += takesNext ? 2 : 1;
  }
  return words.slice(at);
}

/** Whose options say what is asked for; those of others only describe. */
const asks: ReadonlySet<CommandSubject> = new Set(['volume-qos', 'qos-rule']);

interface Place {
  readonly subject: string;
  readonly line: number;
}

function commandOf(form: Form, words: readonly ShellWord[], { subject, line }: Place): ClientCommand {
  const about = form.subject as Exclude<CommandSubject, 'other'>;
  const options = new Map<string, string[]>(
    Object.entries(form.implied ?? {}).map(([name, value]) => [name, [value]]),
  );
  const names: ShellWord[] = [];
  const properties: ShellWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? { text: '' };
    const option = optionOf(word.text, about);
    if (option === undefined) {
      names.push(word);
      continue;
    }
    if (option.name === undefined)
      throw refusedLine(subject, line, `option ${quoted(word.text)} of '${form.words}' is not known`);
    const value = option.takesNext ? words[++at] : { ...word, text: option.value ?? '' };
    if (value === undefined) throw refusedLine(subject, line, `${quoted(word.text)} has no value`);
    if (option.name === 'property') properties.push(value);
    else if (value.expansion === undefined || asks.has(about))
      options.set(option.name, [...(options.get(option.name) ?? []), plainText(value, subject, line)]);
  }
  const old = oldVerb(form, names);
  return {
    subject: form.subject,
    verb: old.verb,
    told: form.words,
    names: old.names.map(({ text }) => text),
    options,
    properties: [...properties, ...old.properties].map(value => plainText(value, subject, line)),
    line,
  };
}

/** nova's and cinder's commands have the pairs behind the name, after `set` or `unset`. */
function oldVerb(form: Form, words: readonly ShellWord[]) {
  const { verb, rest } = form;
  if (rest === undefined) return { verb, names: words, properties: [] };
  const [name, second, ...others] = words;
  const names = name === undefined ? [] : [name];
  if (rest === 'properties') return { verb, names, properties: words.slice(1) };
  return { verb: second?.text === 'unset' ? ('unset' as const) : verb, names, properties: others };
}

/** What only a shell could tell is not guessed. */
function plainText({ text, expansion }: ShellWord, subject: string, line: number): string {
  if (expansion === undefined) return text;
  throw refusedLine(subject, line, `${quoted(expansion)} is the shell's to replace: write the value itself`);
}
