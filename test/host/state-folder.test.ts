import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
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

describe('a full disk', () => {
  beforeEach(() => mkdirSync(folder));

  it('leaves no half-written text behind', async () => {
    const draft = `one.json.${process.pid}.new`;
    symlinkSync('/dev/full', join(folder, draft));
    await expect(stateFolder(folder).save('one', 'text')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nobody with the lock', async () => {
    symlinkSync('/dev/full', join(folder, 'one.lock'));
    const state = stateFolder(folder);
    await expect(state.lock('one')).rejects.toMatchObject({ message: expect.stringContaining('ENOSPC') });
    // Were it still held, the second one would be told so.
    await expect(state.lock('one')).rejects.toMatchObject({ message: expect.stringContaining('ENOSPC') });
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
