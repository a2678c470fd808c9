/**
 * Random programs of instructions from the table, each valid, on registers and memory that are anything. They go straight
 * on, so that where one was interrupted says what was executed; jumps lead over an INC at most. EBX, EBP and ESI keep
 * pointing at data; ESP and EDI are led back to where they were.
 */
import type { Random } from '../../../fuzz/random.ts';
import type { Case } from '../case.ts';
import {
  codeOf,
  DATA,
  DONE,
  dword,
  mov,
  PAGING,
  program,
  push,
  type Ring,
  WRITE_PROTECT,
  word,
} from '../catalogue/builder.ts';
import { type Entry, entries } from '../table.ts';
import { definesAll, undefinedAfter } from './undefined.ts';

/** A program and what it is made of. */
export interface Stream {
  readonly test: Case;
  readonly parts: readonly Part[];
}
/** A few bytes that belong together: an instruction, and what it needs before and behind. */
export interface Part {
  readonly entry: Entry;
  readonly form: 'register' | 'memory' | 'none';
  readonly code: readonly number[];
  /** Flags undefined behind it. */
  readonly undefinedFlags: number;
}

const PARTS = 64;
const BASE = DATA + 0x400; // EBX
const FRAME = DATA + 0x800; // EBP
const INDEX = 12; // ESI
const [EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI] = [0, 1, 2, 3, 4, 5, 6, 7];
const WRITABLE = [EAX, ECX, EDX, EDI];
const READABLE = [EAX, ECX, EDX, EBX, EBP, ESI, EDI];
/** AL CL DL, AH CH DH: not the bytes of EBX. */
const BYTES = [0, 1, 2, 4, 5, 6];
const VALUES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe,
];

const isFloating = ({ operands, name, escaped, opcode }: Entry): boolean =>
  name === 'esc' ||
  name === 'wait' ||
  name === 'emms' ||
  /[PNQVUW]/.test(operands) ||
  (escaped && (opcode === 0xae || opcode === 0xc3));
/** Not in a straight program, or not the same for a process as on a bare machine. */
const ELSEWHERE = new Set(
  (
    'in out ins outs hlt cli sti lldt ltr lgdt lidt lmsw invlpg clts invd wbinvd cpuid rdtsc rdpmc rdmsr wrmsr sysenter sysexit ' +
    'int int1 ud0 ud1 ud2 sgdt sidt smsw sldt str lar lsl verr verw undefined outside fetch link bridge onward'
  ).split(' '),
);
const isSystemMove = ({ name, operands }: Entry): boolean => name === 'mov' && /[CD]d/.test(operands);
/** For ring 0 on a bare machine: these too. */
const SYSTEM = new Set('lar lsl verr verw sldt str sgdt sidt smsw clts invlpg cli invd wbinvd'.split(' '));

/** These would lead a pointer away; and 0F 0D is AMD's, who say #UD to registers. */
const isAwkward = ({ name, opcode, escaped }: Entry): boolean =>
  (name === 'xchg' && opcode >= 0x93 && opcode <= 0x96) || (escaped && opcode === 0x0d);

const plain = entries.filter(
  (entry) => !ELSEWHERE.has(entry.name) && !isFloating(entry) && !isSystemMove(entry) && !isAwkward(entry),
);
const system = [
  ...plain,
  ...entries.filter((entry) => SYSTEM.has(entry.name)),
  ...entries.filter((entry) => isSystemMove(entry) && !/^[CD]/.test(entry.operands)),
];

const ADD_TO_EAX = entries.find(({ id }) => id.startsWith('05 add'))!;

export class Generator {
  private readonly pool: readonly Entry[];

  /** @param leaveOut entries that the referee does not know */
  constructor(
    private readonly random: Random,
    private readonly ring: Ring & number,
    leaveOut: (entry: Entry) => boolean = () => false,
  ) {
    this.pool = (ring === 0 ? system : plain).filter((entry) => !leaveOut(entry));
  }

  stream(id: string): Stream {
    const { random } = this;
    const parts: Part[] = [];
    let unknown = 0;
    const count = 1 + random.below(PARTS);
    while (parts.length < count) {
      const entry = random.pick(this.pool);
      const part = this.part(entry);
      if (!part) continue;
      if (unknown && reads(entry)) {
        parts.push(this.defineFlags());
        unknown = 0;
      }
      parts.push(part);
      unknown = (definesAll(entry) ? 0 : unknown) | part.undefinedFlags;
    }
    return this.assemble(id, parts);
  }

