/** The debugger on the full screen: keys become commands of the line debugger, and the panes show what it sees. */

import { disassemble } from '../../../asm/index.ts';
import type { KeyStroke } from '../../../devices/key-text.ts';
import { Repl } from '../../debug/repl.ts';
import { ExpressionError } from '../../debug/sight/expression.ts';
import { peekBytes } from '../../debug/sight/memory-view.ts';
import { codeBits } from '../../debug/stepper/instruction-kind.ts';
import type { LocalTarget } from '../../debug/stepper/local-target.ts';
import { settled, type Target, TargetError } from '../../debug/stepper/target.ts';
import { codeStarts } from '../../debug/views/code.ts';
import { hereOf } from '../../debug/views/scene.ts';
import { bad, type Line, line, strong } from '../../debug/views/text.ts';
import type { Face, Session } from '../session/session.ts';
import { onSignals } from '../signals.ts';
import { strokesOfTerminal } from '../terminal/host-keys.ts';
import { CommandLine } from './command-line.ts';
import { composeFrame, type Frame, keyHelp, type Mode } from './frame.ts';
import { bindingOf, type KeyAction } from './keys.ts';
import { growsDownwards, nameOfBox, PANES } from './panes.ts';
import { type Key, Screen } from './screen.ts';

/** Milliseconds between two frames while the machine runs: for who types into it, and for who only watches. */
const FRAME_MS = { guest: 40, watching: 200 } as const;
const TAKE_BACK = '\x1d'; // Ctrl-]
const MOST_OUTPUT = 2000;
/** Lines that a command may say and still have all of them in the one above the keys. */
const MOST_STATUS = 2;
const MOST_SERIAL = 1000;
const LONGEST = 15;
/** What they say is told in one line. */
const STEPS = ['step', 'over', 'line', 'next', 'back', 'back-line', 'back-over'];
/** Moves that may take for ever. Behind them nothing waits: looking goes on, and another move is refused. */
const LONG = ['run', 'r', 'continue', 'c', 'run-back', 'rb', 'until', 'u', 'out', 'finish', 'goto', 'g'];
const MOST_WAITING = 20;

/** What a person's hands can do to the machine, besides the debugger's own. */
export interface Hands {
  typeKeys(strokes: readonly KeyStroke[]): void;
}

export class FullScreen {
  private readonly screen = new Screen();
  private readonly repl: Repl;
  private readonly commandLine: CommandLine;
  private readonly output: Line[] = [];
  private readonly serial: string[] = [''];
  private status: Line = [];
  private readonly scroll = new Map<string, number>();
  private readonly addresses = new Map<string, number>();
  private mode: Mode = 'keys';
  private focus = 0;
  private chosen = 'output';
  private second = 'chips';
  private codeCursor: number | undefined;
  private timeCursor: number | undefined;
  private help: readonly Line[] = [];
  private helpScroll = 0;
  private frame: Frame | undefined;
  private isDrawing = false;
  private drawAgain = false;
  private lastFrame = Number.NEGATIVE_INFINITY;
  private frameTimer: NodeJS.Timeout | undefined;
  private left: () => void = () => {};
  /** The last command, and how many are not done yet. */
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private isLong = false;
  /** The pane whose address is asked for. */
  private asking: string | undefined;

  /**
   * @param hands undefined: nothing can be typed into the machine
   * @param hearsSerial what COM1 sends is given to heard()
   */
  constructor(
    private readonly target: Target,
    private readonly hands?: Hands,
    private readonly hearsSerial = false,
  ) {
    this.repl = new Repl(target);
    this.commandLine = new CommandLine((text) =>
      this.repl.complete(this.asking === undefined ? text : `print ${text}`),
    );
  }

  /** A machine here: the session runs it, in real time, when the stepper lets it. @returns the exit status */
  async debug(target: LocalTarget, session: Session): Promise<number> {
    session.attach({
      run: (limits) => target.proceed(limits),
      touched: () => target.stepper.history.fork(),
      get isStanding() {
        return !target.isMoving;
      },
    });
    const leave = () => session.end({ kind: 'left' });
    const face: Face = {
      isOpen: true,
      attach: () => this.begin(leave),
      refresh: () => this.refresh(),
      drained: async () => {},
      detach: () => this.end(),
    };
    await onSignals(leave, () => session.run(face));
    return 0;
  }

