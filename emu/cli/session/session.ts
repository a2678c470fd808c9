/**
 * One run of one machine on the command line: it runs in slices of some milliseconds, between which output goes
 * out, input comes in and the screen is shown.
 *
 * The host's clock is read here and in pacer.ts, and nowhere below: it decides when the machine runs and how long
 * the host sleeps, never what the guest sees.
 */

import type { KeyStroke } from '../../../devices/key-text.ts';
import type { Tone } from '../../../devices/speaker.ts';
import type { BootImage } from '../../machine/boot.ts';
import type { Input } from '../../machine/input-log.ts';
import { scheduleInputs } from '../../machine/keeping/capsule.ts';
import { formatSnapshot, loadSnapshot } from '../../machine/keeping/snapshot.ts';
import type { RunLimits } from '../../machine/machine.ts';
import { Pc, type PcOptions } from '../../machine/pc.ts';
import { describeStop, type Stop } from '../../machine/stop.ts';
import { formatChipEvent, listenToChips } from '../../trace/chip-events.ts';
import { formatAsQemu } from '../../trace/qemu-format.ts';
import { SymbolTable } from '../../trace/symbols.ts';
import { TrapLog } from '../../trace/trap-log.ts';
import { writeWhole } from '../files.ts';
import type { DiskChanges } from '../machine/boot-files.ts';
import type { InputItem } from '../machine/input-script.ts';
import type { Kept } from '../machine/kept.ts';
import { type KeyItem, timeOfItems } from '../machine/key-script.ts';
import { Doorbell } from './doorbell.ts';
import { Pacer } from './pacer.ts';
import { PATIENCE_SECONDS, Patience } from './patience.ts';
import { beginReplay, divergenceFrom, Recording, type Replay, setupAtStart } from './recording.ts';

/** Everything a run needs, files already read. */
export interface Plan {
  readonly image: BootImage;
  /** Where the image comes from when it was a snapshot or a capsule. */
  readonly kept: Kept | undefined;
  readonly pc: Pick<
    PcOptions,
    'ramBytes' | 'frequency' | 'startTime' | 'cmos' | 'watchdog' | 'serialPaced' | 'firmware' | 'disk'
  >;
  /** Gets what COM1 sends. */
  readonly serialOut: (bytes: Uint8Array) => void;
  /** The same for COM2 to COM4; undefined: no cable. */
  readonly moreSerialOut: readonly (((bytes: Uint8Array) => void) | undefined)[];
  /** What is on the parallel port. */
  readonly parallel: ((bytes: Uint8Array) => void) | 'wrap' | undefined;
  /** Gets the speaker's tones, a line of JSON each. */
  readonly toneOut: ((text: string) => void) | undefined;
  /** Gets what the chips do, a line of JSON each. */
  readonly eventsOut: ((text: string) => void) | undefined;
  /** Gets what has been written to the disk, at the end of the run. */
  readonly saveDisk: ((changes: DiskChanges) => void) | undefined;
  /** Gets the CMOS at the end of the run. */
  readonly saveCmos: ((bytes: readonly number[]) => void) | undefined;
  /** What hands do to mouse and buttons. */
  readonly inputs: readonly InputItem[];
  /** Gets what the guest writes to the debug console, port 0xe9. */
  readonly debugOut: (bytes: Uint8Array) => void;
  /** Gets lines of QEMU's -d int format; undefined: no trap log. */
  readonly trapOut: ((text: string) => void) | undefined;
  readonly noReboot: boolean;
  readonly keys: readonly KeyItem[];
  /** Where to record what enters. */
  readonly record: string | undefined;
  readonly replay: Replay | undefined;
  /** Where to write a snapshot at the end. */
  readonly save: string | undefined;
  readonly maxInstructions: number;
  /** HLT sleeps until the next event, rather than jumping there. */
  readonly realtime: boolean;
}

/** What a person has in front of them while the machine runs. */
export interface Face {
  /** Take over terminal and standard input. */
  attach(session: Session): void;
  /** The speaker begins a tone. */
  beep?(): void;
  /** Show what has changed. */
  refresh(session: Session): void;
  /** Wait until output that was sent has gone out, when it piles up. */
  drained(): Promise<void>;
  /** Give the terminal back as it was. */
  detach(): void;
  /** Whether something may still be typed. */
  readonly isOpen: boolean;
}

/** Who decides when the machine runs, in place of the session. */
export interface Debugger {
  /** Run so far at most. 'stopped': the machine stands until `wake` is called. */
  run(limits: Pick<RunLimits, 'until' | 'idle'>): Stop | 'stopped';
  /** Somebody is about to do something to the machine. */
  touched(): void;
  /** The machine is held: its time stands still. */
  readonly isStanding: boolean;
  /** What the guest has said so far has been handed on. */
  refresh?(): void;
  /** The run has ended so. */
  ended?(ending: Ending): void;
}

/** How a run ended: the machine's own way, or from outside; 'forsaken': it waits for an input that cannot come. */
export type Ending =
  | Stop
  | { readonly kind: 'left' }
  | { readonly kind: 'forsaken' }
  | { readonly kind: 'signal'; readonly number: number };