  /** The parts as a program; also of fewer parts, to find out which of them matter. */
  assemble(id: string, parts: readonly Part[], like?: Case): Stream {
    const code: number[] = [];
    for (const part of parts) code.push(...relocated(part.code, codeOf(this.ring) + code.length));
    const test = program(
      id,
      this.ring,
      [...code, ...DONE],
      like ? { init: like.init, mem: like.mem.slice(1) } : this.state(),
    );
    return { test: { ...test, id }, parts };
  }

  private state(): { init: Case['init']; mem: Case['mem'] } {
    const { random, ring } = this;
    const value = () => (random.chance(3) ? random.pick(VALUES) : random.next());
    const data = new Uint8Array(64);
    for (let i = 0; i < data.length; i++)
      data[i] = random.chance(3) ? random.pick([0, 0x7f, 0x80, 0xff]) : random.below(256);
    const flags = 0x202 | (random.next() & (random.chance(3) ? 0x8d5 : 0x8d5 | 0x400));
    return {
      init: {
        ...{ eax: value(), ecx: value(), edx: value(), ebx: BASE, ebp: FRAME, esi: INDEX, edi: DATA + 0x20 },
        eflags: flags,
        cr0: random.chance(2) ? PAGING + (random.chance(4) ? WRITE_PROTECT : 0) : ring === 3 ? PAGING : 0x11,
      } as Case['init'],
      mem: [
        [BASE, data],
        [FRAME, data.slice().reverse()],
      ],
    };
  }

  private part(entry: Entry): Part | undefined {
    const { random, ring } = this;
    const special = this.specialPart(entry);
    if (special) return special;
    const parts = entry.operands.split(',');
    const prefixes: number[] = [];
    const sized = parts.some((p) => /v$/.test(p) || p === 'eAX') || entry.instruction.sized === true;
    if (sized && random.chance(3) && !parts.some((p) => p.startsWith('J') || p === 'Ap')) prefixes.push(0x66);
    const small = prefixes.includes(0x66);
    const hasE = parts.some((p) => /^[EM]/.test(p));
    // Bochs writes ARPL's operand back unchanged (accepted.ts): ring 0's dirty bits would tell.
    const isElsewhere = ring === 0 && entry.name === 'arpl';
    const isMemory = hasE && !isElsewhere && (parts.some((p) => p.startsWith('M')) || random.chance(2));
    if (isMemory && entry.instruction.lock && /^[EM]/.test(entry.operands) && random.chance(3)) prefixes.push(0xf0);
    if ((isMemory || /^O|,O/.test(entry.operands)) && random.chance(6)) prefixes.push(random.pick([0x26, 0x36, 0x3e]));
    const isByte = (p: string) => p.endsWith('b');
    const reg = parts.find((p) => /^[GSCD][a-z]/.test(p));
    let field = entry.digit ?? 0;
    if (reg?.startsWith('G'))
      field = this.register(isByte(reg), parts[0] === reg || entry.name === 'xchg' || entry.name === 'xadd');
    else if (reg?.startsWith('S')) field = random.pick([0, 2, 3, 4, 5]);
    else if (reg?.startsWith('C')) field = random.pick([0, 2, 3, 4]);
    else if (reg?.startsWith('D')) field = random.pick([0, 1, 2, 3, 6, 7]);
    const body: number[] = [...(entry.escaped ? [0x0f] : [])];
    if (entry.registers) {
      const changes = parts[0]?.startsWith('Z') ?? false;
      body.push(
        entry.opcode +
          this.register(
            parts.some((p) => p === 'Zb'),
            changes || entry.name === 'xchg',
          ),
      );
    } else body.push(entry.opcode);
    if (hasE || reg || parts.some((p) => /^[RH]/.test(p))) {
      const e = parts.find((p) => /^[ERM]/.test(p)) ?? '';
      const changed = parts[0] === e || entry.name === 'xchg' || entry.name === 'xadd';
      if (isMemory) body.push(...this.address(field));
      else body.push(0xc0 | (field << 3) | this.register(isByte(e), changed));
    }
    let count: number | undefined;
    for (const p of parts) {
      if (p === '1') count = 1;
      if (p === 'Ib' || p === 'sIb') {
        const value = random.chance(2) ? random.below(34) : random.below(256);
        const limited = (entry.name === 'shld' || entry.name === 'shrd') && small ? value & 15 : value;
        count = limited & 31;
        body.push(limited);
      } else if (p === 'Iw') body.push(...word(random.below(64) * 4));
      else if (p === 'Iv') {
        const value = random.chance(2) ? random.pick(VALUES) : random.next();
        body.push(...(small ? word(value) : dword(value)));
      } else if (/^O/.test(p)) body.push(...dword(BASE + random.below(32)));
    }
    const before: number[] = [];
    if (parts.includes('CL')) {
      count = random.below(34) & (small && /sh[lr]d/.test(entry.name) ? 15 : 63);
      before.push(0xb1, count);
      count &= 31;
      // CL is written first, so ECX is not where the operand should be random; that is no loss.
    }
    const isShift = entry.instruction.kind === 'shift' || /^sh[lr]d$/.test(entry.name);
    const undefinedFlags = undefinedAfter(entry, isShift ? count : undefined);
    const form = hasE ? (isMemory ? 'memory' : 'register') : 'none';
    // What an undefined result is, nobody can say: BSF and BSR of 0, so OR a bit in first.
    if (/^bs[fr]$/.test(entry.name)) {
      if (isMemory) return undefined;
      const rm = body.at(-1)! & 7;
      if (!WRITABLE.includes(rm)) return undefined;
      before.push(0x81, 0xc8 | rm, ...dword(1 << random.below(32)));
      if (small) before.push(0x66, 0x81, 0xc8 | rm, ...word(1 << random.below(16)));
    }
    return { entry, form, code: [...before, ...prefixes, ...body, ...this.restore(entry)], undefinedFlags };
  }

