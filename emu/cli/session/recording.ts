/** Recording a run's inputs to a file, and repeating such a run. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { scheduleInputs } from '../../machine/keeping/capsule.ts';
import {
  checkSetup,
  type InputLog,
  InputLogError,
  InputLogWriter,
  type Setup,
} from '../../machine/keeping/input-log-file.ts';
import { setupOf } from '../../machine/keeping/recipe.ts';
import type { Pc } from '../../machine/pc.ts';
import { stateHash } from '../../machine/state-hash.ts';
import { CommandError } from '../command.ts';

/** A log to be repeated, with its file's name. */
export interface Replay {
  readonly name: string;
  readonly log: InputLog;
}

/** A file that takes everything that enters a machine from now on. */
export class Recording {
  private readonly file: number;
  private readonly writer: InputLogWriter;

  /** @throws CommandError when the file cannot be written */
  constructor(
    path: string,
    private readonly pc: Pc,
    setup: Setup,
  ) {
    this.file = openForWriting(path);
    this.writer = new InputLogWriter((text) => writeSync(this.file, text), setup);
    pc.machine.inputs.listen((input) => {
      if (input.kind !== 'end') this.writer.add(input);
    });
  }

  /** The run is over. */
  end(): void {
    const { machine } = this.pc;
    machine.inputs.listen(undefined);
    machine.catchUp();
    this.writer.end(machine.now, stateHash(this.pc));
    closeSync(this.file);
  }
}

/** What a recording says of the machine at its beginning. @param resumed it is that of a snapshot, not of power-on */
export function setupAtStart(pc: Pc, resumed: boolean): Setup {
  return { ...setupOf(pc), ...(resumed ? { snapshot: stateHash(pc) } : {}) };
}

/**
 * Let a log's inputs enter a machine that stands at its beginning, or at a snapshot of the run that was recorded.
 * @throws InputLogError when it was recorded on another machine
 */
export function beginReplay({ name, log }: Replay, pc: Pc, setup: Setup): void {
  const { snapshot, ...present } = setup;
  checkSetup(name, log.setup, 'snapshot' in log.setup || snapshot === undefined ? setup : present);
  const isSnapshot = snapshot !== undefined;
  const end = log.events.at(-1)?.at ?? Infinity;
  if (end <= pc.machine.now && isSnapshot) {
    throw new InputLogError(
      `${name}: the recording ends at instruction ${end}, before the snapshot's ${pc.machine.now}`,
    );
  }
  // What entered up to a snapshot's time is in it.
  scheduleInputs(
    pc,
    log.events.filter(({ at }) => !isSnapshot || at > pc.machine.now),
  );
}

/** A complaint when the machine has come to the end of a log in another state than the recording's; else undefined. */
export function divergenceFrom({ name, log }: Replay, pc: Pc): string | undefined {
  const end = log.events.at(-1);
  if (end?.kind !== 'end' || end.state === undefined) return undefined;
  const { machine } = pc;
  if (machine.now < end.at)
    return `${name}: the recording went on to instruction ${end.at}, this ended at ${machine.now}`;
  machine.catchUp();
  const state = stateHash(pc);
  return state === end.state
    ? undefined
    : `${name}: the replay ended in another state (${state}) than the recording (${end.state})`;
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`);
  }
}
