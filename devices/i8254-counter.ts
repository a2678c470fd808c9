/**
 * One counter of the 8254: its six modes, moved on by any number of CLK pulses at once.
 *
 * A counter is a count register (CR), written by the program; a counting element (CE), which CR is loaded into and
 * which counts down; and an output latch. Between two events (a load, a reload, a change of OUT) nothing happens but
 * counting, so the time to the next event is known and the pulses before it are one subtraction.
 *
 * | mode | name                          | OUT                                                          |
 * |------|-------------------------------|--------------------------------------------------------------|
 * | 0    | interrupt on terminal count   | low from the control word, high at 0                         |
 * | 1    | hardware retriggerable one-shot | low from the pulse after a trigger, high at 0               |
 * | 2    | rate generator                | low for the pulse in which the count is 1                    |
 * | 3    | square wave                   | high for (N + 1) / 2 pulses, low for N / 2, rounded down     |
 * | 4    | software triggered strobe     | low for the pulse in which the count is 0                    |
 * | 5    | hardware triggered strobe     | the same, from a trigger                                     |
 *
 * Source: Intel 8254 data sheet, order number 231164-005, "Mode Definitions" (pages 9-16).
 */

export interface CounterState {
  /** Bits 5-0 of the control word, as written: RW1 RW0 M2 M1 M0 BCD. */
  control: number;
  /** Count register, two bytes as written. */
  cr: number;
  /** Counting element, as a plain number even when it counts in BCD. */
  ce: number;
  /** The count that CE was last loaded with, as a plain number; 0 stands for the modulus. */
  loaded: number;
  /** CLK pulses since power-on up to which CE and OUT are right. */
  at: number;
  /** CR is full and waits for its load into CE: the status byte's NULL COUNT. */
  nullCount: boolean;
  /** CE takes CR at the next CLK pulse. */
  loadNext: boolean;
  /** CE has been loaded since the control word. */
  running: boolean;
  /** Mode 0, two-byte counts: the first byte stops the counting until the second is in. */
  halted: boolean;
  /** Modes 0, 1, 4 and 5: OUT has still to answer the end of the count. */
  armed: boolean;
  out: boolean;
  gate: boolean;
  /** The low byte of a two-byte count whose high byte has still to come (RW = 3). */
  lowByte: number | null;
  /** The next byte to be read is the high one (RW = 3). */
  readHigh: boolean;
  /** Bytes latched by a counter latch or read-back command and not yet read, next one first. */
  latch: number[];
  /** The status byte latched by a read-back command. */
  status: number | null;
}

export function idleCounter(gate: boolean): CounterState {
  return {
    control: 0,
    cr: 0,
    ce: 0,
    loaded: 0,
    at: 0,
    nullCount: true,
    loadNext: false,
    running: false,
    halted: false,
    armed: false,
    out: false,
    gate,
    lowByte: null,
    readHigh: false,
    latch: [],
    status: null,
  };
}

/** Mode 0-5; the data sheet's x10 and x11 are 2 and 3. */
export function modeOf(c: CounterState): number {
  const mode = (c.control >> 1) & 7;
  return mode > 5 ? mode - 4 : mode;
}

function isBcd(c: CounterState): boolean {
  return (c.control & 1) !== 0;
}

function modulus(c: CounterState): number {
  return isBcd(c) ? 10_000 : 65_536;
}

/** The plain number that the two bytes of CR stand for. */
function plain(c: CounterState, bytes: number): number {
  if (!isBcd(c)) return bytes;
  const digit = (n: number) => (bytes >> (4 * n)) & 15;
  return (digit(0) + 10 * digit(1) + 100 * digit(2) + 1000 * digit(3)) % 10_000;
}

/** The two bytes by which a plain number is read. */
export function countBytes(c: CounterState): number {
  if (!isBcd(c)) return c.ce;
  const digit = (n: number) => Math.floor(c.ce / 10 ** n) % 10;
  return digit(0) | (digit(1) << 4) | (digit(2) << 8) | (digit(3) << 12);
}

/** A count as a distance: 0 is the longest one. */
function distance(c: CounterState, count: number): number {
  return count === 0 ? modulus(c) : count;
}

function counts(c: CounterState): boolean {
  if (!c.running || c.halted) return false;
  const mode = modeOf(c);
  return c.gate || mode === 1 || mode === 5;
}

/** CLK pulses until something other than counting happens; Infinity if nothing will, by itself. At least 1. */
export function pulsesToEvent(c: CounterState): number {
  if (c.loadNext) return 1;
  // Page 14: GATE has no effect on OUT, so a strobe that has begun ends with its pulse.
  if (modeOf(c) === 4 && c.running && !c.out) return 1;
  if (!counts(c)) return Number.POSITIVE_INFINITY;
  switch (modeOf(c)) {
    case 2:
      return c.ce === 1 ? 1 : distance(c, c.ce) - 1;
    case 3:
      // Odd counts are loaded less one; the pulse they are short of is added to the high half (page 13).
      if (c.loaded & 1) return Math.max(1, c.ce / 2 + (c.out ? 1 : 0));
      return distance(c, c.ce) / 2;
    case 4:
    case 5:
      if (!c.out) return 1;
      return c.armed ? distance(c, c.ce) : Number.POSITIVE_INFINITY;
    default:
      return c.armed ? distance(c, c.ce) : Number.POSITIVE_INFINITY;
  }
}

/** CLK pulses in a period of OUT, as soon as a count is written in mode 2 or 3; 0 in the others, or while GATE is low. */
export function pulsesInWave(c: CounterState): number {
  const mode = modeOf(c);
  if ((mode !== 2 && mode !== 3) || !c.gate || !(c.running || c.loadNext)) return 0;
  return distance(c, plain(c, c.cr));
}

