/**
 * How long a machine is let wait when nobody can reach it any more: its standard input has ended, no debugger is there,
 * and no key is to be pressed later. Then only its own clock can wake it, and a shell at its prompt waits for ever.
 */

/** Virtual seconds; some seconds of the host's. Longer than scripts sleep. */
export const PATIENCE_SECONDS = 3600;

export class Patience {
  private waited = 0;

  /** @param frequency instructions in a virtual second */
  constructor(private readonly frequency: number) {}

  /** The machine has said something. */
  renew(): void {
    this.waited = 0;
  }

  /** The machine has waited so long, in instructions. */
  spend(instructions: number): void {
    this.waited += instructions;
  }

  /** Whether it has said nothing through more than PATIENCE_SECONDS of waiting. */
  get isOver(): boolean {
    return this.waited > PATIENCE_SECONDS * this.frequency;
  }
}
