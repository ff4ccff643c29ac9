/** Text as UTF-8, put together in memory that can be handed to another thread, and used again for the next text. */
export class ByteText {
  #memory: Buffer<ArrayBuffer>;
  #used = 0;

  /** @param memory that nobody else uses any more, of any size: there will be more when that is too little */
  constructor(memory: ArrayBuffer) {
    this.#memory = Buffer.from(memory);
  }

  append(text: string): void {
    const needed = this.#used + Buffer.byteLength(text);
    if (needed > this.#memory.length) this.#grow(Math.max(needed, 2 * this.#memory.length));
    this.#used += this.#memory.write(text, this.#used);
  }

  /** All of it so far. Whoever is handed its `buffer` has the memory. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, 0, this.#used);
  }

  #grow(bytes: number): void {
    const larger = Buffer.from(new ArrayBuffer(bytes));
    this.#memory.copy(larger, 0, 0, this.#used);
    this.#memory = larger;
  }
}
