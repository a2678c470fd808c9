/** Boots an image without a person and records what happens, for the commands that tell of it. */

import type { Pc } from '../../machine/pc.ts';
import type { Stop } from '../../machine/stop.ts';
import { debugInfoOf } from '../../trace/debug-info.ts';
import type { MachineEvent } from '../../trace/events.ts';
import { irqOf } from '../../trace/irq-of.ts';
import { type Follow, Recorder } from '../../trace/recorder.ts';
import type { SymbolTable } from '../../trace/symbols.ts';
import { type Closers, type MachineOptions, planOf, withClearErrors } from '../machine/plan.ts';
import { Progress } from '../progress.ts';
import { type Ending, Session } from './session.ts';

/** Virtual seconds after which a recording ends unless --max-instructions says otherwise. */
const DEFAULT_SECONDS = 5;
/** How often it is looked how far the run is. */
const LOOKS = 100;

export interface RecordedRun {
  readonly events: readonly MachineEvent[];
  /** Instructions in a virtual second. */
  readonly frequency: number;
  readonly symbols: SymbolTable;
  readonly stop: Stop;
  readonly irqOf: (vector: number) => number | undefined;
}

/**
 * Run to the end, or as far as --max-instructions says. An end that the guest has not chosen is told on standard error.
 * @param doing what the command does, for whoever waits: "tracing"
 * @throws UsageError, CommandError
 */
export function recordRun(options: MachineOptions, follow: Follow, doing: string): RecordedRun {
  const closers: Closers = [];
  try {
    const plan = planOf(options, options.all('serial')[0] ?? 'none', false, closers);
    const session = withClearErrors(() => new Session({ ...plan, realtime: false }));
    const { pc, symbols } = session;
    const recorder = new Recorder(pc, follow);
    recorder.probeKernel(symbols, debugInfoOf(plan.image.file).constants);
    pc.listenToConsole((byte) => recorder.sent(byte));
    const { frequency } = pc.clock;
    const until = plan.maxInstructions === Infinity ? DEFAULT_SECONDS * frequency : plan.maxInstructions;
    const stop = runThrough(pc, recorder, until, plan.noReboot, doing);
    if (stop.kind === 'budget' && plan.maxInstructions === Infinity) {
      process.stderr.write(
        `trapgate: ended after ${DEFAULT_SECONDS} virtual seconds; --max-instructions goes further\n`,
      );
    } else tellOfEnding(session, stop);
    return { events: recorder.events, frequency, symbols, stop, irqOf: (vector) => irqOf(pc, vector) };
  } finally {
    for (const close of closers) close();
  }
}

/** Says how a run that nobody watched has ended, unless it was the guest or the caller that ended it. */
export function tellOfEnding(session: Session, ending: Ending): void {
  if (ending.kind !== 'shutdown' && ending.kind !== 'halted') return;
  process.stderr.write(`trapgate: ${session.describe(ending)}\n`);
}

function runThrough(pc: Pc, recorder: Recorder, end: number, noReboot: boolean, doing: string): Stop {
  const { machine } = pc;
  const began = machine.now;
  const progress = new Progress(doing);
  try {
    for (;;) {
      const until = Math.min(end, machine.now + Math.ceil((end - began) / LOOKS));
      const { stop } = recorder.run({ until });
      if (stop.kind === 'reset' && !noReboot) machine.reset();
      else if (stop.kind !== 'budget' || machine.now >= end) return stop;
      progress.at((machine.now - began) / (end - began));
    }
  } finally {
    progress.end();
  }
}
