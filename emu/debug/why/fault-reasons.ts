/**
 * What a fault stumbled over, in words: told by its vector, its error code, its instruction, and the tables as they stand.
 * With what the manual calls the check that failed.
 */

import type { SegmentRegister } from '../../machine/cpu.ts';
import type { TrapEntry } from '../../trace/trap-log.ts';
import { type Descriptor, describeWalk, descriptorOf, pageWalk } from '../sight/descriptors.ts';
import type { Asked, Check } from './chain.ts';
import { throughGate } from './gate-checks.ts';

export const DF = 8;
export const PF = 14;
const GP = 13;
/** SDM 3A, 6.13: these push an error code that names a selector. */
const WITH_SELECTOR = [10, 11, 12, 13];
/** SDM 3A, 5.9, and the instructions that IOPL guards (SDM 1, 18.5.1). */
const PRIVILEGED =
  /^(lgdt|lidt|lldt|ltr|lmsw|clts|hlt|invd|wbinvd|invlpg|rdmsr|wrmsr|mov (cr|dr)\d|mov \w+, (cr|dr)\d)/;
const GUARDED_BY_IOPL = /^(cli|sti|in|out|ins[bwd]|outs[bwd]|rep\w* (in|out)s)\b/;
const LOADS_SS = /^(?:mov|pop) ss\b|^lss\b/;
const LOADS_CS = /^(?:lcall|ljmp|call|jmp|retf|iret)/;

/** What the manual calls its checks. */
const RULE = {
  null: 'null segment selector checking: SDM 3A, 5.4.1',
  limit: 'limit checking: SDM 3A, 5.3',
  type: 'type checking: SDM 3A, 5.4',
  data: 'privilege level checking when accessing data segments: SDM 3A, 5.6',
  stack: 'privilege level checking when loading the SS register: SDM 3A, 5.7',
  code: 'privilege level checking when transferring program control: SDM 3A, 5.8',
  present: 'segment-present flag: SDM 3A, 3.4.5',
  privileged: 'privileged instructions: SDM 3A, 5.9',
  iopl: 'I/O privilege level: SDM 1, 18.5.1',
  gate: 'protection of exception- and interrupt-handler procedures: SDM 3A, 6.12.1',
  idt: 'interrupt descriptor table: SDM 3A, 6.10',
  page: 'page-level protection: SDM 3A, 4.6 and 4.7',
  exception: (vector: number) => `exception reference, interrupt ${vector}: SDM 3A, 6.15`,
} as const;

export interface Reason {
  readonly text: string;
  readonly rule: string;
  /** The descriptor or gate that was looked at. */
  readonly walked?: Check;
}

export const hex = (value: number, digits = 0) => `0x${value.toString(16).padStart(digits, '0')}`;

/** About a fault, delivered or not: everything of an entry but what the log adds. */
export type Fault = Pick<TrapEntry, 'vector' | 'errorCode' | 'cpl' | 'ss' | 'esp' | 'flags' | 'cr2'>;

/** @param instruction as disassembled; empty when it cannot be seen */
export function reasonFor(asked: Asked, fault: Fault, instruction: string): Reason {
  const { vector, errorCode = 0, cr2 } = fault;
  if (vector === PF && cr2 !== undefined) return pageFault(asked, cr2, errorCode);
  if (WITH_SELECTOR.includes(vector) && errorCode & 2) return badGate(asked, fault);
  if (WITH_SELECTOR.includes(vector) && errorCode & 0xfffc) return badSelector(asked, fault, instruction);
  return otherwise(asked, fault, instruction);
}

