/** Chrome without a window, spoken to in its DevTools protocol through a pipe (--remote-debugging-pipe). */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

const OPTIONS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
  'about:blank',
];

/** The program to start; undefined when none is installed. */
export function chromeProgram(): string | undefined {
  return ['chromium', 'google-chrome', 'chromium-browser'].find((name) => {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** One page of a Chrome of its own. */
export class ChromePage {
  private readonly folder = mkdtempSync(join(tmpdir(), 'trapgate-chrome-'));
  private readonly chrome: ChildProcess;
  private readonly waiting = new Map<number | string, (message: Message) => void>();
  private session: string | undefined;
  private calls = 0;

  private constructor(program: string) {
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.chrome = spawn(program, [`--user-data-dir=${this.folder}`, ...OPTIONS], { stdio: [...stdio] });
    let heard = '';
    (this.chrome.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (heard + text).split('\0');
      heard = messages.pop()!;
      for (const message of messages) this.hear(JSON.parse(message) as Message);
    });
  }

  /** Start Chrome and open an address. */
  static async open(program: string, url: string): Promise<ChromePage> {
    const page = new ChromePage(program);
    const { targetId } = await page.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.call('Target.attachToTarget', { targetId, flatten: true });
    page.session = sessionId as string;
    await page.call('Page.enable');
    const loaded = new Promise((resolve) => page.waiting.set('Page.loadEventFired', resolve));
    await page.call('Page.navigate', { url });
    await loaded;
    return page;
  }

  /** The value of an expression in the page, when it has come. @throws Error when the expression does */
  async evaluate(expression: string): Promise<unknown> {
    const parameters = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', parameters);
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: unknown }).value;
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.chrome.once('exit', resolve));
    this.chrome.kill();
    await gone;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async call(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.calls;
    const answered = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    (this.chrome.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
    const { result, error } = await answered;
    if (!result) throw new Error(`${method}: ${error?.message}`);
    return result;
  }

  private hear(message: Message): void {
    const key = message.id ?? message.method!;
    this.waiting.get(key)?.(message);
    this.waiting.delete(key);
  }
}
