/** What stands for a secret that was left out. */
export const LEFT_OUT = '(left out)';

const secretWords =
  'passw(?:or)?d|passphrase|secret|token|signature|sig|credentials?|cookies?|psk|keyfile|private[_-]?key|api[_-]?key|access[_-]?key';
const secretName = new RegExp(`(?:^|[^a-z])(?:${secretWords})(?:$|[^a-z])`, 'i');
const user = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@'"]{1,1000}@/gi;
const query = /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s?#'"]*)[?#][^\s'"]*/gi;
const assigned = new RegExp(
  `((?:^|[:;,?&\\s"'{_-])(?:${secretWords}|key)(?:[_-]?(?:file|data|value|id))?"?\\s*[=:]\\s*"?)[^\\s:;,&"'}]+`,
  'gi',
);

/** Whether what is called so is nobody's business. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/**
 * A text without what lets somebody in: users and queries of URLs (a signature is in them), and whatever is given to
 * `password`, `key`, `token` and the like, as QEMU, ceph and curl write it.
 */
export function withoutSecrets(text: string): string {
  return text.replace(user, '$1').replace(query, '$1').replace(assigned, `$1${LEFT_OUT}`);
}

/** The URI of a connection: what a client was told is not the host's. */
export function plainUri(uri: string): string {
  return withoutSecrets(uri).replace(/[?#].*$/s, '');
}

/** Maps of Open vSwitch's database in an answer, without values of which the key says that they are secret. */
export function withoutSecretEntries(answer: string): string {
  return answer.replace(/\["((?:[^"\\]|\\.){1,200})","(?:[^"\\]|\\.)*"\]/g, (entry, key: string) =>
    isSecretName(key) ? JSON.stringify([key, LEFT_OUT]) : entry,
  );
}
