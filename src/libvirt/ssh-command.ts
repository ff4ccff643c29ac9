/** What ssh shall connect, and how the other end leads to the daemon. */
export interface SshRequest {
  /** Local program. */
  readonly program: string;
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly keyFile?: string;
  /** Never asks for a password. */
  readonly batch: boolean;
  /** Refuses unknown host keys, or asks. */
  readonly verify: boolean;
  /** `native` is virt-ssh-helper, which finds the socket itself; `auto` falls back on netcat. */
  readonly proxy: 'auto' | 'native' | 'netcat';
  /** Remote netcat; absent: `nc`. */
  readonly netcat?: string;
  /** Remote socket, for netcat. */
  readonly socket: string;
  /** What is to be opened, for virt-ssh-helper. */
  readonly name: string;
  readonly readOnly: boolean;
}

/**
 * The ssh command line.
 * @see libvirt src/rpc/virnetsocket.c:virNetSocketNewConnectSSH
 */
export function sshArgv(request: SshRequest): readonly [string, ...string[]] {
  const { program, host, port, user, keyFile, batch, verify } = request;
  return [
    program,
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
    ...['-T', '-e', 'none'],
    ...(batch ? ['-o', 'BatchMode=yes'] : []),
    ...(verify ? [] : ['-o', 'StrictHostKeyChecking=no']),
    ...['--', host, remoteCommand(request)],
  ];
}

/**
 * One line for the login shell of the other machine. Same logic as libvirt; the quoting is our own, because libvirt
 * leaves the socket's path unquoted.
 * @see libvirt src/rpc/virnetclient.c:virNetClientSSHHelperCommand
 */
function remoteCommand({ proxy, netcat, socket, name, readOnly }: SshRequest): string {
  const nc = quote(netcat ?? 'nc');
  // Some netcats need -q0 to end with their input, others do not know it.
  const viaNetcat =
    `if ${nc} -q 2>&1 | grep "requires an argument" >/dev/null 2>&1; then ARG=-q0; else ARG=; fi; ` +
    `${nc} $ARG -U ${quote(socket)}`;
  const viaHelper = `virt-ssh-helper ${readOnly ? '-r ' : ''}${quote(name)}`;
  const isNetcat = proxy === 'netcat' || (proxy === 'auto' && netcat !== undefined);
  if (isNetcat) return shell(viaNetcat);
  if (proxy === 'native') return shell(viaHelper);
  return shell(
    `which virt-ssh-helper 1>/dev/null 2>&1; if test $? = 0; then ${viaHelper}; else ${viaNetcat}; fi`,
  );
}

/** The login shell may be anything; what it starts is a POSIX shell. */
function shell(script: string): string {
  return `sh -c ${quote(script)}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
