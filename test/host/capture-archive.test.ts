import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCapture, packCapture } from '../../src/host/capture-archive.ts';
import { loadRecording } from '../../src/host/recording.ts';
import { virtQuota } from '../cli/run.ts';

const captured = join(import.meta.dirname, '../workflow/captured/trixie');
let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'virt-quota-archive-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

describe('a capture in a tar file', () => {
  it('is what the folder was, and is unpacked only while it is looked at', async () => {
    const file = join(scratch, 'host.tar');
    await packCapture(captured, file);
    const listed = execFileSync('tar', ['-tf', file], { encoding: 'utf8' });
    expect(listed).toContain('./libvirt/info.json\n');
    const { folder, close } = await openCapture(file);
    expect(execFileSync('diff', ['-r', folder, captured], { encoding: 'utf8' })).toBe('');
    expect(await (await loadRecording(folder)).states()).toHaveLength(1);
    await close();
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(captured)).toBe(true);
  });

  it('gives the same audit as the folder', async () => {
    const file = join(scratch, 'host.tar');
    await packCapture(captured, file);
    const [ofFile, ofFolder] = await Promise.all(
      [file, captured].map(host => virtQuota(['audit', '--host', host, '-f', 'jsonl'])),
    );
    expect(ofFile?.stdout).toBe(ofFolder?.stdout);
    expect(ofFile?.exitCode).toBe(0);
  });

  it.each([
    ['compressed', (file: string) => execFileSync('tar', ['-czf', file, '-C', captured, '.'])],
    ['no tar file', (file: string) => writeFileSync(file, 'x'.repeat(1000))],
    ['empty', (file: string) => writeFileSync(file, '')],
  ])('is refused when it is %s', async (_, make) => {
    const file = join(scratch, 'host.tar');
    make(file);
    await expect(openCapture(file)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(openCapture(file)).rejects.toThrow('neither a folder nor a tar file (uncompressed)');
  });

  it('is refused when it is cut off, or has links', async () => {
    const file = join(scratch, 'host.tar');
    await packCapture(captured, file);
    const whole = execFileSync('cat', [file]);
    writeFileSync(file, whole.subarray(0, 3000));
    await expect(openCapture(file)).rejects.toThrow(/^tar and '/);
    const linked = join(scratch, 'linked');
    cpSync(captured, linked, { recursive: true });
    symlinkSync('/etc/passwd', join(linked, 'files', 'x'));
    await packCapture(linked, file);
    const { folder, close } = await openCapture(file);
    const source = await loadRecording(folder);
    await expect(source.file('/x')).rejects.toMatchObject({ code: 'invalid-input' });
    await close();
  });

  it('stays inside its folder, whatever its names say', async () => {
    const file = join(scratch, 'host.tar');
    writeFileSync(join(scratch, 'outside'), 'x');
    mkdirSync(join(scratch, 'a'));
    execFileSync('tar', ['-cPf', file, '-C', join(scratch, 'a'), '../outside']);
    rmSync(join(scratch, 'outside'));
    await openCapture(file).then(
      ({ close }) => close(),
      () => {},
    );
    expect(existsSync(join(tmpdir(), 'outside'))).toBe(false);
  });
});
