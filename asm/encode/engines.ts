/**
 * keystone and capstone, each loaded once. Both are WebAssembly without types; this file is all of
 * the project that touches them.
 *
 * Keystone's option setter is never called: it switches the radix to 16 behind one's back.
 */

import type { Bits } from './operands.ts';

/** What we use of keystone. */
interface KeystoneModule {
  readonly ARCH_X86: number;
  readonly MODE_16: number;
  readonly MODE_32: number;
  readonly MODE_64: number;
  strerror(code: number): string;
  Keystone: new (
    arch: number,
    mode: number,
  ) => {
    asm(text: string, address: number): { readonly mc: Uint8Array; readonly failed: boolean };
    errno(): number;
  };
}

interface CapstoneInstruction {
  readonly address: bigint;
  readonly size: number;
  readonly bytes: readonly number[];
  readonly mnemonic: string;
  readonly op_str: string;
}

/** What we use of capstone. */
interface CapstoneModule {
  readonly ARCH_X86: number;
  readonly MODE_16: number;
  readonly MODE_32: number;
  readonly MODE_64: number;
  Capstone: new (
    arch: number,
    mode: number,
  ) => {
    disasm(bytes: ArrayLike<number>, address: number, max?: number): CapstoneInstruction[];
  };
}

type Load<T> = (settings: object) => Promise<T>;

/** What they would print on the console is no business of ours: we say what is wrong ourselves. */
const quiet = (): object => ({ print: () => {}, printErr: () => {} });

// Not imported at the top: a bundle loads what stands there, even for who never assembles.
const [{ default: loadKeystone }, { default: loadCapstone }] = await Promise.all([
  import('@alexaltea/keystone-js'),
  import('@alexaltea/capstone-js'),
]);
const [ks, cs] = await Promise.all([
  (loadKeystone as Load<KeystoneModule>)(quiet()),
  (loadCapstone as Load<CapstoneModule>)(quiet()),
]);

const encoders = {
  16: new ks.Keystone(ks.ARCH_X86, ks.MODE_16),
  32: new ks.Keystone(ks.ARCH_X86, ks.MODE_32),
  64: new ks.Keystone(ks.ARCH_X86, ks.MODE_64),
};

const decoders = {
  16: new cs.Capstone(cs.ARCH_X86, cs.MODE_16),
  32: new cs.Capstone(cs.ARCH_X86, cs.MODE_32),
  64: new cs.Capstone(cs.ARCH_X86, cs.MODE_64),
};

/** Bytes of one canonical statement, or the reason there are none. */
export function keystone(text: string, bits: Bits): Uint8Array | string {
  const encoder = encoders[bits];
  const { mc, failed } = encoder.asm(text, 0);
  if (failed) return ks.strerror(encoder.errno()).replace(/ \(KS_.*\)/, '');
  // "Success" with no bytes is keystone's way of not understanding a statement.
  return mc.length > 0 ? mc : 'not understood';
}

export interface Decoded {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly mnemonic: string;
  readonly operands: string;
}

/** The one instruction at the start of the bytes, or null if they are none. */
export function capstone(bytes: Uint8Array, address: number, bits: Bits): Decoded | null {
  if (bytes.length === 0) return null;
  let found: CapstoneInstruction | undefined;
  try {
    found = decoders[bits].disasm(bytes, address, 1)[0];
  } catch {
    // Capstone throws a string for bytes that decode to nothing.
    return null;
  }
  if (!found) return null;
  return { address, bytes: bytes.slice(0, found.size), mnemonic: found.mnemonic, operands: found.op_str };
}
