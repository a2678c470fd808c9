/** Lets a sleeper be woken: by the bell, or when its time is over. */
export class Doorbell {
  private rung = false;
  private answer: (() => void) | undefined;

  /** Wake the sleeper, or the next one at once. */
  ring(): void {
    this.rung = true;
    this.answer?.();
  }

  /**
   * Sleep until the bell rings; other things of the host get their turn in any case.
   * @param milliseconds at most so long; undefined: for ever
   */
  async wait(milliseconds: number | undefined): Promise<void> {
    if (this.rung || (milliseconds !== undefined && milliseconds <= 0)) {
      await new Promise((resolve) => setImmediate(resolve));
    } else {
      await new Promise<void>((resolve) => {
        const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
        this.answer = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.answer = undefined;
    this.rung = false;
  }
}
