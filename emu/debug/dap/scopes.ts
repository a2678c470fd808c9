/** What the client's variables view shows: registers, flags, segments, chips, and the kernel's objects. */

import * as L from '../../core/layout.ts';
import type { ControlRegister, GeneralRegister, SegmentRegister } from '../../machine/cpu.ts';
import { nameOfVector } from '../../machine/stop.ts';
import { REGISTERS } from '../gdb/registers.ts';
import type { StackFrame } from '../sight/call-stack.ts';
import { descriptorOf, gateOf } from '../sight/descriptors.ts';
import { KernelObjects } from '../sight/kernel-objects.ts';
import { peekBytes, peekNumber } from '../sight/memory-view.ts';
import { historyView } from '../views/record.ts';
import { plain } from '../views/text.ts';
import type { Debuggee } from './debuggee.ts';
import { described, hex } from './requests.ts';

/** A line of the view. */
export interface Item {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  readonly children?: () => Item[];
  /** Where it lies, for what lies in memory. */
  readonly memory?: { readonly address: number; readonly bytes: number };
  /** Change it; absent where that is not possible. */
  readonly set?: (value: number) => void;
}

export interface ScopeSpec {
  readonly name: string;
  readonly hint?: 'registers';
  /** Not to be opened by itself. */
  readonly expensive: boolean;
  readonly items: () => Item[];
}

const GENERAL: readonly GeneralRegister[] = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'];
/** By the i386 ABI's numbers, as frames have them. */
const ABI: Readonly<Record<string, number>> = { eax: 0, ecx: 1, edx: 2, ebx: 3, esp: 4, ebp: 5, esi: 6, edi: 7 };
const ABI_EIP = 8;
const SEGMENTS: readonly SegmentRegister[] = ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'];
const CONTROL: readonly ControlRegister[] = ['cr0', 'cr2', 'cr3', 'cr4'];
const DEBUG = [0, 1, 2, 3, 6, 7];
/** SDM 1, figure 3-8. */
const FLAGS: readonly (readonly [name: string, bit: number, meaning: string, width?: number])[] = [
  ['CF', 0, 'carry'],
  ['PF', 2, 'parity'],
  ['AF', 4, 'auxiliary carry'],
  ['ZF', 6, 'zero'],
  ['SF', 7, 'sign'],
  ['TF', 8, 'trap: a #DB after each instruction'],
  ['IF', 9, 'interrupts enabled'],
  ['DF', 10, 'strings go downwards'],
  ['OF', 11, 'overflow'],
  ['IOPL', 12, 'privilege for I/O', 2],
  ['NT', 14, 'nested task'],
  ['RF', 16, 'resume: no breakpoint here'],
  ['VM', 17, 'virtual-8086 mode'],
  ['AC', 18, 'alignment check'],
  ['VIF', 19, 'virtual IF'],
  ['VIP', 20, 'virtual interrupt pending'],
  ['ID', 21, 'cpuid'],
];

/** The scopes of a frame. Of callers only their registers are known; the rest is the machine's. */
export function scopesOf(debuggee: Debuggee, frame: StackFrame): ScopeSpec[] {
  const { stepper } = debuggee;
  const info = stepper.debugInfo;
  const kernel = KernelObjects.of(stepper.pc, stepper.symbols, info.constants);
  return [
    { name: 'Registers', hint: 'registers', expensive: false, items: () => registers(debuggee, frame) },
    { name: 'Flags', hint: 'registers', expensive: true, items: () => flags(debuggee) },
    { name: 'Segments', hint: 'registers', expensive: true, items: () => segments(debuggee) },
    { name: 'Control', hint: 'registers', expensive: true, items: () => control(debuggee) },
    { name: 'FPU and SSE', hint: 'registers', expensive: true, items: () => floating(debuggee) },
    { name: 'IDT', expensive: true, items: () => idt(debuggee) },
    { name: 'Chips', expensive: true, items: () => chips(debuggee) },
    ...(kernel ? [{ name: 'Kernel', expensive: true, items: () => kernelItems(debuggee, kernel) }] : []),
    { name: 'Time', expensive: true, items: () => time(debuggee) },
  ];
}