function pageFault({ pc }: Asked, linear: number, code: number): Reason {
  const steps = pageWalk(pc, linear);
  const at = `Address ${hex(linear, 8)}`;
  const walk = describeWalk(steps);
  const rule = RULE.page;
  if (code & 8) return { text: `${at}: a reserved bit is set in an entry on the way. ${walk}.`, rule };
  const missing = steps.find(({ present }) => !present);
  if (missing) return { text: `${at}: its ${missing.table} is not present. ${walk}.`, rule };
  if (code & 4 && steps.some(({ user }) => !user)) {
    return { text: `${at} belongs to the supervisor, and ring 3 asked for it. ${walk}.`, rule };
  }
  if (code & 2 && steps.some(({ writable }) => !writable)) {
    const wp = code & 4 ? '' : ' (CR0.WP makes that count for ring 0 too)';
    return { text: `${at} is read-only, and it was written to${wp}. ${walk}.`, rule };
  }
  return { text: `${at} was not reachable then; as the tables stand now it is. ${walk}.`, rule };
}

function badGate(asked: Asked, fault: Fault): Reason {
  const { errorCode = 0, cpl } = fault;
  const vector = (errorCode >>> 3) & 0xff;
  const failed = throughGate(asked, vector, fault).find(({ passes }) => !passes);
  if (failed) return { text: failed.text, rule: failed.name === 'gate' ? RULE.idt : RULE.gate };
  const text = `Gate ${hex(vector, 2)} has a DPL below ${cpl}: software in ring ${cpl} may not use it (SDM 3A, 6.12.1.1).`;
  return { text, rule: RULE.gate };
}

function badSelector({ pc }: Asked, fault: Fault, instruction: string): Reason {
  const { vector, errorCode = 0 } = fault;
  const selector = errorCode & 0xfffc;
  const looked = descriptorOf(pc, selector);
  if ('trouble' in looked) return { text: `${looked.trouble}.`, rule: RULE.limit };
  const { found } = looked;
  return {
    ...selectorReason(found, selector, vector, fault.cpl, instruction),
    walked: descriptorCheck(selector, found),
  };
}

function selectorReason(
  { kind, dpl, present, isWritable, isCode, isConforming }: Descriptor,
  selector: number,
  vector: number,
  cpl: number,
  instruction: string,
): Reason {
  const what = `Selector ${hex(selector)} names ${kind}, DPL ${dpl}`;
  const system = kind !== 'code' && kind !== 'data';
  if ((vector === 11 || vector === 12) && !present) {
    return { text: `${what}, which is not present (P=0).`, rule: RULE.present };
  }
  if (vector === 10) return { text: `${what}: a TSS cannot use it so.`, rule: RULE.exception(10) };
  if (/^lldt/.test(instruction) && kind !== 'LDT') return { text: `${what}: lldt wants an LDT.`, rule: RULE.type };
  if (/^ltr/.test(instruction) && !/^available TSS/.test(kind)) {
    return { text: `${what}: ltr wants an available TSS.`, rule: RULE.type };
  }
  if (LOADS_CS.test(instruction)) {
    if (system) return { text: `${what}: control cannot go there so.`, rule: RULE.type };
    if (!isCode) return { text: `${what}: CS is only loaded with code.`, rule: RULE.type };
    const conforming = isConforming ? 'conforming code of an inner ring' : 'code of another ring';
    return {
      text: `${what}: from ring ${cpl} this is ${conforming}, which this way does not lead to.`,
      rule: RULE.code,
    };
  }
  if (LOADS_SS.test(instruction)) {
    if (!isWritable)
      return { text: `${what}: a stack is writable data, and no code or system segment.`, rule: RULE.type };
    return { text: `${what}: in ring ${cpl} a stack must have RPL ${cpl} and DPL ${cpl}.`, rule: RULE.stack };
  }
  if (system) return { text: `${what}: a system segment is neither code nor data.`, rule: RULE.type };
  if (isCode && !isConforming && dpl >= cpl) {
    return {
      text: `${what}: code cannot be used so (as data to write or as a stack), or only with another RPL.`,
      rule: RULE.type,
    };
  }
  if (dpl < cpl) return { text: `${what}: ring ${cpl} may not use it (DPL below CPL).`, rule: RULE.data };
  if (!isCode && !isWritable) {
    return { text: `${what}: it is neither code nor writable data, as this use of it asks.`, rule: RULE.type };
  }
  return { text: `${what}: its RPL is above its DPL, so it may not be used.`, rule: RULE.data };
}

