/** Binary files are written field by field, little-endian. */

/** Little-endian fields, appended. */
export class Writer {
  private bytes: Uint8Array = new Uint8Array(1024);
  length = 0;

  u8(value: number): this {
    this.reserve(1);
    this.bytes[this.length++] = value & 0xff;
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) this.u8(value).u8(value >>> 8);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) this.u16(value & 0xffff, value >>> 16);
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  padTo(offset: number): this {
    this.reserve(Math.max(0, offset - this.length));
    this.length = Math.max(this.length, offset);
    return this;
  }

  /** Changes what is written already. */
  patch(change: (bytes: Uint8Array) => void): void {
    change(this.bytes.subarray(0, this.length));
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** A string table; each string once. */
export class Strings {
  private readonly writer = new Writer().u8(0);
  private readonly known = new Map<string, number>([['', 0]]);

  add(text: string): number {
    let at = this.known.get(text);
    if (at === undefined) {
      at = this.writer.length;
      this.known.set(text, at);
      this.writer.raw(new TextEncoder().encode(text)).u8(0);
    }
    return at;
  }

  done(): Uint8Array {
    return this.writer.done();
  }
}
