/** The two-wire link between the 8042 and what is plugged into it. */

/** A keyboard or mouse, as the controller sees it. */
export interface Ps2Device {
  /** Whether it has a byte to send. */
  readonly waiting: boolean;
  /** Takes the byte it has to send: the clock has been let run, and all 11 bits are over. */
  send(): number;
  /** A byte from the controller. */
  receive(byte: number): void;
  /** The controller asks to be told when `waiting` may have become true. */
  attach(wake: () => void): void;
}