  /** A register that may be read, or changed; byte registers by their own numbers. */
  private register(isByte: boolean, changes: boolean): number {
    if (isByte) return this.random.pick(BYTES);
    return this.random.pick(changes ? WRITABLE : READABLE);
  }

  private address(field: number): number[] {
    const { random } = this;
    const reg = field << 3;
    switch (random.below(6)) {
      case 0:
        return [0x05 | reg, ...dword(BASE + random.below(60))];
      case 1:
        return [0x43 | reg, random.below(60)]; // [ebx+disp8]
      case 2:
        return [0x83 | reg, ...dword(random.below(60))];
      case 3:
        return [0x45 | reg, random.below(60)]; // [ebp+disp8]
      case 4:
        return [0x04 | reg, 0x33 | (random.below(3) << 6)]; // [ebx+esi*scale]
      default:
        return [0x44 | reg, 0x35 | (random.below(3) << 6), random.below(8)]; // [ebp+esi*scale+disp8]
    }
  }

  /** Puts back what the others count on. */
  private restore({ name, operands }: Entry): number[] {
    if (/^(lods|movs|cmps|stos|scas)$/.test(name)) return [...mov(ESI!, INDEX), ...mov(EDI!, DATA + 0x20)];
    if (name === 'xlat' || operands === '') return [];
    return [];
  }

  private defineFlags(): Part {
    return { entry: ADD_TO_EAX, form: 'none', code: [0x05, ...dword(this.random.next())], undefinedFlags: 0 };
  }