/** Moves the counter on to pulse number `until`, and calls `changed` at each change of OUT. */
export function advance(c: CounterState, until: number, changed: (() => void) | undefined): void {
  // Whole periods without a listener leave everything as it was.
  if (changed === undefined) skipPeriods(c, until);
  while (c.at < until) {
    const event = pulsesToEvent(c);
    const pulses = Math.min(event, until - c.at);
    if (counts(c) && !c.loadNext) countDown(c, pulses);
    c.at += pulses;
    if (pulses < event) return;
    const before = c.out;
    happen(c);
    if (c.out !== before) changed?.();
  }
}

function skipPeriods(c: CounterState, until: number): void {
  const mode = modeOf(c);
  const count = plain(c, c.cr);
  if ((mode !== 2 && mode !== 3) || c.loadNext || !counts(c) || c.nullCount || c.loaded !== count) return;
  // A count of 1 is illegal in these modes; in mode 3 each half then lasts a pulse.
  const period = count === 1 && mode === 3 ? 2 : distance(c, count);
  const ahead = until - c.at;
  c.at += ahead - (ahead % period);
}

function countDown(c: CounterState, pulses: number): void {
  const step = modeOf(c) === 3 ? 2 : 1;
  // In mode 3 with an odd count the last pulse of the high half finds CE at 0 and leaves it there.
  if (step === 2 && (c.loaded & 1) === 1) c.ce = Math.max(0, c.ce - 2 * pulses);
  else c.ce = (((c.ce - step * pulses) % modulus(c)) + modulus(c)) % modulus(c);
}

/** What the pulse just counted brought about. */
function happen(c: CounterState): void {
  const mode = modeOf(c);
  if (c.loadNext) {
    load(c);
    if (mode === 1) c.out = false;
    return;
  }
  switch (mode) {
    case 2:
      if (c.out && c.ce === 1) {
        c.out = false;
      } else {
        c.out = true;
        load(c);
      }
      break;
    case 3:
      c.out = !c.out;
      load(c);
      break;
    case 4:
    case 5:
      c.out = !c.out;
      c.armed = false;
      break;
    default:
      c.out = true;
      c.armed = false;
  }
}

function load(c: CounterState): void {
  const mode = modeOf(c);
  c.loadNext = false;
  c.running = true;
  c.nullCount = false;
  c.halted = false;
  c.armed = mode !== 2 && mode !== 3;
  c.loaded = plain(c, c.cr);
  c.ce = mode === 3 ? c.loaded & ~1 : c.loaded;
  if (mode === 4 || mode === 5) c.out = true;
}

/** A control word for this counter: its logic is reset at once, OUT goes to the mode's initial state (page 8). */
export function writeControl(c: CounterState, control: number): void {
  c.control = control & 0x3f;
  c.cr = 0;
  c.nullCount = true;
  c.loadNext = false;
  c.running = false;
  c.halted = false;
  c.armed = false;
  c.lowByte = null;
  c.readHigh = false;
  c.latch = [];
  c.status = null;
  c.out = modeOf(c) !== 0;
}

/** A byte of the count, low one or high one as RW says. */
export function writeCount(c: CounterState, byte: number): void {
  const rw = c.control >> 4;
  const mode = modeOf(c);
  if (rw === 3 && c.lowByte === null) {
    c.lowByte = byte;
    // Page 9: in mode 0 the first byte disables counting and sets OUT low at once.
    if (mode === 0) {
      c.halted = true;
      c.loadNext = false;
      c.out = false;
    }
    return;
  }
  c.cr = rw === 1 ? byte : (byte << 8) | (c.lowByte ?? 0);
  c.lowByte = null;
  c.nullCount = true;
  if (mode === 0) c.out = false;
  // Modes 0 and 4 start anew with each count; 2 and 3 finish their cycle first; 1 and 5 wait for a trigger.
  if (mode === 0 || mode === 4 || (!c.running && (mode === 2 || mode === 3))) c.loadNext = true;
}

/** GATE has changed to this level. Its rising edge is the trigger of modes 1, 2, 3 and 5; its low level stops modes 0, 2, 3 and 4. */
export function setGate(c: CounterState, level: boolean): void {
  c.gate = level;
  const mode = modeOf(c);
  if (level) {
    const hasCount = c.running || c.loadNext;
    if (mode === 1 || mode === 5 || (hasCount && (mode === 2 || mode === 3))) c.loadNext = true;
  } else if (mode === 2 || mode === 3) {
    c.out = true;
  }
}

/** Counter latch command; one given while the last one's bytes wait to be read is ignored (page 7). */
export function latchCount(c: CounterState): void {
  if (c.latch.length > 0) return;
  const bytes = countBytes(c);
  const rw = c.control >> 4;
  c.latch = rw === 1 ? [bytes & 0xff] : rw === 2 ? [bytes >> 8] : [bytes & 0xff, bytes >> 8];
}

/** Read-back of the status: OUT, NULL COUNT, and the control word (page 8, figure 12). */
export function latchStatus(c: CounterState): void {
  c.status ??= (c.out ? 0x80 : 0) | (c.nullCount ? 0x40 : 0) | c.control;
}

/** One byte: the latched status, else the latched count, else the count as it runs. */
export function readCount(c: CounterState): number {
  if (c.status !== null) {
    const status = c.status;
    c.status = null;
    return status;
  }
  const latched = c.latch.shift();
  if (latched !== undefined) return latched;
  const bytes = countBytes(c);
  const rw = c.control >> 4;
  const high = rw === 2 || (rw === 3 && c.readHigh);
  if (rw === 3) c.readHigh = !c.readHigh;
  return high ? bytes >> 8 : bytes & 0xff;
}
