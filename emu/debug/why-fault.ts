/**
 * "Why did this fault?": the last exception, what its error code says, what it stumbled over as the tables stand, and for
 * a triple fault why neither it nor the double fault could be delivered.
 */

import { disassemble } from '../../asm/index.ts';
import type { SegmentRegister } from '../machine/cpu.ts';
import { nameOfVector } from '../machine/stop.ts';
import type { TrapEntry } from '../trace/trap-log.ts';
import { describeWalk, descriptorOf, pageWalk } from './descriptors.ts';
import { throughGate } from './gate-checks.ts';
import { codeBits } from './instruction-kind.ts';
import { peekBytes } from './memory-view.ts';
import { type Answer, type Asked, answerOf, type Check } from './why.ts';

const DF = 8;
const PF = 14;
const GP = 13;
/** SDM 3A, 6.13: these push an error code that names a selector. */
const WITH_SELECTOR = [10, 11, 12, 13];
/** SDM 3A, 5.9, and the instructions that IOPL guards (SDM 1, 18.5.1). */
const PRIVILEGED =
  /^(lgdt|lidt|lldt|ltr|lmsw|clts|hlt|invd|wbinvd|invlpg|rdmsr|wrmsr|mov (cr|dr)\d|mov \w+, (cr|dr)\d)/;
const GUARDED_BY_IOPL = /^(cli|sti|in|out|ins[bwd]|outs[bwd]|rep\w* (in|out)s)\b/;

const hex = (value: number, digits = 0) => `0x${value.toString(16).padStart(digits, '0')}`;

/** About the last fault that was delivered, or the one that led to the shutdown. */
export function whyFault(stepper: Asked): Answer {
  const { pc, traps } = stepper;
  const dead = pc.cpu.shutdown;
  if (dead) return whyShutdown(stepper, dead.vector, dead.errorCode);
  const last = traps.entries.findLast(({ cause }) => cause === 'fault');
  if (!last) return answerOf([], 'No fault has been delivered.');
  return answerOf(explain(stepper, last), '');
}

/** A chain whose last check is the one that failed. */
function explain(stepper: Asked, entry: TrapEntry): Check[] {
  const { pc, symbols } = stepper;
  const { vector, errorCode, cs, eip, cpl } = entry;
  const name = nameOfVector(vector, errorCode);
  const symbol = symbols.nameOf(eip);
  const text = instructionAt(stepper, entry);
  const where = `${hex(cs, 4)}:${hex(eip, 8)}${symbol === undefined ? '' : ` <${symbol}>`}`;
  const chain: Check[] = [
    {
      name: 'instruction',
      passes: true,
      text: `${where}: ${text ?? 'no code can be seen here'} (ring ${cpl}, time ${entry.time}).`,
    },
  ];
  if (errorCode !== undefined) {
    const meaning = vector === PF ? pageFaultCode(errorCode) : selectorCode(errorCode);
    chain.push({ name: 'error code', passes: true, text: `Error code ${hex(errorCode, 4)}: ${meaning}.` });
  }
  chain.push({ name: 'check', passes: false, text: `${name}: ${reasonFor(stepper, entry, text ?? '')}` });
  return pc.cpu.cr0 & 1 ? chain : chain.filter(({ name }) => name !== 'error code');
}

function instructionAt({ pc }: Asked, { cs, eip }: TrapEntry): string | undefined {
  const looked = descriptorOf(pc, cs);
  const base = pc.cpu.cr0 & 1 ? ('found' in looked ? looked.found.base : 0) : cs << 4;
  const bits = 'found' in looked && pc.cpu.cr0 & 1 ? looked.found.bits : codeBits(pc);
  const address = (base + eip) >>> 0;
  const bytes = peekBytes(pc, address, 15);
  return bytes.length === 0 ? undefined : disassemble(bytes, { bits, address, limit: 1 })[0]?.text;
}

