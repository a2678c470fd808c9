/**
 * Compares what was asked for with what capstone reads in the bytes. Both are brought to one shape
 * (name, operands as text with numbers cut to their width), so that `jz` and `je`, or 0xff and -1,
 * are the same, and anything else is not.
 */

import { CONDITIONS } from './branch.ts';
import { printForm, printRegister } from './canonical.ts';
import { capstone } from './engines.ts';
import {
  addressSize,
  type Form,
  immediateWidth,
  type MemoryForm,
  OPEN_DISPLACEMENT,
  OPEN_IMMEDIATE,
  type OperandForm,
} from './form.ts';
import { registerNamed } from './registers.ts';

/** Null if the bytes mean the form; else a message that says what they mean. */
export function disagreement(form: Form, bytes: Uint8Array): string | null {
  const readable = readableAs(form, bytes);
  const decoded = capstone(readable.bytes, 0, readable.bits);
  const asked = form.prefixes.length > 0 ? `${form.prefixes.join(' ')} ${printForm(form)}` : printForm(form);
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
  if (!decoded)
    return UNREADABLE.has(form.mnemonic)
      ? null
      : `'${asked}' is refused: its encoding, ${hex}, reads as no instruction`;
  const told = `'${asked}' is refused: its encoding, ${hex}, reads as '${`${decoded.mnemonic} ${decoded.operands}`.trimEnd()}'`;
  if (decoded.bytes.length !== readable.bytes.length) return told;
  const words = decoded.mnemonic.split(' ').filter((word) => !WRITTEN_PREFIXES.has(word));
  const name = words.join(' ');
  if (nameOfDecoded(name) !== nameOfAsked(form)) return told;
  return sameOperands(form, decoded.operands) ? null : told;
}

const WRITTEN_PREFIXES = new Set(
  'lock rep repe repz repne repnz xacquire xrelease bnd notrack data16 addr16 addr32'.split(' '),
);

/** Instructions capstone does not read. */
const UNREADABLE = new Set(['ud1', 'fstsg']);

const SAME_NAME = new Map<string, string>(
  Object.entries({
    sal: 'shl',
    retn: 'ret',
    xlat: 'xlatb',
    fwait: 'wait',
    icebp: 'int1',
    ljmp: 'jmp',
    lcall: 'call',
    movabs: 'mov',
    sysretq: 'sysret',
    pushal: 'pushad',
    popal: 'popad',
    pushaw: 'pushaw',
    popaw: 'popaw',
    fstcw: 'fnstcw',
    fstsw: 'fnstsw',
    retfq: 'retf',
    ud2b: 'ud1',
    ud2a: 'ud2',
    lret: 'retf',
    cwde: 'cbw',
    cdq: 'cwd',
    fucompi: 'fucomip',
    fcompi: 'fcomip',
    setalc: 'salc',
    sysexitd: 'sysexit',
  }),
);
for (const [first, ...others] of CONDITIONS) {
  for (const other of others) for (const stem of ['j', 'set', 'cmov']) SAME_NAME.set(stem + other, stem + first!);
}

/** Names whose meaning is the code's size; capstone keeps the bare name for the 16-bit form. */
const BY_SIZE = new Set(['iret', 'pushf', 'popf', 'pusha', 'popa']);

function nameOfAsked(form: Form): string {
  const name = SAME_NAME.get(form.mnemonic) ?? form.mnemonic;
  if (name === 'nop' && form.prefixes.includes('rep')) return 'pause';
  const ordered = form.prefixes.find((p) => p === 'o16' || p === 'o32');
  const size = ordered ? Number(ordered.slice(1)) : form.bits;
  if (BY_SIZE.has(name)) return name + (size === 16 ? 'w' : size === 64 && name !== 'iret' ? 'q' : 'd');
  // Exchanging a register with itself is what nop is made of.
  const [first, second] = form.operands;
  const idle = name === 'xchg' && first?.kind === 'register' && second?.kind === 'register';
  return idle && first.register === second.register && first.register.number === 0 ? 'nop' : name;
}

