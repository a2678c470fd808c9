/**
 * The wires between the chips and the interrupt controllers.
 *
 * A wire may have several drivers (COM1 and COM3 on IRQ 4, or a test's finger beside the keyboard); it is high while
 * any of them drives it high. Someone who wants to see edges listens; when nobody does, it costs one comparison.
 */

import type { IrqLine } from '../../devices/device.ts';

/** A wire's level changed. */
export type EdgeListener = (wire: IrqWire, level: boolean) => void;

export class IrqWire {
  private driversHigh = 0;
  private listener: EdgeListener | undefined;
  private debugger: EdgeListener | undefined;

  /**
   * @param name what people call it: 'IRQ 1'
   * @param input the pin at the wire's end
   */
  constructor(
    readonly name: string,
    private readonly input: IrqLine,
  ) {}

  get level(): boolean {
    return this.driversHigh > 0;
  }

  /** A new driver on the wire, low until it says otherwise. */
  driver(): IrqLine {
    return new Driver(this);
  }

  /** Hear of every edge, after the pin has; one listener at a time, undefined takes it away. */
  listen(listener: EdgeListener | undefined): void {
    this.listener = listener;
  }

  /** The same for the debugger, which may be there beside a log. */
  listenForDebugger(listener: EdgeListener | undefined): void {
    this.debugger = listener;
  }

  /** For the wire's drivers: one more is high, or one less. */
  move(by: 1 | -1): void {
    this.driversHigh += by;
    const level = by > 0;
    // High with the first, low without the last.
    if (this.driversHigh !== (level ? 1 : 0)) return;
    this.input.set(level);
    this.listener?.(this, level);
    this.debugger?.(this, level);
  }
}

/** One of those that drive a wire. */
class Driver implements IrqLine {
  private high = false;

  constructor(private readonly wire: IrqWire) {}

  set(level: boolean): void {
    if (level === this.high) return;
    this.high = level;
    this.wire.move(level ? 1 : -1);
  }
}