function descriptorCheck(
  selector: number,
  { at, low, high, kind, base, limit, dpl, present, bits }: Descriptor,
): Check {
  const place = `Entry ${selector >>> 3} of the ${selector & 4 ? 'LDT' : 'GDT'}, at ${hex(at, 8)}, is ${hex(high, 8)} ${hex(low, 8)}`;
  const decoded = `${kind}, ${bits}-bit, base ${hex(base, 8)}, limit ${hex(limit, 8)}, DPL ${dpl}, P=${present ? 1 : 0}`;
  return { name: 'descriptor', passes: true, text: `${place}: ${decoded}.` };
}

/** Error code 0, or none: told by the instruction. */
function otherwise({ pc }: Asked, { vector, cpl, flags }: Fault, instruction: string): Reason {
  const text = exceptionText(pc.cpu.cr0, vector, instruction);
  if (text !== undefined) return { text, rule: RULE.exception(vector) };
  if (vector !== GP) return { text: 'no more is known.', rule: RULE.exception(vector) };
  const iopl = (flags >>> 12) & 3;
  if (cpl > 0 && PRIVILEGED.test(instruction)) {
    return { text: `The instruction is privileged: ring 0 only, and this is ring ${cpl}.`, rule: RULE.privileged };
  }
  if (cpl > iopl && GUARDED_BY_IOPL.test(instruction)) {
    const name = instruction.split(' ')[0];
    const port = /^(cli|sti)/.test(instruction) ? '' : ', and no I/O permission bitmap allows it';
    return { text: `IOPL is ${iopl}: ring ${cpl} may not use ${name}${port}.`, rule: RULE.iopl };
  }
  // SDM 3A, 6.15, interrupt 13: of the selectors that are loaded, only SS's and CS's may not be null.
  if (LOADS_SS.test(instruction)) return { text: 'SS may not be loaded with a null selector.', rule: RULE.null };
  if (/^(?:lcall|ljmp|retf|iret)/.test(instruction)) {
    return { text: 'CS may not be loaded with a null selector, or EIP lies beyond its limit.', rule: RULE.null };
  }
  const named = /\b([c-gs]s):/.exec(instruction)?.[1] ?? (instruction.includes('[') ? 'ds' : undefined);
  if (named === undefined) {
    return {
      text: 'A value was loaded that has a reserved bit set, or a limit was exceeded.',
      rule: RULE.exception(GP),
    };
  }
  const segment = pc.cpu.segment(named as SegmentRegister);
  const name = named.toUpperCase();
  return segment.usable
    ? {
        text: `The access through ${name} lies beyond its limit, ${hex(segment.limit)}, or is not of its kind.`,
        rule: RULE.limit,
      }
    : { text: `${name} holds a null selector: memory cannot be reached through it.`, rule: RULE.null };
}

/** Exceptions that say by themselves what was wrong. */
function exceptionText(cr0: number, vector: number, instruction: string): string | undefined {
  switch (vector) {
    case 0:
      return 'Division by zero, or a quotient too large for its register.';
    case 5:
      return 'The index is outside the bounds that bound compares with.';
    case 6:
      return instruction.startsWith('db ')
        ? 'No instruction has this opcode.'
        : 'The instruction is not permitted in this form or mode.';
    case 7:
      return cr0 & 8
        ? 'CR0.TS is set: the FPU belongs to another task until clts.'
        : 'CR0.EM is set: the FPU is to be emulated.';
    case 12:
      return 'An access to the stack lies beyond the limit of SS.';
    case 16:
      return 'An x87 exception that is not masked waited (see the status word).';
    case 17:
      return 'A misaligned access in ring 3, with CR0.AM and EFLAGS.AC set.';
    case 19:
      return 'An SSE exception that is not masked in MXCSR.';
    default:
      return undefined;
  }
}