function nameOfDecoded(name: string): string {
  const same = SAME_NAME.get(name) ?? name;
  return BY_SIZE.has(same) ? `${same}w` : same;
}

/**
 * In 16-bit code capstone takes a 66 that belongs to a vector instruction's opcode for an operand size. These are
 * the same in 32-bit code, but for the 67 that says what an address is.
 */
function readableAs(form: Form, bytes: Uint8Array): { bytes: Uint8Array; bits: Form['bits'] } {
  const isVector = form.operands.some(
    (o) => o.kind === 'register' && (o.register.class === 'xmm' || o.register.class === 'mmx'),
  );
  if (form.bits !== 16 || !isVector) return { bytes, bits: form.bits };
  if (!form.operands.some((o) => o.kind === 'memory')) return { bytes, bits: 32 };
  const at = bytes.indexOf(0x67);
  const isPrefix = at >= 0 && at < bytes.indexOf(0x0f);
  return { bytes: isPrefix ? bytes.filter((_, i) => i !== at) : Uint8Array.of(0x67, ...bytes), bits: 32 };
}

/** Operands capstone adds or leaves out; there the name and length have said enough. */
const IMPLICIT = /^((movs|cmps|stos|lods|scas|ins|outs)[bwdq]|xlatb?|aa[md]|f.*|monitor|mwait|cmpxchg8b)$/;
/** Either order means the same. */
const COMMUTES = new Set(['xchg', 'test']);

function sameOperands(form: Form, text: string): boolean {
  if (IMPLICIT.test(form.mnemonic)) return sameLoose(form, text);
  const asked = form.operands;
  // A far pointer is shown as `8:0x10` or as `8, 0x10`.
  const found = asked[0]?.kind === 'far' ? [text.replace(' ', '')] : splitOperands(text);
  if (nameOfAsked(form) === 'nop' && asked.length === 2) return true;
  // A shift by one may be shown without its count; `imul eax, 5` is shown with eax twice.
  if (found.length === asked.length) {
    if (asked.every((operand, i) => sameOperand(form, operand, i, found[i]!))) return true;
    return COMMUTES.has(form.mnemonic) && asked.every((operand, i) => sameOperand(form, operand, i, found[1 - i]!));
  }
  if (form.mnemonic === 'imul' && asked.length === 2 && found.length === 3 && found[0] === found[1]) {
    return sameOperand(form, asked[0]!, 0, found[0]!) && sameOperand(form, asked[1]!, 1, found[2]!);
  }
  return asked.length === found.length + 1 && found.every((f, i) => sameOperand(form, asked[i]!, i, f));
}

/** Memory and registers must be there; what else capstone shows is its business. */
function sameLoose(form: Form, text: string): boolean {
  const found = splitOperands(text);
  return form.operands.every((operand, i) => {
    if (operand.kind === 'register' && operand.register.name === 'st0') return true;
    return operand.kind === 'immediate' || found.some((f) => sameOperand(form, operand, i, f));
  });
}

function splitOperands(text: string): string[] {
  return text === '' ? [] : text.split(/,\s*/);
}

function sameOperand(form: Form, operand: OperandForm, at: number, text: string): boolean {
  switch (operand.kind) {
    case 'register':
      return (
        printRegister(operand.register) === (text === 'st' ? 'st(0)' : text) || sameWideRegister(form, operand, text)
      );
    case 'immediate': {
      const width = immediateWidth(form, at) ?? 32;
      const number = operand.number === 'open' ? OPEN_IMMEDIATE : operand.number;
      return sameNumber(text, number, width);
    }
    case 'memory':
      return sameMemory(form, operand, text);
    case 'far': {
      const [selector, offset] = text.split(/[:,]/);
      const wide = operand.size ?? form.bits;
      return (
        (operand.selector === 'open' || sameNumber(selector ?? '', operand.selector, 16)) &&
        (operand.offset === 'open' || sameNumber(offset ?? '', operand.offset, wide))
      );
    }
  }
}

