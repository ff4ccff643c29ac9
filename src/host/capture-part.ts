/** A file of a capture that is going to be kept. */
export interface CapturePart {
  /** Relative, with `/` between. */
  readonly path: string;
  readonly text: string;
}

/** A part that is a value as indented JSON. */
export function jsonPart(path: string, value: unknown): CapturePart {
  return { path, text: `${JSON.stringify(value, null, 2)}\n` };
}
