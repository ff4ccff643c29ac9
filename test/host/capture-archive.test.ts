import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCapture, sourceAt } from '../../src/host/capture-archive.ts';
import { captureIn } from '../../src/host/recording.ts';
import { main, virtQuota } from '../cli/run.ts';
import { type Made, tarBytes } from './tar/tar-bytes.ts';

const captured = join(import.meta.dirname, '../workflow/captured/trixie');
let scratch: string;
let file: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'virt-quota-archive-'));
  file = join(scratch, 'host.tar');
});
afterEach(() => rmSync(scratch, { recursive: true }));

const pack = (...options: readonly string[]) =>
  execFileSync('tar', [...options, '-cf', file, '-C', captured, '.']);
const made = (...files: readonly Made[]) => writeFileSync(file, tarBytes(files));
const meta = { name: 'meta.json', content: '{"formatVersion":3}' };

/** What is in a capture, by path. */
async function contentOf(
  path: string,
  ...names: readonly string[]
): Promise<readonly (string | undefined)[]> {
  const { place, close } = await openCapture(path);
  const source = sourceAt(place);
  const texts = names.map(name => source.read(name));
  await close();
  return texts;
}

describe('a capture in a tar file', () => {
  const formats = ['ustar', 'pax', 'gnu', 'oldgnu'] as const;
  it.each(formats)('is what the folder was, as %s', async format => {
    pack(`--format=${format}`);
    const { place, close } = await openCapture(file);
    const [inTar, inFolder] = [sourceAt(place), sourceAt({ folder: captured })];
    const files = readdirSync(captured, { recursive: true, encoding: 'utf8' });
    for (const name of files) {
      if (statSync(join(captured, name)).isDirectory()) expect(inTar.list(name)).toEqual(inFolder.list(name));
      else expect(inTar.read(name)).toBe(readFileSync(join(captured, name), 'utf8'));
    }
    expect(files.length).toBeGreaterThan(30);
    expect(inTar.read('nothing')).toBeUndefined();
    expect(inTar.list('nothing')).toEqual([]);
    expect(await captureIn(inTar).states()).toHaveLength(1);
    await close();
  });

  it.each([
    ['plain', []],
    ['with gzip', ['--gzip']],
    ['with zstd', ['--zstd']],
  ])(
    '%s gives the same audit as the folder, and leaves nothing in the folder for temporary files',
    async (_, how) => {
      pack(...how);
      const [inTar, temporary] = [file, join(scratch, 'tmp')];
      mkdirSync(temporary);
      const env = { TMPDIR: temporary, PATH: '/nowhere' };
      const [ofFile, ofFolder] = await Promise.all(
        [inTar, captured].map(host => virtQuota(['audit', '--host', host, '-f', 'jsonl'], { env })),
      );
      expect(ofFile).toEqual(ofFolder);
      expect(ofFile?.exitCode).toBe(0);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  it('has long names in whatever form', async () => {
    const long = `${'folder/'.repeat(30)}file`;
    const wide = `${'ö'.repeat(80)}/file`;
    const record = (key: string, value: string) => {
      const rest = ` ${key}=${value}\n`;
      return `${Buffer.byteLength(rest) + 3}${rest}`;
    };
    made(
      { name: '././@LongLink', type: 'L', content: `${long}\0`, magic: 'ustar  \0' },
      { name: long.slice(0, 100), content: 'gnu', magic: 'ustar  \0' },
      { name: 'x', type: 'g', content: '26 comment=of all of them\n' },
      { name: 'x', type: 'x', content: record('path', wide) + '16 mtime=123.456\n'.replace('16', '17') },
      { name: 'cut', content: 'pax' },
      { name: 'name', prefix: 'prefix/of/it', content: 'ustar' },
    );
    expect(await contentOf(file, long, wide, 'prefix/of/it/name')).toEqual(['gnu', 'pax', 'ustar']);
  });

  it('knows a file of a folder of which it has nothing else, and what is in its folders', async () => {
    made(
      { name: 'a/b/c', content: '1' },
      { name: 'a/b-c', content: '2' },
      { name: 'a/b/d', content: '3' },
      { name: 'a/bc', content: '' },
      { name: './a/a', content: '5' },
      { name: 'ab', content: '6' },
      { name: 'empty/', type: '5' },
    );
    const { place, close } = await openCapture(file);
    const source = sourceAt(place);
    expect(source.list('a')).toEqual(['a', 'b', 'b-c', 'bc']);
    expect(source.list('a/b')).toEqual(['c', 'd']);
    expect(source.list('empty')).toEqual([]);
    expect(['a/b/c', 'a/bc', 'a/a', 'a', 'empty'].map(source.read)).toEqual([
      '1',
      '',
      '5',
      undefined,
      undefined,
    ]);
    await close();
  });
});

describe('a tar file is refused by name', () => {
  const inside: readonly (readonly [string, Made, string])[] = [
    ['a character device', { name: 'files/dev/watchdog', type: '3' }, 'is a character device'],
    ['a block device', { name: 'x', type: '4' }, 'is a block device'],
    ['a FIFO', { name: 'x', type: '6' }, 'is a FIFO'],
    ['a link', { name: 'x', type: '2', link: '/etc/shadow' }, 'is a link'],
    ['a hard link', { name: 'x', type: '1', link: 'meta.json' }, 'is a hard link'],
    ['a sparse file', { name: 'x', type: 'S', magic: 'ustar  \0' }, 'is a sparse file'],
    ['a file of a type of its own', { name: 'x', type: 'Z' }, 'is no plain file'],
    ['a continued file', { name: 'x', type: 'M', magic: 'ustar  \0' }, 'is no plain file'],
    ['an absolute name', { name: '/etc/passwd' }, 'is no name of a file inside of it'],
    ['a name that leads out of it', { name: 'files/../../x' }, 'is no name of a file inside of it'],
    ['a name that leads nowhere', { name: 'files//x' }, 'is no name of a file inside of it'],
    ['a folder with a name that leads out of it', { name: '../', type: '5' }, 'is no name of a file inside'],
    ['no name', { name: '' }, 'is no name of a file inside of it'],
    ['a name that is not UTF-8', { name: 'x\xff' }, 'it has a name that is not UTF-8'],
    ['a name that another one has', { name: './meta.json' }, "'meta.json' is in it twice"],
    ['a name of many folders', { name: `${'a/'.repeat(48)}x` }, 'lies too deep'],
    ['a folder with content', { name: 'x/', type: '5', content: 'x' }, 'is a folder with content'],
    ['a file that is too large', { name: 'x', size: 32 * 1024 ** 2 + 1 }, 'is larger than 33554432 bytes'],
    ['a file that is larger than the whole', { name: 'x', size: 10_000 }, 'it is cut off'],
    ['another checksum', { name: 'x', checksum: 1 }, 'a header has another checksum than it should'],
    ['a long name that is too long', { name: 'x', type: 'L', size: 100_000 }, 'header that is too large'],
    ['a size for all', { name: 'x', type: 'g', content: '9 size=1\n' }, 'it has a name for all its files'],
    ['a sparse file', { name: 'x', type: 'x', content: '22 GNU.sparse.major=1\n' }, 'it has a sparse file'],
    ['a record that is none', { name: 'x', type: 'x', content: '99 path=x\n' }, 'header that is none'],
    ['a record of no length', { name: 'x', type: 'x', content: '0 path=x\n' }, 'header that is none'],
    ['a size that is none', { name: 'x', type: 'x', content: '11 size=-1\n' }, 'it has a size that is none'],
  ];

  it.each(inside)('when it has in it %s', async (_, spoilt, why) => {
    made(meta, spoilt);
    await expect(openCapture(file)).rejects.toMatchObject({
      code: 'invalid-input',
      subject: file,
      message: expect.stringMatching(/^'\S+host\.tar' is no capture: [^\n]*$/),
    });
    await expect(openCapture(file)).rejects.toThrow(why);
  });

  it('when a name is too long', async () => {
    made(meta, { name: 'x', type: 'L', content: 'y'.repeat(1025) }, { name: 'x' });
    await expect(openCapture(file)).rejects.toThrow(`'${'y'.repeat(200)}' in it is too long a name`);
  });

  it('when it is cut off, wherever', async () => {
    pack();
    const { size } = statSync(file);
    for (const at of [3000, size - 20_480, 512 * 5 + 1]) {
      truncateSync(file, at);
      await expect(openCapture(file)).rejects.toThrow(/is no capture: it is cut off$/);
      pack();
    }
    writeFileSync(file, tarBytes([meta], { end: false }));
    await expect(openCapture(file)).rejects.toThrow(/is no capture: it is cut off$/);
  });

  it.each([
    ['no tar file', Buffer.alloc(1000, 'x')],
    ['empty', Buffer.alloc(0)],
    ['of zeros', Buffer.alloc(10_240)],
    ['compressed with something else', Buffer.from('BZh91AY&SY')],
  ])('when it is %s', async (_, bytes) => {
    writeFileSync(file, bytes);
    await expect(openCapture(file)).rejects.toThrow(
      'is neither a folder nor a tar file, plain or compressed',
    );
  });
});

describe('a compressed tar file', () => {
  const zstd = (bytes: Buffer, ...options: string[]) =>
    execFileSync('zstd', ['-q', '-c', ...options], { input: bytes, maxBuffer: 1024 ** 3 });
  const zeros = (mebibytes: number) =>
    tarBytes([
      meta,
      ...Array.from({ length: mebibytes }, (_, n) => ({ name: `x${n}`, content: Buffer.alloc(1024 ** 2) })),
    ]);

  it.each([
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['zstd', (bytes: Buffer) => zstd(bytes)],
    ['zstd of unknown size', (bytes: Buffer) => zstd(bytes, '--no-content-size', '-19')],
    [
      'zstd in two frames',
      (bytes: Buffer) => Buffer.concat([zstd(bytes.subarray(0, 700)), zstd(bytes.subarray(700))]),
    ],
    [
      'gzip in two members',
      (bytes: Buffer) => Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))]),
    ],
  ])('is read: %s', async (_, compress) => {
    const large = 'a line\n'.repeat(400_000);
    writeFileSync(
      file,
      compress(tarBytes([meta, { name: 'a', content: large }, { name: 'b', content: 'last' }])),
    );
    expect(await contentOf(file, 'meta.json', 'a', 'b')).toEqual([meta.content, large, 'last']);
  });

  it.each([
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['zstd', (bytes: Buffer) => zstd(bytes)],
  ])('is refused when %s is a bomb, cut off or broken', async (name, compress) => {
    const bomb = compress(zeros(40));
    expect(bomb.length).toBeLessThan(64 * 1024);
    writeFileSync(file, bomb);
    await expect(openCapture(file)).rejects.toThrow(/is no capture: it is more than 16777216 bytes when/);
    const good = compress(
      Buffer.concat([tarBytes([meta]), Buffer.from(Array.from({ length: 9999 }, (_, n) => n % 251))]),
    );
    writeFileSync(file, good.subarray(0, good.length - 9));
    await expect(openCapture(file)).rejects.toThrow(new RegExp(`is no capture: its ${name} is broken`));
    writeFileSync(file, Buffer.concat([good.subarray(0, 20), Buffer.alloc(40, 0xff)]));
    await expect(openCapture(file)).rejects.toThrow(new RegExp(`is no capture: its ${name} is broken`));
  });

  it('with the word that tar files have in the name that it says of itself is still a compressed one', async () => {
    const plain = gzipSync(zeros(40));
    const header = Buffer.from(plain.subarray(0, 10));
    header[3] = 8;
    const name = Buffer.alloc(300, 'n');
    name.write('ustar', 257 - 10);
    name[299] = 0;
    const bomb = Buffer.concat([header, name, plain.subarray(10)]);
    expect(bomb.toString('latin1', 257, 262)).toBe('ustar');
    expect(gunzipSync(bomb).length).toBeGreaterThan(40 * 1024 ** 2);
    writeFileSync(file, bomb);
    await expect(openCapture(file)).rejects.toThrow('it is more than 16777216 bytes when');
  });

  it('within another one is refused', async () => {
    writeFileSync(file, gzipSync(gzipSync(tarBytes([meta]))));
    await expect(openCapture(file)).rejects.toThrow(/is no capture/);
  });
});

