/**
 * The processor as the host sees it: the WebAssembly core, its registers, and the calls it makes out.
 * Everything the core knows lives in one linear memory, laid out in emu/core/layout.ts.
 */

/** What the core asks of the machine around it. Called in the middle of an instruction, in program order. */
export interface CpuHost {
  /** Width in bytes: 1, 2 or 4. */
  portRead(port: number, width: number): number;
  portWrite(port: number, value: number, width: number): void;
  mmioRead(address: number, width: number): number;
  mmioWrite(address: number, value: number, width: number): void;
  /** An INTA cycle: the interrupt controller's vector, 0 to 255. */
  acknowledge(): number;
}

/** Why run() came back. */
export enum RunExit {
  /** The instructions asked for have been retired, exactly. */
  Budget = 0,
  /** Someone called requestExit(), or the trap ring reached trapStop. */
  Requested = 1,
  /** HLT, and no interrupt that may be taken. Time stands still until the host moves it. */
  Halted = 2,
  /** Triple fault. */
  Shutdown = 3,
}
