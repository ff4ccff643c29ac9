import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { targetOf } from '../../src/libvirt/endpoint.ts';
import { parseUri } from '../../src/libvirt/uri.ts';

function argv(uri: string, { readOnly = false, uid = 0 } = {}): readonly string[] {
  const situation = { readOnly, uid, home: '/h', runtimeFolder: '/r' };
  const { endpoint } = targetOf(parseUri(uri), situation);
  return endpoint.transport === 'command' ? endpoint.argv : [];
}

describe('the ssh command line is libvirt’s', () => {
  it.each([
    ['qemu+ssh://somehost/system', ['ssh', '-T', '-e', 'none', '--', 'somehost']],
    [
      'qemu+ssh://fred@somehost:9000/system?no_tty=1',
      ['ssh', '-p', '9000', '-l', 'fred', '-T', '-e', 'none', '-o', 'BatchMode=yes', '--', 'somehost'],
    ],
    [
      'qemu+ssh://example.com/system?keyfile=/root/.ssh/example_key&no_verify=1&command=/opt/ssh',
      [
        ...['/opt/ssh', '-i', '/root/.ssh/example_key', '-T', '-e', 'none'],
        ...['-o', 'StrictHostKeyChecking=no', '--', 'example.com'],
      ],
    ],
    ['qemu+ssh:///system', ['ssh', '-T', '-e', 'none', '--', 'localhost']],
  ])('%s', (uri, expected) => {
    expect(argv(uri).slice(0, -1)).toEqual(expected);
  });
});

/** Runs what the other machine's login shell would be given, with stand-ins for the programs there. */
describe('what the other machine runs, run by a real shell', () => {
  let folder = '';
  const stub = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const remote = (uri: string, options = {}, programs: Readonly<Record<string, string>> = {}) => {
    folder = mkdtempSync(join(tmpdir(), 'vq-ssh-'));
    for (const [name, script] of Object.entries(programs)) stub(name, script);
    stub('which', `test -x "${folder}/$1"`);
    const line = argv(uri, options).at(-1) ?? '';
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const said = execFileSync('/bin/sh', ['-c', line], { env, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    return said;
  };
  const show = 'for word; do printf "[%s]" "$word"; done';
  const helper = { 'virt-ssh-helper': `printf helper; ${show}` };
  const oldNetcat = { nc: `printf nc; ${show}` };
  const newNetcat = {
    nc: `test "$*" = -q && echo "nc: option requires an argument -- q" && exit 1; printf nc; ${show}`,
  };

  it('is virt-ssh-helper where there is one', () => {
    expect(remote('qemu+ssh://h/system', {}, { ...helper, ...oldNetcat })).toBe('helper[qemu:///system]');
  });

  it('tells virt-ssh-helper about read-only', () => {
    expect(remote('qemu+ssh://h/system', { readOnly: true }, helper)).toBe('helper[-r][qemu:///system]');
  });

  it('is netcat on the usual socket where there is none', () => {
    expect(remote('qemu+ssh://h/system', {}, newNetcat)).toBe('nc[-q0][-U][/var/run/libvirt/libvirt-sock]');
    expect(remote('qemu+ssh://h/system', { readOnly: true }, newNetcat)).toBe(
      'nc[-q0][-U][/var/run/libvirt/libvirt-sock-ro]',
    );
  });

  it('does not give -q to a netcat that does not know it', () => {
    expect(remote('qemu+ssh://h/system?proxy=netcat', {}, oldNetcat)).toBe(
      'nc[-U][/var/run/libvirt/libvirt-sock]',
    );
  });

  it('is netcat when a socket or a netcat is named', () => {
    expect(remote('qemu+ssh://h/system?socket=/opt/s', {}, { ...helper, ...newNetcat })).toBe(
      'nc[-q0][-U][/opt/s]',
    );
    expect(
      remote('qemu+ssh://h/system?netcat=my%20nc', {}, { ...helper, 'my nc': `printf mine; ${show}` }),
    ).toBe('mine[-U][/var/run/libvirt/libvirt-sock]');
  });

  it('is virt-ssh-helper alone for a session, whose socket only the other side knows', () => {
    expect(remote('qemu+ssh://h/session', { uid: 1000 }, helper)).toBe('helper[qemu:///session]');
  });

  it.each([
    ["a'b", 'a%27b'],
    ['a"b$(id)`id`', 'a%22b%24(id)%60id%60'],
    ['a b;c', 'a%20b%3Bc'],
    ["'; id; '", '%27%3B%20id%3B%20%27'],
    ['back\\slash', 'back%5Cslash'],
  ])('never lets the shells touch the socket %s', (socket, escaped) => {
    const said = remote(`qemu+ssh://h/system?socket=/${escaped}`, {}, newNetcat);
    expect(said).toBe(`nc[-q0][-U][/${socket}]`);
  });

  it('never lets the shells touch the name', () => {
    const said = remote('qemu+ssh://h/system?proxy=native&name=%27%3Bid%3B%22%24x', {}, helper);
    expect(said).toBe(`helper[';id;"$x]`);
  });
});
