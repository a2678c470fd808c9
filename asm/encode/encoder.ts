/**
 * One instruction to bytes. Keystone encodes, our own table stands in where it errs, and whatever
 * comes out is disassembled by capstone and compared in meaning before it is believed.
 */

import { printForm } from './canonical.ts';
import {
  encodeDisplacement,
  encodeForeignAddress,
  foreignAddress,
  patched,
  sizedDisplacement,
} from './displacement.ts';
import { keystone } from './engines.ts';
import {
  addressSize,
  EncodeError,
  type Encoding,
  type Field,
  type Form,
  immediateWidth,
  type MemoryForm,
  OPEN_DISPLACEMENT,
  OPEN_IMMEDIATE,
  type OperandForm,
} from './form.ts';
import { ownEncoding } from './own.ts';
import { explainRefusal } from './refusals.ts';
import { registerNamed } from './registers.ts';
import { disagreement } from './verify.ts';

/** Encodings by their canonical text: the same statement is asked for thousands of times. */
const cache = new Map<string, Encoding | string>();
const CACHE_LIMIT = 100_000;

/** The bytes of the form; throws EncodeError when it has none. */
export function encode(form: Form): Encoding {
  const key = `${form.bits} ${form.prefixes.join(' ')} ${keyOf(form)}`;
  let found = cache.get(key);
  if (found === undefined) {
    try {
      found = encodeFresh(form);
    } catch (problem) {
      if (!(problem instanceof EncodeError)) throw problem;
      found = problem.message;
    }
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(key, found);
  }
  if (typeof found === 'string') throw new EncodeError(found);
  return found;
}

/** Canonical text, with what it does not show: which numbers are open, hints on size, far. */
function keyOf(form: Form): string {
  let hints = '';
  for (const o of form.operands) {
    if (o.kind === 'immediate') hints += `i${o.number === 'open'}${o.size}${o.strict}`;
    else if (o.kind === 'memory') hints += `m${o.displacement === 'open'}${o.far}${o.relative}${o.displacementSize}`;
    else if (o.kind === 'far') hints += `f${o.size}`;
  }
  return `${printForm(form)} ${hints}`;
}

function encodeFresh(form: Form): Encoding {
  const withoutWait = WAITING.get(form.mnemonic);
  if (withoutWait !== undefined) {
    const { bytes, fields } = encodeFresh({ ...form, mnemonic: withoutWait });
    return { bytes: Uint8Array.of(0x9b, ...bytes), fields: fields.map((f) => ({ ...f, offset: f.offset + 1 })) };
  }
  // `fadd` alone is NASM's short way to write `faddp st1, st0`.
  if (form.operands.length === 0 && /^f(add|subr?|mul|divr?)$/.test(form.mnemonic)) {
    return encodeFresh({ ...form, mnemonic: `${form.mnemonic}p` });
  }
  const problem = explainRefusal(form);
  if (problem) throw new EncodeError(problem);
  const strict = form.operands.findIndex(
    (o) => o.kind === 'immediate' && o.strict && o.size !== 8 && o.number !== 'open',
  );
  if (strict >= 0) return encodeStrict(form, strict);
  const sized = sizedDisplacement(form);
  if (sized >= 0) return encodeDisplacement(form, sized, encodeFresh);
  // Keystone drops a segment it takes for the default one, and is sometimes wrong: the prefix is ours to write.
  const bare = withoutSegments(form);
  const sibling = (mnemonic: string, memory: MemoryForm): Uint8Array => ask({ ...bare, mnemonic, operands: [memory] });
  const core = ownEncoding(bare, sibling) ?? { bytes: repair(bare, ask(bare)), fields: [] };
  const encoding = withPrefixes(form, core);
  const complete = {
    ...encoding,
    fields: encoding.fields.length > 0 ? encoding.fields : findFields(form, encoding.bytes),
  };
  const doubt = disagreement(form, complete.bytes);
  if (doubt) throw new EncodeError(doubt);
  return complete;
}