function registers(debuggee: Debuggee, frame: StackFrame): Item[] {
  const { cpu } = debuggee.stepper.pc;
  if (frame.kind !== 'here') {
    const known = [...GENERAL.map((name) => [name, ABI[name]!] as const), ['eip', ABI_EIP] as const];
    return known.map(([name, number]) => {
      const value = frame.registers.get(number);
      return { name, value: value === undefined ? 'not known' : described(debuggee, value) };
    });
  }
  return [
    ...GENERAL.map((name) => ({
      name,
      value: described(debuggee, cpu.register(name)),
      set: (value: number) => cpu.setRegister(name, value),
    })),
    {
      name: 'eip',
      value: described(debuggee, cpu.eip),
      set: (value) => {
        cpu.eip = value;
      },
    },
    {
      name: 'eflags',
      value: `${hex(cpu.eflags)} ${flagNames(cpu.eflags)}`,
      set: (value) => {
        cpu.eflags = value;
      },
    },
    { name: 'cpl', value: String(cpu.cpl) },
  ];
}

function flagNames(eflags: number): string {
  return FLAGS.filter(([, bit, , width = 1]) => width === 1 && (eflags >>> bit) & 1)
    .map(([name]) => name)
    .join(' ');
}

function flags({ stepper: { pc } }: Debuggee): Item[] {
  const { cpu } = pc;
  return FLAGS.map(([name, bit, meaning, width = 1]) => {
    const mask = 2 ** width - 1;
    return {
      name,
      value: String((cpu.eflags >>> bit) & mask),
      type: meaning,
      set: (value) => {
        cpu.eflags = ((cpu.eflags & ~(mask << bit)) | ((value & mask) << bit)) >>> 0;
      },
    };
  });
}

function segments(debuggee: Debuggee): Item[] {
  const { pc } = debuggee.stepper;
  const protectedMode = (pc.cpu.cr0 & 1) !== 0;
  return SEGMENTS.map((name) => {
    const { selector, base, limit, access, usable } = pc.cpu.segment(name);
    const what = usable ? `base ${hex(base)} limit ${hex(limit)}` : 'null';
    return {
      name,
      value: `${hex(selector, 4)} ${what}`,
      children: () => [
        { name: 'selector', value: hex(selector, 4) },
        { name: 'base', value: described(debuggee, base) },
        { name: 'limit', value: hex(limit) },
        { name: 'access', value: hex(access, 4) },
        { name: 'rpl', value: String(selector & 3) },
        ...(protectedMode ? [{ name: 'descriptor', value: descriptorText(debuggee, selector) }] : []),
      ],
    };
  });
}

/** What the table holds for a selector now: that may have changed since it was loaded. */
function descriptorText({ stepper: { pc } }: Debuggee, selector: number): string {
  const looked = descriptorOf(pc, selector);
  if ('trouble' in looked) return looked.trouble;
  const { kind, base, limit, dpl, present, bits } = looked.found;
  return `${kind}, ${bits}-bit, base ${hex(base)} limit ${hex(limit)}, dpl ${dpl}${present ? '' : ', NOT PRESENT'}`;
}

function control(debuggee: Debuggee): Item[] {
  const { cpu } = debuggee.stepper.pc;
  return [
    ...CONTROL.map((name) => ({
      name,
      value: hex(cpu[name]),
      set: (value: number) => {
        cpu[name] = value;
      },
    })),
    ...(['gdtr', 'idtr'] as const).map((name) => ({
      name,
      value: `base ${hex(cpu[name].base)} limit ${hex(cpu[name].limit, 4)}`,
    })),
    ...DEBUG.map((n) => ({
      name: `dr${n}`,
      value: hex(cpu.debugRegister(n)),
      set: (value: number) => cpu.setDebugRegister(n, value),
    })),
    { name: 'halted', value: String(cpu.isHalted) },
    { name: 'shadow', value: cpu.get(L.SHADOW) !== 0 ? 'interrupts wait for one more instruction' : 'none' },
  ];
}

function floating({ stepper: { pc } }: Debuggee): Item[] {
  const shown = /^(st\d|f(ctrl|stat|tag|iseg|ioff|oseg|ooff|op)|xmm\d|mxcsr)$/;
  return REGISTERS.filter(({ name }) => shown.test(name)).map(({ name, read }) => ({
    name,
    value: `0x${Array.from(read(pc.cpu), (byte) => byte.toString(16).padStart(2, '0'))
      .reverse()
      .join('')}`,
  }));
}

