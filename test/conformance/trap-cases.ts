/** One trap case: set up, run to the handler's HLT, compare what the handler finds. */
import { Differences } from './differences.ts';
import { type Environment, type Expectation, GENERAL, type TrapCase } from './formats.ts';
import type { Rig } from './rig.ts';

/** What a handler can tell by EFLAGS at its entry: TF IF DF IOPL NT RF VM AC. */
const CONTROL_FLAGS = 0x77700;
/** Where a TSS keeps EFLAGS (SDM 3A, figure 8-2). */
const TSS_EFLAGS = 36;
const SCRATCH_BYTES = 12;
const TSS_TYPES = [0x9, 0xb];

/** @returns in what the outcome differs; empty: it passes */
export function runTrapCase(rig: Rig, env: Environment, test: TrapCase): readonly string[] {
  prepareTrapCase(rig, env, test);
  const end = rig.run();
  const different = new Differences();
  const { expect } = test;
  const vector = end === 'halted' ? vectorOf(env, rig.eip - 1) : end;
  if (vector !== expect.vec) {
    different.text(`vector ${vector}, expected ${expect.vec}`);
    return different.lines;
  }
  if (expect.vec === 'shutdown') return [];
  compareStack(rig, expect, different);
  compareEntry(rig, expect, different);
  for (const [address, bytes] of expect.watch ?? []) {
    const expected = fromHex(bytes);
    const masks = new Map([
      ...savedFlagsMasks(env, address, expect.eflags_mask ?? 0xffffffff),
      ...scratchMasks(rig.register('esp'), address),
    ]);
    different.bytes(`memory ${address.toString(16)}`, rig.read(address, expected.length), expected, masks);
  }
  return different.lines;
}

/** Memory and processor as they are before a case. */
export function prepareTrapCase(rig: Rig, env: Environment, test: TrapCase): void {
  rig.clear();
  for (const [address, bytes] of [...env.regions, ...test.mem]) rig.write(address, fromHex(bytes));
  rig.setState(test.init, env);
}

/** Which handler the HLT at this address is: its vector, 256 + k for a pseudo handler, or where else we are. */
export function vectorOf({ handlers, pseudo }: Environment, eip: number): number | string {
  for (const [first, { base, stride, count }] of [
    [0, handlers],
    [256, pseudo],
  ] as const) {
    const index = (eip - base) / stride;
    if (Number.isInteger(index) && index >= 0 && index < count) return first + index;
  }
  return `none (halted at ${eip.toString(16)})`;
}

function compareStack(rig: Rig, expect: Expectation, different: Differences): void {
  const { frame, stack, err } = expect;
  let offset = 0;
  const pop = () => rig.stackDword(offset++);
  if (stack) for (const [i, dword] of stack.entries()) different.number(`stack +${4 * i}`, pop(), dword);
  if (!frame) return;
  if (err !== undefined) different.number('error code', pop(), err);
  for (const field of ['eip', 'cs', 'eflags', 'esp', 'ss', 'es', 'ds', 'fs', 'gs'] as const) {
    const expected = frame[field];
    if (expected === undefined) continue;
    // The upper halves of pushed selectors are undefined.
    const mask = field === 'eflags' ? expect.eflags_mask : field === 'eip' || field === 'esp' ? undefined : 0xffff;
    different.number(`pushed ${field}`, pop(), expected, mask);
  }
}

/** The processor as the handler's first instruction finds it. */
function compareEntry(rig: Rig, expect: Expectation, different: Differences): void {
  const { handler, regs = {}, segs = {}, ignore = [], reg_mask = {} } = expect;
  if (handler) {
    different.number('handler cs', rig.selector('cs'), handler.cs);
    different.number('handler ss', rig.selector('ss'), handler.ss);
    different.number('handler esp', rig.register('esp'), handler.esp);
    different.number('handler eflags', rig.eflags, handler.eflags, CONTROL_FLAGS);
  }
  for (const name of GENERAL) {
    const expected = regs[name];
    if (expected === undefined || ignore.includes(name)) continue;
    different.number(name, rig.register(name), expected, reg_mask[name]);
  }
  for (const [name, expected] of Object.entries(segs) as [keyof typeof segs, number][]) {
    different.number(name, rig.selector(name), expected);
  }
  if (expect.cr0 !== undefined) different.number('cr0', rig.control('cr0'), expect.cr0);
  if (expect.cr2 !== undefined) different.number('cr2', rig.control('cr2'), expect.cr2, expect.cr2_mask);
  if (expect.dr6 !== undefined) different.number('dr6', rig.control('dr6'), expect.dr6, expect.dr6_mask);
  if (expect.tr !== undefined) different.number('tr', rig.selector('tr'), expect.tr);
}

/** EFLAGS saved in a watched TSS are compared like pushed ones: a mask for each of its four bytes. */
function savedFlagsMasks(env: Environment, address: number, mask: number): ReadonlyMap<number, number> {
  const tasks = Object.values(env.segments).filter(([, , attributes]) => TSS_TYPES.includes(attributes & 0x1f));
  const bases = new Set([env.tr.base, ...tasks.map(([base]) => base)]);
  const masks = new Map<number, number>();
  for (const base of bases) {
    for (let byte = 0; byte < 4; byte++) {
      masks.set(base + TSS_EFLAGS + byte - address, (mask >>> (8 * byte)) & 0xff);
    }
  }
  return masks;
}

/** Below the stack pointer the referees' own handlers kept their notes (the vector, EFLAGS): not compared. */
function scratchMasks(esp: number, address: number): ReadonlyMap<number, number> {
  const masks = new Map<number, number>();
  for (let at = esp - SCRATCH_BYTES; at < esp; at++) masks.set(at - address, 0);
  return masks;
}

export const fromHex = (digits: string) => Uint8Array.from(Buffer.from(digits, 'hex'));
