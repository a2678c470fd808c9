/**
 * Unicorn.js's engine object over this processor: a bare CPU with memory mapped where one likes, and hooks.
 *
 * It runs at full speed; what is hooked is paid for where it is hooked. Memory that somebody wants to hear of, or that
 * lacks a right, is reached through the host (guest-memory.ts). A hook on a few hundred addresses of code is a
 * breakpoint; one on all code, and one on blocks, take single steps. An exception ends the run, because there is no
 * IDT that it could be delivered through; so it is found by its shutdown, with nothing changed, and handed to the hook.
 *
 * What differs from Unicorn is told in docs/unicorn.md.
 */

import * as L from '../core/layout.ts';
import { Cpu, RunExit } from '../machine/cpu.ts';
import { CodeView, ENDS_BLOCK } from './code-view.ts';
import { type ErrorName, CONSTANTS as uc } from './constants.ts';
import { GuestMemory, type Interest, type MemoryRegion } from './guest-memory.ts';
import {
  type CodeCallback,
  type Hook,
  type HookCallback,
  Hooks,
  type InCallback,
  type IntrCallback,
  type MemoryCallback,
  type OutCallback,
  type PlainCallback,
} from './hooks.ts';
import { RegisterVerbs, type TypeName } from './register-verbs.ts';

/** An address or a size: what Unicorn.js takes as such, below 2^32. */
export type Address = number | bigint | string;

/** Registers, to be put back. */
export interface Context {
  state: Uint8Array | undefined;
}

/** Memory that can be mapped at once; what is not mapped costs nothing. */
const STORE_BYTES = 2 ** 28;
const PAGE = 4096;
/** A time-out is virtual: so many instructions are a microsecond. */
const INSTRUCTIONS_PER_MICROSECOND = 100;
const SLICE = 10_000_000;
/** A hook on no more code than this is made of breakpoints. */
const MOST_BREAKPOINTS = 1024;
const UD = 6;
/** NE is set: there is no board here that FERR# would lead to. */
const CR0 = { protected: 0x31, real: 0x30 } as const;
const FPU_CONTROL = 0x37f;
const CR4_SSE = 0x600;
const SOFTWARE_INTERRUPT = /^int/;
/** Thrown through the processor from a memory access: the instruction has not happened. */
class Abandoned extends Error {
  constructor(
    readonly code: ErrorName,
    readonly eip: number,
    readonly now: number,
  ) {
    super(code);
  }
}

export class Unicorn extends RegisterVerbs {
  protected readonly cpu: Cpu;
  private readonly code: CodeView;
  private readonly memory: GuestMemory;
  private readonly hooks = new Hooks();
  private isRunning = false;
  private isOpen = true;
  private stopAsked = false;
  private timedOut = false;
  /** A hook has set EIP: go on from there. */
  private jumped = false;

  /** @throws UnicornError for any but ARCH_X86 with MODE_16 or MODE_32 */
  constructor(
    readonly arch: number,
    readonly mode: number,
  ) {
    super();
    if (arch !== uc.ARCH_X86) throw this.failure('uc_open', 'ARCH');
    if (mode !== uc.MODE_16 && mode !== uc.MODE_32) throw this.failure('uc_open', 'MODE');
    this.cpu = Cpu.create(
      {
        portRead: (port, width) => this.portRead(port, width),
        portWrite: (port, value, width) => this.portWrite(port, value, width),
        mmioRead: (address, width) => this.readFor(address, width),
        mmioWrite: (address, value, width) => this.writeFor(address, value, width),
        acknowledge: () => 0,
      },
      STORE_BYTES,
    );
    this.memory = new GuestMemory(this.cpu, () => this.interests());
    this.code = new CodeView(this.memory, () => (this.cpu.segment('cs').access & 0x4000 ? 32 : 16));
    this.powerOn();
  }

  // ---- memory

  /** @throws UnicornError: not whole pages (ERR_ARG), mapped already (ERR_MAP), too much (ERR_NOMEM) */
  mem_map(address: Address, size: Address, perms: number): void {
    this.check('uc_mem_map', this.memory.map(addressOf(address), addressOf(size), perms));
    this.leaveCore();
  }

