/** Talking to the kernel over somebody else's serial port. */
import type { Readable, Writable } from 'node:stream';
import { withoutStamps } from './guest.ts';

const PROMPT = '\n# ';
const PATIENCE_MS = 60_000;

export class Conversation {
  /** All it has said, without carriage returns. */
  said = '';
  private place = 0;
  private heard: () => void = () => {};

  /** @param ended rejects when the other side fails or ends before its time */
  constructor(
    input: Readable,
    private readonly output: Writable,
    private readonly ended: Promise<never>,
  ) {
    ended.catch(() => {});
    input.on('data', (bytes: Buffer) => {
      this.said += bytes.toString('latin1').replaceAll('\r', '');
      this.heard();
    });
  }

  /** Wait until it says this; what it said since it was last waited for, up to there. */
  async until(text: string): Promise<string> {
    const from = this.place;
    const found = new Promise<number>((resolve) => {
      this.heard = () => {
        const at = this.said.indexOf(text, from);
        if (at >= 0) resolve(at + text.length);
      };
      this.heard();
    });
    let timer: NodeJS.Timeout | undefined;
    const impatience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it never came')), PATIENCE_MS);
    });
    try {
      this.place = await Promise.race([found, this.ended, impatience]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`waited for ${JSON.stringify(text)}: ${why}; last it said:\n${this.said.slice(-2000)}`);
    } finally {
      clearTimeout(timer);
    }
    return this.said.slice(from, this.place);
  }

  /** Type this, at once. */
  send(text: string): void {
    this.output.write(text);
  }

  /** A command of the shell, which stands at its prompt: what it answers, as lines without time stamps. */
  async command(line: string): Promise<string[]> {
    this.send(`${line}\n`);
    await this.until(`${line}\n`);
    this.place--; // a command that says nothing is followed by its prompt
    const answer = await this.until(PROMPT);
    return withoutStamps(answer.slice(1, -PROMPT.length));
  }

  /** Wait for the shell, and give it commands one after the other: all answers. */
  async commands(lines: readonly string[]): Promise<string[][]> {
    await this.until(PROMPT);
    const answers: string[][] = [];
    for (const line of lines) answers.push(await this.command(line));
    return answers;
  }
}
