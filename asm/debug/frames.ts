/**
 * For each place in the code: where the caller's frame is, so that a debugger can walk the stack.
 *
 * Nobody writes this down for assembly, and nobody needs to: pushes, pops, `mov ebp, esp` and their
 * like are read from the code itself, a label that belongs to no other beginning a routine. What the
 * code does not show is said by directives: `cfi_trap_frame 8` means that what the processor pushed
 * in a trap begins 8 bytes above esp, and from there on pushes are followed again. Between
 * `cfi_startproc` and `cfi_endproc` only directives count, as in GNU as.
 */

import type { Instruction } from '../encode/operands.ts';
import { type Expression, evaluate } from '../expressions/expression.ts';
import { isConstant, singleBase } from '../expressions/value.ts';
import type { Placed, PlacedSection } from '../layout/layout.ts';
import type { Cfi } from '../statements/cfi.ts';
import type { SymbolTable } from '../statements/symbols.ts';

export const ESP = 4;
export const EBP = 5;
export const EIP = 8;
const EFLAGS = 9;

/** How to find a register's value in the caller: a place relative to the CFA, or a word. */
export type Rule = number | 'same' | 'undefined';

/**
 * The canonical frame address (CFA) is where esp was before the call pushed its return address, or
 * before the trap pushed its frame.
 */
export interface FrameState {
  readonly cfaRegister: number;
  /** CFA - register, in bytes. */
  readonly cfaOffset: number;
  /** By the ABI's register number; what is not here has the caller's value. */
  readonly rules: ReadonlyMap<number, Rule>;
  /** The caller was interrupted: its eip is the next instruction, not the one after a call. */
  readonly interrupted: boolean;
  /** esp comes out of the trap's frame: pushed there if the privilege changed, else it is the CFA. */
  readonly trapStack: boolean;
}

export interface FrameRow {
  /** From the section's start. */
  readonly offset: number;
  readonly state: FrameState;
}

/** One routine. */
export interface Frame {
  /** Empty for code before the first label. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The first is at `start`. */
  readonly rows: readonly FrameRow[];
}

/** What is followed besides: how far esp is from the CFA even when ebp leads to it. */
interface Tracked extends FrameState {
  /** CFA - esp; null when the code has set esp to something else. */
  readonly sp: number | null;
  /** Registers that no longer hold the caller's value. */
  readonly changed: ReadonlySet<number>;
}

/** On entry by a call: the return address is on top of the stack. */
const CALLED: Tracked = {
  cfaRegister: ESP,
  cfaOffset: 4,
  rules: new Map([[EIP, -4]]),
  interrupted: false,
  trapStack: false,
  sp: 4,
  changed: new Set(),
};

/** The entry of an image: nobody has called it. */
const ENTRY = '_start';
const ENTERED: Tracked = { ...CALLED, rules: new Map([[EIP, 'undefined' as const]]) };

/** All routines of a code section. */
export function framesOf(placed: PlacedSection, symbols: SymbolTable): Frame[] {
  return new Follower(placed, symbols).run();
}

class Follower {
  private readonly placed: PlacedSection;
  private readonly symbols: SymbolTable;
  private readonly frames: Frame[] = [];
  private rows: FrameRow[] = [];
  private name = '';
  private start = 0;
  private state: Tracked = CALLED;
  /** After a jump or return: the next instruction is reached from elsewhere only. */
  private unreached = true;
  /** Between cfi_startproc and cfi_endproc. */
  private explicit = false;
  private readonly remembered: Tracked[] = [];
  /** States of jumps to places further on. */
  private readonly jumps = new Map<number, Tracked>();
  /** Places that are called. */
  private readonly called = new Set<number>();
  /** What is so when nothing else is known: after the routine's frame has been made. */
  private usual: Tracked = CALLED;

  constructor(placed: PlacedSection, symbols: SymbolTable) {
    this.placed = placed;
    this.symbols = symbols;
  }

  run(): Frame[] {
    for (const item of this.placed.items) this.noteCall(item);
    for (const item of this.placed.items) {
      const { statement, offset } = item;
      if (statement.kind === 'label') this.label(statement.symbol.name, offset);
      else if (statement.kind === 'cfi') this.directive(statement.cfi, item);
      else if (statement.kind === 'instruction' && !this.explicit) this.instruction(statement.instruction, item);
    }
    this.close(this.placed.size);
    return this.frames;
  }

  private label(name: string, offset: number): void {
    const isRoutine = !name.includes('.') && !name.includes('#');
    if (this.explicit) {
      if (isRoutine && offset === this.start) this.name = name;
      return;
    }
    const jumped = this.jumps.get(offset);
    if (this.unreached) {
      const fresh = jumped?.interrupted ? jumped : CALLED;
      this.state = isRoutine ? fresh : (jumped ?? this.usual);
      this.unreached = false;
    }
    if (this.called.has(offset)) this.state = CALLED;
    if (name === ENTRY) this.state = ENTERED;
    if (isRoutine) {
      this.close(offset);
      this.name = name;
      this.usual = this.state;
    }
    this.note(offset);
  }

