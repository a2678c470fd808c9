/** What QEMU's monitor tells in words that its stub has no registers for: `info registers` of target/i386. */

import type { Segment, SegmentRegister, TableRegister } from '../../machine/cpu.ts';
import type { Told } from './remote-sight.ts';

const SEGMENTS: Readonly<Record<string, SegmentRegister>> = {
  ES: 'es',
  CS: 'cs',
  SS: 'ss',
  DS: 'ds',
  FS: 'fs',
  GS: 'gs',
  LDT: 'ldtr',
  TR: 'tr',
};
const PRESENT = 0x80;

/** @returns undefined when the text is something else */
export function parseQemuRegisters(text: string): Pick<Told, 'segments' | 'gdtr' | 'idtr' | 'isHalted'> | undefined {
  const segments = new Map<SegmentRegister, Segment>();
  // "CS =0008 00000000 ffffffff 00cf9a00 DPL=0 CS32 [-R-]": selector, base, limit, and the descriptor's second dword.
  for (const [, name, ...fields] of text.matchAll(
    /^(\w\w\w?)\s*=\s*([\da-f]{4}) ([\da-f]{8}) ([\da-f]{8}) ([\da-f]{8})/gim,
  )) {
    const register = SEGMENTS[name!.toUpperCase()];
    const [selector = 0, base = 0, limit = 0, flags = 0] = fields.map((field) => Number.parseInt(field, 16));
    const access = (flags >>> 8) & 0xf0ff;
    if (register) segments.set(register, { selector, base, limit, access, usable: (access & PRESENT) !== 0 });
  }
  if (!segments.has('cs')) return undefined;
  const table = (name: string): TableRegister | undefined => {
    const match = new RegExp(`^${name}=\\s*([\\da-f]{8}) ([\\da-f]{8})`, 'im').exec(text);
    return match ? { base: Number.parseInt(match[1]!, 16), limit: Number.parseInt(match[2]!, 16) } : undefined;
  };
  return { segments, gdtr: table('GDT'), idtr: table('IDT'), isHalted: /\bHLT=1\b/.test(text) };
}
