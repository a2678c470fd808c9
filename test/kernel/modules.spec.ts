import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { expectRest } from './behind.ts';
import { Guest, withoutStamps } from './guest.ts';

/** modules-c/interrupt.c, as gcc 12 compiles it: this spec runs where there is no gcc. */
const FROM_GCC = new URL('modules-c/interrupt.ko', import.meta.url);

describe('modules', () => {
  const guest = Guest.shell(true, { files: [{ name: 'from-gcc.ko', bytes: new Uint8Array(readFileSync(FROM_GCC)) }] });
  afterEach(() => expectRest(guest));

  test('come and go', () => {
    expect(guest.command('lsmod')).toEqual(['Module                  Size  Used by']);
    expect(guest.command('insmod scan_codes.ko')).toEqual(['']);
    expect(guest.command('lsmod')[1]).toMatch(/^scan_codes +\d+ {2}0$/);
    expect(guest.command('cat /proc/modules')[0]).toMatch(/^scan_codes \d+ 0 - Live 0x00\w{6}$/);
    expect(guest.command('insmod scan_codes.ko')).toEqual([
      'insmod: ERROR: could not insert module scan_codes.ko: File exists',
    ]);
    expect(guest.command('rmmod scan_codes')).toEqual(['']);
    expect(guest.command('rmmod scan_codes')).toEqual(['rmmod: ERROR: Module scan_codes is not currently loaded']);
  });

  test('are refused with the reason', () => {
    expect(guest.command('insmod nothing.ko')).toEqual([
      'insmod: ERROR: could not load module nothing.ko: No such file or directory',
    ]);
    expect(guest.command('insmod hello')).toEqual([
      'insmod: ERROR: could not insert module hello: Invalid module format',
    ]);
    expect(guest.command('insmod irq_counter.ko irq=99')).toEqual([
      'irq_counter: request_irq(99) failed: -22',
      'insmod: ERROR: could not insert module irq_counter.ko: Device or resource busy',
    ]);
  });

  test('have parameters', () => {
    expect(guest.command('insmod irq_counter.ko irq=twelve')).toEqual([
      "irq_counter: `twelve' invalid for parameter `irq'",
      'insmod: ERROR: could not insert module irq_counter.ko: Invalid parameters',
    ]);
    expect(guest.command('insmod irq_counter.ko speed=3 irq=0xa')).toEqual([
      "irq_counter: unknown parameter 'speed' ignored",
    ]);
    expect(
      guest.command('cat /proc/interrupts').some((row) => / irq_counter$/.test(row) && row.startsWith(' 10:')),
    ).toBe(true);
    guest.command('rmmod irq_counter');
  });

  test('leave no memory behind', () => {
    const free = () => guest.command('cat /proc/meminfo')[1];
    guest.command('insmod scan_codes.ko');
    guest.command('rmmod scan_codes');
    const before = free();
    for (let n = 0; n < 5; n++) {
      guest.command('insmod scan_codes.ko');
      guest.command('rmmod scan_codes');
    }
    expect(free()).toBe(before);
  });

  test('may come from a C compiler, in a file of their own', () => {
    expect(guest.command('insmod from-gcc.ko irq=10')).toEqual(['Loaded by insmod, in_interrupt 0']);
    const { machine } = guest.pc;
    machine.inputs.schedule(machine.now, { kind: 'line', line: 10, level: true });
    machine.inputs.schedule(machine.now + 100_000, { kind: 'line', line: 10, level: false });
    const from = guest.console.length;
    guest.command('rmmod from_gcc');
    const trace = withoutStamps(guest.console.slice(from));
    expect(trace.slice(0, 2)).toEqual([
      expect.stringMatching(/^In the handler: counter = 0, in_irq 1, irqs off 1, current (swapper\/0|sh)$/),
      expect.stringMatching(/^CPU: 0 PID: \d+ Comm: (swapper\/0|sh) Not tainted$/),
    ]);
    expect(trace).toContainEqual(expect.stringMatching(/^ my_interrupt\+0x[\da-f]+\/0x[\da-f]+ \[from_gcc\]$/));
    expect(trace).toContainEqual(expect.stringMatching(/^ handle_level_irq\+/));
    expect(trace).toContainEqual('Unloaded, counter = 1');
  });
});
