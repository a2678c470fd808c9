/**
 * What a delivery asks of the IDT, and of everything its gate leads to, in the manual's order. SDM 3A, 6.12.1. It is asked
 * for what does not come from a program (interrupts, faults), so a gate's DPL does not count.
 */

import type { Pc } from '../../machine/pc.ts';
import { describeWalk, descriptorOf, gateOf, pageWalk } from '../sight/descriptors.ts';
import { peekNumber } from '../sight/memory-view.ts';
import type { Asked, Check } from './chain.ts';

const hex = (value: number, digits = 0) => `0x${value.toString(16).padStart(digits, '0')}`;

/** From where a delivery is asked for: the processor's ring and stack before it. */
export interface Interrupted {
  readonly cpl: number;
  readonly ss: number;
  readonly esp: number;
}

/**
 * The checks on the way from a vector to its handler's first instruction, up to the first that fails.
 * @param from when it is not asked from where the processor is now
 */
export function throughGate(stepper: Asked, vector: number, from: Interrupted = presentOf(stepper.pc)): Check[] {
  const { pc, symbols } = stepper;
  const { cpu } = pc;
  const name = `Vector ${hex(vector, 2)}`;
  if (!(cpu.cr0 & 1)) {
    const fits = vector * 4 + 3 <= cpu.idtr.limit;
    const handler = peekNumber(pc, cpu.idtr.base + vector * 4);
    const place = handler === undefined ? 'nowhere' : `${hex(handler >>> 16, 4)}:${hex(handler & 0xffff, 4)}`;
    const text = fits ? `${name} leads to ${place} (real mode).` : `${name} lies beyond the interrupt table's limit.`;
    return [{ name: 'gate', passes: fits, text }];
  }
  const checks: Check[] = [];
  const gate = gateOf(pc, vector);
  if ('trouble' in gate) return [...checks, { name: 'gate', passes: false, text: `${name}: ${gate.trouble} (#GP).` }];
  const { kind, selector, offset, present, dpl } = gate.found;
  const symbol = symbols.nameOf(offset);
  checks.push({
    name: 'gate',
    passes: present,
    text: present
      ? `${name} has a${kind === 'interrupt' ? 'n' : ''} ${kind} gate to ${hex(selector, 4)}:${hex(offset, 8)}${symbol ? ` <${symbol}>` : ''} (its DPL, ${dpl}, does not count for the hardware).`
      : `The gate of ${name.toLowerCase()} is not present (#NP).`,
  });
  if (kind === 'task' || !present) return checks;
  return [...checks, ...throughSegment(stepper, selector, offset, from)];
}

function throughSegment({ pc }: Asked, selector: number, offset: number, from: Interrupted): Check[] {
  const { cpu } = pc;
  const looked = descriptorOf(pc, selector);
  if ('trouble' in looked)
    return [{ name: 'code segment', passes: false, text: `The gate's code segment: ${looked.trouble} (#GP).` }];
  const code = looked.found;
  const wrong = !code.isCode
    ? `Selector ${hex(selector)} in the gate is no code segment but ${code.kind} (#GP).`
    : code.dpl > from.cpl
      ? `The gate's code segment has DPL ${code.dpl}, the processor is in ring ${from.cpl}: a handler may not run in an outer ring (#GP).`
      : !code.present
        ? `The gate's code segment ${hex(selector)} is not present (#NP).`
        : offset > code.limit
          ? `The handler at ${hex(offset)} lies beyond its segment's limit, ${hex(code.limit)} (#GP).`
          : undefined;
  if (wrong) return [{ name: 'code segment', passes: false, text: wrong }];
  const checks: Check[] = [
    { name: 'code segment', passes: true, text: `Its code segment is present, for ring ${code.dpl}.` },
  ];
  const inner = !code.isConforming && code.dpl < from.cpl;
  checks.push(inner ? innerStack(pc, code.dpl) : ownStack(pc, from));
  const linear = (code.base + offset) >>> 0;
  const mapped = cpu.translate(linear) !== undefined;
  checks.push({
    name: 'handler',
    passes: mapped,
    text: mapped
      ? `The handler's first page is mapped.`
      : `The handler at ${hex(linear, 8)} is not mapped: ${describeWalk(pageWalk(pc, linear))} (#PF).`,
  });
  return checks;
}

/** The frame goes onto the stack of an inner ring, which the TSS names. SDM 3A, 7.2.1. */
function innerStack(pc: Pc, ring: number): Check {
  const tr = pc.cpu.segment('tr');
  const name = 'stack';
  if (!tr.usable || tr.selector < 4)
    return { name, passes: false, text: `There is no TSS to take the ring ${ring} stack from (#TS).` };
  if (ring * 8 + 9 > tr.limit)
    return { name, passes: false, text: `The TSS is too short for a ring ${ring} stack (#TS).` };
  const esp = peekNumber(pc, tr.base + 4 + ring * 8);
  const ss = peekNumber(pc, tr.base + 8 + ring * 8, 2);
  if (esp === undefined || ss === undefined)
    return { name, passes: false, text: `The TSS's page is not mapped (#PF).` };
  const looked = descriptorOf(pc, ss);
  if ('trouble' in looked) return { name, passes: false, text: `SS${ring} in the TSS: ${looked.trouble} (#TS).` };
  const { isWritable, dpl, present, base } = looked.found;
  if (!isWritable || dpl !== ring || (ss & 3) !== ring) {
    return {
      name,
      passes: false,
      text: `SS${ring} in the TSS, ${hex(ss)}, is no writable segment of ring ${ring} (#TS).`,
    };
  }
  if (!present) return { name, passes: false, text: `SS${ring} in the TSS, ${hex(ss)}, is not present (#SS).` };
  return mappedStack(pc, (base + esp) >>> 0, `The stack of ring ${ring}, ${hex(ss, 4)}:${hex(esp, 8)},`);
}

/** A frame of three words, and an error code: as much as a delivery in the same ring pushes. */
const FRAME_BYTES = 16;

function ownStack(pc: Pc, { ss, esp }: Interrupted): Check {
  const looked = descriptorOf(pc, ss);
  const base = 'found' in looked ? looked.found.base : 0;
  // SDM 3A, 6.15, interrupt 12: what is pushed must lie within the limit of SS.
  const tooHigh = 'found' in looked && !looked.found.expandsDown && (esp - 1) >>> 0 > looked.found.limit;
  const tooLow = 'found' in looked && looked.found.expandsDown && (esp - FRAME_BYTES) >>> 0 <= looked.found.limit;
  if (tooHigh || tooLow) {
    const text = `The present stack, at ${hex(esp, 8)}, lies beyond the limit of SS (#SS, and then #DF).`;
    return { name: 'stack', passes: false, text };
  }
  return mappedStack(pc, (base + esp) >>> 0, `The present stack, at ${hex(esp, 8)},`);
}

function presentOf({ cpu }: Pc): Interrupted {
  return { cpl: cpu.cpl, ss: cpu.segment('ss').selector, esp: cpu.esp };
}

function mappedStack(pc: Pc, top: number, what: string): Check {
  const last = (top - 4) >>> 0;
  const steps = pageWalk(pc, last);
  const mapped = pc.cpu.translate(last) !== undefined;
  const readOnly = (pc.cpu.cr0 & 0x10000) !== 0 && steps.some(({ present, writable }) => present && !writable);
  const passes = mapped && !readOnly;
  const trouble = mapped ? 'is read-only' : 'is not mapped';
  return {
    name: 'stack',
    passes,
    text: passes ? `${what} is there.` : `${what} ${trouble}: ${describeWalk(steps)} (#PF, and then #DF).`,
  };
}