  /** Instructions that need a scene: stacks, strings, far transfers. */
  private specialPart(entry: Entry): Part | undefined {
    const { random, ring } = this;
    const { name, instruction, operands } = entry;
    const scene = (code: readonly number[], form: Part['form'] = 'none'): Part => ({
      entry,
      form,
      code,
      undefinedFlags: undefinedAfter(entry),
    });
    const [cs, ds] = ring === 0 ? [8, 0x10] : [0x23, 0x2b];
    const opcode = [...(entry.escaped ? [0x0f] : []), entry.opcode];
    const size = random.chance(4) ? [0x66] : [];
    switch (name) {
      case 'movs':
      case 'cmps':
      case 'stos':
      case 'lods':
      case 'scas': {
        const repeat = random.pick([[], [0xf3], [0xf2]]);
        const back = random.chance(4);
        const code = [
          ...mov(ESI!, BASE + random.below(32)),
          ...mov(EDI!, BASE + 16 + random.below(32)),
          ...mov(ECX!, random.below(7)),
        ];
        return scene([
          ...code,
          back ? 0xfd : 0xfc,
          ...repeat,
          ...size,
          ...opcode,
          0xfc,
          ...mov(ESI!, INDEX),
          ...mov(EDI!, DATA + 0x20),
        ]);
      }
      case 'jmp':
      case 'call':
        return this.jumpPart(entry, cs!);
      case 'ret':
        if (instruction.value === 'retFar') {
          return scene([
            ...push(ds!),
            ...push(ds!),
            ...push(cs!),
            ...target(operands === 'Iw' ? 3 : 1),
            ...opcode,
            ...(operands === 'Iw' ? word(8) : []),
          ]);
        }
        return scene([...target(operands === 'Iw' ? 3 : 1), ...opcode, ...(operands === 'Iw' ? word(0) : [])]);
      case 'iret':
        return scene([...push(0x202 | (random.next() & 0x8d5)), ...push(cs!), ...target(1), 0xcf]);
      case 'enter':
        return scene([
          ...size,
          0xc8,
          ...word(random.below(32) * 4),
          random.below(4),
          ...mov(EBP!, FRAME),
          ...mov(ESP!, stackOf(ring)),
        ]);
      case 'leave':
        return scene([
          ...mov(EBP!, stackOf(ring) - 64),
          ...size,
          0xc9,
          ...mov(EBP!, FRAME),
          ...mov(ESP!, stackOf(ring)),
        ]);
      case 'pusha':
        return scene([...size, 0x60, ...mov(ESP!, stackOf(ring))]);
      case 'popa':
        return scene([...mov(ESP!, stackOf(ring) - 32), ...size, 0x61, ...pointers(), ...mov(ESP!, stackOf(ring))]);
      case 'pushf':
        return scene([...size, 0x9c, ...mov(ESP!, stackOf(ring))]);
      case 'popf':
        return scene([...push(0x202 | (random.next() & 0x8d5)), 0x9d]);
      case 'push':
      case 'pop': {
        if (instruction.value === 'popSegment') {
          if (operands === 'SS' && ring === 3 && random.chance(2)) return undefined;
          return scene([...push(ds!), ...opcode, ...(operands === 'FS' || operands === 'GS' ? [] : [])]);
        }
        if (instruction.value === 'pushSegment') {
          // The upper half of the word may be stored, or be left as it is: say what it is.
          return scene([...opcode, 0x66, 0xc7, 0x44, 0x24, 2, 0, 0, ...mov(ESP!, stackOf(ring))]);
        }
        const isPop = name === 'pop';
        const head = isPop ? push(random.next()) : [];
        const tail = mov(ESP!, stackOf(ring));
        if (entry.registers)
          return scene(
            [...head, ...size, entry.opcode + random.pick(isPop ? WRITABLE : [...READABLE, ESP!]), ...tail],
            'none',
          );
        if (operands === 'Iv') return scene([0x68, ...dword(random.next()), ...tail]);
        if (operands === 'sIb') return scene([0x6a, random.below(256), ...tail]);
        if (random.chance(2))
          return scene([...head, ...size, entry.opcode, ...this.address(entry.digit ?? 0), ...tail], 'memory');
        return scene(
          [
            ...head,
            ...size,
            entry.opcode,
            0xc0 | ((entry.digit ?? 0) << 3) | random.pick(isPop ? WRITABLE : READABLE),
            ...tail,
          ],
          'register',
        );
      }
      case 'mov':
        if (instruction.value === 'movToSegment')
          return scene([...mov(EAX!, ds!), 0x8e, 0xc0 | (random.pick([0, 2, 3, 4, 5]) << 3)], 'register');
        return undefined;
      case 'les':
      case 'lds':
      case 'lss':
      case 'lfs':
      case 'lgs': {
        const store = [0xc7, 0x03, ...dword(random.next()), 0xc7, 0x43, 4, ...dword(ds!)];
        const register = name === 'lss' ? ECX! : random.pick(WRITABLE);
        return scene([...store, ...opcode, 0x03 | (register << 3)], 'memory');
      }
      case 'loop':
      case 'loope':
      case 'loopne':
      case 'jecxz':
        return scene([...mov(ECX!, random.below(4)), entry.opcode, 1, 0x40]);
      case 'int3':
      case 'into':
      case 'bound':
        return this.trapPart(entry);
      case 'div':
      case 'idiv':
        if (random.chance(4)) return undefined;
        return scene(
          [
            ...mov(EDX!, random.below(3)),
            ...mov(ECX!, 4 + random.below(0x10000)),
            ...(operands === 'Eb' ? mov(EAX!, random.below(512)) : size),
            entry.opcode,
            0xc0 | (entry.digit! << 3) | ECX!,
          ],
          'register',
        );
      case 'xlat':
        return scene([0xd7]);
      case 'cmpxchg8b':
        return scene(
          [...(random.chance(2) ? [0xf0] : []), 0x0f, 0xc7, ...this.address(1), ...mov(ECX!, random.next())],
          'memory',
        );
      case 'invlpg':
        return scene([0x0f, 0x01, ...this.address(7)], 'memory');
      case 'bt':
      case 'bts':
      case 'btr':
      case 'btc':
        // A bit offset in a register reaches far: keep it small.
        if (operands === 'Ev,Gv') {
          const isMemory = random.chance(2);
          const rm = isMemory ? [0x43 | (EDX! << 3), 16] : [0xc0 | (EDX! << 3) | random.pick([EAX!, ECX!, EDI!])];
          const code = [...mov(EDX!, (random.below(256) - 64) >>> 0), ...size, ...opcode, ...rm];
          return scene(code, isMemory ? 'memory' : 'register');
        }
        return undefined;
      case 'sldt':
      case 'str':
      case 'smsw':
      case 'sgdt':
      case 'sidt':
        return undefined;
      default:
        return instruction.kind === 'branch'
          ? scene([...opcode, ...(operands === 'Jb' ? [1] : dword(1)), 0x40])
          : undefined;
    }
  }

