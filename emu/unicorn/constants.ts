/** Unicorn's constants by Unicorn.js's names, with the numbers of Unicorn 2.0 (unicorn.h and x86.h). */

/** Runs of registers: the number of the first, and names that follow it. */
const REGISTERS = [
  [
    0,
    'INVALID AH AL AX BH BL BP BPL BX CH CL CS CX DH DI DIL DL DS DX EAX EBP EBX ECX EDI EDX EFLAGS EIP EIZ ES ESI ESP',
  ],
  [31, 'FPSW FS GS IP RAX RBP RBX RCX RDI RDX RIP'],
  [43, 'RSI RSP SI SIL SP SPL SS CR0 CR1 CR2 CR3 CR4'],
  [58, 'CR8'],
  [66, 'DR0 DR1 DR2 DR3 DR4 DR5 DR6 DR7'],
  [82, 'FP0 FP1 FP2 FP3 FP4 FP5 FP6 FP7'],
  [98, 'MM0 MM1 MM2 MM3 MM4 MM5 MM6 MM7'],
  [106, 'R8 R9 R10 R11 R12 R13 R14 R15'],
  [114, 'ST0 ST1 ST2 ST3 ST4 ST5 ST6 ST7'],
  [122, 'XMM0 XMM1 XMM2 XMM3 XMM4 XMM5 XMM6 XMM7'],
  [242, 'IDTR GDTR LDTR TR FPCW FPTAG MSR MXCSR FS_BASE GS_BASE FLAGS RFLAGS FIP FCS FDP FDS FOP'],
] as const;

type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;

/** 'EAX', 'CR0' ... */
export type RegisterName = Words<(typeof REGISTERS)[number][1]>;

const NUMBERED = REGISTERS.flatMap(([first, names]) =>
  names.split(' ').map((name, i): [RegisterName, number] => [name as RegisterName, first + i]),
);

/** The register that a number stands for. */
export const REGISTER_NAMES: ReadonlyMap<number, RegisterName> = new Map(
  NUMBERED.map(([name, number]) => [number, name]),
);

const X86_REGISTERS = Object.fromEntries(NUMBERED.map(([name, number]) => [`X86_REG_${name}`, number])) as {
  readonly [Name in RegisterName as `X86_REG_${Name}`]: number;
};

/** Error codes, and what uc_strerror says of them. */
const ERRORS = [
  ['OK', 'OK'],
  ['NOMEM', 'No memory available or memory not present'],
  ['ARCH', 'Invalid/unsupported architecture'],
  ['HANDLE', 'Invalid handle'],
  ['MODE', 'Invalid mode'],
  ['VERSION', 'Different API version between core & binding'],
  ['READ_UNMAPPED', 'Invalid memory read'],
  ['WRITE_UNMAPPED', 'Invalid memory write'],
  ['FETCH_UNMAPPED', 'Invalid memory fetch'],
  ['HOOK', 'Invalid hook type'],
  ['INSN_INVALID', 'Invalid instruction'],
  ['MAP', 'Invalid memory mapping'],
  ['WRITE_PROT', 'Write to write-protected memory'],
  ['READ_PROT', 'Read from non-readable memory'],
  ['FETCH_PROT', 'Fetch from non-executable memory'],
  ['ARG', 'Invalid argument'],
  ['READ_UNALIGNED', 'Read from unaligned memory'],
  ['WRITE_UNALIGNED', 'Write to unaligned memory'],
  ['FETCH_UNALIGNED', 'Fetch from unaligned memory'],
  ['HOOK_EXIST', 'Unknown error code'],
  ['RESOURCE', 'Insufficient resource'],
  ['EXCEPTION', 'Unhandled CPU exception'],
] as const;

export type ErrorName = (typeof ERRORS)[number][0];

const ERROR_CODES = Object.fromEntries(ERRORS.map(([name], code) => [`ERR_${name}`, code])) as {
  readonly [Name in ErrorName as `ERR_${Name}`]: number;
};

/** As uc_strerror. */
export function strerror(code: number): string {
  const [name, text] = ERRORS[code] ?? [undefined, 'Unknown error code'];
  return name === undefined || name === 'HOOK_EXIST' ? text : `${text} (UC_ERR_${name})`;
}

export const CONSTANTS = {
  API_MAJOR: 2,
  API_MINOR: 0,
  ARCH_ARM: 1,
  ARCH_ARM64: 2,
  ARCH_MIPS: 3,
  ARCH_X86: 4,
  MODE_LITTLE_ENDIAN: 0,
  MODE_16: 1 << 1,
  MODE_32: 1 << 2,
  MODE_64: 1 << 3,
  PROT_NONE: 0,
  PROT_READ: 1,
  PROT_WRITE: 2,
  PROT_EXEC: 4,
  PROT_ALL: 7,
  SECOND_SCALE: 1_000_000,
  MILISECOND_SCALE: 1000,
  MEM_READ: 16,
  MEM_WRITE: 17,
  MEM_FETCH: 18,
  MEM_READ_UNMAPPED: 19,
  MEM_WRITE_UNMAPPED: 20,
  MEM_FETCH_UNMAPPED: 21,
  MEM_WRITE_PROT: 22,
  MEM_READ_PROT: 23,
  MEM_FETCH_PROT: 24,
  MEM_READ_AFTER: 25,
  HOOK_INTR: 1 << 0,
  HOOK_INSN: 1 << 1,
  HOOK_CODE: 1 << 2,
  HOOK_BLOCK: 1 << 3,
  HOOK_MEM_READ_UNMAPPED: 1 << 4,
  HOOK_MEM_WRITE_UNMAPPED: 1 << 5,
  HOOK_MEM_FETCH_UNMAPPED: 1 << 6,
  HOOK_MEM_UNMAPPED: 0x070,
  HOOK_MEM_READ_PROT: 1 << 7,
  HOOK_MEM_WRITE_PROT: 1 << 8,
  HOOK_MEM_FETCH_PROT: 1 << 9,
  HOOK_MEM_PROT: 0x380,
  HOOK_MEM_READ_INVALID: 0x090,
  HOOK_MEM_WRITE_INVALID: 0x120,
  HOOK_MEM_FETCH_INVALID: 0x240,
  HOOK_MEM_INVALID: 0x3f0,
  HOOK_MEM_READ: 1 << 10,
  HOOK_MEM_WRITE: 1 << 11,
  HOOK_MEM_FETCH: 1 << 12,
  HOOK_MEM_VALID: 0x1c00,
  HOOK_MEM_READ_AFTER: 1 << 13,
  HOOK_INSN_INVALID: 1 << 14,
  QUERY_MODE: 1,
  QUERY_PAGE_SIZE: 2,
  QUERY_ARCH: 3,
  QUERY_TIMEOUT: 4,
  X86_INS_CPUID: 113,
  X86_INS_IN: 218,
  X86_INS_OUT: 500,
  X86_INS_SYSCALL: 699,
  X86_INS_SYSENTER: 700,
  ...ERROR_CODES,
  ...X86_REGISTERS,
} as const;

/** A failed call, in Unicorn.js's words. */
export class UnicornError extends Error {
  override readonly name = 'UnicornError';

  constructor(
    what: string,
    /** One of the ERR_ constants. */
    readonly code: number,
  ) {
    super(`Unicorn.js: Function ${what} failed with code ${code}:\n${strerror(code)}`);
  }

  /** Unicorn.js throws strings: printed, this reads like one. */
  override toString(): string {
    return this.message;
  }
}
