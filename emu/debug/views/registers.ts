/** General registers, EIP and EFLAGS, with what has changed since the machine last stood; flags by their names. */

import type { GeneralRegister } from '../../machine/cpu.ts';
import type { Sight } from '../sight/sight.ts';
import { hereOf, type Scene } from './scene.ts';
import { changed, dim, hex, type Line, line, named, type Span } from './text.ts';

const GENERAL: readonly GeneralRegister[] = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'];
const CONTROL = ['cr0', 'cr2', 'cr3', 'cr4'] as const;

/** SDM 1, figure 3-8: bit, abbreviation, name, and what it is when set and clear. */
const FLAGS = [
  [0, 'CF', 'carry'],
  [2, 'PF', 'parity even'],
  [4, 'AF', 'auxiliary carry'],
  [6, 'ZF', 'zero'],
  [7, 'SF', 'sign'],
  [8, 'TF', 'trap: a #DB after each instruction'],
  [9, 'IF', 'interrupts enabled'],
  [10, 'DF', 'direction: strings go down'],
  [11, 'OF', 'overflow'],
  [14, 'NT', 'nested task'],
  [16, 'RF', 'resume: no code breakpoint at the next instruction'],
  [17, 'VM', 'virtual-8086 mode'],
  [18, 'AC', 'alignment check'],
  [19, 'VIF', 'virtual interrupt flag'],
  [20, 'VIP', 'virtual interrupt pending'],
  [21, 'ID', 'cpuid is there'],
] as const;
/** Those that programs meet, always shown in one line; the others only when set. */
const USUAL = 9;

/** SDM 3A, 2.5. */
const CONTROL_BITS: Readonly<Record<'cr0' | 'cr4', readonly (readonly [number, string])[]>> = {
  cr0: [
    ...([
      [0, 'PE'],
      [1, 'MP'],
      [2, 'EM'],
      [3, 'TS'],
      [4, 'ET'],
      [5, 'NE'],
    ] as const),
    ...([
      [16, 'WP'],
      [18, 'AM'],
      [29, 'NW'],
      [30, 'CD'],
      [31, 'PG'],
    ] as const),
  ],
  cr4: [
    ...([
      [0, 'VME'],
      [1, 'PVI'],
      [2, 'TSD'],
      [3, 'DE'],
      [4, 'PSE'],
      [5, 'PAE'],
      [6, 'MCE'],
      [7, 'PGE'],
    ] as const),
    ...([
      [8, 'PCE'],
      [9, 'OSFXSR'],
      [10, 'OSXMMEXCPT'],
    ] as const),
  ],
};

/** Registers by name, to compare with later. */
export type RegisterValues = Readonly<Record<string, number>>;

export function registerValues({ cpu }: Sight): RegisterValues {
  return Object.fromEntries([
    ...GENERAL.map((name) => [name, cpu.register(name)]),
    ...CONTROL.map((name) => [name, cpu[name]]),
    ['eip', cpu.eip],
    ['eflags', cpu.eflags],
  ]);
}

/** In as many columns as there is room for. */
export function registersView(scene: Scene, columns = 80): Line[] {
  const { sight, symbols, before } = scene;
  const { cpu } = sight;
  const now = registerValues(sight);
  const isChanged = (name: string) => before !== undefined && before[name] !== now[name];
  const value = (name: string): Span => {
    const text = hex(now[name]!);
    return isChanged(name) ? changed(`${text}*`) : { text: `${text} ` };
  };
  const cell = (name: string): Span[] => [dim(`${name} `), value(name), { text: ' ' }];
  const perRow = columns >= 56 ? 4 : columns >= 28 ? 2 : 1;
  const rows = Array.from({ length: Math.ceil(GENERAL.length / perRow) }, (_, row) =>
    GENERAL.slice(row * perRow, (row + 1) * perRow).flatMap(cell),
  );
  return [
    ...rows,
    line(...cell('eip'), named(symbols.nameOf(hereOf(sight)))),
    line(
      dim('eflags '),
      value('eflags'),
      dim(` iopl ${(cpu.eflags >>> 12) & 3}  ring ${cpu.cpl}`),
      cpu.isHalted ? dim('  waits at hlt') : undefined,
    ),
    ...flagsLines(cpu.eflags, before?.eflags),
    ...CONTROL.map((name) => line(dim(`${name} `), value(name), dim(` ${controlBits(name, now[name]!)}`))),
  ];
}

/** One line for those that programs meet, and one each for what the others mean when they are set. */
function flagsLines(eflags: number, before: number | undefined): Line[] {
  const usual = FLAGS.slice(0, USUAL).map(([bit, name]): Span => {
    const set = (eflags >>> bit) & 1;
    const text = `${set ? name : name.toLowerCase()} `;
    return before !== undefined && ((before >>> bit) & 1) !== set ? changed(text) : set ? { text } : dim(text);
  });
  const others = FLAGS.slice(USUAL).filter(([bit]) => (eflags >>> bit) & 1);
  const words = FLAGS.filter(([bit]) => (eflags >>> bit) & 1).map(([, , meaning]) => meaning);
  return [
    [...usual, ...others.map(([, name]): Span => ({ text: `${name} ` }))],
    line(dim(words.length === 0 ? 'no flag is set' : words.join(', '))),
  ];
}

function controlBits(name: (typeof CONTROL)[number], value: number): string {
  if (name === 'cr2') return 'address of the last page fault';
  if (name === 'cr3') return 'page directory';
  return CONTROL_BITS[name]
    .filter(([bit]) => (value >>> bit) & 1)
    .map(([, text]) => text)
    .join(' ');
}
