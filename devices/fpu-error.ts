/**
 * The AT's FPU error logic: the processor's FERR# becomes IRQ 13, and port 0xf0 ends it.
 *
 * | port | write                                                                                      |
 * |------|--------------------------------------------------------------------------------------------|
 * | 0xf0 | anything: IRQ 13 falls, and IGNNE# goes up until FERR# falls, so that the handler can use the FPU |
 * | 0xf1 | anything: the same (the AT reset the 80287; later boards do what 0xf0 does)                 |
 *
 * Source: Intel 82371AB (PIIX4) data sheet, 4.2.8 (CERR); Intel SDM volume 1, 8.7.2 and figure D-1.
 */
import { Chip } from './chip.ts';
import type { IrqLine, PortWindow } from './device.ts';

const FIRST = 0xf0;

export interface FpuErrorState {
  /** FERR# as it was last seen. */
  error: boolean;
  /** The flip-flop behind FERR#, which drives IRQ 13. */
  request: boolean;
  ignore: boolean;
}

export interface FpuErrorOptions {
  /** IRQ 13. */
  irq: IrqLine;
  /** The processor's FERR# now: true is an error. */
  ferr: () => boolean;
  /** The processor's IGNNE#: high is ignore. */
  ignne: IrqLine;
}

export class FpuError extends Chip<FpuErrorState> {
  readonly name = 'fpu-error';
  readonly ports: readonly PortWindow[];
  private readonly o: FpuErrorOptions;

  constructor(options: FpuErrorOptions) {
    super(() => ({ error: false, request: false, ignore: false }));
    this.o = options;
    this.ports = [{ first: FIRST, last: FIRST + 1, write: () => this.clear() }];
  }

  /** FERR# may have changed. */
  update(): void {
    const { s } = this;
    const level = this.o.ferr();
    if (level === s.error) return;
    s.error = level;
    if (level) s.request = true;
    // Figure D-1: IGNNE# is held only while the error lasts.
    else s.ignore = false;
    this.settle();
  }

  protected settle(): void {
    this.o.irq.set(this.s.request);
    this.o.ignne.set(this.s.ignore);
  }

  private clear(): void {
    this.update();
    this.s.request = false;
    this.s.ignore = this.s.error;
    this.settle();
  }
}
