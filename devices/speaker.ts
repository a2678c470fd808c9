/**
 * The PC's speaker: OUT of the 8254's counter 2, let through by bit 1 of port 0x61. What it plays is recorded.
 *
 * It has no registers. A tone is counter 2 in one of its two periodic modes; the speaker hears when the counter is
 * programmed and when the gate or the speaker's data bit moves, never each swing of the wave, so a tone costs nothing.
 */
import { Chip } from './chip.ts';
import type { Clock, IrqLine } from './device.ts';

const REMEMBERED = 256;

/** A tone began (or, with frequency 0, ended). */
export interface Tone {
  /** Virtual time, in instructions. */
  time: number;
  /** Hertz; 0 is silence. */
  frequency: number;
}

export interface SpeakerState {
  on: boolean;
  /** The last tones, oldest first; the last one is what sounds now. */
  tones: Tone[];
}

export interface SpeakerOptions {
  clock: Clock;
  /** Frequency of the wave at OUT of counter 2, in hertz; 0: none. */
  wave: () => number;
  /** Hears of each tone as it begins or ends. */
  listener?: (tone: Tone) => void;
}

export class Speaker extends Chip<SpeakerState> {
  readonly name = 'speaker';
  /** Speaker data, bit 1 of port 0x61. */
  readonly data: IrqLine = {
    set: (level) => {
      if (this.s.on === level) return;
      this.s.on = level;
      this.update();
    },
  };
  private readonly o: SpeakerOptions;

  constructor(options: SpeakerOptions) {
    super(() => ({ on: false, tones: [] }));
    this.o = options;
  }

  /** What sounds now, in hertz; 0 is silence. */
  get frequency(): number {
    return this.s.tones.at(-1)?.frequency ?? 0;
  }

  /** The wave may have changed. */
  update(): void {
    const frequency = this.s.on ? this.o.wave() : 0;
    if (frequency === this.frequency) return;
    const tone = { time: this.o.clock.now, frequency };
    this.s.tones.push(tone);
    if (this.s.tones.length > REMEMBERED) this.s.tones.shift();
    this.o.listener?.(tone);
  }

  protected settle(): void {}
}