/** `mov ds, eax` and `mov ds, ax` are one instruction; so are ltr, lldt and their like. */
function sameWideRegister(form: Form, operand: OperandForm & { kind: 'register' }, text: string): boolean {
  const system = /^(mov|ltr|lldt|verr|verw|lmsw|str|sldt|smsw|lar|lsl|arpl)$/.test(form.mnemonic);
  if (!system || operand.register.class !== 'general') return false;
  const hasSegment = form.operands.some((o) => o.kind === 'register' && o.register.class === 'segment');
  if (form.mnemonic === 'mov' && !hasSegment) return false;
  const found = registerNamed(text);
  return found?.class === 'general' && found.size > 8 && found.number === operand.register.number;
}

function sameNumber(text: string, number: bigint, width: number): boolean {
  const found = readNumber(text);
  return found !== null && BigInt.asUintN(width, found) === BigInt.asUintN(width, number);
}

function readNumber(text: string): bigint | null {
  const match = /^(-?)(0x[0-9a-f]+|[0-9]+)$/.exec(text);
  if (!match) return null;
  return match[1] === '-' ? -BigInt(match[2]!) : BigInt(match[2]!);
}

const SIZES: Readonly<Record<string, number>> = {
  byte: 8,
  word: 16,
  dword: 32,
  fword: 48,
  qword: 64,
  xword: 80,
  tbyte: 80,
  xmmword: 128,
};
/** Where the manual gives the operand no size, or the stack's, capstone's word for it is its own. */
const OWN_SIZE = /^(lea|[ls][gi]dt|invlpg|nop|prefetch.*|push|pop|call|jmp)$/;
const MEMORY = /^(?:(\w+) )?(?:ptr )?(?:(\w\w):)?\[(.*)\]$/;

function sameMemory(form: Form, memory: MemoryForm, text: string): boolean {
  const match = MEMORY.exec(text);
  if (!match) return false;
  const [, size, segment, inner] = match;
  const foundSize = size ? SIZES[size] : undefined;
  const comparable = memory.size !== null && !memory.far && !OWN_SIZE.test(form.mnemonic);
  if (comparable && foundSize !== undefined && foundSize !== memory.size) return false;
  const written = form.prefixes.find((p) => /^[cdefgs]s$/.test(p));
  if ((segment ?? null) !== (memory.segment?.name ?? written ?? null) && !isDefaultSegment(memory, segment))
    return false;
  const width = addressSize(memory, form.bits);
  let displacement = 0n;
  const registers: string[] = [];
  for (const term of inner!.replaceAll(' - ', ' + -').split(' + ')) {
    const number = readNumber(term);
    if (number !== null) displacement += number;
    else registers.push(term.includes('*') ? term : `${term}*1`);
  }
  const wanted: string[] = memory.relative ? ['rip*1'] : [];
  if (memory.base) wanted.push(`${memory.base.name}*1`);
  if (memory.index) wanted.push(`${memory.index.name}*${memory.scale}`);
  const asked = memory.displacement === 'open' ? OPEN_DISPLACEMENT : memory.displacement;
  const seen = registers.filter((r) => !/^ei?z\*/.test(r));
  return wanted.join() === seen.join() && BigInt.asUintN(width, asked) === BigInt.asUintN(width, displacement);
}

/** Capstone may leave unsaid a segment that is the default one, or say it. */
function isDefaultSegment(memory: MemoryForm, found: string | undefined): boolean {
  const onStack = /^e?(bp|sp)$/.test(memory.base?.name ?? '');
  const usual = onStack ? 'ss' : 'ds';
  return (memory.segment?.name ?? usual) === (found ?? usual);
}
