/** The stepper as a conversation: `trapgate debug`. */
import { describe, expect, test } from 'vitest';
import { Repl } from '../../emu/debug/repl.ts';
import { LocalTarget } from '../../emu/debug/stepper/local-target.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
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
  const talk = new Repl(new LocalTarget('a test', new Stepper(pc, symbols)));
  return (line: string) => talk.answer(line);
}

describe('the stepper in lines', () => {
  test('a session: stop, look, go on, go back', async () => {
    const say = await repl();
    expect(await say('at bump if ecx == 7')).toBe('stop 1: at bump if ecx == 7');
    expect(await say('run')).toMatch(/^stop 1: at bump if ecx == 7\n\d+ {2}0008:[\da-f]{8} <bump> {2}inc/);
    expect(await say('print [counter]')).toBe('0x00000003 = 3');
    expect(await say('out')).toContain('<after>');
    expect(await say('back-over')).toContain('(past)');
    expect(await say('where')).toContain('<again>');
    expect(await say('step')).toContain('<bump>');
    expect(await say('registers')).toMatch(/eax [\da-f]{8}.*\n.*esp [\da-f]{8}\*/);
    expect(await say('code')).toMatch(/^bump:\n=> [\da-f]{8} +inc/);
    expect(await say('x counter 4')).toMatch(/03 00 00 00/);
    expect(await say('stops')).toBe('1: at bump if ecx == 7, met 1 times');
    expect(await say('delete 1')).toBe('');
    expect(await say('watch counter change')).toBe('stop 2: change of 4 at counter');
    expect(await say('run-back')).toContain('stop 2');
    expect(await say('print [counter]')).toMatch(/= [123]$/);
    await say('delete 2');
    await say('trap 3');
    expect(await say('run')).toMatch(/^stop 3: trap 0x3\n/);
    expect(await say('info traps')).toContain('#BP (software)');
    expect(await say('goto 0')).toMatch(/^0 \(past\)/);
    expect(await say('back')).toContain('the history begins here');
  });

  test('what cannot be understood is answered, not thrown', async () => {
    const say = await repl();
    expect(await say('')).toBe('');
    expect(await say('at')).toBe('usage: at PLACE');
    expect(await say('at nowhere')).toBe("nothing is called 'nowhere'");
    expect(await say('print 1 +')).toMatch(/ends too early/);
    expect(await say('print [0xf0000000]')).toBe('[0xf0000000] reads memory that cannot be seen');
    expect(await say('port 0x99999')).toMatch(/^usage/);
    expect(await say('nonsense 1')).toBe("no command is called 'nonsense': help lists them");
    expect(await say('help')).toContain('back-over');
  });

  test('completes commands and symbols', async () => {
    const { pc, symbols } = await boot(ring0`
      start:  nop
      started: hlt
    `);
    const talk = new Repl(new LocalTarget('a test', new Stepper(pc, symbols)));
    expect(talk.complete('ba')).toEqual(['back', 'back-line', 'back-over', 'backtrace']);
    expect(talk.complete('at sta')).toEqual(['start', 'started']);
  });

  test('narrows stops, changes registers and memory, runs to a place', async () => {
    const say = await repl();
    expect(await say('at bump once after 2 if ecx < 9')).toBe('stop 1: at bump if ecx < 9, after 2 times, once');
    await say('run');
    expect(await say('print ecx')).toBe('0x00000006 = 6');
    expect(await say('stops')).toBe('no stops are set');
    expect(await say('set ecx 1')).toBe('');
    expect(await say('set byte[counter] 0xaa')).toBe('');
    expect(await say('print byte[counter]')).toContain('0x000000aa');
    expect(await say('until done')).toContain('<done>');
    expect(await say('print ecx')).toBe('0x00000000 = 0');
    expect(await say('time +1000')).toMatch(/^stop 3: time \d+$/);
    expect(await say('eoi 1')).toBe('stop 4: EOI of IRQ 1');
    expect(await say('msr 0x174 write')).toBe('stop 5: MSR 0x174 write');
    expect(await say('ring 3')).toBe('stop 6: ring 3');
    expect(await say('trap unhandled')).toBe('stop 7: a trap that nothing handles');
    expect(await say('port 0x20-0x21 write')).toBe('stop 8: port 0x20-0x21 write');
    expect(await say('eoi 16')).toBe('usage: eoi [IRQ]');
  });

  test('a run is interrupted and the machine stands where it is', async () => {
    const { pc, symbols } = await boot(ring0`
      start:  jmp start
    `);
    const target = new LocalTarget('a test', new Stepper(pc, symbols));
    const talk = new Repl(target);
    const running = talk.answer('run');
    expect(await talk.answer('info traps')).toBe('nothing has been delivered');
    expect(await talk.answer('step')).toContain('the machine runs');
    await new Promise((resolve) => setImmediate(resolve));
    target.interrupt();
    expect(await running).toContain('<start>');
    expect(target.isMoving).toBe(false);
    expect(pc.machine.now).toBeGreaterThan(0);
  });
});
