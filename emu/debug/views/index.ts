/** Every view by its name: what `info NAME` shows in lines, and panes of the full screen show side by side. */

import { KernelObjects } from '../sight/kernel-objects.ts';
import type { Stepper } from '../stepper/stepper.ts';
import { whyFault } from '../why/fault.ts';
import { crtcView, keyboardView, pitView, rtcView, serialView } from './chips.ts';
import { codeView, sourceView } from './code.ts';
import { backtraceView, memoryView, stackView } from './memory.ts';
import { picView, wiresView } from './pic.ts';
import { historyView, stopsView, threadsView, timelineView, trapsView } from './record.ts';
import { registersView } from './registers.ts';
import { hereOf, type Scene } from './scene.ts';
import { gdtView, idtView, pageView, segmentsView } from './tables.ts';
import { dim, type Line, line, paragraph } from './text.ts';
import { answerView } from './why.ts';

/** How much there is room for. A view that shows what lies around something fills it; others are as long as they are. */
export interface Room {
  readonly rows: number;
  readonly columns: number;
}

export interface View {
  /** Its names, the usual one first. */
  readonly names: readonly string[];
  /** What its argument is; it is an expression. In brackets: it may be left out. */
  readonly argument?: string;
  readonly help: string;
  show(scene: Scene, room: Room, argument?: number): Line[];
}

/** What only the machine itself knows; of one at the far end, what its stub answers to one of these commands. */
function fromMachine(commands: readonly string[], show: (stepper: Stepper, room: Room) => Line[]): View['show'] {
  return (scene, room) => {
    if (scene.stepper) return show(scene.stepper, room);
    for (const command of commands) {
      const answer = scene.monitor(command);
      if (answer !== undefined && answer.trim() !== '' && !/^unknown command/i.test(answer))
        return paragraph(answer.trimEnd().replaceAll('\r', ''));
    }
    return [line(dim('this stub does not tell'))];
  };
}

export const VIEWS: readonly View[] = [
  {
    names: ['registers', 'r'],
    help: 'registers and flags; * where one has changed',
    show: (s, { columns }) => registersView(s, columns),
  },
  {
    names: ['code'],
    argument: '[ADDRESS]',
    help: 'instructions around the next one',
    show: (s, { rows }, at) => codeView(s, at ?? hereOf(s.sight), { rows, above: Math.floor(rows / 3), bytes: true }),
  },
  {
    names: ['source'],
    argument: '[ADDRESS]',
    help: 'the source around the next instruction',
    show: (s, { rows }, at) =>
      sourceView(s, at ?? hereOf(s.sight), rows) ?? [line(dim('no source is known for this address'))],
  },
  { names: ['stack'], help: 'words on the stack, with names', show: (s, { rows }) => stackView(s, rows) },
  {
    names: ['backtrace', 'bt'],
    help: 'who called whom, and what was interrupted',
    show: (s, { rows }) => backtraceView(s, rows),
  },
  {
    names: ['memory'],
    argument: 'ADDRESS',
    help: 'bytes',
    show: (s, { rows }, at) => memoryView(s, at ?? hereOf(s.sight), rows * 16),
  },
  { names: ['segments'], help: 'segment registers with their descriptors', show: segmentsView },
  { names: ['gdt'], help: 'the GDT, decoded', show: gdtView },
  { names: ['idt'], argument: '[VECTOR]', help: 'the gates, decoded', show: (s, _, vector) => idtView(s, vector) },
  {
    names: ['page'],
    argument: 'ADDRESS',
    help: 'the entries that translate an address',
    show: (s, _, at) => pageView(s, at ?? hereOf(s.sight)),
  },
  { names: ['pic'], help: 'the two 8259s', show: fromMachine(['info pic'], ({ pc }) => picView(pc)) },
  { names: ['irq'], help: 'the interrupt wires', show: fromMachine(['info irq'], wiresView) },
  { names: ['pit'], help: 'the 8254', show: fromMachine(['info pit'], ({ pc }) => pitView(pc)) },
  {
    names: ['keyboard'],
    help: 'the 8042 and the keyboard',
    show: fromMachine(['info keyboard'], ({ pc }) => keyboardView(pc)),
  },
  { names: ['rtc'], help: 'the real-time clock', show: fromMachine(['info rtc'], ({ pc }) => rtcView(pc)) },
  { names: ['serial'], help: 'the 16550s', show: fromMachine(['info serial'], ({ pc }) => serialView(pc)) },
  { names: ['crtc'], help: "the screen's CRTC", show: fromMachine(['info crtc'], ({ pc }) => crtcView(pc)) },
  {
    names: ['chips'],
    help: 'all of these',
    show: fromMachine(['info chips', 'info pic'], ({ pc }) => [
      ...picView(pc),
      ...pitView(pc),
      ...keyboardView(pc),
      ...rtcView(pc),
      ...serialView(pc),
      ...crtcView(pc),
    ]),
  },
  {
    names: ['traps'],
    help: 'what was delivered last',
    show: fromMachine(['info traps'], (s, { rows }) => trapsView(s, rows)),
  },
  {
    names: ['fault'],
    help: 'why the last exception was raised, or what led to a triple fault',
    show: fromMachine(['why fault'], (stepper) => answerView(whyFault(stepper))),
  },
  { names: ['threads'], help: "the kernel's threads: state, preempt_count, name, where they wait", show: threads },
  { names: ['history'], help: 'how far back one can go', show: fromMachine(['info history', 'history'], historyView) },
  {
    names: ['timeline'],
    help: 'the history as a line, with traps and saves',
    show: fromMachine(['info timeline', 'history'], (s, { columns }) => timelineView(s, columns)),
  },
  {
    names: ['stops'],
    help: 'what is set to stop at',
    show: ({ stops, symbols }) => stopsView(stops, (at) => symbols.nameOf(at)),
  },
];

function threads(scene: Scene): Line[] {
  const kernel = KernelObjects.of(scene.sight, scene.symbols, scene.debugInfo.constants);
  if (!kernel) return [line(dim('the image has no table of tasks that is known here'))];
  return threadsView(scene, kernel.threads);
}

export function viewNamed(name: string): View | undefined {
  return VIEWS.find(({ names }) => names.includes(name));
}

/** 'info idt [VECTOR]' */
export function usageOf({ names, argument }: View): string {
  return `info ${names[0]}${argument === undefined ? '' : ` ${argument}`}`;
}

/** What views draw on, of a machine here. */
export function sceneOf(stepper: Stepper): Scene {
  const { pc, symbols, debugInfo, stops } = stepper;
  return {
    ...{ sight: pc, symbols, debugInfo, stops, stepper },
    source: () => undefined,
    before: undefined,
    monitor: () => undefined,
  };
}
