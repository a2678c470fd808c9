/** The lessons in docs/lessons say what one will see: each is followed here, word for word. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TrapEntry } from '../../emu/trace/trap-log.ts';
import { type Behind, behind, expectRest, interruptOf } from './behind.ts';
import type { Guest } from './guest.ts';
import { follow, LESSONS, readLesson, startFor } from './lesson.ts';

const files = readdirSync(LESSONS)
  .filter((name) => /^\d\d-.*\.md$/.test(name))
  .sort();

const [TIMER, KEYBOARD, GPIO] = [0, 1, 10];
const NMI = 2;
const EFLAGS_IF = 0x200;
const LONG_MS = 49;
const msOf = (guest: Guest) => guest.pc.machine.clock.frequency / 1000;

/** What lies behind some lessons' words. */
const evidence: Readonly<Record<string, (seen: Behind, guest: Guest) => void>> = {
  // Two pushes at the falling edge, two edges of a third, three at least while the level lasts.
  '10-button': ({ between }) => {
    expect(between('insmod button.ko', 'rmmod button').filter(interruptOf(GPIO))).toHaveLength(2);
    expect(between('insmod button.ko type=3', 'rmmod button').filter(interruptOf(GPIO))).toHaveLength(2);
    expect(between('insmod button.ko type=4', 'rmmod button').filter(interruptOf(GPIO)).length).toBeGreaterThan(100);
  },
  // With interrupts off nothing comes in the 50 ms behind a key's interrupt; with them on ticks do, but never its own line.
  '16-short-and-long': ({ traps }, guest) => {
    const keys = traps.filter(interruptOf(KEYBOARD));
    const within = (key: TrapEntry) =>
      traps.filter(({ time, vector }) => time > key.time && time < key.time + LONG_MS * msOf(guest) && vector < 0x80);
    expect(keys).toHaveLength(4);
    expect([within(keys[0]!), within(keys[1]!)]).toEqual([[], []]);
    for (const key of keys.slice(2)) {
      expect(within(key).length).toBeGreaterThanOrEqual(4);
      expect(within(key).every(interruptOf(TIMER))).toBe(true);
    }
  },
  // Who waits for the interrupt leaves the processor halted, where the ticks find it; who polls does not.
  '17-polling': ({ between }, guest) => {
    const idle = guest.address('cpu_idle');
    const ticks = (start: string) => {
      const all = between(start, 'polling: of ten ticks').filter(interruptOf(TIMER));
      return { all: all.length, halted: all.filter(({ eip }) => eip > idle && eip < idle + 64).length };
    };
    const told = ticks('insmod polling.ko');
    expect(told.halted).toBeGreaterThan(0.8 * told.all);
    const asked = ticks('insmod polling.ko poll=1');
    expect(asked.all).toBeGreaterThan(10);
    expect(asked.halted).toBeLessThan(5);
  },
  // COM2 had no FIFO, and has nothing left; its interrupts were off all the time.
  '18-overrun': ({ traps }, guest) => {
    expect(guest.pc.com[1]!.peek()).toMatchObject({ fcr: 0, ier: 0, overrun: false, received: [] });
    expect(traps.filter(interruptOf(3))).toEqual([]);
  },
  // One NMI, though interrupts were off; seven seconds' ticks came behind it as one.
  '31-lockup': ({ traps, between }) => {
    const nmis = traps.filter(({ vector }) => vector === NMI);
    expect(nmis).toMatchObject([{ cause: 'nmi', cpl: 0 }]);
    expect(nmis[0]!.flags & EFLAGS_IF).toBe(0);
    expect(between('interrupts off for', 'lockup: and on again').filter(interruptOf(TIMER)).length).toBeLessThan(3);
  },
};

describe('a lesson tells the truth:', () => {
  // Each on a machine of its own: people begin where they like. One machine follows all in lessons.referee.spec.ts.
  test.each(files)('%s', (file) => {
    const lesson = readLesson(file);
    expect(lesson.steps.length).toBeGreaterThan(0);
    const guest = startFor(lesson);
    const seen = behind(guest, () => follow(lesson, guest));
    expectRest(guest);
    evidence[lesson.name]?.(seen, guest);
  });

  test('and all evidence is a lesson’s', () => {
    for (const name of Object.keys(evidence)) expect(files).toContain(`${name}.md`);
  });
});

test('the index lists every lesson, and every module has one', () => {
  const index = readFileSync(join(LESSONS, 'README.md'), 'utf8');
  for (const file of files) expect(index).toContain(`](${file})`);
  const told = files.map((file) => readFileSync(join(LESSONS, file), 'utf8')).join('\n');
  const modules = readdirSync(new URL('../../guest/modules', import.meta.url)).filter((name) => name.endsWith('.asm'));
  for (const name of modules) expect(told, name).toContain(`${basename(name, '.asm')}.ko`);
});
