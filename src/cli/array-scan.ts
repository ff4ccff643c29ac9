/** What a piece of a JSON document is. */
export type ScannedPiece =
  /** The array begins; so far the document is this, which lacks `]}` to be whole. */
  | { readonly kind: 'array'; readonly head: Buffer }
  | { readonly kind: 'element'; readonly bytes: Buffer }
  /** The document ends; without the elements of the array it is this. */
  | { readonly kind: 'end'; readonly skeleton: Buffer }
  /** Something follows it. */
  | { readonly kind: 'more' };

/** Takes a JSON document apart as it comes. */
export interface ArrayScan {
  /** @returns what is known with these bytes */
  push(chunk: Buffer): readonly ScannedPiece[];
}

/** What is held at most, in bytes. */
export interface ScanLimits {
  readonly element: number;
  /** Of the document without the array's elements. */
  readonly skeleton: number;
}

const [SPACE, QUOTE, BACKSLASH, COMMA, COLON] = [0x20, 0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Cuts the elements of one array, a member of a document that is an object, out of it, so that no more than one of them is
 * held. That it is JSON is for whoever parses the pieces; what is none gives pieces that are none.
 *
 * @param limits beyond which `tooLarge` is called, which throws
 */
export function arrayScan(member: string, limits: ScanLimits, tooLarge: () => never): ArrayScan {
  const skeleton = collector(limits.skeleton, tooLarge);
  const element = collector(limits.element, tooLarge);
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  let isInArray = false;
  let hasEnded = false;
  /** In the array. */
  let commas = 0;
  /** The last text among the members of the document, as far as it can be the array's name. */
  let text = '';
  let key = '';

  const string = (byte: number) => {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) isEscaped = true;
    else if (byte === QUOTE) {
      isInString = false;
      return;
    }
    if (depth === 1 && text.length <= member.length) text += String.fromCharCode(byte);
  };
  const closes = (byte: number, chunk: Buffer, from: number, at: number): ScannedPiece | undefined => {
    depth -= 1;
    if (isInArray && depth === 1) {
      element.add(chunk.subarray(from, at));
      isInArray = false;
      const bytes = element.take();
      return commas === 0 && isBlank(bytes) ? undefined : { kind: 'element', bytes };
    }
    if (depth !== 0 || byte !== CLOSE_OBJECT) return undefined;
    hasEnded = true;
    skeleton.add(chunk.subarray(from, at + 1));
    return { kind: 'end', skeleton: skeleton.take() };
  };
  /** What a byte outside of texts ends; `from` is where begins what was not taken yet. */
  const structure = (byte: number, chunk: Buffer, from: number, at: number): ScannedPiece | undefined => {
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1;
      if (depth !== 2 || byte !== OPEN_LIST || key !== member || isInArray) return undefined;
      isInArray = true;
      skeleton.add(chunk.subarray(from, at + 1));
      return { kind: 'array', head: skeleton.copy() };
    }
    if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) return closes(byte, chunk, from, at);
    if (byte === COLON && depth === 1) key = text;
    if (byte === COMMA && depth === 1) key = '';
    if (byte !== COMMA || depth !== 2 || !isInArray) return undefined;
    commas += 1;
    element.add(chunk.subarray(from, at));
    return { kind: 'element', bytes: element.take() };
  };
  return {
    push: chunk => {
      const pieces: ScannedPiece[] = [];
      let from = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0;
        if (hasEnded) {
          if (byte > SPACE) return [...pieces, { kind: 'more' }];
        } else if (isInString) string(byte);
        else if (byte === QUOTE) {
          isInString = true;
          if (depth === 1) text = '';
        } else if (byte >= COMMA) {
          const wasInArray = isInArray;
          const piece = structure(byte, chunk, from, at);
          if (piece !== undefined) pieces.push(piece);
          // A comma between elements belongs to neither; what ends the array is the document's.
          if (wasInArray && !isInArray) from = at;
          else if (piece !== undefined) from = at + 1;
        }
      }
      if (!hasEnded) (isInArray ? element : skeleton).add(chunk.subarray(from));
      return pieces;
    },
  };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every(byte => byte <= SPACE);
}

/** Bytes that are put together, up to a limit. */
function collector(limit: number, tooLarge: () => never) {
  let parts: Buffer[] = [];
  let size = 0;
  return {
    add: (bytes: Buffer) => {
      size += bytes.length;
      if (size > limit) tooLarge();
      if (bytes.length > 0) parts.push(bytes);
    },
    copy: () => Buffer.concat(parts),
    take: () => {
      const whole = Buffer.concat(parts);
      parts = [];
      size = 0;
      return whole;
    },
  };
}
