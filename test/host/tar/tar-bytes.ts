/** What is put into a tar file that a test makes. */
export interface Made {
  readonly name: string;
  /** One character; absent: a plain file. */
  readonly type?: string;
  readonly content?: string | Buffer;
  /** What the header says; absent: as long as the content is. */
  readonly size?: number;
  readonly magic?: string;
  readonly prefix?: string;
  readonly link?: string;
  readonly checksum?: number;
}

/** The bytes of a tar file, right or not: by hand, so that it can have in it what no program would write. */
export function tarBytes(files: readonly Made[], { end = true } = {}): Buffer {
  const pieces = files.flatMap(made => [header(made), padded(Buffer.from(made.content ?? ''))]);
  return Buffer.concat([...pieces, Buffer.alloc(end ? 1024 : 0)]);
}

function header(made: Made): Buffer {
  const block = Buffer.alloc(512);
  const size = made.size ?? Buffer.from(made.content ?? '').length;
  block.write(made.name, 0, 100, 'latin1');
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write(made.type ?? '0', 156);
  block.write(made.link ?? '', 157);
  block.write(made.magic ?? 'ustar\x0000', 257);
  block.write(made.prefix ?? '', 345);
  block.write('        ', 148);
  const sum = made.checksum ?? block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