/** `strict dword 5`: the form an open number would get, with the number in it. */
function encodeStrict(form: Form, at: number): Encoding {
  const operand = form.operands[at] as OperandForm & { kind: 'immediate' };
  const { bytes, fields } = encodeFresh({ ...form, operands: form.operands.with(at, { ...operand, number: 'open' }) });
  const own = fields.filter((f) => f.operand === at);
  return { bytes: patched(bytes, own, operand.number as bigint), fields: fields.filter((f) => f.operand !== at) };
}

function withoutSegments(form: Form): Form {
  const operands = form.operands.map((o) => (o.kind === 'memory' && o.segment ? { ...o, segment: null } : o));
  return { ...form, operands };
}

/** These are `wait` and the form without it, two instructions. */
const WAITING = new Map(
  ['init', 'clex', 'stcw', 'stsw', 'stenv', 'save'].map((stem): [string, string] => [`f${stem}`, `fn${stem}`]),
);

/** Keystone's answer to the form, prefixes apart. */
function ask(form: Form): Uint8Array {
  const foreign = foreignAddress(form);
  if (foreign >= 0) return encodeForeignAddress(form, foreign, askPlain);
  const baseless = form.operands.findIndex((o) => o.kind === 'memory' && o.index !== null && o.base === null);
  if (form.bits === 16 && baseless >= 0) return askBaseless(form, baseless);
  const paired = form.operands.findIndex(isBarePair);
  if (paired >= 0) return askPaired(form, paired);
  const absolute = form.operands.findIndex((o) => o.kind === 'memory' && !o.base && !o.index && !o.relative);
  if (form.bits === 64 && absolute >= 0) return askAbsolute(form, absolute);
  return askPlain(form);
}

/**
 * `[eax*4 + n]` in 16-bit code: keystone gives it a 16-bit displacement, or loses the index. So it is
 * asked for `[ebp + eax*4 + n]`, and the ModRM byte then says that there is no base (SDM volume 2, table 2-3).
 */
function askBaseless(form: Form, at: number): Uint8Array {
  const memory = form.operands[at] as MemoryForm;
  const ebp = registerNamed('ebp')!;
  const based = { ...form, operands: form.operands.with(at, { ...memory, base: ebp, displacement: 'open' as const }) };
  const bytes = askPlain(based);
  const { offset } = locate(at, OPEN_DISPLACEMENT, 4, bytes, form);
  const modrm = offset - 2;
  bytes[modrm] = bytes[modrm]! & 0x3f;
  const displacement = memory.displacement === 'open' ? OPEN_DISPLACEMENT : memory.displacement;
  return patched(bytes, [{ offset, size: 4 }], displacement);
}

/** `[bp + si]` or `[bp + di]`, and nothing added. */
function isBarePair(operand: OperandForm): boolean {
  if (operand.kind !== 'memory' || operand.displacement !== 0n || operand.displacementSize !== null) return false;
  return operand.index !== null && [operand.base?.name, operand.index.name].includes('bp');
}

/**
 * Keystone gives it a displacement of 0, which only `[bp]` alone must have. So it is asked for an open one, and the
 * ModRM byte then says that there is none (SDM volume 2, table 2-1).
 */
function askPaired(form: Form, at: number): Uint8Array {
  const memory = form.operands[at] as MemoryForm;
  const bytes = askPlain({ ...form, operands: form.operands.with(at, { ...memory, displacement: 'open' as const }) });
  const { offset } = locate(at, OPEN_DISPLACEMENT, 2, bytes, form);
  const modrm = bytes[offset - 1]! & 0x3f;
  return Uint8Array.of(...bytes.subarray(0, offset - 1), modrm, ...bytes.subarray(offset + 2));
}

/**
 * `[n]` in 64-bit code: keystone makes it relative to an address it does not know, or 64 bits wide. So it is asked
 * for `[rip + n]`, which has the ModRM byte alone, and gets the SIB byte that says: no base, no index.
 */
