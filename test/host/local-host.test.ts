import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localHost } from '../../src/host/local-host.ts';
import { isReadCommand } from '../../src/host/read-commands.ts';
import { HostReadError } from '../../src/ports/host.ts';

let folder: string;
let root: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'virt-quota-host-'));
  root = join(folder, 'root');
  mkdirSync(join(root, 'sys/fs'), { recursive: true });
  writeFileSync(join(folder, 'secret'), 'outside');
  writeFileSync(join(root, 'sys/fs/cpu.max'), 'max 100000\n');
  writeFileSync(join(root, 'large'), 'x'.repeat(1024 ** 2 + 1));
  symlinkSync('../fs', join(root, 'sys/fs/here'));
  symlinkSync('../../secret', join(root, 'sys/out'));
  symlinkSync('/etc', join(root, 'etc'));
  symlinkSync('loop', join(root, 'loop'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the files of a host', () => {
  it('are read whole, below the root', async () => {
    expect(await localHost({ root }).readFile('/sys/fs/cpu.max')).toBe('max 100000\n');
    expect(await localHost({ root }).readFile('/sys/fs/here/cpu.max')).toBe('max 100000\n');
    expect(await localHost().readFile(join(root, 'sys/fs/cpu.max'))).toBe('max 100000\n');
  });

  it('of the kernel have no size, and are read all the same', async () => {
    expect(await localHost().readFile('/proc/self/cgroup')).toMatch(/^\d+:/);
    expect(await localHost().readFile('/proc/self/mounts')).toContain(' /proc ');
  });

  it('may be absent', async () => {
    expect(await localHost({ root }).readFile('/nothing')).toBeUndefined();
    expect(await localHost({ root }).readFile('/sys/fs/cpu.max/below')).toBeUndefined();
    expect(await localHost({ root }).listFolder('/nothing')).toBeUndefined();
  });

  it.each([
    ['leads out of the root', '/sys/out'],
    ['leads out of the root by an absolute link', '/etc/passwd'],
    ['climbs out of the root', '/../secret'],
    ['is not absolute', 'sys/fs/cpu.max'],
    ['is not plain', '/sys//fs/cpu.max'],
    ['has a zero byte', '/sys/\0'],
    ['is a folder', '/sys'],
    ['is too large', '/large'],
    ['is a loop of links', '/loop'],
  ])('cannot be read when the path %s', async (_why, path) => {
    await expect(localHost({ root }).readFile(path)).rejects.toBeInstanceOf(HostReadError);
  });

  it('do not block on a device', async () => {
    await expect(localHost().readFile('/dev/zero')).rejects.toThrow("'/dev/zero' is not a regular file");
  });

  it('are listed in order', async () => {
    expect(await localHost({ root }).listFolder('/sys/fs')).toEqual(['cpu.max', 'here']);
    await expect(localHost({ root }).listFolder('/etc')).rejects.toThrow('leads out of');
  });
});

describe('the commands of a host', () => {
  it('run without a shell and in plain language', async () => {
    const result = await localHost().run(['tc', '-V']);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toContain('iproute2-');
    const failed = await localHost().run(['tc', 'class', 'show', 'dev', '$(id)']);
    expect(failed).toMatchObject({ exitCode: 1, stderr: 'Cannot find device "$(id)"\n' });
  });

  it('do not answer for another root', async () => {
    await expect(localHost({ root }).run(['tc', '-V'])).rejects.toThrow(
      "'tc -V' would answer for another machine",
    );
  });

  it('are ended with the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(localHost({ signal }).run(['tc', '-V'])).rejects.toThrow('enough');
  });

  it.each([
    ['tc -V', true],
    ['tc -j class show dev tap0', true],
    ['tc -r -s -d filter show dev tap0 parent ffff:', true],
    ['tc qdisc show dev show', true],
    ['ovs-vsctl --timeout=5 --format=json --columns=name list Interface -- --columns=name list Port', true],
    ['ovs-vsctl get Port tap0 qos', true],
    ['tc class add dev tap0 parent 1: classid 1:1 htb rate 1kbps', false],
    ['tc -batch /tmp/file', false],
    ['tc -j -batch /tmp/file', false],
    ['tc', false],
    ['ovs-vsctl', false],
    ['ovs-vsctl list Interface -- set Interface tap0 ingress_policing_rate=1', false],
    ['ovs-vsctl list Interface --', false],
    ['ovs-vsctl -t 5 set Interface list', false],
    ['sh -c true', false],
    ['/tmp/tc class show', false],
    ['', false],
  ])('%s is allowed: %s', (line, allowed) => {
    expect(isReadCommand(line.split(' '))).toBe(allowed);
  });
});