  mem_unmap(address: Address, size: Address): void {
    this.check('uc_mem_unmap', this.memory.unmap(addressOf(address), addressOf(size)));
    this.leaveCore();
  }

  mem_protect(address: Address, size: Address, perms: number): void {
    this.check('uc_mem_protect', this.memory.protect(addressOf(address), addressOf(size), perms));
    this.leaveCore();
  }

  mem_regions(): MemoryRegion[] {
    return this.memory.regions;
  }

  /** Whatever the rights are. @throws UnicornError when some of it is not mapped */
  mem_write(address: Address, bytes: ArrayLike<number>): void {
    const ok = this.memory.write(addressOf(address), Uint8Array.from(bytes));
    this.check('uc_mem_write', ok ? undefined : 'WRITE_UNMAPPED');
  }

  mem_read(address: Address, size: number): Uint8Array {
    const bytes = this.memory.read(addressOf(address), size);
    this.check('uc_mem_read', bytes ? undefined : 'READ_UNMAPPED');
    return bytes!;
  }

  /** EIP was written: what runs goes on from there. */
  protected jump(): void {
    this.jumped = true;
    this.leaveCore();
  }

  // ---- hooks

  hook_add(type: number, callback: CodeCallback, data?: unknown, begin?: Address, end?: Address): Hook;
  hook_add(type: number, callback: IntrCallback, data?: unknown, begin?: Address, end?: Address): Hook;
  hook_add(type: number, callback: MemoryCallback, data?: unknown, begin?: Address, end?: Address): Hook;
  hook_add(
    type: number,
    callback: InCallback | OutCallback | PlainCallback,
    data?: unknown,
    begin?: Address,
    end?: Address,
    instruction?: number,
  ): Hook;
  /**
   * @param type HOOK_ bits
   * @param begin first address; with none, or an end below it: everywhere
   * @param instruction for HOOK_INSN: X86_INS_IN, _OUT, _CPUID or _SYSENTER
   */
  hook_add(
    type: number,
    callback: HookCallback,
    data: unknown = {},
    begin?: Address,
    end?: Address,
    instruction?: number,
  ): Hook {
    const range = begin === undefined && end === undefined ? [1, 0] : [addressOf(begin ?? 0), addressOf(end ?? 0)];
    const hook = this.hooks.add({ type, callback, data, begin: range[0]!, end: range[1]!, instruction });
    if (!hook) throw this.failure('uc_hook_add', 'HOOK');
    if (type & (uc.HOOK_MEM_VALID | uc.HOOK_MEM_READ_AFTER)) this.memory.rearrange();
    this.leaveCore();
    return hook;
  }

  hook_del(hook: Hook): void {
    this.check('uc_hook_del', this.hooks.remove(hook) ? undefined : 'HOOK');
    this.memory.rearrange();
    this.leaveCore();
  }

  // ---- running

  /**
   * @param begin where to begin, a linear address
   * @param until stop before the instruction here
   * @param timeout microseconds, in virtual time: 100 instructions each; 0: none
   * @param count instructions; 0: any number
   * @throws UnicornError for what no hook answers: bad memory, an invalid instruction, an exception
   */
  emu_start(begin: Address, until: Address, timeout = 0, count = 0): void {
    if (!this.isOpen) throw this.failure('uc_emu_start', 'HANDLE');
    if (this.isRunning) throw this.failure('uc_emu_start', 'ARG');
    const { cpu } = this;
    cpu.revive();
    cpu.eip = (addressOf(begin) - cpu.segment('cs').base) >>> 0;
    const timeLimit = timeout > 0 ? timeout * INSTRUCTIONS_PER_MICROSECOND : Infinity;
    const countLimit = count > 0 ? count : Infinity;
    this.isRunning = true;
    this.stopAsked = false;
    this.timedOut = false;
    try {
      const error = this.runTo(addressOf(until), cpu.now + Math.min(timeLimit, countLimit));
      this.timedOut = this.limitReached && timeLimit < countLimit;
      this.check('uc_emu_start', error);
    } finally {
      this.isRunning = false;
      cpu.setBreakpoints([]);
    }
  }