/** SDM 3A, figure 4-12. */
function pageFaultCode(code: number): string {
  const words = [
    code & 1 ? 'the page is present, but not for this' : 'no page is present',
    code & 2 ? 'a write' : code & 16 ? 'an instruction fetch' : 'a read',
    code & 4 ? 'from ring 3' : 'with supervisor rights',
    code & 8 ? 'a reserved bit is set in an entry' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** SDM 3A, figure 6-7. */
function selectorCode(code: number): string {
  if (code === 0) return 'no selector is to blame';
  const external = code & 1 ? ', while something from outside the program was delivered (EXT)' : '';
  if (code & 2) return `gate ${hex(code >>> 3, 2)} of the IDT${external}`;
  return `selector ${hex(code & 0xfffc)}, entry ${code >>> 3} of the ${code & 4 ? 'LDT' : 'GDT'}${external}`;
}

function reasonFor(stepper: Asked, entry: TrapEntry, instruction: string): string {
  const { vector, errorCode = 0, cr2 } = entry;
  if (vector === PF && cr2 !== undefined) return pageFault(stepper, cr2, errorCode);
  if (vector === DF) return doubleFault(stepper, entry);
  if (WITH_SELECTOR.includes(vector) && errorCode & 2) return badGate(stepper, entry);
  if (WITH_SELECTOR.includes(vector) && errorCode !== 0) return badSelector(stepper, entry);
  return otherwise(stepper, entry, instruction);
}

function pageFault({ pc }: Asked, linear: number, code: number): string {
  const steps = pageWalk(pc, linear);
  const at = `Address ${hex(linear, 8)}`;
  const walk = describeWalk(steps);
  const missing = steps.find(({ present }) => !present);
  if (missing) return `${at}: its ${missing.table} is not present. ${walk}.`;
  if (code & 4 && steps.some(({ user }) => !user))
    return `${at} belongs to the supervisor, and ring 3 asked for it. ${walk}.`;
  if (code & 2 && steps.some(({ writable }) => !writable)) {
    const wp = code & 4 ? '' : ' (CR0.WP makes that count for ring 0 too)';
    return `${at} is read-only, and it was written to${wp}. ${walk}.`;
  }
  return `${at} was not reachable then; as the tables stand now it is. ${walk}.`;
}

function badGate(stepper: Asked, { errorCode = 0, cpl }: TrapEntry): string {
  const vector = (errorCode >>> 3) & 0xff;
  const failed = throughGate(stepper, vector).find(({ passes }) => !passes);
  if (failed) return failed.text;
  return `Gate ${hex(vector, 2)} has a DPL below ${cpl}: software in ring ${cpl} may not use it (SDM 3A, 6.12.1.1).`;
}

function badSelector({ pc }: Asked, { vector, errorCode = 0, cpl }: TrapEntry): string {
  const selector = errorCode & 0xfffc;
  const looked = descriptorOf(pc, selector);
  if ('trouble' in looked) return `${looked.trouble}.`;
  const { kind, dpl, present, isWritable, isCode } = looked.found;
  const what = `Selector ${hex(selector)} names ${kind}, DPL ${dpl}`;
  if (!present) return `${what}, which is not present (P=0).`;
  if (vector === 12) return `${what}: it is no usable stack.`;
  if (dpl < cpl) return `${what}: ring ${cpl} may not use it (DPL below CPL).`;
  if (!isCode && !isWritable) return `${what}: it is neither code nor writable data, as this use of it asks.`;
  if (isCode) return `${what}: code cannot be used so (as data to write or as a stack), or only with another RPL.`;
  return `${what}: it cannot be used so.`;
}

/** Error code 0, or none: told by the instruction. */
function otherwise({ pc }: Asked, { vector, cpl, flags }: TrapEntry, instruction: string): string {
  const iopl = (flags >>> 12) & 3;
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
      return pc.cpu.cr0 & 8
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
  }
  if (vector !== GP) return 'no more is known.';
  if (cpl > 0 && PRIVILEGED.test(instruction))
    return `The instruction is privileged: ring 0 only, and this is ring ${cpl}.`;
  if (cpl > iopl && GUARDED_BY_IOPL.test(instruction)) {
    return `IOPL is ${iopl}: ring ${cpl} may not use ${instruction.split(' ')[0]}, and no I/O permission bitmap allows it.`;
  }
  // SDM 3A, 6.15, interrupt 13: of the selectors that are loaded, only SS's and CS's may not be null.
  if (/^(?:mov|pop) ss\b|^lss\b/.test(instruction)) return 'SS may not be loaded with a null selector (SDM 3A, 5.4.1).';
  if (/^(?:lcall|ljmp|retf|iret)/.test(instruction))
    return 'CS may not be loaded with a null selector (SDM 3A, 5.4.1), or EIP lies beyond its limit.';
  const named = /\b([c-gs]s):/.exec(instruction)?.[1] ?? (instruction.includes('[') ? 'ds' : undefined);
  if (named === undefined) return 'A value was loaded that has a reserved bit set, or a limit was exceeded.';
  const segment = pc.cpu.segment(named as SegmentRegister);
  if (!segment.usable)
    return `${named.toUpperCase()} holds a null selector: memory cannot be reached through it (SDM 3A, 5.4.1).`;
  return `The access through ${named.toUpperCase()} lies beyond its limit, ${hex(segment.limit)}, or is not of its kind.`;
}

/** SDM 3A, 6.15, interrupt 8. */
function doubleFault(stepper: Asked, { index }: TrapEntry): string {
  const before = stepper.traps.entries.findLast((entry) => entry.index < index);
  const blocked = [GP, PF, 10, 11, 12, 0].flatMap((vector) => {
    const failed = throughGate(stepper, vector).find(({ passes }) => !passes);
    return failed ? [`${nameOfVector(vector)}: ${failed.text}`] : [];
  });
  const cause = blocked.length === 0 ? 'Every gate can be used now.' : blocked.join(' ');
  const story = before
    ? ` Before it came ${nameOfVector(before.vector, before.errorCode)} at ${hex(before.eip, 8)}.`
    : '';
  return `A second exception was raised while a first one was delivered. ${cause}${story}`;
}

function whyShutdown(stepper: Asked, vector: number, code: number): Answer {
  const { cpu } = stepper.pc;
  const symbol = stepper.symbols.nameOf(cpu.eip);
  const chain: Check[] = [
    {
      name: 'exception',
      passes: true,
      text: `At ${hex(cpu.segment('cs').selector, 4)}:${hex(cpu.eip, 8)}${symbol ? ` <${symbol}>` : ''}: ${nameOfVector(vector, code)}.`,
    },
  ];
  for (const [n, what] of [[vector, 'It'], [DF, 'The double fault'] as const] as const) {
    const failed = throughGate(stepper, n).find(({ passes }) => !passes);
    const text = failed ? failed.text : 'something on the way that can be reached now.';
    chain.push({
      name: n === vector ? 'delivery' : 'double fault',
      passes: n !== DF,
      text: `${what} could not be delivered: ${text}`,
    });
  }
  return answerOf(chain, '');
}
