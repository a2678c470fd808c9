/**
 * Displacements as wide as the source says: `[byte ebx + 0]`, `[dword ebx + 1]`; and addresses of the other size than
 * the code's without a register to tell: `[dword 0x12]` in 16-bit code. The processor takes several lengths for one
 * address (SDM volume 2, tables 2-1 and 2-2); keystone is only ever asked for the shortest.
 */

import {
  addressSize,
  EncodeError,
  type Encoding,
  type Field,
  type Form,
  fitsSignedByte,
  type MemoryForm,
  OPEN_DISPLACEMENT,
} from './form.ts';
import { registerNamed } from './registers.ts';

/** The operand with a displacement of a given size, or -1. */
export function sizedDisplacement(form: Form): number {
  return form.operands.findIndex((o) => o.kind === 'memory' && o.displacementSize !== null && (o.base ?? o.index));
}

/** Encodes `form`, whose operand `at` is such a one. `encode` serves for what has no size given. */
export function encodeDisplacement(form: Form, at: number, encode: (form: Form) => Encoding): Encoding {
  const memory = form.operands[at] as MemoryForm;
  const { displacement, displacementSize } = memory;
  const encodeWith = (number: MemoryForm['displacement']): Encoding => {
    const plain: MemoryForm = { ...memory, displacement: number, displacementSize: null };
    return encode({ ...form, operands: form.operands.with(at, plain) });
  };
  if (displacementSize === 8) return encodeByte(displacement, addressSize(memory, form.bits), encodeWith);
  const width = Math.min(32, addressSize(memory, form.bits));
  if (displacementSize !== width) {
    throw new EncodeError(`a displacement beside this register has ${width} bits or a byte, not ${displacementSize}`);
  }
  const { bytes, fields } = encodeWith('open');
  if (displacement === 'open') return { bytes, fields };
  const isIt = (field: Field): boolean => field.operand === at;
  return { bytes: patched(bytes, fields.filter(isIt), displacement), fields: fields.filter((f) => !isIt(f)) };
}

/** Two displacements of a byte, neither of them 0; their encodings differ in that byte alone. */
const [ONE_BYTE, ANOTHER_BYTE] = [0x2fn, 0x31n] as const;

function encodeByte(
  displacement: MemoryForm['displacement'],
  width: number,
  encodeWith: (number: bigint) => Encoding,
): Encoding {
  if (displacement === 'open') throw new EncodeError('an address does not fit a displacement of one byte');
  if (!fitsSignedByte(displacement, width)) {
    throw new EncodeError(`the displacement ${displacement} does not fit a signed byte`);
  }
  const { bytes, fields } = encodeWith(ONE_BYTE);
  const other = encodeWith(ANOTHER_BYTE).bytes;
  const offset = bytes.findIndex((byte, i) => byte !== other[i]);
  return { bytes: patched(bytes, [{ offset, size: 1 }], displacement), fields };
}

/** The bytes with a number in these fields, lowest byte first. */
export function patched(
  bytes: Uint8Array,
  fields: readonly Pick<Field, 'offset' | 'size'>[],
  number: bigint,
): Uint8Array {
  const result = bytes.slice();
  for (const { offset, size } of fields) {
    for (let i = 0; i < size; i++) result[offset + i] = Number((number >> BigInt(8 * i)) & 0xffn);
  }
  return result;
}

/** The operand that is a number alone, of the other address size than the code's; or -1. */
export function foreignAddress(form: Form): number {
  return form.operands.findIndex(
    (o) => o.kind === 'memory' && !o.base && !o.index && !o.relative && (o.displacementSize ?? form.bits) !== form.bits,
  );
}

/**
 * Such a form. `ask` is asked for `[ebp + n]` or `[bp + n]`; the ModRM byte with mod 00 then says that there is no
 * base. mov between it and the accumulator has the opcodes A0 to A3, an address and no ModRM byte.
 */
export function encodeForeignAddress(form: Form, at: number, ask: (form: Form) => Uint8Array): Uint8Array {
  const memory = form.operands[at] as MemoryForm;
  const size = memory.displacementSize;
  if (form.bits === 64 || (size !== 16 && size !== 32)) {
    throw new EncodeError('an address without a register is one of 16 or 32 bits, in 16- and 32-bit code');
  }
  const number = memory.displacement === 'open' ? OPEN_DISPLACEMENT : memory.displacement;
  const field = { offset: 0, size: size / 8 };
  const short = accumulatorMove(form, at);
  if (short) {
    const start = [0x67, ...short];
    return patched(
      Uint8Array.of(...start, ...new Uint8Array(field.size)),
      [{ ...field, offset: start.length }],
      number,
    );
  }
  const base = registerNamed(size === 32 ? 'ebp' : 'bp')!;
  const based: MemoryForm = { ...memory, base, displacement: 'open', displacementSize: null };
  const bytes = ask({ ...form, operands: form.operands.with(at, based) });
  const low = [0, 8].map((shift) => Number((OPEN_DISPLACEMENT >> BigInt(shift)) & 0xffn));
  const offset = bytes.findIndex((byte, i) => byte === low[0] && bytes[i + 1] === low[1]);
  if (offset < 1) throw new EncodeError(`'${form.mnemonic}' takes no such address`);
  return patched(bytes, [{ ...field, offset }], number).with(offset - 1, bytes[offset - 1]! & 0x3f);
}

/** `mov al, [n]` and its like: opcode and operand-size prefix; null for anything else. */
function accumulatorMove({ mnemonic, operands, bits }: Form, at: number): number[] | null {
  const other = operands[1 - at];
  if (mnemonic !== 'mov' || other?.kind !== 'register') return null;
  const { class: kind, number, size } = other.register;
  if (kind !== 'general' || number !== 0 || !/^(al|e?ax)$/.test(other.register.name)) return null;
  const opcode = 0xa0 | (at === 0 ? 2 : 0) | (size === 8 ? 0 : 1);
  return size === 8 || size === bits ? [opcode] : [0x66, opcode];
}
