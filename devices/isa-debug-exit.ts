/**
 * QEMU's isa-debug-exit, as `-device isa-debug-exit,iobase=0xf4,iosize=0x04` makes it: writing v ends the machine
 * with the exit status v * 2 + 1, which is never 0. It reads as 0.
 */
import { Chip } from './chip.ts';
import type { PortWindow } from './device.ts';

export interface IsaDebugExitState {
  /** The exit status asked for, once one was. */
  status: number | null;
}

export class IsaDebugExit extends Chip<IsaDebugExitState> {
  readonly name = 'isa-debug-exit';
  readonly ports: readonly PortWindow[];
  private readonly exit: (status: number) => void;

  /** `exit` gets the status, v * 2 + 1 modulo 2^32; a POSIX host keeps its low 8 bits. */
  constructor(options: { exit: (status: number) => void }) {
    super(() => ({ status: null }));
    this.exit = options.exit;
    this.ports = [
      {
        first: 0xf4,
        last: 0xf7,
        read: () => 0,
        write: (_, value) => this.write(value),
        readWide: () => 0,
        writeWide: (_, value) => this.write(value),
      },
    ];
  }

  protected settle(): void {}

  private write(value: number): void {
    const status = ((value << 1) | 1) >>> 0;
    this.s.status = status;
    this.exit(status);
  }
}