function idt(debuggee: Debuggee): Item[] {
  const { pc } = debuggee.stepper;
  const { base, limit } = pc.cpu.idtr;
  const items: Item[] = [{ name: 'idtr', value: `base ${hex(base)} limit ${hex(limit, 4)}` }];
  if (!(pc.cpu.cr0 & 1)) {
    for (let vector = 0; vector < 256; vector++) {
      const vectorBase = base + vector * 4;
      const [offset, segment] = [peekNumber(pc, vectorBase, 2), peekNumber(pc, vectorBase + 2, 2)];
      if (offset && segment !== undefined) {
        items.push({ name: nameOfVector(vector), value: `${hex(segment, 4)}:${hex(offset, 4)}` });
      }
    }
    return items;
  }
  for (let vector = 0; vector < 256; vector++) {
    const gate = gateOf(pc, vector);
    if ('trouble' in gate || !gate.found.present) continue;
    const { kind, bits, selector, offset, dpl } = gate.found;
    items.push({
      name: `${hex(vector, 2)} ${nameOfVector(vector)}`,
      value: `${kind} gate, ${bits}-bit, dpl ${dpl}, ${hex(selector, 4)}:${described(debuggee, offset)}`,
      memory: { address: base + vector * 8, bytes: 8 },
    });
  }
  return items;
}

function chips({ stepper: { pc } }: Debuggee): Item[] {
  return pc.machine.devices.map((chip) => tree(chip.name, chip.peek()));
}

/** A chip's state, whatever its shape. */
function tree(name: string, value: unknown): Item {
  if (typeof value === 'number')
    return { name, value: Number.isInteger(value) ? `0x${value.toString(16)}` : `${value}` };
  if (value === null || typeof value !== 'object') return { name, value: String(value) };
  const entries = Object.entries(value);
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  return {
    name,
    value: isList ? `${entries.length} elements` : '',
    children: () => entries.map(([key, part]) => tree(isList ? `[${key}]` : key, part)),
  };
}

function kernelItems(debuggee: Debuggee, kernel: KernelObjects): Item[] {
  const { pc } = debuggee.stepper;
  const struct = (name: string, address: number) => () =>
    kernel.fieldsOf(name, address).map((field): Item => {
      const { bytes } = field;
      const memory = { address: field.address, bytes };
      if (bytes !== 1 && bytes !== 2 && bytes !== 4) {
        const raw = peekBytes(pc, field.address, Math.min(bytes, 64));
        return {
          name: field.name,
          value: JSON.stringify(String.fromCharCode(...raw).replace(/\0[\s\S]*$/, '')),
          memory,
        };
      }
      const value = peekNumber(pc, field.address, bytes);
      return { name: field.name, value: value === undefined ? 'cannot be seen' : described(debuggee, value), memory };
    });
  return [
    ...kernel.cpu.map(({ name, value }) => ({ name, value: described(debuggee, value) })),
    {
      name: 'threads',
      value: `${kernel.threads.length}`,
      children: () =>
        kernel.threads.map(({ address, pid, name, state, isCurrent, preemptCount, resumesAt }) => ({
          name: `${pid} ${name}`,
          value: [
            `${state}${isCurrent ? ' (runs here)' : ''}, preempt_count ${hex(preemptCount)}`,
            ...(resumesAt === undefined ? [] : [`goes on at ${described(debuggee, resumesAt)}`]),
          ].join(', '),
          type: 'struct task',
          memory: { address, bytes: 4 },
          children: struct('task', address),
        })),
    },
    {
      name: 'irq_desc',
      value: `${kernel.irqs.length}`,
      children: () =>
        kernel.irqs.map(({ address, irq, depth, count, state, flow, actions }) => ({
          name: `IRQ ${irq}`,
          value: [
            actions.length === 0 ? 'nobody' : actions.map(({ name, handler }) => `${name} (${handler})`).join(', '),
            `${flow}, depth ${depth}, ${count} taken`,
            ...state,
          ].join(', '),
          type: 'struct irq_desc',
          memory: { address, bytes: 4 },
          children: struct('irq_desc', address),
        })),
    },
  ];
}

function time({ stepper }: Debuggee): Item[] {
  const { machine } = stepper.pc;
  return [
    { name: 'now', value: String(machine.now) },
    { name: 'seconds', value: (machine.now / machine.clock.frequency).toFixed(9) },
    { name: 'history', value: plain(historyView(stepper)).trim().replace('\n', '; ') },
  ];
}
