/** A processor without instructions: each step of it is a call of the spec's own function. */
import { PORTS, TRAP_ENTRIES, TRAP_ENTRY } from '../../emu/core/layout.ts';
import type { CpuHost } from '../../emu/machine/cpu.ts';
import { RunExit } from '../../emu/machine/cpu.ts';
import type { Processor } from '../../emu/machine/machine.ts';

/** What one instruction of the fake does: go on, halt, trap, or die. */
export type Step = (cpu: FakeProcessor) => 'hlt' | 'trap' | 'shutdown' | undefined;

export class FakeProcessor implements Processor {
  readonly ram: Uint8Array;
  now = 0;
  trapCount = 0;
  trapStop = 0;
  readonly trapRing = new DataView(new ArrayBuffer(TRAP_ENTRIES * TRAP_ENTRY));
  readonly portLatches = new Uint16Array(PORTS + 1);
  isHalted = false;
  interruptsEnabled = true;
  intr = false;
  eip = 0;
  shutdown: { vector: number; errorCode: number } | undefined;
  /** Virtual time at each INTA cycle, and the vector it gave. */
  readonly acknowledged: { at: number; vector: number }[] = [];
  /** Calls to the frame table, as text. */
  readonly frameCalls: string[] = [];
  resets = 0;
  runs: number[] = [];
  private exitRequested = false;

  constructor(
    readonly host: CpuHost,
    ramBytes: number,
    private readonly step: Step = () => undefined,
  ) {
    this.ram = new Uint8Array(ramBytes);
  }

  run(instructions: number): RunExit {
    this.runs.push(instructions);
    this.exitRequested = false;
    const end = this.now + instructions;
    while (this.now < end) {
      if (this.intr && this.interruptsEnabled) {
        this.isHalted = false;
        this.acknowledged.push({ at: this.now, vector: this.host.acknowledge() });
      } else if (this.isHalted) {
        return RunExit.Halted;
      } else {
        const outcome = this.step(this);
        if (outcome === 'shutdown') return RunExit.Shutdown;
        if (outcome === 'trap') this.trapCount++;
        this.isHalted = outcome === 'hlt';
      }
      this.now++;
      if (this.exitRequested || (this.trapStop !== 0 && this.trapCount === this.trapStop)) return RunExit.Requested;
    }
    return RunExit.Budget;
  }

  get eflags(): number {
    return this.interruptsEnabled ? 0x202 : 0x002;
  }

  segment(): { selector: number } {
    return { selector: 8 };
  }

  requestExit(): void {
    this.exitRequested = true;
  }

  passTime(to: number): void {
    this.now = to;
  }

  setIntr(level: boolean): void {
    this.intr = level;
  }

  reset(): void {
    this.resets++;
    this.isHalted = false;
  }

  mapRam(first: number, length: number): void {
    this.frameCalls.push(`ram ${first.toString(16)} ${length.toString(16)}`);
  }

  mapRom(first: number, length: number): void {
    this.frameCalls.push(`rom ${first.toString(16)} ${length.toString(16)}`);
  }

  mapMmio(first: number, length: number): void {
    this.frameCalls.push(`mmio ${first.toString(16)} ${length.toString(16)}`);
  }

  unmap(first: number, length: number): void {
    this.frameCalls.push(`none ${first.toString(16)} ${length.toString(16)}`);
  }

  memoryChanged(address: number, length: number): void {
    this.frameCalls.push(`changed ${address.toString(16)} ${length.toString(16)}`);
  }
}
