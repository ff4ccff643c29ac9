import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateFolder } from '../../src/host/state-folder.ts';

let top: string;
let folder: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'vq-state-'));
  folder = join(top, 'state');
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('texts in a state folder', () => {
  it('are kept, replaced, listed and forgotten', async () => {
    const state = stateFolder(folder);
    expect(await state.names()).toEqual([]);
    expect(await state.load('one')).toBeUndefined();
    await state.save('one', 'first');
    await state.save('one', 'second');
    await state.save('a-two', 'other');
    expect(await state.load('one')).toBe('second');
    expect(await state.names()).toEqual(['a-two', 'one']);
    await state.remove('one');
    await state.remove('one');
    expect(await state.names()).toEqual(['a-two']);
  });

  it('are for their owner only, and nothing else lies beside them', async () => {
    await stateFolder(folder).save('one', 'text');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'one.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['one.json']);
  });

  it('cannot be anywhere else', async () => {
    const state = stateFolder(folder);
    await expect(state.load('../one')).rejects.toThrow("'../one' is no name");
  });

  it('are refused with the reason when the folder cannot be made', async () => {
    const state = stateFolder('/dev/null/state');
    await expect(state.save('one', 'text')).rejects.toThrow(/cannot keep state in '\/dev\/null\/state'/);
  });
});

describe('a folder of somebody else', () => {
  const notKept = (why: string) => ({ code: 'refused', message: expect.stringContaining(why) });
  const uses = {
    lock: () => stateFolder(folder).lock('one'),
    save: () => stateFolder(folder).save('one', 'text'),
    load: () => stateFolder(folder).load('one'),
    names: () => stateFolder(folder).names(),
    remove: () => stateFolder(folder).remove('one'),
  };

  it.each(Object.keys(uses) as (keyof typeof uses)[])('is refused by %s', async use => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'one.json'), 'text');
    chmodSync(folder, 0o777);
    await expect(uses[use]()).rejects.toMatchObject(notKept(`others may write to '${folder}'`));
    // A sticky one too: others could put a journal there.
    chmodSync(folder, 0o1777);
    await expect(uses[use]()).rejects.toMatchObject(notKept(`others may write to '${folder}'`));
    chmodSync(folder, 0o770);
    await expect(uses[use]()).rejects.toMatchObject(notKept(`others may write to '${folder}'`));
    expect(readdirSync(folder)).toEqual(['one.json']);
  });

  it.runIf(process.getuid?.() === 0)('is refused, wherever on the way it is', async () => {
    chownSync(top, 65_534, 65_534);
    await expect(uses.save()).rejects.toMatchObject(notKept(`'${top}' belongs to user 65534, not to root`));
    expect(readdirSync(top)).toEqual([]);
  });

  it('is not followed to by a link, of the folder or above it', async () => {
    const real = join(top, 'real');
    mkdirSync(real);
    symlinkSync(real, folder);
    await expect(uses.save()).rejects.toMatchObject(notKept(`'${folder}' is a link`));
    const below = stateFolder(join(folder, 'state'));
    await expect(below.save('one', 'text')).rejects.toMatchObject(notKept(`'${folder}' is a link`));
    expect(readdirSync(real)).toEqual([]);
  });

  it('is not made in one that others may write to', async () => {
    chmodSync(top, 0o777);
    await expect(uses.save()).rejects.toMatchObject(notKept(`others may write to '${top}'`));
    expect(readdirSync(top)).toEqual([]);
    chmodSync(top, 0o1777);
    await uses.save();
    expect(readdirSync(folder)).toEqual(['one.json']);
  });
});