/** Milliseconds of the host's time between two looks around. */
const SLICE_MS = 8;
const SLICE_INSTRUCTIONS = 1_000_000;
/** How short a button is pressed. */
const MOMENTS_PER_SECOND = 10;

/** A button that is held for a moment. */
export type Pushable =
  | { readonly kind: 'gpio'; readonly pin: number }
  | { readonly kind: 'mouse-button'; readonly button: 'left' | 'middle' | 'right' };

export class Session {
  readonly pc: Pc;
  readonly symbols: SymbolTable;
  private readonly doorbell = new Doorbell();
  private readonly serial: number[] = [];
  private readonly debug: number[] = [];
  private traps = '';
  private events = '';
  private tones: Tone[] = [];
  private ending: Ending | undefined;
  private readonly recording: Recording | undefined;
  private debugger: Debugger | undefined;
  private readonly patience: Patience;
  /** When the last scripted key or button comes, in instructions. */
  private lastScripted = 0;

  /** @throws ImageError, InputLogError, KeptFileError, CommandError, RangeError */
  constructor(private readonly plan: Plan) {
    const { parallel } = plan;
    this.pc = new Pc({
      ...plan.pc,
      serial: [
        (byte) => this.serial.push(byte),
        ...plan.moreSerialOut.map((out) => out && ((byte: number) => out(Uint8Array.of(byte)))),
      ],
      ...(parallel === undefined
        ? {}
        : { parallel: parallel === 'wrap' ? parallel : (byte: number) => parallel(Uint8Array.of(byte)) }),
      tone: (tone) => this.tones.push(tone),
      debugConsole: (byte) => this.debug.push(byte),
    });
    this.patience = new Patience(this.pc.clock.frequency);
    const loaded = this.pc.boot(plan.image);
    const symbols = plan.kept?.capsule?.names?.symbols ?? loaded.symbols;
    this.symbols = new SymbolTable(symbols, loaded.last);
    if (plan.trapOut) {
      new TrapLog(this.pc.machine, 0, (entry) => {
        this.traps += `${formatAsQemu(entry)}\n`;
      });
    }
    if (plan.eventsOut) {
      listenToChips(this.pc, (event) => {
        this.events += formatChipEvent(event);
      });
    }
    if (plan.kept?.start) loadSnapshot(plan.kept.path, this.pc, plan.kept.start);
    const setup = setupAtStart(this.pc, plan.kept?.start !== undefined);
    this.recording = plan.record === undefined ? undefined : new Recording(plan.record, this.pc, setup);
    if (plan.replay) beginReplay(plan.replay, this.pc, setup);
    else this.scheduleInputs();
  }

  /** A complaint when this was to repeat a recording, and did not; once the run has ended. */
  get divergence(): string | undefined {
    return this.plan.replay && divergenceFrom(this.plan.replay, this.pc);
  }

  /** What was booted. */
  get image(): BootImage {
    return this.plan.image;
  }

  /** From now on somebody else decides when the machine runs. */
  attach(debug: Debugger): void {
    this.debugger = debug;
  }

  /** A person presses keys. */
  typeKeys(strokes: readonly KeyStroke[]): void {
    this.debugger?.touched();
    if (!this.plan.replay) this.pc.typist.type(strokes);
    this.doorbell.ring();
  }

  /** The other end of COM1's cable sends bytes. */
  sendSerial(bytes: Iterable<number>): void {
    this.debugger?.touched();
    if (!this.plan.replay) this.pc.serial.send(bytes);
    this.doorbell.ring();
  }

  /** A person does these things, one after the other. */
  do(...inputs: readonly Input[]): void {
    this.debugger?.touched();
    const { machine } = this.pc;
    if (!this.plan.replay) for (const input of inputs) machine.inputs.schedule(machine.now, input);
    this.doorbell.ring();
  }

  /** A person presses the button at a GPIO pin, or of the mouse, and lets it go after a moment. */
  push(what: Pushable): void {
    const { machine } = this.pc;
    const moment = Math.round(machine.clock.frequency / MOMENTS_PER_SECOND);
    this.do({ ...what, down: true });
    if (!this.plan.replay) machine.inputs.schedule(machine.now + moment, { ...what, down: false });
  }

  /** End the run from outside. */
  end(ending: Ending): void {
    this.ending ??= ending;
    this.doorbell.ring();
  }

  /** Something outside has changed: look around now. */
  wake(): void {
    this.doorbell.ring();
  }

