/** The programs whose command lines are read. */
const client = /^(?:[\w./-]{0,80}[/.])?(openstack|nova|cinder|neutron)(?=\s)(?!.{0,200}: error: )/;

/** What may stand before a program: assignments of the environment, `sudo`, `time`. */
const before =
  /^(?:(?:sudo|env|time|[A-Za-z_]\w{0,60}=[^\s'"|;&]{0,200}|-[EHnSk]|-u\s+[\w.-]{1,60})\s+){1,20}/;

/** `[user@host ~]$`, `(venv) user@host:~/x#`, `PS C:\>`, `(openstack)`, `$`: what a shell prints before a command. */
const prompt =
  /^(?:\([^()\n]{0,80}\)\s{0,4}){0,3}(?:\[[^\][\n"{}=]{0,120}\]|[\w.-]{1,80}@[\w.-]{1,80}(?:[:\s][^\n"={}|$#%>]{0,120})?|(?:PS )?[A-Za-z]:\\[^\n"=|<>]{0,120}|)\s{0,4}[$#%>❯➜»](?=\s|$)\s{0,8}/u;

/** Whether a line is one of a table that a client prints, in ASCII or in box drawing. */
export function isTableLine(line: string): boolean {
  return /^\s*(?:\+[-=+]{2}|[|│┃║]|[┌┏╔╭├┣╠└┗╚╰┡╞]\S)/u.test(line);
}

/** How long the prompt is that a line begins with; 0: none. A lone `#` is one only before a client's command. */
export function promptLength(line: string): number {
  const shell = /^\((?:openstack|nova|cinder|neutron)\)\s+(?=\S)/.exec(line);
  if (shell !== null) return shell[0].length;
  const found = prompt.exec(line)?.[0] ?? '';
  if (found === '') return 0;
  const isBare = /^[#%>]\s*$/.test(found);
  return isBare && !isClientCommand(line.slice(found.length)) ? 0 : found.length;
}

/** Whether what follows a prompt is the command of a client of OpenStack. */
export function isClientCommand(line: string): boolean {
  return client.test(line.replace(before, ''));
}

/** Whether a line can stand only in what was copied from a terminal. */
export function isPastedLine(line: string): boolean {
  return /^usage: /.test(line) || isTableLine(line) || promptLength(line) > 0 || isClientCommand(line);
}

/**
 * Whether a line is `key=value` and nothing more: no command, no key in quotes, no other pair after it, no block that is
 * opened.
 */
export function isPlainProperty(line: string): boolean {
  const match = /^(?:--property[ =]\s*)?[^\s="'|{}]+\s*=(?!=)(.*)$/.exec(line);
  if (match === null) return false;
  const value = (match[1] ?? '').trimStart();
  return !(/\s--[a-z]/.test(value) || /^'[^']*'\s*,/.test(value) || /^\{(?!u?'|\})/.test(value));
}