  private close(offset: number): void {
    if (offset > this.start && this.rows.length > 0) {
      this.frames.push({ name: this.name, start: this.start, end: offset, rows: this.rows });
    }
    this.start = offset;
    this.rows = [];
  }

  private note(offset: number): void {
    if (this.rows.at(-1)?.offset === offset) this.rows.pop();
    this.rows.push({ offset, state: this.state });
  }

  private set(offset: number, change: Partial<Tracked>): void {
    this.state = { ...this.state, ...change };
    this.note(offset);
  }

  // Directives -----------------------------------------------------------------------------------

  private directive({ name, register, number }: Cfi, { offset }: Placed): void {
    const amount = number ? this.constant(number, offset) : 0;
    const { cfaOffset, rules } = this.state;
    const rule = (what: Rule | null): void => {
      const changed = new Map(rules);
      if (what === null) changed.delete(register);
      else changed.set(register, what);
      this.set(offset, { rules: changed });
    };
    switch (name) {
      case 'cfi_startproc':
        this.close(offset);
        this.explicit = true;
        this.state = CALLED;
        this.note(offset);
        return;
      case 'cfi_endproc':
        this.close(offset);
        this.explicit = false;
        this.unreached = true;
        return;
      case 'cfi_def_cfa':
        this.set(offset, { cfaRegister: register, cfaOffset: amount, ...(register === ESP && { sp: amount }) });
        return;
      case 'cfi_def_cfa_register':
        this.set(offset, { cfaRegister: register });
        return;
      case 'cfi_def_cfa_offset':
        this.set(offset, { cfaOffset: amount, ...(this.state.cfaRegister === ESP && { sp: amount }) });
        return;
      case 'cfi_adjust_cfa_offset':
        this.set(offset, { cfaOffset: cfaOffset + amount, sp: cfaOffset + amount });
        return;
      case 'cfi_offset':
        rule(amount);
        return;
      case 'cfi_restore':
        rule(null);
        return;
      case 'cfi_same_value':
        rule('same');
        return;
      case 'cfi_undefined':
        rule('undefined');
        return;
      case 'cfi_remember_state':
        this.remembered.push(this.state);
        return;
      case 'cfi_restore_state':
        this.set(offset, this.remembered.pop() ?? CALLED);
        return;
      case 'cfi_signal_frame':
        this.set(offset, { interrupted: true });
        return;
      case 'cfi_trap_frame': {
        // EIP, CS and EFLAGS lie below the CFA; ESP and SS, if they are there, above it.
        const sp = amount + 12;
        const trap = new Map<number, Rule>([
          [EIP, -12],
          [EFLAGS, -4],
        ]);
        const fresh = { cfaRegister: ESP, cfaOffset: sp, sp, changed: new Set<number>() };
        this.set(offset, { ...fresh, rules: trap, interrupted: true, trapStack: true });
        this.unreached = false;
        this.usual = this.state;
      }
    }
  }

  private constant(e: Expression, offset: number): number {
    return Number(BigInt.asIntN(32, evaluate(e, this.symbols.scope(this.placed.section, offset)).number));
  }

  // Instructions ---------------------------------------------------------------------------------

  private instruction(instruction: Instruction, item: Placed): void {
    const after = item.offset + item.size;
    const { mnemonic, operands } = instruction;
    if (instruction.bits !== 32) return;
    const [to, from] = operands;
    const target = to?.kind === 'register' && to.register.class === 'general' ? to.register : null;
    const full = target?.size === 32 ? target.number : -1;
    this.noteJump(instruction, item);
    if (/^(jmp|ret[nf]?|iretd?|retd)$/.test(mnemonic)) {
      this.unreached = true;
      return;
    }
    const amount = from?.kind === 'immediate' ? this.known(from.value, item.offset) : null;
    switch (mnemonic) {
      case 'push':
        this.push(full, pushSize(instruction), after);
        return;
      case 'pushfd':
      case 'pushf':
        this.push(-1, 4, after);
        return;
      case 'popfd':
      case 'popf':
        this.pop(-1, 4, after);
        return;
      case 'pop':
        this.pop(full, pushSize(instruction), after);
        return;
      case 'pushad':
      case 'pusha':
        // eax, ecx, edx, ebx, esp, ebp, esi, edi: in the order of their numbers.
        for (let register = 0; register < 8; register++) this.push(register === ESP ? -1 : register, 4, after);
        return;
      case 'popad':
      case 'popa':
        for (let register = 7; register >= 0; register--) this.pop(register === ESP ? -1 : register, 4, after);
        return;
      case 'leave':
        if (this.state.cfaRegister === EBP) this.set(after, { sp: this.state.cfaOffset });
        else this.set(after, { sp: null });
        this.pop(EBP, 4, after);
        return;
    }
    if (full === ESP) this.changeStack(instruction, amount, after);
    else if (full === EBP && mnemonic === 'mov' && from?.kind === 'register' && from.register.name === 'esp') {
      const { sp } = this.state;
      this.changed(EBP);
      if (sp !== null) this.set(after, { cfaRegister: EBP, cfaOffset: sp });
      this.usual = this.state;
    } else if (target && !/^(cmp|test|bt)$/.test(mnemonic)) {
      this.changed(target.size === 8 ? target.number & 3 : target.number);
    }
  }