function askAbsolute(form: Form, at: number): Uint8Array {
  const memory = form.operands[at] as MemoryForm;
  const relative = { ...memory, relative: true, displacement: 'open' as const };
  const bytes = askPlain({ ...form, operands: form.operands.with(at, relative) });
  const { offset } = locate(at, OPEN_DISPLACEMENT, 4, bytes, form);
  const displacement = memory.displacement === 'open' ? OPEN_DISPLACEMENT : memory.displacement;
  if (BigInt.asIntN(32, displacement) !== displacement) {
    throw new EncodeError('an address in 64-bit code has 32 bits, read as signed');
  }
  const field = Uint8Array.from({ length: 4 }, (_, i) => Number((displacement >> BigInt(8 * i)) & 0xffn));
  const modrm = bytes[offset - 1]! ^ (5 ^ 4);
  return Uint8Array.of(...bytes.subarray(0, offset - 1), modrm, 0x25, ...field, ...bytes.subarray(offset + 4));
}

function askPlain(form: Form): Uint8Array {
  const text = printForm(translate(form));
  const answer = keystone(text, form.bits);
  if (typeof answer === 'string') throw new EncodeError(`no such form of '${form.mnemonic}': ${describe(form)}`);
  return answer;
}

/** Names and shapes keystone has under another name. */
function translate(form: Form): Form {
  if (/^f(add|sub|subr|mul|div|divr)p?$/.test(form.mnemonic) && form.operands.length === 1) {
    const [only] = form.operands;
    // NASM: `fadd st1` is st0 += st1, `faddp st1` is st1 += st0 and pop.
    if (only?.kind === 'register') {
      const st0 = { kind: 'register' as const, register: { ...only.register, name: 'st0', number: 0 } };
      return { ...form, operands: form.mnemonic.endsWith('p') ? [only, st0] : [st0, only] };
    }
  }
  // The selector's register may be written as 16 bits wide beside a 32-bit result.
  const [to, from] = form.operands;
  if (/^l(ar|sl)$/.test(form.mnemonic) && to?.kind === 'register' && from?.kind === 'register') {
    if (to.register.size === 32 && from.register.size === 16) {
      return { ...form, operands: [to, { kind: 'register', register: registerNamed(`e${from.register.name}`)! }] };
    }
  }
  return form;
}

/** Takes away the operand-size prefixes keystone puts where the manual has none. */
function repair(form: Form, bytes: Uint8Array): Uint8Array {
  const needless =
    /^[ls][gi]dt$/.test(form.mnemonic) ||
    (form.mnemonic === 'mov' && isSegmentMove(form) && !(form.bits === 32 && isWordRegister(form)));
  const at = bytes.indexOf(0x66);
  if (needless && at >= 0 && at < prefixLength(bytes)) return bytes.filter((_, i) => i !== at);
  return needless && form.bits === 64 && form.mnemonic === 'mov' ? withoutWide(bytes) : bytes;
}

/** Takes REX.W away: a segment register is no wider for it. */
function withoutWide(bytes: Uint8Array): Uint8Array {
  const at = prefixLength(bytes);
  if ((bytes[at]! & 0xf8) !== 0x48) return bytes;
  const rest = bytes[at]! & ~8;
  return rest === 0x40 ? bytes.filter((_, i) => i !== at) : bytes.with(at, rest);
}

/** mov to a segment register from anything, or from one to memory: always 16 bits, no prefix. */
function isSegmentMove(form: Form): boolean {
  const [to, from] = form.operands;
  const isSegment = (o: typeof to): boolean => o?.kind === 'register' && o.register.class === 'segment';
  return isSegment(to) || (isSegment(from) && to?.kind === 'memory');
}

