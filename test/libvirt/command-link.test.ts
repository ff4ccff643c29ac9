import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect } from '../../src/libvirt/index.ts';
import { parseUri } from '../../src/libvirt/uri.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vq-link-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('a program that leads to libvirt is given what ssh needs, and nothing else', async () => {
  const program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\nexec /usr/bin/env >'${folder}/environment'\n`);
  chmodSync(program, 0o755);
  vi.stubEnv('HOME', '/home/me');
  vi.stubEnv('SSH_AUTH_SOCK', '/run/agent');
  vi.stubEnv('LD_PRELOAD', '');
  vi.stubEnv('SSH_ASKPASS', '/tmp/ask');
  vi.stubEnv('BASH_ENV', '/tmp/rc');
  vi.stubEnv('PATH', `.:${folder}:${process.env.PATH}`);
  await connect(`test+ext:///default?command=${encodeURIComponent(program)}`).catch(() => {});
  const lines = readFileSync(join(folder, 'environment'), 'utf8').trim().split('\n');
  const allowed =
    /^(?:HOME|USER|LOGNAME|SSH_AUTH_SOCK|KRB5CCNAME|XDG_RUNTIME_DIR|TERM|LC_ALL|PATH|PWD|_|SHLVL|OLDPWD)=/;
  expect(lines.filter(line => !allowed.test(line))).toEqual([]);
  expect(lines).toEqual(
    expect.arrayContaining([
      'HOME=/home/me',
      'SSH_AUTH_SOCK=/run/agent',
      'LC_ALL=C',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin',
    ]),
  );
});

it('the program ssh is the system’s, whatever comes first in the path', async () => {
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\ntouch '${folder}/ran'\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  const uri = 'test+ssh://127.0.0.1:1/default?no_tty=1';
  await expect(connect(uri)).rejects.toMatchObject({ kind: 'unreachable' });
  expect(() => readFileSync(join(folder, 'ran'))).toThrow('ENOENT');
});

it.each([
  'qemu+ssh://-oProxyCommand=x/system',
  'qemu+ssh://%2DoProxyCommand=x/system',
  'qemu+ssh://-lroot@h/system',
  'qemu+ssh://%2Dlroot@h/system',
])('what ssh could take for an option is no host and no user: %s', uri =>
  expect(() => parseUri(uri)).toThrow(/is not a (?:host|user) name/),
);