  emu_stop(): void {
    this.stopAsked = true;
    this.leaveCore();
  }

  // ---- the rest

  /** For context_save. */
  context_alloc(): Context {
    return { state: undefined };
  }

  context_free(context: Context): void {
    context.state = undefined;
  }

  /** Keep the registers, not the memory. @param context one of context_alloc's; default: a new one */
  context_save(context: Context = this.context_alloc()): Context {
    context.state = this.cpu.saveState();
    return context;
  }

  context_restore(context: Context): void {
    if (!context.state) throw this.failure('uc_context_restore', 'ARG');
    const { now } = this.cpu;
    this.cpu.loadState(context.state);
    this.cpu.passTime(now);
    this.jump();
  }

  query_type(type: number, _result: TypeName = 'i32'): number {
    switch (type) {
      case uc.QUERY_MODE:
        return this.mode;
      case uc.QUERY_PAGE_SIZE:
        return PAGE;
      case uc.QUERY_ARCH:
        return this.arch;
      case uc.QUERY_TIMEOUT:
        return this.timedOut ? 1 : 0;
      default:
        throw this.failure('uc_query', 'ARG');
    }
  }

  query_i8 = (type: number) => this.query_type(type);
  query_i16 = (type: number) => this.query_type(type);
  query_i32 = (type: number) => this.query_type(type);
  query_i64 = (type: number) => this.query_type(type);

  close(): void {
    this.check('uc_close', this.isOpen ? undefined : 'HANDLE');
    this.isOpen = false;
  }

  // ---- how

  /** As Unicorn hands a processor over: flat segments, no tables, SSE on, all registers 0. */
  private powerOn(): void {
    const { cpu } = this;
    const isReal = this.mode === uc.MODE_16;
    const base = { selector: 0, base: 0, limit: isReal ? 0xffff : 0xffffffff, usable: true };
    for (const name of ['es', 'ss', 'ds', 'fs', 'gs'] as const) {
      cpu.setSegment(name, { ...base, access: isReal ? 0x93 : 0xc093 });
    }
    cpu.setSegment('cs', { ...base, access: isReal ? 0x9b : 0xc09b });
    cpu.cr0 = isReal ? CR0.real : CR0.protected;
    cpu.cr4 = CR4_SSE;
    // As after fninit.
    const state = cpu.saveState();
    const words = new DataView(state.buffer, state.byteOffset);
    words.setUint32(L.FPU_CONTROL, FPU_CONTROL, true);
    words.setUint32(L.FPU_TAGS, 0, true);
    cpu.loadState(state);
    cpu.gdtr = { base: 0, limit: 0 };
    cpu.idtr = { base: 0, limit: 0 };
    cpu.edx = 0;
    cpu.eip = 0;
    cpu.eflags = 2;
  }

  private limitReached = false;

  /** @returns the error that ended it */
  private runTo(until: number, limit: number): ErrorName | undefined {
    const { cpu, hooks } = this;
    this.limitReached = false;
    for (;;) {
      if (this.stopAsked) return undefined;
      if (cpu.now >= limit) {
        this.limitReached = true;
        return undefined;
      }
      const points = hooks.stepsThroughCode ? undefined : hooks.codeAddresses(MOST_BREAKPOINTS);
      const here = this.here();
      if (here === until) return undefined;
      const stepping = points === undefined;
      if (stepping || points.has(here)) {
        const bad = this.beforeInstruction(here);
        if (this.stopAsked) return undefined;
        if (bad !== undefined) {
          const error = this.answerFetch(bad);
          if (error) return error;
          continue;
        }
        if (this.here() !== here) continue;
      }
      const error = this.advance(stepping ? 1 : Math.min(limit - cpu.now, SLICE), until, points, here);
      if (error === 'stopped') return undefined;
      if (error) return error;
    }
  }

