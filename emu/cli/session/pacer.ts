/**
 * Keeps an idle machine's virtual time beside the host's, for people at a keyboard.
 *
 * A machine that computes runs as fast as it can. When it waits, its virtual time is tied to the host's clock at the
 * moment: time gained by computing is not waited for later, and time lost by sleeping too long is caught up, as long
 * as it's little.
 */

/** Host time that is caught up after oversleeping, in milliseconds; more (a suspended laptop) is let go. */
const MOST_CATCH_UP = 100;

export class Pacer {
  private hostAnchor: number;
  private virtualAnchor = 0;

  /**
   * @param hostNow the host's clock, in milliseconds
   * @param frequency instructions in a virtual second
   */
  constructor(
    private readonly hostNow: () => number,
    private readonly frequency: number,
  ) {
    this.hostAnchor = hostNow();
  }

  /** The virtual time that belongs to the host's present, in instructions. */
  virtualNow(): number {
    return this.virtualAnchor + ((this.hostNow() - this.hostAnchor) * this.frequency) / 1000;
  }

  /**
   * The machine has become idle. How long may the host sleep?
   * @param virtual the machine's virtual time
   * @param until when its next event is; undefined: never
   * @returns milliseconds; undefined: until something comes from outside
   */
  sleepAt(virtual: number, until: number | undefined): number | undefined {
    const behind = ((this.virtualNow() - virtual) * 1000) / this.frequency;
    if (behind < 0 || behind > MOST_CATCH_UP) {
      this.hostAnchor = this.hostNow();
      this.virtualAnchor = virtual;
    }
    return until === undefined ? undefined : Math.max(0, ((until - this.virtualNow()) * 1000) / this.frequency);
  }
}
