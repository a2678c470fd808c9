/**
 * An emulator under the stopwatch. Each one lives in a process of its own, so that nobody else's garbage is
 * collected on its time; a guest's first round warms it up.
 */
import { fork } from 'node:child_process';

/** What a guest says on port 0xe9 besides text; see guests/bench.inc. */
const STX = 2;
const ETX = 3;
const EOT = 4;

export interface Timing {
  /** Host milliseconds of each round. */
  readonly rounds: readonly number[];
  /** Instructions retired in each round; empty when the emulator does not count exactly. */
  readonly instructions: readonly number[];
  /** What the guest wrote: a line "CHECKSUM UNITS" a round. */
  readonly report: string;
}

/** Runs one guest image to its end. */
export type Engine = (image: Uint8Array) => Promise<Timing>;

/** Listens at port 0xe9 and stamps the guest's marks. */
export class Stopwatch {
  private readonly rounds: number[] = [];
  private readonly instructions: number[] = [];
  private report = '';
  private startedAt = 0;
  private startedWith = 0;
  private finish: () => void = () => {};
  /** Settles when the guest has said EOT. */
  readonly finished = new Promise<void>((resolve) => {
    this.finish = resolve;
  });

  /** @param retired how many instructions the emulator has retired by now, if it knows */
  constructor(private readonly retired?: () => number) {}

  /** A byte the guest wrote. Time is taken first thing at the end of a round and last thing at its start. */
  byte(value: number): void {
    const now = performance.now();
    if (value === ETX) {
      this.rounds.push(now - this.startedAt);
      if (this.retired) this.instructions.push(this.retired() - this.startedWith);
    } else if (value === STX) {
      this.startedWith = this.retired?.() ?? 0;
      this.startedAt = performance.now();
    } else if (value === EOT) this.finish();
    else this.report += String.fromCharCode(value);
  }

  get timing(): Timing {
    return { rounds: this.rounds, instructions: this.instructions, report: this.report };
  }
}

/** In the child: answer each image with its timing until the parent goes away. */
export function serve(engine: Engine): void {
  process.on('message', async (image: Uint8Array) => {
    process.send!(await engine(image));
  });
  process.on('disconnect', () => process.exit());
}

export interface RemoteEngine {
  run(image: Uint8Array): Promise<Timing>;
  close(): void;
}

/** In the parent: this same program, started again as the engine of that name. */
export function startEngine(name: string): RemoteEngine {
  const child = fork(process.argv[1]!, ['--engine', name], { serialization: 'advanced' });
  return {
    run: (image) =>
      new Promise((resolve, reject) => {
        const died = (code: number | null) => reject(new Error(`${name} exited with ${code}`));
        child.once('exit', died);
        child.once('message', (timing: Timing) => {
          child.off('exit', died);
          resolve(timing);
        });
        child.send(image);
      }),
    close: () => child.disconnect(),
  };
}
