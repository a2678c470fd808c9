/** The whole state of a 16550 (uart16550.ts), and how it is after a master reset. */

/** Levels in the modem status register. */
export const MSR_CTS = 0x10;
export const MSR_DSR = 0x20;
export const MSR_RI = 0x40;
export const MSR_DCD = 0x80;

const LCR_8_BITS = 3;

/** A byte as it arrives: with the errors of its frame, as LSR bits. */
export interface Character {
  byte: number;
  errors: number;
}

export interface Uart16550State {
  ier: number;
  /** FCR bits 0, 3, 6 and 7. */
  fcr: number;
  lcr: number;
  mcr: number;
  scr: number;
  divisor: number;
  /** OE alone: the other errors travel with their characters until one reaches the top of the FIFO. */
  overrun: boolean;
  /** PE, FE, BI of the character that has reached the top, until LSR is read. */
  topErrors: number;
  /** Whether the errors of the character at the top have been shown. */
  topShown: boolean;
  /** The receiver's FIFO; of one place when FIFOs are off. */
  received: Character[];
  /** What RBR reads while the receiver is empty. */
  lastRead: number;
  /** The transmitter's FIFO, or THR. */
  holding: number[];
  /** The byte in the transmitter's shift register, and the crystal tick at which its stop bit ends. */
  sending: { byte: number; until: number } | null;
  /** The character in the receiver's shift register, likewise. */
  arriving: { character: Character; until: number } | null;
  /** THR became empty and neither a read of IIR nor a write of THR has acknowledged it. */
  thrEmptyPending: boolean;
  /** The most bytes the transmitter's FIFO has held since it was last empty. */
  fill: number;
  /** The crystal tick at which a delayed THR-empty interrupt comes. */
  thrEmptyAt: number | null;
  /** The crystal tick at which the FIFO's time-out comes, and whether it has. */
  timeoutAt: number | null;
  timedOut: boolean;
  /** Levels of CTS, DSR, RI and DCD at the pins, as MSR bits 4-7. */
  pins: number;
  /** MSR bits 0-3. */
  deltas: number;
}

// Section 8.0: after a master reset THR and the shift registers are empty and no interrupt is pending. Divisor and LCR
// are as a BIOS leaves them, 9600 baud and 8 bits, so that a guest which only writes to the port is understood.
export function powerOn(connected: boolean): Uart16550State {
  return {
    ier: 0,
    fcr: 0,
    lcr: LCR_8_BITS,
    mcr: 0,
    scr: 0,
    divisor: 12,
    overrun: false,
    topErrors: 0,
    topShown: false,
    received: [],
    lastRead: 0,
    holding: [],
    sending: null,
    arriving: null,
    thrEmptyPending: false,
    fill: 0,
    thrEmptyAt: null,
    timeoutAt: null,
    timedOut: false,
    pins: connected ? MSR_CTS | MSR_DSR | MSR_DCD : 0,
    deltas: 0,
  };
}