describe('what somebody else put in the folder', () => {
  beforeEach(() => mkdirSync(folder));

  it.each([
    ['a link', (file: string) => symlinkSync(join(top, 'victim'), file), 'is a link'],
    ['a pipe', (file: string) => execFileSync('mkfifo', [file]), 'is no plain file'],
    ['a file that others may write to', (file: string) => writeOpen(file), 'others may write to'],
  ])('is neither read nor locked: %s', async (_, plant, why) => {
    writeFileSync(join(top, 'victim'), 'precious');
    plant(join(folder, 'one.json'));
    plant(join(folder, 'one.lock'));
    const state = stateFolder(folder);
    const refused = { code: 'refused', message: expect.stringContaining(why) };
    await expect(state.load('one')).rejects.toMatchObject(refused);
    await expect(state.lock('one')).rejects.toMatchObject(refused);
    expect(readFileSync(join(top, 'victim'), 'utf8')).toBe('precious');
  });

  it.runIf(process.getuid?.() === 0)('does not count: the journal of another user', async () => {
    writeFileSync(join(folder, 'one.json'), 'text', { mode: 0o600 });
    chownSync(join(folder, 'one.json'), 65_534, 65_534);
    await expect(stateFolder(folder).load('one')).rejects.toMatchObject({ code: 'refused' });
  });

  it('is not read when it is larger than anything that was kept', async () => {
    writeFileSync(join(folder, 'one.json'), '');
    truncateSync(join(folder, 'one.json'), 1024 ** 3);
    await expect(stateFolder(folder).load('one')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('is larger than 67108864 bytes'),
    });
  });

  it('is replaced by what is saved, not followed', async () => {
    writeFileSync(join(top, 'victim'), 'precious');
    symlinkSync(join(top, 'victim'), join(folder, 'one.json'));
    symlinkSync(join(top, 'victim'), join(folder, `one.json.${process.pid}.new`));
    await stateFolder(folder).save('one', 'text');
    expect(readFileSync(join(top, 'victim'), 'utf8')).toBe('precious');
    expect(await stateFolder(folder).load('one')).toBe('text');
  });
});

function writeOpen(file: string): void {
  writeFileSync(file, 'text');
  chmodSync(file, 0o666);
}

describe('what a killed process was in the middle of writing', () => {
  it('goes with the next lock; what is not certainly one of those stays', async () => {
    mkdirSync(folder);
    // No process has a number as high as that.
    const left = ['one.json.4194305.new', 'one.json.4194305.0123456789abcdef.new'];
    const old = `two.json.${process.pid}.0123456789abcdef.new`;
    const stay = ['one.json', 'one.json.new', 'one.json.4194305.new.bak', 'x y.json.4194305.new'];
    const young = `three.json.${process.pid}.new`;
    for (const name of [...left, old, ...stay, young]) writeFileSync(join(folder, name), '');
    utimesSync(join(folder, old), 0, 0);
    await (await stateFolder(folder).lock('vm')).release();
    expect(readdirSync(folder).sort()).toEqual([...stay, young, 'vm.lock'].sort());
  });
});

describe('a lock', () => {
  it('that cannot be made says why', async () => {
    mkdirSync(join(folder, 'one.lock'), { recursive: true });
    await expect(stateFolder(folder).lock('one')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/cannot keep state in '.*': EISDIR/),
    });
  });

  it('leaves its file as it is', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'vm.lock'), 'of an earlier version\n');
    await (await stateFolder(folder).lock('vm')).release();
    expect(readFileSync(join(folder, 'vm.lock'), 'utf8')).toBe('of an earlier version\n');
  });

  it('is made by the system’s flock, whatever comes first in the path', async () => {
    writeFileSync(join(top, 'flock'), `#!/bin/sh\ntouch '${top}/ran'\n`, { mode: 0o755 });
    const path = process.env.PATH;
    const before = process.cwd();
    process.chdir(top);
    try {
      for (const first of [top, '', '.']) {
        process.env.PATH = `${first}:${path}`;
        await (await stateFolder(folder).lock('vm')).release();
      }
    } finally {
      process.env.PATH = path;
      process.chdir(before);
    }
    expect(readdirSync(top).sort()).toEqual(['flock', 'state']);
  });

  it('is had by one at a time, and names who has it', async () => {
    const state = stateFolder(folder);
    const lock = await state.lock('vm');
    await expect(state.lock('vm')).rejects.toMatchObject({
      code: 'locked',
      message: `process ${process.pid} is at work on it`,
    });
    const other = await state.lock('another-vm');
    await lock.release();
    await (await state.lock('vm')).release();
    await other.release();
  });

  it('ends with a process that is killed', async () => {
    const module = join(import.meta.dirname, '../../dist/src/host/state-folder.js');
    const program = `const { stateFolder } = await import(${JSON.stringify(module)});
      await stateFolder(${JSON.stringify(folder)}).lock('vm');
      console.log('locked');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    await once(child.stdout, 'data');
    const state = stateFolder(folder);
    await expect(state.lock('vm')).rejects.toMatchObject({ code: 'locked' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => state.lock('vm').then(lock => lock.release())).toBeUndefined();
  });
});