  private jumpPart(entry: Entry, cs: number): Part {
    const { operands, instruction } = entry;
    const scene = (code: readonly number[], form: Part['form'] = 'none'): Part => ({
      entry,
      form,
      code,
      undefinedFlags: 0,
    });
    const after = entry.name === 'call' ? mov(ESP!, stackOf(this.ring)) : [];
    if (operands === 'Jb') return scene([entry.opcode, 1, 0x40, ...after]);
    if (operands === 'Jv') return scene([entry.opcode, ...dword(1), 0x40, ...after]);
    if (operands === 'Ap') return scene([entry.opcode, ...AHEAD, ...word(cs), ...after]);
    if (instruction.value?.endsWith('Memory')) {
      return scene(
        [0xc7, 0x03, ...AHEAD_BY(7 + 2), 0xc7, 0x43, 4, ...dword(cs), 0xff, 0x03 | (entry.digit! << 3), ...after],
        'memory',
      );
    }
    if (this.random.chance(2))
      return scene([0xb8 + EAX!, ...AHEAD_BY(2), 0xff, 0xc0 | (entry.digit! << 3) | EAX!, ...after], 'register');
    return scene([0xc7, 0x03, ...AHEAD_BY(2), 0xff, 0x03 | (entry.digit! << 3), ...after], 'memory');
  }

  /** INT3, INTO and BOUND: mostly what does not trap, else the end. */
  private trapPart(entry: Entry): Part | undefined {
    const { random } = this;
    const scene = (code: readonly number[], form: Part['form'] = 'none'): Part => ({
      entry,
      form,
      code,
      undefinedFlags: 0,
    });
    if (entry.name === 'int3') return random.chance(8) ? scene([0xcc]) : undefined;
    if (entry.name === 'into') return scene([0x05, ...dword(random.next()), 0xce]);
    const value = random.below(100);
    return scene([0xc7, 0x03, ...dword(0), 0xc7, 0x43, 4, ...dword(90), ...mov(EDX!, value), 0x62, 0x13], 'memory');
  }
}

const stackOf = (ring: Ring): number => codeOf(ring) - 0x1100;
const pointers = (): number[] => [...mov(EBX!, BASE), ...mov(EBP!, FRAME), ...mov(ESI!, INDEX)];

// Addresses of the code itself are put in when the program is put together: a dword of 0x5ead0000 + distance, counted
// from behind the dword.
const AHEAD_BY = (bytes: number): number[] => dword(0x5ead0000 + bytes);
const AHEAD = AHEAD_BY(2);
/** Push the address that is `bytes` behind the push. */
const target = (bytes: number): number[] => [0x68, ...AHEAD_BY(bytes)];
function relocated(bytes: readonly number[], address: number): readonly number[] {
  const placed = [...bytes];
  for (let i = 3; i < placed.length; i++) {
    if (placed[i] !== 0x5e || placed[i - 1] !== 0xad || placed[i - 2] !== 0 || placed[i - 3]! > 31) continue;
    placed.splice(i - 3, 4, ...dword(address + i + 1 + placed[i - 3]!));
  }
  return placed;
}

/** Arithmetic flags that are undefined when the program is interrupted at this address, and how many parts came to their end. */
export function standingAt({ test, parts }: Stream, eip: number): { undefinedFlags: number; done: number } {
  let at = test.init.eip;
  let unknown = 0;
  for (const [n, { code, entry, undefinedFlags }] of parts.entries()) {
    if (eip < at + code.length) return { undefinedFlags: unknown | undefinedFlags, done: n };
    at += code.length;
    unknown = (definesAll(entry) ? 0 : unknown) | undefinedFlags;
  }
  return { undefinedFlags: unknown, done: parts.length };
}

/** Whether it looks at flags. */
function reads({ instruction, name }: Entry): boolean {
  return instruction.reads === true || name === 'pushf' || name === 'into';
}
