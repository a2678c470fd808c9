/**
 * A printer on the parallel port: it takes a byte at the strobe, is busy with it, and acknowledges it.
 *
 * Source: IBM PC AT Technical Reference, "Printer Adapter", timing diagram: nACK lasts 5 us, BUSY falls with its end.
 */
import { Chip } from './chip.ts';
import { instructionsIn } from './crystal.ts';
import type { Alarm, Clock } from './device.ts';
import type { ParallelInputs, ParallelOutputs, ParallelPeer } from './parallel-port.ts';

const BUSY_MICROSECONDS = 20;
const ACKNOWLEDGE_MICROSECONDS = 5;

export interface PrinterState {
  /** Bytes printed since power-on. */
  printed: number;
  strobe: boolean;
  phase: 'ready' | 'busy' | 'acknowledging';
  /** When the phase ends; null while it is ready. */
  until: number | null;
  paperOut: boolean;
  online: boolean;
}

export interface PrinterOptions {
  clock: Clock;
  /** The port's end of the cable. */
  port: { setInputs(inputs: ParallelInputs): void };
  /** Gets each byte it prints. */
  print: (byte: number) => void;
}

export class Printer extends Chip<PrinterState> implements ParallelPeer {
  readonly name = 'printer';
  private readonly o: PrinterOptions;
  private readonly alarm: Alarm;

  constructor(options: PrinterOptions) {
    super(powerOn);
    this.o = options;
    this.alarm = options.clock.alarm('printer', () => this.nextPhase());
    this.drive();
  }

  /** Takes the paper out, or switches it off line; it then reports so and stays busy. */
  set({ paperOut, online }: { paperOut?: boolean; online?: boolean }): void {
    this.s.paperOut = paperOut ?? this.s.paperOut;
    this.s.online = online ?? this.s.online;
    this.drive();
  }

  outputs({ data, strobe, initialize }: ParallelOutputs): void {
    const { s } = this;
    const rising = strobe && !s.strobe;
    s.strobe = strobe;
    if (initialize) {
      this.enter('ready');
      return;
    }
    if (!rising || s.phase !== 'ready' || !s.online || s.paperOut) return;
    s.printed++;
    this.o.print(data);
    this.enter('busy', BUSY_MICROSECONDS);
  }

  protected settle(): void {
    const { until } = this.s;
    if (until === null) this.alarm.clear();
    else this.alarm.set(until);
    this.drive();
  }

  private nextPhase(): void {
    if (this.s.phase === 'busy') this.enter('acknowledging', ACKNOWLEDGE_MICROSECONDS);
    else this.enter('ready');
  }

  private enter(phase: PrinterState['phase'], microseconds?: number): void {
    this.s.phase = phase;
    this.s.until = microseconds === undefined ? null : this.o.clock.now + instructionsIn(this.o.clock, microseconds);
    this.settle();
  }

  private drive(): void {
    const { phase, paperOut, online } = this.s;
    this.o.port.setInputs({
      busy: phase !== 'ready' || !online || paperOut,
      acknowledge: phase === 'acknowledging',
      paperOut,
      selected: online,
      error: !online || paperOut,
    });
  }
}

function powerOn(): PrinterState {
  return { printed: 0, strobe: false, phase: 'ready', until: null, paperOut: false, online: true };
}
