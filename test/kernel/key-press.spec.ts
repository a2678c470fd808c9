import { beforeAll, expect, test } from 'vitest';
import { Guest } from './guest.ts';

// One key press, step by step: i8042 -> IRQ 1 -> 8259 -> IDT -> handler -> console. The steps build on one another.

const KEYBOARD_VECTOR = 0x21;
const LINE_1 = 1 << 1;
const SCAN_CODE_A = 0x1e;
const STUB_BYTES = 16;

let guest: Guest;
let heard: string[];

let before: ReturnType<typeof registers>;

/** All that the interrupted program may find again. */
function registers() {
  const { eax, ebx, ecx, edx, esi, edi, ebp, esp, eflags, cr3 } = guest.pc.cpu;
  return { eax, ebx, ecx, edx, esi, edi, ebp, esp, eflags, cr3 };
}

const master = () => guest.pc.pic.master.peek();

/** Instruction by instruction, but not through the timer's interrupts, to a label of the kernel. */
function stepTo(label: string): void {
  const goal = guest.address(label);
  for (let steps = 0; guest.pc.cpu.eip !== goal; steps++) {
    if (steps > 10_000) throw new Error(`${label} was not reached`);
    guest.pc.machine.run({ instructions: 1 });
  }
}

beforeAll(() => {
  guest = Guest.shell();
  heard = [];
  guest.pc.wires[1]!.listen((wire, level) => {
    // The edge is told after the pin has seen it; nothing may have been delivered in between.
    const { full, output } = guest.pc.i8042.peek();
    const delivered = guest.traps.last?.vector === KEYBOARD_VECTOR;
    heard.push(
      `${wire.name} ${level ? 'high' : 'low'}, buffer ${full ? 'full' : 'empty'}, ${output.byte.toString(16)}`,
    );
    if (delivered && level) heard.push('too late');
  });
});

test('the processor waits at the idle task’s hlt, with the line unmasked and quiet', () => {
  const { pc } = guest;
  pc.machine.run({ instructions: 2_000_000 });
  expect(pc.cpu.isHalted).toBe(true);
  expect(pc.wires[1]!.level).toBe(false);
  expect(master().imr & LINE_1).toBe(0);
  expect(master().isr).toBe(0);
  before = registers();
});

test('the key’s scan code fills the controller’s output buffer, which raises IRQ 1', () => {
  guest.pc.machine.inputs.schedule(guest.pc.machine.now, { kind: 'key', key: 'a', down: true });
  const before = guest.traps.entries.length;
  do guest.pc.machine.run({ traps: 1 });
  while (guest.traps.last?.vector !== KEYBOARD_VECTOR);
  expect(heard).toEqual([`IRQ 1 high, buffer full, ${SCAN_CODE_A.toString(16)}`]);
  expect(guest.traps.entries.slice(before).filter(({ vector }) => vector === KEYBOARD_VECTOR)).toHaveLength(1);
});

test('the 8259 gives vector 0x21 and notes line 1 as in service', () => {
  expect(master().isr & LINE_1).toBe(LINE_1);
  expect(guest.traps.last).toMatchObject({ vector: KEYBOARD_VECTOR, cause: 'external', cpl: 0, errorCode: undefined });
});

test('the IDT’s gate leads to the vector’s stub, from the idle task’s hlt', () => {
  expect(guest.pc.cpu.eip).toBe(guest.address('vector_stubs') + KEYBOARD_VECTOR * STUB_BYTES);
  const from = guest.traps.last!.eip - guest.address('cpu_idle');
  expect(from).toBeGreaterThan(0);
  expect(from).toBeLessThan(64);
});

test('do_IRQ masks and acknowledges the line before it calls the handler', () => {
  stepTo('common_entry');
  stepTo('do_IRQ');
  expect(master().isr & LINE_1).toBe(LINE_1);
  expect(guest.pc.cpu.esp).toBeLessThan(before.esp);
  expect(guest.pc.cpu.esp).toBeGreaterThan(before.esp - 256);
  stepTo('keyboard_interrupt');
  // On a stack of the interrupts' own.
  const stack = guest.address('hardirq_stacks');
  expect(guest.pc.cpu.esp).toBeGreaterThan(stack);
  expect(guest.pc.cpu.esp).toBeLessThan(stack + guest.constant('IRQ_STACK_SIZE'));
  expect(master().isr & LINE_1).toBe(0);
  expect(master().imr & LINE_1).toBe(LINE_1);
});

test('the handler reads the scan code, which empties the buffer and drops the line', () => {
  expect(guest.pc.wires[1]!.level).toBe(true);
  stepTo('keyboard_scancode');
  expect(heard).toHaveLength(2);
  expect(heard[1]).toContain('IRQ 1 low');
  expect(guest.pc.wires[1]!.level).toBe(false);
});

test('the character wakes the reader, who is served first; then iret leads back to the idle task', () => {
  stepTo('tty_insert_char');
  stepTo('trap_return');
  stepTo('schedule');
  expect(master().imr & LINE_1).toBe(0);
  const { eip } = guest.traps.last!;
  for (let steps = 0; guest.pc.cpu.eip !== eip; steps++) {
    expect(steps).toBeLessThan(20_000);
    guest.pc.machine.run({ instructions: 1 });
  }
  expect(registers()).toEqual(before);
});

test('the shell echoes it on the screen and on the serial line alike', () => {
  guest.until('\n# a');
  guest.pc.machine.run({ instructions: 1_000_000 });
  expect(
    guest
      .screen()
      .filter((row) => row !== '')
      .at(-1),
  ).toBe('# a');
});
