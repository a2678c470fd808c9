/** What a command of the command line is. Each has a file of its own beside this one. */

export interface Command {
  /** What it is called by: `trapgate NAME`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** The whole text for `trapgate NAME --help`. */
  readonly help: string;
  /**
   * @param args what stands behind the name; never a request for help
   * @returns the exit status: 0, 1 for an error in the input or the guest, or what the command says
   * @throws UsageError when the arguments are wrong
   */
  run(args: readonly string[]): Promise<number>;
}

/** Wrong arguments. The message says what and where; the exit status is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something the person can mend, like a file that is not there. The message is enough; the exit status is 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A signal has ended the command before it was done. The exit status is 128 and its number, as a shell has it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(readonly signal: number) {
    super(`signal ${signal}`);
  }
}
