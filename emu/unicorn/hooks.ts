/** The hooks of an engine, and the forms of their callbacks: those of Unicorn.js. */

import { CONSTANTS as uc } from './constants.ts';
import type { Unicorn } from './engine.ts';

/** HOOK_CODE, HOOK_BLOCK: before an instruction, a block; its address in two halves, its size in bytes. */
export type CodeCallback = (e: Unicorn, addressLow: number, addressHigh: number, size: number, data: never) => void;
/** HOOK_INTR: an interrupt or exception, by vector. */
export type IntrCallback = (e: Unicorn, vector: number, data: never) => void;
/** HOOK_MEM_...: `type` is one of MEM_; of those about bad memory, true means that it has been mended. */
export type MemoryCallback = (
  e: Unicorn,
  type: number,
  addressLow: number,
  addressHigh: number,
  size: number,
  valueLow: number,
  valueHigh: number,
  data: never,
) => unknown;
/** HOOK_INSN with X86_INS_IN: gives what is read. */
export type InCallback = (e: Unicorn, port: number, size: number, data: never) => number;
/** HOOK_INSN with X86_INS_OUT. */
export type OutCallback = (e: Unicorn, port: number, size: number, value: number, data: never) => void;
/** HOOK_INSN with the others, and HOOK_INSN_INVALID: true means that it has been dealt with. */
export type PlainCallback = (e: Unicorn, data: never) => unknown;

export type HookCallback = CodeCallback | IntrCallback | MemoryCallback | InCallback | OutCallback | PlainCallback;

/** What hook_add was given. */
export interface HookOptions {
  readonly type: number;
  readonly callback: HookCallback;
  readonly data: unknown;
  /** A range; with an end below its beginning: everywhere. */
  readonly begin: number;
  readonly end: number;
  readonly instruction: number | undefined;
}

/** One hook; what hook_add gives. */
export class Hook {
  readonly type: number;
  readonly begin: number;
  readonly end: number;
  readonly instruction: number | undefined;
  readonly data: never;
  private readonly callback: HookCallback;

  constructor({ type, callback, data, begin, end, instruction }: HookOptions) {
    this.type = type;
    this.begin = begin;
    this.end = end;
    this.instruction = instruction;
    this.data = data as never;
    this.callback = callback;
  }

  /** Call it as the kind of callback that its type says it is. */
  call<Callback extends HookCallback>(...args: Parameters<Callback>): ReturnType<Callback> {
    return (this.callback as unknown as (...args: unknown[]) => ReturnType<Callback>)(...args);
  }
}

const ALL_TYPES =
  uc.HOOK_INTR |
  uc.HOOK_INSN |
  uc.HOOK_CODE |
  uc.HOOK_BLOCK |
  uc.HOOK_MEM_INVALID |
  uc.HOOK_MEM_VALID |
  uc.HOOK_MEM_READ_AFTER |
  uc.HOOK_INSN_INVALID;
const INSTRUCTIONS: readonly (number | undefined)[] = [
  ...[uc.X86_INS_IN, uc.X86_INS_OUT, uc.X86_INS_CPUID, uc.X86_INS_SYSENTER],
];

export class Hooks {
  all: readonly Hook[] = [];

  /** @returns undefined when there is no such type */
  add(options: HookOptions): Hook | undefined {
    const { type, instruction } = options;
    if (type === 0 || type & ~ALL_TYPES) return undefined;
    if (type & uc.HOOK_INSN && !INSTRUCTIONS.includes(instruction)) return undefined;
    const hook = new Hook(options);
    this.all = [...this.all, hook];
    return hook;
  }

  /** @returns whether it was there */
  remove(hook: Hook): boolean {
    const count = this.all.length;
    this.all = this.all.filter((other) => other !== hook);
    return this.all.length < count;
  }

  /** Those of a type that are about an address, in the order in which they came. */
  of(bit: number, address: number): readonly Hook[] {
    return this.all.filter((hook) => hook.type & bit && inRange(hook, address));
  }

  /** Whether each instruction has to be looked at. */
  get stepsThroughCode(): boolean {
    return this.all.some(({ type, begin, end, instruction }) => {
      if (type & uc.HOOK_BLOCK || (type & uc.HOOK_CODE && begin > end)) return true;
      return instruction === uc.X86_INS_CPUID || instruction === uc.X86_INS_SYSENTER;
    });
  }

  /** The addresses with a hook on code; undefined when they are more than `most`. */
  codeAddresses(most: number): ReadonlySet<number> | undefined {
    const addresses = new Set<number>();
    for (const { type, begin, end } of this.all) {
      if (!(type & uc.HOOK_CODE)) continue;
      if (end - begin >= most) return undefined;
      for (let at = begin; at <= end; at++) addresses.add(at);
    }
    return addresses.size > most ? undefined : addresses;
  }
}

/** Whether a hook is about an address. */
export function inRange({ begin, end }: Pick<Hook, 'begin' | 'end'>, address: number): boolean {
  return begin > end || (begin <= address && address <= end);
}