  /** Let the processor run. @returns 'stopped' at a HLT, or an error that nobody answered */
  private advance(
    instructions: number,
    until: number,
    points: ReadonlySet<number> | undefined,
    here: number,
  ): ErrorName | 'stopped' | undefined {
    const { cpu } = this;
    cpu.setBreakpoints(points ? [until, ...points] : []);
    if (points?.has(here)) cpu.passBreakpoint(cpu.now);
    this.jumped = false;
    const from = cpu.eip;
    try {
      switch (cpu.run(instructions)) {
        case RunExit.Halted:
          return 'stopped';
        case RunExit.Shutdown:
          return this.answerException();
        default:
          return undefined;
      }
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      cpu.passTime(error.now);
      if (!this.jumped || cpu.eip === from) cpu.eip = error.eip;
      return error.code;
    }
  }

  /** Linear address of the next instruction. */
  private here(): number {
    return (this.cpu.segment('cs').base + this.cpu.eip) >>> 0;
  }

  private blockFollows = true;

  /** Call the hooks of an instruction. @returns the address that cannot be fetched, if that is so */
  private beforeInstruction(address: number): number | undefined {
    const bad = this.code.unfetchable(address);
    if (bad !== undefined) return bad;
    const { size, text } = this.code.instructionAt(address);
    if (this.blockFollows) {
      for (const hook of this.hooks.of(uc.HOOK_BLOCK, address)) {
        hook.call<CodeCallback>(this, address, 0, this.code.blockSize(address), hook.data);
      }
    }
    this.blockFollows = ENDS_BLOCK.test(text);
    for (const hook of this.hooks.of(uc.HOOK_CODE, address)) {
      hook.call<CodeCallback>(this, address, 0, size, hook.data);
    }
    for (const hook of this.hooks.of(uc.HOOK_INSN, address)) {
      const wanted = hook.instruction === uc.X86_INS_CPUID ? /^cpuid/ : /^sysenter/;
      if (hook.instruction === uc.X86_INS_IN || hook.instruction === uc.X86_INS_OUT || !wanted.test(text)) continue;
      const skip = hook.call<PlainCallback>(this, hook.data);
      if (skip || hook.instruction === uc.X86_INS_SYSENTER) this.cpu.eip = (this.cpu.eip + size) >>> 0;
    }
    return undefined;
  }

  /** What ends a run for want of an IDT: call the hook that it is for. */
  private answerException(): ErrorName | undefined {
    const { cpu } = this;
    const { vector } = cpu.shutdown!;
    cpu.revive();
    const address = this.here();
    const bad = this.code.unfetchable(address);
    if (vector === UD && bad !== undefined) return this.answerFetch(bad);
    if (vector === UD) {
      for (const hook of this.hooks.of(uc.HOOK_INSN_INVALID, address)) {
        if (hook.call<PlainCallback>(this, hook.data)) return undefined;
      }
      return 'INSN_INVALID';
    }
    const hooks = this.hooks.of(uc.HOOK_INTR, address);
    this.jumped = false;
    // A software interrupt returns behind itself, a fault to the instruction.
    const { size, text } = this.code.instructionAt(address);
    const behind = SOFTWARE_INTERRUPT.test(text) ? (cpu.eip + size) >>> 0 : cpu.eip;
    for (const hook of hooks) hook.call<IntrCallback>(this, vector, hook.data);
    if (!this.jumped) cpu.eip = behind;
    return hooks.length === 0 ? 'EXCEPTION' : undefined;
  }

  private answerFetch(address: number): ErrorName | undefined {
    const isMapped = this.memory.permsAt(address) !== undefined;
    const type = isMapped ? uc.MEM_FETCH_PROT : uc.MEM_FETCH_UNMAPPED;
    const bit = isMapped ? uc.HOOK_MEM_FETCH_PROT : uc.HOOK_MEM_FETCH_UNMAPPED;
    return this.isAnswered(bit, type, address, 1, 0) && this.code.unfetchable(this.here()) === undefined
      ? undefined
      : isMapped
        ? 'FETCH_PROT'
        : 'FETCH_UNMAPPED';
  }

  // ---- called by the processor, in the middle of an instruction