/** mov r16, sreg: the prefix keeps the upper half of the register. */
function isWordRegister(form: Form): boolean {
  const [to] = form.operands;
  return to?.kind === 'register' && to.register.class === 'general' && to.register.size === 16;
}

const PREFIX_ORDER = [
  new Set([0xf0, 0xf2, 0xf3]),
  new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65]),
  new Set([0x66]),
  new Set([0x67]),
];

function prefixLength(bytes: Uint8Array): number {
  let n = 0;
  while (n < bytes.length && PREFIX_ORDER.some((group) => group.has(bytes[n]!))) n++;
  return n;
}

const PREFIX_BYTES: Readonly<Record<string, number>> = {
  lock: 0xf0,
  rep: 0xf3,
  repe: 0xf3,
  repz: 0xf3,
  repne: 0xf2,
  repnz: 0xf2,
  es: 0x26,
  cs: 0x2e,
  ss: 0x36,
  ds: 0x3e,
  fs: 0x64,
  gs: 0x65,
};

/** Puts the written prefixes before the bytes, all prefixes in NASM's order: lock/rep, segment, 66, 67. */
function withPrefixes(form: Form, encoding: Encoding): Encoding {
  const written: number[] = [];
  for (const operand of form.operands) {
    if (operand.kind === 'memory' && operand.segment) written.push(PREFIX_BYTES[operand.segment.name]!);
  }
  for (const prefix of form.prefixes) {
    const byte = PREFIX_BYTES[prefix];
    if (byte !== undefined) written.push(byte);
    else if (prefix !== `${prefix[0]}${form.bits}`) written.push(prefix.startsWith('o') ? 0x66 : 0x67);
  }
  // An F2 or F3 that comes with the encoding is part of the opcode, and stays next to it.
  const own = encoding.bytes.subarray(0, prefixLength(encoding.bytes)).filter((byte) => byte !== 0xf2 && byte !== 0xf3);
  const rest = encoding.bytes.filter((byte, i) => i >= prefixLength(encoding.bytes) || byte === 0xf2 || byte === 0xf3);
  const all = [...new Set([...written, ...own])];
  const ordered = PREFIX_ORDER.flatMap((group) => all.filter((byte) => group.has(byte)));
  const bytes = Uint8Array.of(...ordered, ...rest);
  const shift = ordered.length - own.length;
  return { bytes, fields: encoding.fields.map((field) => ({ ...field, offset: field.offset + shift })) };
}

/** Finds where the open numbers' stand-ins lie. */
function findFields(form: Form, bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  form.operands.forEach((operand, at) => {
    if (operand.kind === 'memory' && operand.displacement === 'open') {
      const size = Math.min(4, addressSize(operand, form.bits) / 8);
      fields.push({ ...locate(at, OPEN_DISPLACEMENT, size, bytes, form), relative: operand.relative });
    } else if (operand.kind === 'immediate' && operand.number === 'open') {
      const size = Math.min(4, (immediateWidth(form, at) ?? form.bits) / 8);
      fields.push(locate(at, OPEN_IMMEDIATE, size, bytes, form));
    }
  });
  return fields;
}

function locate(operand: number, standIn: bigint, size: number, bytes: Uint8Array, form: Form): Field {
  for (let offset = bytes.length - size; offset > 0; offset--) {
    let same = true;
    for (let i = 0; i < size; i++) if (bytes[offset + i] !== Number((standIn >> BigInt(8 * i)) & 0xffn)) same = false;
    if (same) return { operand, selector: false, offset, size };
  }
  throw new EncodeError(`'${form.mnemonic}' has no room for an address in operand ${operand + 1}`);
}

/** Operand kinds in words: "register, memory". */
function describe(form: Form): string {
  if (form.operands.length === 0) return 'it needs operands';
  const words = form.operands.map((o) =>
    o.kind === 'register' ? o.register.name : o.kind === 'immediate' ? 'number' : o.kind,
  );
  return `${words.join(', ')} do not go with it in ${form.bits}-bit code`;
}