  /** A machine at the far end of a wire, until the person leaves. @param gone is fulfilled with the reason when the wire is cut */
  async attend(gone: Promise<string>): Promise<void> {
    void gone.then((why) => this.say([line(bad(why))]));
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.begin(leave);
    try {
      await onSignals(leave, () => left);
    } finally {
      this.end();
    }
  }

  /** COM1 has sent this. */
  heard(bytes: Uint8Array): void {
    for (const char of new TextDecoder('latin1').decode(bytes)) {
      if (char === '\n') this.serial.push('');
      else if (char !== '\r') this.serial[this.serial.length - 1] += char;
    }
    this.serial.splice(0, this.serial.length - MOST_SERIAL);
  }

  /** @param left called when the person leaves */
  begin(left: () => void): void {
    this.left = left;
    this.screen.enter(
      (key) => this.typed(key),
      () => this.redraw(),
    );
    process.on('SIGCONT', this.redrawAll);
    this.attempt(this.execute('where'));
  }

  end(): void {
    process.off('SIGCONT', this.redrawAll);
    clearTimeout(this.frameTimer);
    this.screen.leave();
  }

  /** The machine has gone on: show it, but not too often. */
  refresh(): void {
    const wait = this.lastFrame + FRAME_MS[this.mode === 'guest' ? 'guest' : 'watching'] - performance.now();
    if (wait <= 0 || !this.target.isMoving) this.redraw();
    // What comes too soon after the last frame is shown a little later.
    else this.frameTimer ??= setTimeout(() => this.redraw(), wait);
  }

  private readonly redrawAll = () => {
    this.screen.forget();
    this.redraw();
  };

  /** Draw soon; again when it is asked for while drawing. */
  private redraw(): void {
    clearTimeout(this.frameTimer);
    this.frameTimer = undefined;
    this.lastFrame = performance.now();
    if (this.isDrawing) this.drawAgain = true;
    else void this.draw();
  }

  private async draw(): Promise<void> {
    this.isDrawing = true;
    do {
      this.drawAgain = false;
      const { columns, rows } = this.screen;
      const compose = () => composeFrame(this.repl.scene, this.frameState(), columns, rows);
      try {
        this.frame = await settled(this.target, compose);
      } catch (error) {
        if (!(error instanceof TargetError)) throw error;
        // The far end has gone: what is here is all there is to show.
        this.status = line(bad(error.message));
        this.frame = compose();
      }
      this.screen.show(this.frame);
    } while (this.drawAgain);
    this.isDrawing = false;
  }

  private frameState() {
    const { mode, output, status, focus, chosen, second, scroll, commandLine, help, helpScroll } = this;
    const { text, cursor, choices } = commandLine;
    return {
      ...{ mode, output, status, focus, chosen, second, scroll, help, helpScroll },
      ...{
        serial: this.hearsSerial ? this.serial : undefined,
        addresses: this.addresses,
        codeCursor: this.codeCursor,
        timeCursor: this.timeCursor,
      },
      commandLine: { text, cursor, choices, prompt: this.asking === undefined ? ': ' : `${this.asking} at: ` },
      title: this.target.title,
      isMoving: this.target.isMoving,
    };
  }

  /** What goes on by itself; what is wrong with it is told. */
  private attempt(action: Promise<void>): void {
    action.catch((error) => {
      if (!(error instanceof TargetError || error instanceof ExpressionError)) throw error;
      this.status = line(bad(error.message));
      this.redraw();
    });
  }

  // ---- keys

  private typed(key: Key): void {
    if (this.mode === 'guest') this.typedToGuest(key);
    else if (this.mode === 'help') this.typedInHelp(key);
    else if (this.mode === 'command') this.typedInCommand(key);
    else this.typedAsKey(key);
    this.redraw();
  }

  private typedToGuest({ raw }: Key): void {
    if (raw === TAKE_BACK) this.mode = 'keys';
    else if (raw !== '') this.hands?.typeKeys(strokesOfTerminal(raw));
  }

