/**
 * The debug console of Bochs and QEMU (isa-debugcon): a byte written to port 0xe9 appears at the host.
 * Reading gives 0xe9, by which a guest tells that the port is there.
 */
import { Chip } from './chip.ts';
import type { PortWindow } from './device.ts';

const PORT = 0xe9;

export interface DebugConsoleState {
  /** Bytes written since power-on. */
  written: number;
}

export class DebugConsole extends Chip<DebugConsoleState> {
  readonly name = 'debug-console';
  readonly ports: readonly PortWindow[];

  /** `transmit` gets each byte written. */
  constructor(options: { transmit: (byte: number) => void }) {
    super(() => ({ written: 0 }));
    this.ports = [
      {
        first: PORT,
        last: PORT,
        read: () => PORT,
        write: (_, value) => {
          this.s.written++;
          options.transmit(value);
        },
      },
    ];
  }

  protected settle(): void {}
}
