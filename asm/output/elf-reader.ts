/** Reads of an ELF32 file what a disassembler wants: sections, segments without sections, and symbols. */

export interface ElfPart {
  readonly name: string;
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly execute: boolean;
}

export interface ElfSymbolName {
  readonly name: string;
  readonly address: number;
  /** In bytes, 0 if not known. */
  readonly size: number;
  readonly global: boolean;
}

export interface ElfFile {
  /** Loaded sections with bytes, in the file's order. */
  readonly parts: readonly ElfPart[];
  readonly symbols: readonly ElfSymbolName[];
}

const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
const STT_SECTION = 3;
const SHN_ABS = 0xfff1;

interface Header {
  name: string;
  nameOffset: number;
  type: number;
  flags: number;
  address: number;
  offset: number;
  size: number;
  link: number;
}

/** The file's parts; null if the bytes are no little-endian ELF32. Truncated tables read as empty. */
export function readElf(bytes: Uint8Array): ElfFile | null {
  if (bytes.length < 52 || bytes[0] !== 0x7f || String.fromCharCode(...bytes.subarray(1, 4)) !== 'ELF') return null;
  if (bytes[4] !== 1 || bytes[5] !== 1) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headers = readHeaders(view);
  const names = headers[view.getUint16(50, true)];
  for (const header of headers) header.name = names ? stringAt(bytes, names.offset + header.nameOffset) : '';
  const parts = headers
    .filter((h) => h.type === SHT_PROGBITS && h.flags & SHF_ALLOC && h.size > 0)
    .map((h) => {
      const part = bytes.subarray(h.offset, h.offset + h.size);
      return { name: h.name, address: h.address, bytes: part, execute: (h.flags & SHF_EXECINSTR) !== 0 };
    });
  return { parts, symbols: readSymbols(view, bytes, headers) };
}

function readHeaders(view: DataView): Header[] {
  const start = view.getUint32(32, true);
  const size = view.getUint16(46, true);
  const headers: Header[] = [];
  for (let i = 0; i < view.getUint16(48, true); i++) {
    const at = start + i * size;
    if (size < 40 || at + 40 > view.byteLength) break;
    const field = (n: number): number => view.getUint32(at + 4 * n, true);
    headers.push({
      name: '',
      nameOffset: field(0),
      type: field(1),
      flags: field(2),
      address: field(3),
      offset: field(4),
      size: field(5),
      link: field(6),
    });
  }
  return headers;
}

function readSymbols(view: DataView, bytes: Uint8Array, headers: readonly Header[]): ElfFile['symbols'] {
  const table = headers.find((h) => h.type === SHT_SYMTAB);
  const strings = table && headers[table.link];
  if (!table || !strings) return [];
  const symbols: ElfSymbolName[] = [];
  for (let at = table.offset; at + 16 <= Math.min(table.offset + table.size, bytes.length); at += 16) {
    const name = stringAt(bytes, strings.offset + view.getUint32(at, true));
    const section = view.getUint16(at + 14, true);
    const type = bytes[at + 12]! & 0xf;
    if (name === '' || type >= STT_SECTION || section === 0 || section >= SHN_ABS) continue;
    // In an object that is not linked yet, a symbol counts from its section's start.
    const global = bytes[at + 12]! >> 4 !== 0;
    symbols.push({ name, address: view.getUint32(at + 4, true), size: view.getUint32(at + 8, true), global });
  }
  return symbols;
}

function stringAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at);
  return new TextDecoder().decode(bytes.subarray(at, end < 0 ? at : end));
}
