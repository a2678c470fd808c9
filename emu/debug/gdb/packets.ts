/**
 * The framing of GDB's remote protocol (GDB manual, E.1): `$data#checksum`, answered by + or -, with } before bytes that
 * are # $ } or *, and a lone 0x03 that interrupts. What is none of this is dropped.
 */

/** What arrived: a packet's data, its bytes as characters; the interrupt; or an acknowledgement. */
export type Arrival =
  | { readonly kind: 'packet'; readonly data: string; readonly intact: boolean }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'refused' };

/** Longest packet that is taken; a longer one is nonsense. */
export const PACKET_BYTES = 0x4000;

const INTERRUPT = 0x03;
const ESCAPE = '}';

/** Puts packets together from the bytes of a stream, however they are cut. */
export class PacketReader {
  /** @param expandsRuns what a stub sends may have runs of a character shortened; what gdb sends may not */
  constructor(private readonly expandsRuns = false) {}

  private data: string | undefined;
  private digits: string | undefined;

  *read(bytes: Uint8Array): Generator<Arrival> {
    for (const byte of bytes) {
      const c = String.fromCharCode(byte);
      if (this.digits !== undefined) {
        this.digits += c;
        if (this.digits.length < 2) continue;
        const data = this.data!;
        const intact = /^[\da-f]{2}$/i.test(this.digits) && Number.parseInt(this.digits, 16) === checksum(data);
        [this.data, this.digits] = [undefined, undefined];
        yield { kind: 'packet', data: plain(this.expandsRuns ? expanded(data) : data), intact };
      } else if (c === '$') this.data = '';
      else if (this.data !== undefined) {
        if (c === '#') this.digits = '';
        else if (this.data.length < PACKET_BYTES) this.data += c;
        else this.data = undefined;
      } else if (byte === INTERRUPT) yield { kind: 'interrupt' };
      else if (c === '-') yield { kind: 'refused' };
    }
  }
}

/** A packet as it goes on the wire. @param data characters of one byte each */
export function frame(data: string): string {
  const escaped = data.replace(/[#$}*]/g, (c) => ESCAPE + String.fromCharCode(c.charCodeAt(0) ^ 0x20));
  return `$${escaped}#${checksum(escaped).toString(16).padStart(2, '0')}`;
}

/** GDB manual, E.1: behind * stands how often the character before it is repeated, plus 29. Escapes come through untouched. */
function expanded(data: string): string {
  return data.replace(/(\}?[\s\S])\*([\s\S])/g, (_, c: string, count: string) => c.repeat(count.charCodeAt(0) - 28));
}

function plain(data: string): string {
  return data.replace(/\}([\s\S])/g, (_, c: string) => String.fromCharCode(c.charCodeAt(0) ^ 0x20));
}

function checksum(data: string): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data.charCodeAt(i);
  return sum & 0xff;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns undefined when it is no even number of hexadecimal digits */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[\da-f]*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function textToHex(text: string): string {
  return toHex(new TextEncoder().encode(text));
}