  /** Run to the end. */
  async run(face: Face): Promise<Ending> {
    const pacer = new Pacer(() => performance.now(), this.pc.clock.frequency);
    face.attach(this);
    try {
      while (!this.ending) {
        const stop = this.slice(face);
        if (this.tones.some(({ frequency }) => frequency > 0)) face.beep?.();
        this.flush();
        this.debugger?.refresh?.();
        face.refresh(this);
        await face.drained();
        if (stop === 'stopped') await this.doorbell.wait(undefined);
        else await this.meet(stop, face, pacer);
      }
      this.flush();
      this.debugger?.ended?.(this.ending);
      face.refresh(this);
      await face.drained();
      return this.ending;
    } finally {
      face.detach();
      this.recording?.end();
      this.plan.saveCmos?.(this.pc.rtc.cmos);
      this.plan.saveDisk?.(this.pc.disk?.changes ?? []);
      if (this.plan.save !== undefined) writeWhole(this.plan.save, formatSnapshot(this.pc));
    }
  }

  /** An ending in words. */
  describe(ending: Ending): string {
    if (ending.kind === 'left') return 'left';
    if (ending.kind === 'forsaken') {
      return `the guest waits, and its input has ended: it has said nothing for ${PATIENCE_SECONDS} virtual seconds`;
    }
    if (ending.kind === 'signal') return `ended by signal ${ending.number}`;
    return describeStop(ending, (address) => this.symbols.nameOf(address));
  }

  /** Run until something happens or it is time to look around. */
  private slice(face: Face): Stop | 'stopped' {
    const { machine } = this.pc;
    const { realtime, maxInstructions } = this.plan;
    const started = performance.now();
    for (;;) {
      const until = Math.min(machine.now + SLICE_INSTRUCTIONS, maxInstructions);
      const isForsaken = this.isForsaken(face);
      let stop = (this.debugger ?? machine).run({ until, idle: realtime || isForsaken ? 'return' : 'jump' });
      if (isForsaken && stop !== 'stopped' && stop.kind === 'idle' && stop.until !== undefined) {
        this.patience.spend(stop.until - machine.now);
        if (this.patience.isOver) return stop;
        machine.idleTo(stop.until);
        stop = { kind: 'budget' };
      }
      if (stop === 'stopped' || stop.kind !== 'budget' || machine.now >= maxInstructions) return stop;
      if (performance.now() - started > SLICE_MS) return stop;
    }
  }

  /** Whether nothing from outside can reach the machine any more, and nobody has said how long it may run. */
  private isForsaken(face: Face): boolean {
    const { replay, realtime, maxInstructions } = this.plan;
    const { machine } = this.pc;
    if (face.isOpen || this.debugger || replay || realtime || maxInstructions !== Infinity) return false;
    return machine.now >= this.lastScripted && machine.inputs.next === undefined;
  }

  /** Do what a stop asks for: go on, wait, or end. */
  private async meet(stop: Stop, face: Face, pacer: Pacer): Promise<void> {
    const { machine } = this.pc;
    switch (stop.kind) {
      case 'budget':
        if (machine.now >= this.plan.maxInstructions) this.end(stop);
        // Let the host deliver keys, bytes and signals.
        else await new Promise((resolve) => setImmediate(resolve));
        return;
      case 'idle': {
        if (this.patience.isOver) {
          this.end({ kind: 'forsaken' });
          return;
        }
        if (stop.until === undefined && !face.isOpen && !this.debugger) {
          this.end({
            kind: 'halted',
            interruptsEnabled: true,
            cs: this.pc.cpu.segment('cs').selector,
            eip: this.pc.cpu.eip,
          });
          return;
        }
        const milliseconds = pacer.sleepAt(machine.now, stop.until);
        await this.doorbell.wait(milliseconds);
        if (!this.debugger?.isStanding) machine.idleTo(Math.min(pacer.virtualNow(), this.plan.maxInstructions));
        return;
      }
      case 'halted':
        if (stop.interruptsEnabled && (face.isOpen || this.debugger)) await this.doorbell.wait(undefined);
        else this.end(stop);
        return;
      case 'reset':
        if (this.plan.noReboot) this.end(stop);
        else machine.reset();
        return;
      default:
        this.end(stop);
    }
  }

  /** Hand on what the machine has said since the last time. */
  flush(): void {
    if (this.serial.length + this.debug.length > 0) this.patience.renew();
    if (this.serial.length > 0) this.plan.serialOut(Uint8Array.from(this.serial.splice(0)));
    if (this.debug.length > 0) this.plan.debugOut(Uint8Array.from(this.debug.splice(0)));
    if (this.traps !== '') this.plan.trapOut?.(this.traps);
    this.traps = '';
    if (this.events !== '') this.plan.eventsOut?.(this.events);
    this.events = '';
    for (const tone of this.tones.splice(0)) this.plan.toneOut?.(`${JSON.stringify(tone)}\n`);
  }

  private scheduleInputs(): void {
    const { plan, pc } = this;
    const { clock, inputs } = pc.machine;
    scheduleInputs(pc, plan.kept?.capsule?.inputs ?? []);
    for (const { input, at } of plan.inputs) inputs.schedule(at(clock.frequency), input);
    for (const { at, strokes } of timeOfItems(plan.keys, clock.frequency)) {
      this.lastScripted = Math.max(this.lastScripted, at);
      clock.alarm('key script', () => pc.typist.type(strokes)).set(at);
    }
  }
}
