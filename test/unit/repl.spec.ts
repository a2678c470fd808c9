/** The stepper as a conversation: `trapgate debug`. */
import { describe, expect, test } from 'vitest';
import { Repl } from '../../emu/debug/repl.ts';
import { Stepper } from '../../emu/debug/stepper.ts';
import { boot, ring0 } from '../../emu/testing/index.ts';

async function repl() {
  const { pc, symbols } = await boot(
    ring0`
      start:  mov   ecx, 10
      again:  call  bump
      after:  loop  again
      done:   int3
      bump:   inc   dword [counter]
              ret
              align 4
      counter: dd   0
    `,
    { ramBytes: 4 * 2 ** 20 },
  );
  const talk = new Repl(new Stepper(pc, symbols));
  return (line: string) => talk.answer(line);
}

describe('the stepper in lines', () => {
  test('a session: stop, look, go on, go back', async () => {
    const say = await repl();
    expect(say('at bump if ecx == 7')).toBe('stop 1: at bump');
    expect(say('run')).toMatch(/^stop 1: at bump\n\d+ {2}0008:[\da-f]{8} <bump> {2}inc/);
    expect(say('print [counter]')).toBe('0x00000003 = 3');
    expect(say('out')).toContain('<after>');
    expect(say('back-over')).toContain('(past)');
    expect(say('where')).toContain('<again>');
    expect(say('step')).toContain('<bump>');
    expect(say('registers')).toMatch(/eax [\da-f]{8}.*\n.*esp [\da-f]{8}\*/);
    expect(say('code')).toMatch(/^=> [\da-f]{8} bump +inc/);
    expect(say('x counter 4')).toMatch(/03 00 00 00/);
    expect(say('stops')).toBe('1: at bump, met 1 times');
    expect(say('delete 1')).toBe('');
    expect(say('watch counter change')).toBe('stop 2: change of 4 at counter');
    expect(say('run-back')).toContain('stop 2');
    expect(say('print [counter]')).toMatch(/= [123]$/);
    say('delete 2');
    say('trap 3');
    expect(say('run')).toMatch(/^stop 3: trap 0x3\n/);
    expect(say('info traps')).toContain('#BP (software)');
    expect(say('goto 0')).toMatch(/^0 \(past\)/);
    expect(say('back')).toContain('the history begins here');
  });

  test('what cannot be understood is answered, not thrown', async () => {
    const say = await repl();
    expect(say('')).toBe('');
    expect(say('at')).toBe('usage: at ADDRESS [if CONDITION]');
    expect(say('at nowhere')).toBe("nothing is called 'nowhere'");
    expect(say('print 1 +')).toMatch(/ends too early/);
    expect(say('print [0xf0000000]')).toBe('it reads memory that cannot be seen');
    expect(say('port 0x99999')).toMatch(/^usage/);
    expect(say('nonsense')).toContain('info pic');
    expect(say('help')).toContain('back-over');
  });

  test('completes commands and symbols', async () => {
    const { pc, symbols } = await boot(ring0`
      start:  nop
      started: hlt
    `);
    const talk = new Repl(new Stepper(pc, symbols));
    expect(talk.complete('ba')).toEqual(['back', 'back-over']);
    expect(talk.complete('at sta')).toEqual(['start', 'started']);
  });
});
