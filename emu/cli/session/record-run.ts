/** Boots an image without a person and records what happens, for the commands that tell of it. */

import type { Pc } from '../../machine/pc.ts';
import type { Stop } from '../../machine/stop.ts';
import { debugInfoOf } from '../../trace/debug-info.ts';
import type { MachineEvent } from '../../trace/events.ts';
import { irqOf } from '../../trace/irq-of.ts';
import { type Follow, Recorder } from '../../trace/recorder.ts';
import type { SymbolTable } from '../../trace/symbols.ts';
import { type Closers, type MachineOptions, planOf, withClearErrors } from '../machine/plan.ts';
import { Session } from './session.ts';

/** Virtual seconds after which a recording ends unless --max-instructions says otherwise. */
const DEFAULT_SECONDS = 5;

export interface RecordedRun {
  readonly events: readonly MachineEvent[];
  /** Instructions in a virtual second. */
  readonly frequency: number;
  readonly symbols: SymbolTable;
  readonly stop: Stop;
  readonly irqOf: (vector: number) => number | undefined;
}

/**
 * Run to the end, or as far as --max-instructions says.
 * @throws UsageError, CommandError
 */
export function recordRun(options: MachineOptions, follow: Follow): RecordedRun {
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
    const stop = runThrough(pc, recorder, until, plan.noReboot);
    return { events: recorder.events, frequency, symbols, stop, irqOf: (vector) => irqOf(pc, vector) };
  } finally {
    for (const close of closers) close();
  }
}

function runThrough(pc: Pc, recorder: Recorder, until: number, noReboot: boolean): Stop {
  for (;;) {
    const { stop } = recorder.run({ until });
    if (stop.kind !== 'reset' || noReboot) return stop;
    pc.machine.reset();
  }
}
