import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openCapture, sourceAt } from '../../src/host/capture-archive.ts';
import { capturedHypervisor } from '../../src/host/captured.ts';
import { captureIn } from '../../src/host/recording.ts';
import { capturedFolders, partsOf } from './captures.ts';
import type { Dice } from './dice.ts';
import { type Harness, unseen } from './harness.ts';
import { byteMutations } from './mutate-bytes.ts';

const BLOCK = 512;
let folder: string | undefined;

/** A capture in a tar file, plain or compressed. What is wrong with it is told before anything in it is used. */
export const tarHarness: Harness = {
  name: 'tar',
  share: 2,
  corpus: () => {
    const plain = tarOf(partsOf(capturedFolders[0] ?? ''));
    return [plain, gzipSync(plain)].map(bytes => bytes.toString('latin1'));
  },
  mutations: [...byteMutations, changeField, changeField, changeField, changeField, repeatMember],
  read: async text => {
    const capture = await openCapture(fileWith(text));
    try {
      const source = captureIn(sourceAt(capture.place));
      await capturedHypervisor(source).listDomains();
      await source.file('/proc/self/mounts');
      await source.folder('/sys/fs/cgroup');
    } finally {
      await capture.close();
    }
    return unseen;
  },
};

function tarOf(parts: ReadonlyMap<string, string>): Buffer {
  const members = [...parts].map(([name, text]) => memberOf(name.slice(-99), Buffer.from(text)));
  return Buffer.concat([...members, Buffer.alloc(2 * BLOCK)]);
}

function memberOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 'latin1');
  header.write('0000644\x000000000\x000000000\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0        0', 136);
  header.write('ustar\x0000', 257);
  summed(header, 0);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** The sum of a header is right again. */
function summed(bytes: Buffer, at: number): void {
  bytes.fill(' ', at + 148, at + 156);
  const sum = bytes.subarray(at, at + BLOCK).reduce((all, byte) => all + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148);
}

const names = [
  '../x',
  '/etc/passwd',
  'a/../../b',
  'files/./x',
  '',
  '\0',
  'meta.json',
  'x'.repeat(100),
  'a\nb',
  './meta.json',
];
const sizes = [
  '77777777777',
  '00000000000',
  '-0000000001',
  '           ',
  '\x80\0\0\0\0\0\0\0\xff\xff\xff',
  '00000000001',
];

/** A field of one header says something else, and its sum fits. */
function changeField(input: string, dice: Dice): string {
  const bytes = Buffer.from(input, 'latin1');
  const headers = headersIn(bytes);
  if (headers.length === 0) return input;
  const at = dice.of(headers);
  dice.of([
    () => bytes.write(dice.of(names), at, 100, 'latin1'),
    () => bytes.write(dice.of(sizes), at + 124, 12, 'latin1'),
    () => bytes.write(dice.of([...'01234567gxLKSVA\0\xff']), at + 156, 1, 'latin1'),
    () => bytes.write(dice.of(names), at + 157, 100, 'latin1'),
    () => bytes.write(dice.of(['ustar  \0', 'xxxxx\x0000', '\0'.repeat(8)]), at + 257, 8, 'latin1'),
    () => bytes.write(dice.of(names), at + 345, 155, 'latin1'),
  ])();
  if (dice.chance(0.9)) summed(bytes, at);
  return bytes.toString('latin1');
}

function repeatMember(input: string, dice: Dice): string {
  const headers = headersIn(Buffer.from(input, 'latin1'));
  if (headers.length === 0) return input;
  const at = dice.of(headers);
  return input.slice(0, at) + input.slice(at, at + 2 * BLOCK).repeat(dice.of([2, 20, 200])) + input.slice(at);
}

function headersIn(bytes: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    if (bytes.toString('latin1', at + 257, at + 262) === 'ustar') found.push(at);
  }
  return found;
}

function fileWith(text: string): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'vq-fuzz-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const file = join(folder, 'capture.tar');
  writeFileSync(file, text, 'latin1');
  return file;
}
