/** How far something has come that takes a while: on standard error, at a terminal only, once two seconds have passed. */

const SILENT_MS = 2000;
const EVERY_MS = 200;

export class Progress {
  private next = performance.now() + SILENT_MS;
  private isShown = false;

  /** @param what is being done, as it is said: "tracing" */
  constructor(private readonly what: string) {}

  /** @param fraction of the work that is done, 0 to 1 */
  at(fraction: number): void {
    this.say(`${Math.floor(fraction * 100)} %`);
  }

  /** How far it is, in words, where nobody knows how far it goes. */
  say(howFar: string): void {
    if (!process.stderr.isTTY || performance.now() < this.next) return;
    this.next = performance.now() + EVERY_MS;
    this.isShown = true;
    process.stderr.write(`\r${this.what}: ${howFar}\x1b[K`);
  }

  /** Take away what was shown. */
  end(): void {
    if (this.isShown) process.stderr.write('\r\x1b[K');
    this.isShown = false;
  }
}
