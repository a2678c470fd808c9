/**
 * All chips at once: two devices on lines of their own, one of them shared, the timer, the keyboard, the serial port,
 * the clock and the mouse; tasklets, works and threads in flight. `make soak` runs ten million interrupts.
 */
import { expect, test } from 'vitest';
import { counted, settle } from './behind.ts';
import { Guest } from './guest.ts';

const INTERRUPTS = Number(process.env.TRAPGATE_SOAK ?? 40_000);
const PATIENCE_MS = 60_000 + INTERRUPTS;
const GAP = 1_500;
const CTRL_U = 0x15;
/** Timer, keyboard, COM1, clock, two test devices, mouse. */
const LINES = [0, 1, 4, 8, 10, 11, 12] as const;
type Line = (typeof LINES)[number];
type Counts = Record<Line, number>;

/** A number that looks random and is the same in every run (a linear congruential generator). */
function* numbers(seed: number): Generator<number, never> {
  for (let n = seed; ; ) {
    n = (Math.imul(n, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    yield n >> 8;
  }
}

/** Progress, at once: what `console` is told waits until a test gives way to others. */
function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

const countsOf = (count: (line: Line) => number): Counts =>
  Object.fromEntries(LINES.map((line) => [line, count(line)])) as Counts;

test(
  `of ${INTERRUPTS} interrupts from all chips at once none is lost`,
  () => {
    const guest = Guest.shell(true, { keptTraps: 1_000 });
    const { machine, wires, pic } = guest.pc;
    guest.command('insmod soak.ko rtc=1');
    guest.command('spin &');
    settle(guest);
    const before = counted(guest);
    const edges = countsOf(() => 0);
    for (const line of LINES) {
      wires[line]!.listen((_, level) => {
        if (level) edges[line]++;
      });
    }
    const random = numbers(1);
    const next = (below: number) => random.next().value % below;
    const total = () => LINES.reduce<number>((sum, line) => sum + edges[line], 0);
    const sent = { 10: 0, 11: 0 };
    for (let n = 0; total() < INTERRUPTS; n++) {
      const line = next(2) ? 10 : 11;
      sent[line]++;
      machine.inputs.schedule(machine.now, { kind: 'line', line, level: true });
      // Up until it has been acknowledged, as a device holds it: the 8259 forgets a request that goes away.
      machine.run({ instructions: GAP + next(GAP) });
      while (pic.slave.irr & (1 << (line - 8))) machine.run({ instructions: 500 });
      machine.inputs.schedule(machine.now, { kind: 'line', line, level: false });
      machine.run({ instructions: 1 + next(GAP) });
      if (n % 2_000 === 0) guest.type('a\b');
      if (n % 700 === 0) guest.pc.serial.send(Buffer.from('b\x7f'));
      if (n % 300 === 0) {
        machine.inputs.schedule(machine.now, { kind: 'mouse', right: next(20) - 10, away: next(20) - 10, wheel: 0 });
      }
      if (process.env.TRAPGATE_SOAK && n % 20_000 === 0) tell(`${total()} of ${INTERRUPTS} interrupts`);
    }
    // What is still to be typed goes in first.
    for (let keys = -1; keys !== edges[1]; ) {
      keys = edges[1];
      machine.run({ instructions: machine.clock.frequency / 2 });
    }
    // One may be under way at any moment; one that was lost never comes.
    const lost = () => {
      const now = counted(guest);
      return countsOf((line) => edges[line] - (now[line]! - before[line]!));
    };
    for (let tries = 0; tries < 1_000 && Object.values(lost()).some((n) => n !== 0); tries++) {
      machine.run({ instructions: 997 });
    }
    expect(lost()).toEqual(countsOf(() => 0));
    expect([edges[10], edges[11]]).toEqual([sent[10], sent[11]]);
    for (const line of LINES) expect(edges[line], `line ${line}`).toBeGreaterThan(20);

    guest.pc.serial.send([CTRL_U]); // what was typed stands on the shell's line
    const rows = guest.command('cat /proc/interrupts');
    const shown = (line: number) => Number(rows.find((row) => row.startsWith(` ${line}:`))!.slice(4, 15));
    expect([shown(10) - before[10]!, shown(11) - before[11]!]).toEqual([sent[10], sent[11]]);
    const [counts, deferred] = guest.command('rmmod soak');
    expect(counts).toBe(`soak: handled ${sent[10]}, observed ${sent[10]}, threaded ${sent[11]}`);
    const [, tasklets, works, threads] = /^soak: tasklets (\d+), works (\d+), threads (\d+)$/
      .exec(deferred!)!
      .map(Number);
    for (const [ran, asked] of [
      [tasklets, sent[10]],
      [works, sent[10]],
      [threads, sent[11]],
    ]) {
      expect(ran).toBeLessThanOrEqual(asked!);
      expect(ran).toBeGreaterThan(100);
    }
    expect(guest.console).not.toMatch(/BUG|WARNING|Oops|nobody cared/);
    expect(guest.command('hello').at(-1)).toBe('Hello from ring 3.');
    if (process.env.TRAPGATE_SOAK) tell(JSON.stringify({ edges, tasklets, works, threads }));
  },
  PATIENCE_MS,
);
