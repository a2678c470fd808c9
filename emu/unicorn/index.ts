/**
 * For those who come from Unicorn.js: its verbs and constants, on this processor.
 *
 *     import { uc } from 'trapgate/unicorn';
 *
 *     const e = new uc.Unicorn(uc.ARCH_X86, uc.MODE_32);
 *     e.mem_map(0x1000, 0x1000, uc.PROT_ALL);
 *     e.mem_write(0x1000, [0x41, 0x4a]);                  // inc ecx; dec edx
 *     e.reg_write_i32(uc.X86_REG_ECX, 0x1234);
 *     e.emu_start(0x1000, 0x1002, 0, 0);
 *     e.reg_read_i32(uc.X86_REG_ECX);                     // 0x1235
 *     e.close();
 */

import { CONSTANTS, strerror, UnicornError } from './constants.ts';
import { Unicorn } from './engine.ts';

export type { Address, Context } from './engine.ts';
export type { MemoryRegion } from './guest-memory.ts';
export type {
  CodeCallback,
  Hook,
  HookCallback,
  InCallback,
  IntrCallback,
  MemoryCallback,
  OutCallback,
  PlainCallback,
} from './hooks.ts';
export { Unicorn, UnicornError };

/** Unicorn.js's `uc`. */
export const uc = {
  ...CONSTANTS,
  Unicorn,
  /** Of the API that is followed: major << 24 | minor << 16. */
  version: (): number => (CONSTANTS.API_MAJOR << 24) | (CONSTANTS.API_MINOR << 16),
  arch_supported: (arch: number): boolean => arch === CONSTANTS.ARCH_X86,
  strerror,
} as const;

export default uc;

/** The way that Unicorn.js is loaded since it is a module: a promise of `uc`. */
export function MUnicorn(): Promise<typeof uc> {
  return Promise.resolve(uc);
}
