/** A kernel in C that is not ours, as gcc compiled it: traps, paging, x87, SSE2 say here what they say in QEMU. */
import { expect, test } from 'vitest';
import { frozenKernel, recorded, saidHere } from './freestanding/compiled.ts';

test('a multiboot kernel by gcc says what it says in QEMU, to the last bit of its floating point', () => {
  expect(saidHere(frozenKernel())).toBe(recorded());
});
