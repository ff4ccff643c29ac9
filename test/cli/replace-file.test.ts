import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile, replaceFileBy } from '../../src/cli/replace-file.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'virt-quota-replace-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('a file that is replaced', () => {
  it("leaves alone what a link points to that somebody put at a name with this process's number", async () => {
    const [victim, folder] = [join(scratch, 'victim'), join(scratch, 'folder')];
    writeFileSync(victim, 'mine', { mode: 0o600 });
    mkdirSync(folder);
    writeFileSync(join(folder, 'report'), 'old');
    chmodSync(join(folder, 'report'), 0o666);
    symlinkSync(victim, join(folder, `report.${process.pid}.new`));
    await replaceFileBy(join(folder, 'report'), 'new');
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(modeOf(victim)).toBe(0o600);
    expect(readFileSync(join(folder, 'report'), 'utf8')).toBe('new');
  });

  it('is written under a name that nobody can guess, another one each time', async () => {
    const names = new Set<string>();
    for (let n = 0; n < 3; n += 1) {
      const file = await replaceFile(join(scratch, 'report'));
      for (const name of readdirSync(scratch)) names.add(name);
      await file.discard();
    }
    expect(names.size).toBe(3);
    for (const name of names) expect(name).toMatch(/^\.virt-quota-\d+-\d+-[0-9a-f]{32}\.new$/);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it.each([
    ['a link to a file', (path: string) => symlinkSync('victim', path), 'it is a link'],
    ['a link to nothing', (path: string) => symlinkSync('nothing', path), 'it is a link'],
    ['a folder', (path: string) => mkdirSync(path), 'it is not a regular file'],
  ])('is refused when %s is in its place', async (_, put, why) => {
    const [victim, target] = [join(scratch, 'victim'), join(scratch, 'target')];
    writeFileSync(victim, 'mine');
    put(target);
    await expect(replaceFile(target)).rejects.toMatchObject({
      code: 'invalid-input',
      message: `cannot write '${target}': ${why}`,
    });
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readdirSync(scratch).sort()).toEqual(['target', 'victim']);
  });

  it('is refused when a link comes into its place meanwhile', async () => {
    const [victim, target] = [join(scratch, 'victim'), join(scratch, 'target')];
    writeFileSync(victim, 'mine');
    const file = await replaceFile(target);
    await file.write('new');
    symlinkSync(victim, target);
    await expect(file.commit()).rejects.toThrow('it is a link');
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readdirSync(scratch).sort()).toEqual(['target', 'victim']);
  });

  it('stays in the folder that it began in, when another one gets its name', async () => {
    const [folder, moved] = [join(scratch, 'folder'), join(scratch, 'moved')];
    mkdirSync(folder);
    const file = await replaceFile(join(folder, 'report'));
    await file.write('new');
    const { renameSync } = await import('node:fs');
    renameSync(folder, moved);
    mkdirSync(folder);
    await file.commit();
    expect(readdirSync(folder)).toEqual([]);
    expect(readFileSync(join(moved, 'report'), 'utf8')).toBe('new');
  });

  it('does not change what has a second name', async () => {
    const [target, other] = [join(scratch, 'target'), join(scratch, 'other')];
    writeFileSync(other, 'old');
    linkSync(other, target);
    await replaceFileBy(target, 'new');
    expect(readFileSync(other, 'utf8')).toBe('old');
  });

  it('has the permissions that the umask leaves, no more than before, and as a secret only those of its owner', async () => {
    const before = process.umask(0o027);
    try {
      const file = (name: string, mode?: number) => {
        const path = join(scratch, name);
        if (mode !== undefined) {
          writeFileSync(path, 'old');
          chmodSync(path, mode);
        }
        return path;
      };
      const written = async (path: string, secret: boolean) => {
        await replaceFileBy(path, 'new', { secret });
        return modeOf(path);
      };
      expect(await written(file('new'), false)).toBe(0o640);
      expect(await written(file('wide', 0o666), false)).toBe(0o640);
      expect(await written(file('narrow', 0o600), false)).toBe(0o600);
      expect(await written(file('secret'), true)).toBe(0o600);
      expect(await written(file('open secret', 0o644), true)).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });
});

describe('what a killed process has left beside a file', () => {
  const random = 'a'.repeat(32);
  const namespace = /\d+/.exec(readlink('/proc/self/ns/pid'))?.[0] ?? '';
  const old = new Date(Date.now() - 25 * 60 * 60 * 1000);
  const put = (name: string, date?: Date) => {
    writeFileSync(join(scratch, name), 'half');
    if (date !== undefined) utimesSync(join(scratch, name), date, date);
  };

  it('goes with the next file that is written there, and nothing else does', async () => {
    const [ended, running, elsewhere, aged, foreign] = [
      `.virt-quota-${namespace}-4194305-${random}.new`,
      `.virt-quota-${namespace}-${process.ppid}-${random}.new`,
      `.virt-quota-1-4194305-${random}.new`,
      `.virt-quota-1-4194306-${random}.new`,
      `report.${process.ppid}.new`,
    ];
    put(ended);
    put(running);
    put(elsewhere);
    put(aged, old);
    put(foreign, old);
    symlinkSync('nothing', join(scratch, `.virt-quota-1-1-${random}.new`));
    await replaceFileBy(join(scratch, 'report'), 'new');
    expect(readdirSync(scratch).sort()).toEqual(
      [running, elsewhere, foreign, `.virt-quota-1-1-${random}.new`, 'report'].sort(),
    );
    expect(lstatSync(join(scratch, 'report')).isFile()).toBe(true);
  });
});

function readlink(path: string): string {
  return process.getBuiltinModule('node:fs').readlinkSync(path);
}