  private changeStack({ mnemonic, operands }: Instruction, amount: number | null, after: number): void {
    const { sp, cfaRegister, cfaOffset } = this.state;
    const from = operands[1];
    if (mnemonic === 'sub' && amount !== null && sp !== null) this.moveTo(sp + amount, after);
    else if (mnemonic === 'add' && amount !== null && sp !== null) this.moveTo(sp - amount, after);
    else if (mnemonic === 'mov' && from?.kind === 'register' && from.register.name === 'ebp' && cfaRegister === EBP) {
      this.moveTo(cfaOffset, after);
    } else if (mnemonic === 'lea' && from?.kind === 'memory' && from.index === null && from.displacement) {
      const base = from.base?.name === 'esp' ? sp : from.base?.name === 'ebp' && cfaRegister === EBP ? cfaOffset : null;
      const by = this.known(from.displacement, after);
      this.moveTo(base === null || by === null ? null : base - by, after);
    } else if (!/^(cmp|test|and)$/.test(mnemonic)) this.moveTo(null, after);
  }

  /** esp is now so far below the CFA; null: nobody knows. */
  private moveTo(sp: number | null, after: number): void {
    const leads = this.state.cfaRegister === ESP && sp !== null;
    this.set(after, leads ? { sp, cfaOffset: sp } : { sp });
  }

  private push(register: number, size: number, after: number): void {
    const { sp, rules, changed, interrupted } = this.state;
    if (sp === null) return;
    this.moveTo(sp + size, after);
    // The caller's value is safe here, if it still was in the register: those a routine keeps, or any in a trap.
    const kept = interrupted || register === 3 || register >= EBP;
    if (register < 0 || register === ESP || !kept || rules.has(register) || changed.has(register)) return;
    this.set(after, { rules: new Map([...rules, [register, -(sp + size)]]) });
    if (this.state.cfaRegister === EBP || interrupted) this.usual = this.state;
  }

  private pop(register: number, size: number, after: number): void {
    const { sp, rules, cfaRegister } = this.state;
    if (register >= 0 && sp !== null && rules.get(register) === -sp) {
      const others = new Map(rules);
      others.delete(register);
      const changed = new Set(this.state.changed);
      changed.delete(register);
      this.set(after, { rules: others, changed });
    } else this.changed(register);
    const lower = sp === null ? null : sp - size;
    if (register === EBP && cfaRegister === EBP && lower !== null) {
      this.set(after, { cfaRegister: ESP, cfaOffset: lower, sp: lower });
    } else this.moveTo(lower, after);
  }

  private changed(register: number): void {
    if (register < 0 || this.state.changed.has(register)) return;
    this.state = { ...this.state, changed: new Set([...this.state.changed, register]) };
  }

  /** The place in this section a jump or call goes to, if that is known. */
  private targetOf({ operands }: Instruction, offset: number): number | null {
    const target = operands[0];
    if (target?.kind !== 'immediate') return null;
    const value = evaluate(target.value, this.symbols.scope(this.placed.section, offset));
    return singleBase(value) === this.placed.section ? Number(value.number) : null;
  }

  private noteCall({ statement, offset }: Placed): void {
    if (statement.kind !== 'instruction' || statement.instruction.mnemonic !== 'call') return;
    const place = this.targetOf(statement.instruction, offset);
    if (place !== null) this.called.add(place);
  }

  private noteJump(instruction: Instruction, { offset }: Placed): void {
    if (!/^(j|loop)/.test(instruction.mnemonic)) return;
    const place = this.targetOf(instruction, offset);
    if (place !== null && place > offset && !this.jumps.has(place)) this.jumps.set(place, this.state);
  }

  private known(e: Expression, offset: number): number | null {
    const value = evaluate(e, this.symbols.scope(this.placed.section, offset));
    return isConstant(value) ? Number(BigInt.asIntN(32, value.number)) : null;
  }
}

/** What a push or pop moves esp by. */
function pushSize({ operands, prefixes }: Instruction): number {
  const [operand] = operands;
  if (prefixes.includes('o16')) return 2;
  if (operand?.kind === 'register') return operand.register.class === 'general' && operand.register.size === 16 ? 2 : 4;
  return operand && 'size' in operand && operand.size === 16 ? 2 : 4;
}