  private typedInHelp({ name }: Key): void {
    const by: Readonly<Record<string, number>> = { UP: -1, DOWN: 1, PAGE_UP: -15, PAGE_DOWN: 15, ' ': 15 };
    const step = by[name];
    if (step === undefined) this.mode = 'keys';
    else this.helpScroll = Math.max(0, Math.min(this.help.length - 5, this.helpScroll + step));
  }

  private typedInCommand({ name, isCharacter }: Key): void {
    const outcome = this.commandLine.key(name, isCharacter);
    if (outcome === undefined) return;
    this.mode = 'keys';
    const { asking } = this;
    this.asking = undefined;
    if (outcome === 'left') return;
    if (asking !== undefined) this.attempt(this.setAddress(asking, outcome.line));
    else if (['quit', 'q'].includes(outcome.line)) this.left();
    else if (outcome.line === 'help') this.attempt(this.showHelp());
    else if (outcome.line !== '') this.attempt(this.execute(outcome.line));
  }

  private typedAsKey({ name }: Key): void {
    const pane = PANES.find(({ key }) => key === name);
    if (pane) {
      this.choose(pane.name);
      return;
    }
    const binding = bindingOf(name);
    if (!binding) return;
    if ('command' in binding.does) this.attempt(this.execute(binding.does.command));
    else this.act(binding.does.action);
  }

  /** In the second chosen pane when the keys go there. They go to what was chosen from then on. */
  private choose(name: string): void {
    if (this.boxUnderKeys === 'second') this.second = name;
    else {
      this.chosen = name;
      this.focus = this.frame?.layout.boxes.findIndex(({ content }) => content === 'chosen') ?? 0;
    }
  }

  private get boxUnderKeys(): string {
    return this.frame?.layout.boxes[this.focus]?.content ?? 'chosen';
  }

  private get paneUnderKeys(): string {
    const content = this.frame?.layout.boxes[this.focus]?.content ?? 'chosen';
    return nameOfBox(content, this.chosen, this.second);
  }

  private act(action: KeyAction): void {
    const boxes = this.frame?.layout.boxes.length ?? 1;
    const page = (this.frame?.layout.boxes[this.focus]?.height ?? 10) - 2;
    switch (action) {
      case 'command-line':
        this.mode = 'command';
        this.commandLine.begin();
        break;
      case 'guest':
        if (this.hands) this.mode = 'guest';
        else this.say([line('nothing can be typed into a machine at the far end')]);
        break;
      case 'help':
        this.attempt(this.showHelp());
        break;
      case 'quit':
        this.left();
        break;
      case 'interrupt':
        if (this.target.isMoving) this.target.interrupt();
        else this.say([line('nothing runs; q leaves')]);
        break;
      case 'redraw':
        this.screen.forget();
        break;
      case 'next-pane':
        this.focus = (this.focus + 1) % boxes;
        break;
      case 'previous-pane':
        this.focus = (this.focus + boxes - 1) % boxes;
        break;
      case 'up':
        this.attempt(this.scrollBy(-1));
        break;
      case 'down':
        this.attempt(this.scrollBy(1));
        break;
      case 'page-up':
        this.attempt(this.scrollBy(-page));
        break;
      case 'page-down':
        this.attempt(this.scrollBy(page));
        break;
      case 'home':
        [this.codeCursor, this.timeCursor] = [undefined, undefined];
        this.scroll.delete(this.paneUnderKeys);
        this.addresses.delete(this.paneUnderKeys);
        break;
      case 'left':
        this.moveInTime(-1);
        break;
      case 'right':
        this.moveInTime(1);
        break;
      case 'enter':
        if (this.timeCursor !== undefined) this.attempt(this.execute(`goto ${this.timeCursor}`));
        break;
      case 'toggle-stop':
        this.attempt(this.toggleStop());
        break;
      case 'run-to-cursor':
        if (this.codeCursor === undefined)
          this.say([line('the cursor is where the machine stands: \u2191 and \u2193 move it in the code')]);
        else this.attempt(this.execute(`until 0x${this.codeCursor.toString(16)}`));
        break;
      case 'address':
        this.askAddress();
        break;
    }
  }

  /** Panes scroll; in the code, it is the cursor that moves, instruction by instruction. */
  private async scrollBy(by: number): Promise<void> {
    const pane = this.paneUnderKeys;
    if (pane === 'code') await this.moveCodeCursor(by);
    else if (pane === 'memory')
      this.addresses.set(pane, Math.max(0, (this.addresses.get(pane) ?? this.here) + by * 16));
    else this.scroll.set(pane, Math.max(0, (this.scroll.get(pane) ?? 0) + (growsDownwards(pane) ? -by : by)));
    this.redraw();
  }

