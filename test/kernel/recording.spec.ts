/** A person types at the kernel; the recording repeats that to the last bit, from power-on and from a snapshot on the way. */
import { beforeAll, describe, expect, test } from 'vitest';
import { strokesOf } from '../../devices/key-text.ts';
import { scheduleInputs } from '../../emu/machine/keeping/capsule.ts';
import { checkSetup, InputLogWriter, parseInputLog } from '../../emu/machine/keeping/input-log-file.ts';
import { pcOptionsOf, recipeOf, setupOf } from '../../emu/machine/keeping/recipe.ts';
import { formatSnapshot, parseSnapshot, restoreSnapshot } from '../../emu/machine/keeping/snapshot.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { stateHash } from '../../emu/machine/state-hash.ts';
import { Guest } from './guest.ts';

/** What is typed, and after how many instructions of hesitation. */
const TYPED: readonly [string, number][] = [
  ['ps\n', 3_000_123],
  ['trap ', 7_654_321],
  ['gp\n', 123_457],
  ['cat /proc/interrupts\n', 15_000_001],
  ['hello', 9_999_999],
  ['\n', 1],
];

const MB = 2 ** 20;

let guest: Guest;
let log: string;
/** Taken in the middle of a word. */
let snapshot: Uint8Array;
let before: string;

/** Sessions that repeat the recording say what it said. */
function listening() {
  const heard = { text: '' };
  const serial = [
    (byte: number) => {
      if (byte !== 0x0d) heard.text += String.fromCharCode(byte);
    },
  ];
  return { heard, serial };
}

beforeAll(() => {
  guest = new Guest('', true, { ramBytes: 16 * MB });
  const { machine, typist } = guest.pc;
  log = '';
  const writer = new InputLogWriter((text) => {
    log += text;
  }, setupOf(guest.pc));
  machine.inputs.listen((input) => writer.add(input));
  guest.until('\n# ');
  for (const [text, hesitation] of TYPED) {
    machine.run({ instructions: hesitation });
    typist.type(strokesOf(text));
    if (text !== 'trap ') continue;
    machine.run({ instructions: 2_300_000 });
    before = guest.console;
    snapshot = formatSnapshot(guest.pc);
  }
  machine.run({ instructions: 40_000_000 });
  machine.catchUp();
  writer.end(machine.now, stateHash(guest.pc));
});

describe('a recorded session', () => {
  test('had a person in it', () => {
    expect(guest.console).toContain('general protection fault');
    expect(log.split('\n').length).toBeGreaterThan(70);
  });

  test('replays to the last bit', () => {
    const { events } = parseInputLog('log', log);
    const { heard, serial } = listening();
    const recipe = recipeOf(guest.pc);
    const pc = new Pc(pcOptionsOf(recipe, { serial }));
    pc.boot(recipe.image);
    scheduleInputs(pc, events);
    expect(pc.machine.run()).toEqual({ kind: 'paused' });
    expect(pc.machine.now).toBe(guest.pc.machine.now);
    expect(heard.text).toBe(guest.console);
    expect(stateHash(pc)).toBe(stateHash(guest.pc));
    expect(events.at(-1)).toMatchObject({ kind: 'end', state: stateHash(pc) });
  });

  test('replays to the last bit after a snapshot is restored', () => {
    const { heard, serial } = listening();
    const pc = restoreSnapshot('s', parseSnapshot('s', snapshot), { serial });
    const { setup, events } = parseInputLog('log', log);
    expect(() => checkSetup('log', setup, setupOf(pc))).not.toThrow();
    scheduleInputs(
      pc,
      events.filter(({ at }) => at > pc.machine.now),
    );
    expect(pc.machine.run()).toEqual({ kind: 'paused' });
    expect(before + heard.text).toBe(guest.console);
    expect(stateHash(pc)).toBe(stateHash(guest.pc));
  });

  test('leave out a key, and the state is another', () => {
    const { events } = parseInputLog('log', log);
    const { serial } = listening();
    const pc = restoreSnapshot('s', parseSnapshot('s', snapshot), { serial });
    const later = events.filter(({ at }) => at > pc.machine.now);
    scheduleInputs(
      pc,
      later.filter((input) => !('key' in input && input.key === 'h')),
    );
    pc.machine.run();
    expect(stateHash(pc)).not.toBe(stateHash(guest.pc));
  });
});
