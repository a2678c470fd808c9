/** What has happened: the trap log, the timeline of the history; and what is set to stop at. */

import { nameOfVector } from '../../machine/stop.ts';
import type { KernelThread } from '../sight/kernel-objects.ts';
import type { Stepper } from '../stepper/stepper.ts';
import { describeStopAt, type StopOptions, type StopPoint } from '../stepper/stops.ts';
import type { Scene } from './scene.ts';
import { dim, good, here, hex, type Line, line, named, strong, title } from './text.ts';

/** The last traps, oldest first. */
export function trapsView({ traps, symbols }: Stepper, rows: number): Line[] {
  const { entries } = traps;
  if (entries.length === 0) return [line(dim('nothing has been delivered'))];
  return entries
    .slice(-rows)
    .map(({ time, vector, errorCode, cause, cpl, cs, eip, cr2 }) =>
      line(
        dim(`${String(time).padStart(12)} `),
        strong(nameOfVector(vector, errorCode)),
        ` (${cause}) from ring ${cpl} at ${hex(cs, 4)}:${hex(eip)}`,
        named(symbols.nameOf(eip)),
        cr2 === undefined ? undefined : `, cr2 ${hex(cr2)}`,
      ),
    );
}

/** How far back one can go, and where one is. */
export function historyView({ history, pc }: Stepper): Line[] {
  const { times, bytes, bound } = history.inventory;
  const mb = (n: number) => (n / 2 ** 20).toFixed(1);
  return [
    line(
      `from ${history.start} to ${history.end}, now at ${pc.machine.now}`,
      history.isPast ? strong(' (in the past)') : undefined,
    ),
    line(dim(`${times.length} saves, ${mb(bytes)} MB of ${mb(bound)} MB`)),
  ];
}

/** The history from its beginning to the present as a bar, with the saves, the traps, the present place and a cursor. */
export function timelineView(stepper: Stepper, columns: number, cursor = stepper.pc.machine.now): Line[] {
  const { history, traps, pc } = stepper;
  const { now } = pc.machine;
  const [start, end] = [history.start, Math.max(history.end, history.start + 1)];
  const width = Math.max(10, columns);
  const column = (time: number) =>
    Math.max(0, Math.min(width - 1, Math.round(((time - start) / (end - start)) * (width - 1))));
  const bar = Array.from({ length: width }, () => '\u2500');
  const events = Array.from({ length: width }, () => ' ');
  for (const { time } of traps.known) if (time >= start) events[column(time)] = '\u00b7';
  for (const { time, vector } of traps.known) if (time >= start && vector < 32) events[column(time)] = '!';
  for (const time of history.inventory.times) bar[column(time)] = '\u253c';
  const at = column(cursor);
  const pointer = `${' '.repeat(at)}\u25b2${cursor === now ? ' here' : ` ${cursor}`}`;
  const text =
    pointer.length > width
      ? `${' '.repeat(Math.max(0, at - String(cursor).length - 1))}${cursor === now ? 'here' : cursor} \u25b2`
      : pointer;
  const seconds = (time: number) => `${(time / pc.clock.frequency).toFixed(6)} s`;
  return [
    ...historyView(stepper),
    line(dim(`here is ${seconds(now)} of virtual time after power-on`)),
    line(events.join('')),
    [
      { text: bar.slice(0, column(now)).join(''), tone: 'good' },
      here(bar[column(now)]!),
      dim(bar.slice(column(now) + 1).join('')),
    ],
    line(cursor === now ? good(text) : strong(text)),
    line(dim('\u00b7 interrupt or int n   ! exception   \u253c save')),
  ];
}

export function stopsView(stops: readonly StopPoint[], nameOf: (address: number) => string | undefined): Line[] {
  if (stops.length === 0) return [line(dim('no stops are set'))];
  return stops.map((point) => line(`${point.id}: ${describeStop(point, nameOf)}`, `, met ${point.hits} times`));
}

/** A stop with what narrows it. */
export function describeStop(
  { at, ignore, once, conditionText }: StopOptions & Pick<StopPoint, 'at'>,
  nameOf: (address: number) => string | undefined,
): string {
  const words = [
    conditionText === undefined ? '' : ` if ${conditionText}`,
    ignore ? `, after ${ignore} times` : '',
    once ? ', once' : '',
  ];
  return describeStopAt(at, nameOf) + words.join('');
}

/** Threads of the guest kernel, for those who know its structures. */
export function threadsView(scene: Scene, threads: readonly KernelThread[]): Line[] {
  return [
    line(title('    pid  state            preempt_count  name')),
    ...threads.map(({ pid, state, preemptCount, name, isCurrent, resumesAt }) =>
      line(
        isCurrent ? here('=>  ') : '    ',
        `${String(pid).padEnd(4)} ${state.replace('TASK_', '').toLowerCase().padEnd(16)} ${hex(preemptCount, 8)}       `,
        name,
        isCurrent ? undefined : named(resumesAt === undefined ? undefined : scene.symbols.nameOf(resumesAt)),
      ),
    ),
  ];
}
