/**
 * The formats of conformance cases. A file says which it is (`format`), and how to read it (`about`).
 *
 * "x86-trap-cases/1": an environment shared by all cases (descriptor tables, handlers that are a HLT each), and cases:
 * a few instructions, the processor's whole state before them, and what the handler finds. In the place of the environment
 * may stand the name of another file, whose environment it is; and `base` may say what a state is unless a case says else.
 *
 * "x86-alu-cases/1": one instruction a row, registers and 64 bytes of memory before and after.
 *
 * "x86-fpu-cases/1": the same for x87, MMX and SSE; see fpu-format.ts.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { FpuCases } from './fpu-format.ts';

export const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
export const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
export type General = (typeof GENERAL)[number];
export type SegmentName = (typeof SEGMENT_NAMES)[number];

/** Bytes at a physical address, as hex digits. */
export type Bytes = readonly [address: number, hex: string];

/** What a selector stands for: base, limit (granularity applied), and the descriptor's bits 40 to 55. */
export type Descriptor = readonly [base: number, limit: number, attributes: number];

interface SystemSegment {
  readonly base: number;
  readonly limit: number;
  readonly attr: number;
}

/** A row of places to arrive at, `stride` bytes apart. */
interface Landings {
  readonly base: number;
  readonly stride: number;
  readonly count: number;
}

export interface Environment {
  readonly regions: readonly Bytes[];
  readonly handlers: Landings;
  /** Where gates to other places than handlers lead; arriving at place k counts as vector 256 + k. */
  readonly pseudo: Landings;
  readonly segments: Readonly<Record<string, Descriptor>>;
  readonly tr: SystemSegment;
  readonly ldt: SystemSegment;
}

export type InitialState = Readonly<
  Record<
    | General
    | SegmentName
    | 'eip'
    | 'eflags'
    | 'cr0'
    | 'cr2'
    | 'cr3'
    | 'cr4'
    | 'dr0'
    | 'dr6'
    | 'dr7'
    | 'gdtbase'
    | 'gdtlim'
    | 'idtbase'
    | 'idtlim'
    | 'tr'
    | 'ldt',
    number
  >
> &
  Readonly<Partial<Record<'dr1' | 'dr2' | 'dr3', number>>>;

type FrameField = 'eip' | 'cs' | 'eflags' | 'esp' | 'ss' | 'es' | 'ds' | 'fs' | 'gs';

export interface Expectation {
  readonly vec: number | 'shutdown';
  readonly err?: number;
  /** What was pushed, lowest address first: [err,] eip, cs, eflags [, esp, ss [, es, ds, fs, gs]]. */
  readonly frame?: Readonly<Partial<Record<FrameField, number>>>;
  /** Dwords at SS:ESP, for stops at a pseudo handler. */
  readonly stack?: readonly number[];
  readonly eflags_mask?: number;
  readonly handler?: { readonly cs: number; readonly ss: number; readonly esp: number; readonly eflags: number };
  readonly regs?: Readonly<Partial<Record<General, number>>>;
  readonly segs?: Readonly<Partial<Record<SegmentName, number>>>;
  readonly cr0?: number;
  readonly cr2?: number;
  readonly cr2_mask?: number;
  readonly dr6?: number;
  readonly dr6_mask?: number;
  readonly tr?: number;
  readonly watch?: readonly Bytes[];
  readonly reg_mask?: Readonly<Partial<Record<General, number>>>;
  readonly ignore?: readonly General[];
}

export interface TrapCase {
  readonly id: string;
  readonly asm: string;
  readonly mem: readonly Bytes[];
  readonly init: InitialState;
  readonly expect: Expectation;
  /** The referees do not agree: counts for nothing. */
  readonly contested?: boolean;
}

export interface TrapCases {
  readonly format: 'x86-trap-cases/1';
  readonly env: Environment;
  readonly cases: readonly TrapCase[];
}

/** Registers are eax ecx edx ebx esp ebp esi edi eflags; vector 127 means done, 0 is #DE. */
export type AluRow = readonly [
  id: number,
  group: string,
  asm: string,
  code: string,
  registers: readonly number[],
  memory: string,
  vector: number,
  registersAfter: readonly number[],
  memoryAfter: string,
  flagsMask: number,
];

export interface AluCases {
  readonly format: 'x86-alu-cases/1';
  readonly rows: readonly AluRow[];
}

interface Abridged {
  readonly env: Environment | string;
  readonly base?: InitialState;
  readonly cases: readonly TrapCase[];
}

/**
 * A file that ends in .gz is compressed.
 * @throws Error when the file cannot be read or is of no known format
 */
export function readCases(path: string): TrapCases | AluCases | FpuCases {
  const bytes = readFileSync(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
  const file = JSON.parse(text) as { format?: unknown };
  if (file.format === 'x86-trap-cases/1') return unabridged(path, file as unknown as Abridged);
  if (file.format === 'x86-alu-cases/1') return file as AluCases;
  if (file.format === 'x86-fpu-cases/1') return file as FpuCases;
  throw new Error(`${path}: format ${JSON.stringify(file.format)} is not known`);
}

function unabridged(path: string, { env, base, cases }: Abridged): TrapCases {
  const other = typeof env === 'string' ? (readCases(join(dirname(path), env)) as TrapCases).env : env;
  const whole = base ? cases.map((test) => ({ ...test, init: { ...base, ...test.init } })) : cases;
  return { format: 'x86-trap-cases/1', env: other, cases: whole };
}

export const hex = (value: number, digits = 8) => (value >>> 0).toString(16).padStart(digits, '0');
