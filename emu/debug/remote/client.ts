/**
 * gdb's end of its remote protocol (GDB manual, appendix E): packets out, answers in. Knows nothing of sockets: it is
 * given bytes and a way to send some. One request is under way at a time; what else is asked waits.
 */

import { frame, fromHex, PacketReader, textToHex } from '../gdb/packets.ts';
import { TargetError } from '../stepper/target.ts';

/** Milliseconds in which a stub answers what is no move. */
const PATIENCE = 10_000;
const INTERRUPT = '\x03';

interface Pending {
  readonly isMove: boolean;
  /** Answers that only carry text (O) belong to it until another one comes. */
  text: string;
  readonly answered: (answer: { readonly data: string; readonly text: string }) => void;
  readonly failed: (error: TargetError) => void;
  timer: NodeJS.Timeout | undefined;
}

export class GdbClient {
  private readonly reader = new PacketReader(true);
  private acknowledges = true;
  private pending: Pending | undefined;
  private lastSent = '';
  private queue: Promise<unknown> = Promise.resolve();
  private gone: TargetError | undefined;

  /**
   * @param send gets characters of one byte each
   * @param said gets what the far end prints while it runs
   */
  constructor(
    private readonly send: (text: string) => void,
    private readonly said: (text: string) => void = () => {},
  ) {}

  /** Whether the far end has gone; nothing can be asked any more. */
  get isGone(): boolean {
    return this.gone !== undefined;
  }

  /** Ask something. @returns the answer's data: empty for what the stub does not know. @throws TargetError */
  async request(data: string): Promise<string> {
    return (await this.exchange(data, false)).data;
  }

  /** Let it go: the answer comes when it stops. @throws TargetError when the far end goes */
  async move(data: string): Promise<string> {
    return (await this.exchange(data, true)).data;
  }

  /** A command of gdb's `monitor`. @returns what it prints; undefined when the stub has none */
  async monitor(command: string): Promise<string | undefined> {
    const { data, text } = await this.exchange(`qRcmd,${textToHex(command)}`, false);
    if (data === '') return undefined;
    if (data === 'OK') return text;
    if (/^E[\da-f]{2}$/i.test(data)) return `${text}the stub refuses (${data})\n`;
    const bytes = fromHex(data);
    return text + (bytes ? new TextDecoder().decode(bytes) : '');
  }

  /** Stop what runs, as Ctrl-C does in gdb. */
  interrupt(): void {
    if (this.pending?.isMove) this.send(INTERRUPT);
  }

  /** From now on nobody says + any more, on either side. */
  async startNoAckMode(): Promise<void> {
    if ((await this.request('QStartNoAckMode')) === 'OK') this.acknowledges = false;
  }

  /** Bytes have come. */
  receive(bytes: Uint8Array): void {
    for (const arrival of this.reader.read(bytes)) {
      if (arrival.kind === 'refused') this.send(this.lastSent);
      if (arrival.kind !== 'packet') continue;
      if (this.acknowledges) this.send(arrival.intact ? '+' : '-');
      if (arrival.intact) this.arrived(arrival.data);
    }
  }

  /** The far end has gone, or is given up. */
  close(why: string): void {
    this.gone ??= new TargetError(why);
    const { pending } = this;
    this.pending = undefined;
    clearTimeout(pending?.timer);
    pending?.failed(this.gone);
  }

  private arrived(data: string): void {
    const { pending } = this;
    // An answer that nobody waits for is one to something that was given up.
    if (!pending) return;
    const bytes = data[0] === 'O' && data !== 'OK' ? fromHex(data.slice(1)) : undefined;
    if (bytes) {
      const text = new TextDecoder().decode(bytes);
      if (pending.isMove) this.said(text);
      else pending.text += text;
      return;
    }
    this.pending = undefined;
    clearTimeout(pending.timer);
    pending.answered({ data, text: pending.text });
  }

  private exchange(data: string, isMove: boolean): Promise<{ readonly data: string; readonly text: string }> {
    const answer = this.queue.then(
      () =>
        new Promise<{ data: string; text: string }>((answered, failed) => {
          if (this.gone) {
            failed(this.gone);
            return;
          }
          const timer = isMove
            ? undefined
            : setTimeout(() => this.close('the stub does not answer any more'), PATIENCE);
          this.pending = { isMove, text: '', answered, failed, timer };
          this.lastSent = frame(data);
          this.send(this.lastSent);
        }),
    );
    this.queue = answer.catch(() => {});
    return answer;
  }
}