  private readFor(address: number, width: number): number {
    this.require(address, width, uc.PROT_READ, 0);
    this.tell(uc.HOOK_MEM_READ, uc.MEM_READ, address, width, 0);
    const value = numberOf(this.memory.read(address, width)!);
    this.tell(uc.HOOK_MEM_READ_AFTER, uc.MEM_READ_AFTER, address, width, value);
    return value;
  }

  private writeFor(address: number, value: number, width: number): void {
    this.tell(uc.HOOK_MEM_WRITE, uc.MEM_WRITE, address, width, value);
    this.require(address, width, uc.PROT_WRITE, value);
    this.memory.write(
      address,
      Uint8Array.from({ length: width }, (_, i) => value >>> (8 * i)),
    );
  }

  /** See that memory is there and may be used so, asking the hooks; else abandon the instruction. */
  private require(address: number, width: number, right: number, value: number): void {
    const writes = right === uc.PROT_WRITE;
    const perms = this.memory.permsAt(address);
    if (perms !== undefined && perms & right) return;
    const isMapped = perms !== undefined;
    const [type, bit, error] = isMapped
      ? writes
        ? ([uc.MEM_WRITE_PROT, uc.HOOK_MEM_WRITE_PROT, 'WRITE_PROT'] as const)
        : ([uc.MEM_READ_PROT, uc.HOOK_MEM_READ_PROT, 'READ_PROT'] as const)
      : writes
        ? ([uc.MEM_WRITE_UNMAPPED, uc.HOOK_MEM_WRITE_UNMAPPED, 'WRITE_UNMAPPED'] as const)
        : ([uc.MEM_READ_UNMAPPED, uc.HOOK_MEM_READ_UNMAPPED, 'READ_UNMAPPED'] as const);
    const answered = this.isAnswered(bit, type, address, width, value);
    if (answered && (this.memory.permsAt(address) ?? 0) & right) return;
    throw new Abandoned(error, this.cpu.eip, this.cpu.now);
  }

  private isAnswered(bit: number, type: number, address: number, width: number, value: number): boolean {
    return this.hooks
      .of(bit, address)
      .some((hook) => Boolean(hook.call<MemoryCallback>(this, type, address, 0, width, value, 0, hook.data)));
  }

  private tell(bit: number, type: number, address: number, width: number, value: number): void {
    for (const hook of this.hooks.of(bit, address)) {
      hook.call<MemoryCallback>(this, type, address, 0, width, value, 0, hook.data);
    }
  }

  private portRead(port: number, width: number): number {
    let value = 0;
    for (const hook of this.hooks.of(uc.HOOK_INSN, this.here())) {
      if (hook.instruction === uc.X86_INS_IN) value = Number(hook.call<InCallback>(this, port, width, hook.data) ?? 0);
    }
    return value;
  }

  private portWrite(port: number, value: number, width: number): void {
    for (const hook of this.hooks.of(uc.HOOK_INSN, this.here())) {
      if (hook.instruction === uc.X86_INS_OUT) hook.call<OutCallback>(this, port, width, value, hook.data);
    }
  }

  // ---- small things

  /** What a hook has changed counts from the next instruction on. */
  private leaveCore(): void {
    if (this.isRunning) this.cpu.requestExit();
  }

  private interests(): Interest[] {
    return this.hooks.all
      .filter(({ type }) => type & (uc.HOOK_MEM_READ | uc.HOOK_MEM_WRITE | uc.HOOK_MEM_READ_AFTER))
      .map(({ type, begin, end }) => ({
        ...(begin > end ? { begin: 0, end: 0xffffffff } : { begin, end }),
        reads: (type & (uc.HOOK_MEM_READ | uc.HOOK_MEM_READ_AFTER)) !== 0,
        writes: (type & uc.HOOK_MEM_WRITE) !== 0,
      }));
  }
}

function addressOf(value: Address): number {
  const number = typeof value === 'number' ? Math.trunc(value) : Number(BigInt(value));
  // -1 and its like are what 32-bit arithmetic in JavaScript makes of high addresses.
  return number < 0 ? number >>> 0 : number;
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