describe('--host', () => {
  const audited = (path: string) => virtQuota(['audit', '--host', path]);

  it('refuses a FIFO, a device and a socket at once, and opens none of them', async () => {
    const fifo = join(scratch, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const socket = join(scratch, 'socket');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    for (const path of [fifo, socket, '/dev/zero', '/dev/null']) {
      const ran = await audited(path);
      expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
      expect(ran.stderr).toMatch(/^virt-quota: '\S+' is neither a folder nor a tar file[^\n]*\n$/);
    }
    server.close();
  });

  it('takes a link to a capture, and refuses the links in it', async () => {
    symlinkSync(captured, join(scratch, 'link'));
    expect((await audited(join(scratch, 'link'))).exitCode).toBe(0);
    const linked = join(scratch, 'linked');
    cpSync(captured, linked, { recursive: true });
    rmSync(join(linked, 'meta.json'));
    symlinkSync('/etc/passwd', join(linked, 'meta.json'));
    expect((await audited(linked)).stderr).toContain('is not a regular file');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once with %s while it is decompressed', async signal => {
    const member = gzipSync(randomBytes(1024 ** 2));
    writeFileSync(file, Buffer.concat(Array.from({ length: 150 }, () => member)));
    const child = spawn(process.execPath, [main, 'audit', '--host', file], { stdio: 'ignore' });
    const folder = `/proc/${child.pid}/fd`;
    const isIt = (fd: string) => {
      try {
        return readlinkSync(join(folder, fd)) === file;
      } catch {
        // Closed meanwhile.
        return false;
      }
    };
    while (!readdirSync(folder).some(isIt)) await new Promise(resolve => setTimeout(resolve, 2));
    const sent = performance.now();
    child.kill(signal);
    await once(child, 'close');
    expect(performance.now() - sent).toBeLessThan(1500);
    expect(readdirSync(scratch)).toEqual(['host.tar']);
  });
});
