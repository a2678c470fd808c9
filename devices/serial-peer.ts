/** What a UART tells the other end of its cable. */
export interface SerialPeer {
  /** A byte has gone out, at the end of its stop bit. */
  transmit(byte: number): void;
  /** DTR, RTS or the break condition has changed. */
  modem?(lines: { dtr: boolean; rts: boolean; break: boolean }): void;
  /** The receiver has room again: receive() would return true. */
  ready?(): void;
}