  private get here(): number {
    return hereOf(this.repl.scene.sight);
  }

  private async moveCodeCursor(by: number): Promise<void> {
    const from = this.codeCursor ?? this.here;
    this.codeCursor = await settled(this.target, () => {
      const { scene } = this.repl;
      if (by < 0) return codeStarts(scene, from, -by).at(0) ?? from;
      const code = peekBytes(scene.sight, from, (by + 1) * LONGEST);
      const next = disassemble(code, { bits: codeBits(scene.sight), address: from, limit: by + 1 });
      return next[by]?.address ?? from;
    });
  }

  /** From trap to trap. */
  private moveInTime(direction: 1 | -1): void {
    const { stepper } = this.repl.scene;
    if (!stepper) return;
    if (this.paneUnderKeys !== 'timeline') this.choose('timeline');
    const from = this.timeCursor ?? stepper.pc.machine.now;
    const times = stepper.traps.known.map(({ time }) => time).filter((time) => time >= stepper.history.start);
    const next = direction > 0 ? times.find((time) => time > from) : times.findLast((time) => time < from);
    this.timeCursor = next ?? (direction > 0 ? stepper.history.end : stepper.history.start);
  }

  private async toggleStop(): Promise<void> {
    const address = this.codeCursor ?? this.here;
    const set = this.target.stops.find(({ at }) => at.kind === 'address' && at.address === address);
    await this.execute(set ? `delete ${set.id}` : `at 0x${address.toString(16)}`);
  }

  private askAddress(): void {
    const pane = PANES.find(({ name }) => name === this.paneUnderKeys);
    if (this.paneUnderKeys !== 'code' && pane?.argument === undefined) {
      this.say([line(`the ${this.paneUnderKeys} pane has no address to choose`)]);
      return;
    }
    this.asking = this.paneUnderKeys;
    this.mode = 'command';
    this.commandLine.begin();
  }

  private async setAddress(pane: string, text: string): Promise<void> {
    const value = text === '' ? undefined : await this.repl.value(text);
    if (value === undefined) this.addresses.delete(pane);
    else if (pane === 'code') this.codeCursor = value;
    else this.addresses.set(pane, value);
    this.redraw();
  }

  // ---- commands

  /** Do a command as if it were typed, when the steps before it are done. */
  private async execute(command: string): Promise<void> {
    if (this.waiting >= MOST_WAITING) return;
    this.waiting++;
    const after = this.isLong ? Promise.resolve() : this.last;
    this.last = after.then(() => this.doNow(command)).finally(() => this.waiting--);
    await this.last;
  }

  /** What it says goes to the output. */
  private async doNow(command: string): Promise<void> {
    const isLong = LONG.includes(command.split(' ')[0]!);
    if (isLong) this.isLong = true;
    const before = this.here;
    const told = await this.repl.lines(command);
    if (isLong) this.isLong = false;
    const isQuiet = [...STEPS, 'where'].includes(command) && told.length <= 1;
    if (!isQuiet) this.output.push(line(strong(`: ${command}`)));
    this.say(told);
    // A command that says more than fits in the line above the keys is read in the output pane.
    if (told.length > 2 && this.chosen !== 'output' && this.boxUnderKeys !== 'second') this.chosen = 'output';
    if (this.here !== before) [this.codeCursor, this.timeCursor] = [undefined, undefined];
    this.redraw();
  }

  private say(lines: readonly Line[]): void {
    this.output.push(...lines);
    this.output.splice(0, this.output.length - MOST_OUTPUT);
    this.scroll.delete('output');
    // Why it stopped, and where.
    const told = lines.length <= MOST_STATUS ? lines : lines.slice(-1);
    this.status = told.flatMap((part, i) => (i === 0 ? part : line('  ', ...part)));
    this.redraw();
  }

  private async showHelp(): Promise<void> {
    this.help = [...keyHelp(), ...(await this.repl.lines('help'))];
    this.helpScroll = 0;
    this.mode = 'help';
    this.redraw();
  }
}
