/** Little-endian numbers, LEB128 and strings, one after the other. Reading past the end is a RangeError. */

export class ByteReader {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** Where the next read begins. */
    public at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }
  u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }
  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  /** ULEB128 (DWARF 5, section 7.6), modulo 2^32. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** SLEB128, of which 32 bits count. */
  signed(): number {
    let value = 0;
    for (let shift = 0; ; ) {
      const byte = this.u8();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return byte & 0x40 && shift < 32 ? value | (-1 << shift) : value;
    }
  }

  /** Up to a zero byte. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError('a string without an end');
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  /** What a 32-bit length in front of it bounds; as much of it as there is. */
  sized(): ByteReader {
    const length = this.u32();
    const part = new ByteReader(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return part;
  }
}
