/** What a failing trap test tells: the last events, the source line, the why chain, and the way back there. */
import { rmSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { dispatch } from '../../emu/cli/dispatch.ts';
import { at, boot, edge, GP, NP, ring0, type TestMachine } from '../../emu/testing/index.ts';
import { pics } from '../pics.ts';

/** The message of an assertion that does not hold. */
function failure(action: () => void): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it holds');
}

const PATH = /^To step from there: npx trapgate debug (\S+\.capsule)$/m;

/** What the stepper says where a failure's capsule leads. */
async function stepperAt(message: string, commands: string): Promise<string> {
  const path = PATH.exec(message)![1]!;
  let out = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((data) => {
    out += data;
    return true;
  });
  const stdin = vi.spyOn(process, 'stdin', 'get');
  const { Readable } = await import('node:stream');
  stdin.mockReturnValue(Readable.from([commands]) as unknown as typeof process.stdin);
  try {
    expect(await dispatch(['debug', '--plain', path])).toBe(0);
  } finally {
    write.mockRestore();
    stdin.mockRestore();
    rmSync(path);
  }
  return out;
}

const nullSelector = () =>
  boot(ring0`
    start:  xor eax, eax
    here:   mov ss, ax
  `);

describe('a failure', () => {
  test('tells events, source line, why, and a command that opens the stepper at this very instruction', async () => {
    const m = await nullSelector();
    m.runUntilTrap();
    const message = failure(() => expect(m).toDeliverTrap({ vector: NP, eip: 'line 2' }));
    expect(message.replace(PATH, 'To step from there: ...').split('\n')).toEqual([
      'expected the last trap to be #NP',
      '  vector: expected #NP, was #GP',
      expect.stringMatching(
        /^ {2}eip: expected [\da-f]+ <start>, line 2: start: {2}xor eax, eax, was [\da-f]+ <here>, line 3: here: {3}mov ss, ax$/,
      ),
      expect.stringMatching(/^Happened last, now \d+ at [\da-f]+ <world_trap>:$/),
      expect.stringMatching(
        /^ +\d+ {2}#GP\(0x0\) \(fault\) from ring 0 at 0008:[\da-f]+ <here>, line 3: here: {3}mov ss, ax/,
      ),
      'Why: #GP(0x0): SS may not be loaded with a null selector.',
      expect.stringMatching(/^ {2}ok {2}0x0008:0x[\da-f]+ <here>: mov ss, eax \(ring 0, time \d+\)\.$/),
      '  ok  Error code 0x0000: no selector is to blame.',
      '  NO  #GP(0x0): SS may not be loaded with a null selector. [null segment selector checking: SDM 3A, 5.4.1]',
      'To step from there: ...',
    ]);
    const { now } = m;
    const said = await stepperAt(message, 'where\nback\nwhere\n');
    expect(said).toContain(`${now} `);
    expect(said).toContain('<world_trap>');
    expect(said).toContain('<here>');
  });

  test('of an interrupt that did not come tells what held it up', async () => {
    const m = await boot(ring0`
      start:  ${pics(0x20)}
              sti
      wait:   jmp wait
    `);
    m.input(edge(5), at(5000));
    m.run({ instructions: 20_000 });
    const message = failure(() => expect(m).toAcknowledge(0x25));
    expect(message).toMatch(/^Why IRQ 5 has not come: .*IMR/m);
    const said = await stepperAt(message, 'why irq 5\n');
    expect(said).toContain('IMR');
  });

  test('of a place that is not reached, and of an event that does not happen, has a way there, too', async () => {
    const loop = () =>
      boot(ring0`
      start:  jmp start
      never:  nop
    `);
    const to = async (act: (m: TestMachine) => void) => {
      const m = await loop();
      const message = failure(() => act(m));
      expect(await stepperAt(message, 'where\n')).toContain('<start>');
      return message;
    };
    expect(await to((m) => m.runTo('never', { instructions: 9000 }))).toContain(
      '<never>, line 3: never:  nop was not reached',
    );
    const eoi = await to((m) => m.runUntil({ kind: 'eoi', irq: 3 }, { instructions: 9000 }));
    expect(eoi).toContain('Why IRQ 3 has not come:');
    expect(await to((m) => m.runUntilTrap({ vector: GP, instructions: 9000 }))).toContain('#GP was not delivered');
  });

  test('of a dword that is nowhere says so', async () => {
    const m = await boot(ring0`start: jmp start`, { ramBytes: 4 * 2 ** 20 });
    expect(() => m.dword(Number.NaN)).toThrow('there is no RAM at NaN');
    expect(() => m.dword(4 * 2 ** 20)).toThrow('there is no RAM at 4194304');
  });
  test('of a machine with chips of the test’s own has none, and says why', async () => {
    const chip = { name: 'mine', reset() {}, peek: () => ({}), save: () => ({}), load() {} };
    const m = await boot(ring0`start: jmp start`, { chips: () => [chip] });
    expect(() => m.runUntilTrap({ instructions: 1000 })).toThrow(
      '(No capsule was made: the machine has chips that only this test knows.)',
    );
  });
  test('of a machine that was changed by hand has a capsule that says so', async () => {
    const m = await nullSelector();
    m.pc.cpu.ebx = 77;
    m.runUntilTrap();
    const path = PATH.exec(failure(() => expect(m).toDeliverTrap({ vector: NP })))![1]!;
    const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await dispatch(['debug', '--plain', path])).toBe(1);
    expect(String(error.mock.calls[0]![0])).toContain('the machine is not what it was when this was made');
    error.mockRestore();
    rmSync(path);
  });
});

describe('places', () => {
  test('are labels, labels and an offset, and lines of the program', async () => {
    const m = await nullSelector();
    expect(m.addressOf('here')).toBe(m.addressOf('start+2'));
    expect(m.addressOf('line 3')).toBe(m.addressOf('here'));
    expect(() => m.addressOf('line 9')).toThrow('no code is on line 9');
    expect(() => m.addressOf('there')).toThrow("no symbol is called 'there'");
  });
});
