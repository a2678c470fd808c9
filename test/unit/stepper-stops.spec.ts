/** What the stepper can be asked to stop at, beside addresses and memory: each exact to the instruction. */
import { describe, expect, test } from 'vitest';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import type { StopAt, StopOptions } from '../../emu/debug/stepper/stops.ts';
import { boot, ring0, ring3 } from '../../emu/testing/index.ts';
import { pics } from '../pics.ts';

async function stepperOn(program: Parameters<typeof boot>[0]) {
  const machine = await boot(program, { ramBytes: 4 * 2 ** 20 });
  const stepper = new Stepper(machine.pc, machine.symbols, { history: { interval: 10_000 } });
  /** Runs on and names where it stopped; undefined when something else ended the run. */
  const run = () => {
    const reason = stepper.run();
    return reason.kind === 'stop' ? machine.symbols.nameOf(stepper.here) : undefined;
  };
  const set = (at: StopAt, options: StopOptions = {}) => stepper.add(at, options);
  return { machine, stepper, run, set, pc: machine.pc };
}

const MSRS = ring0`
  start:  mov   ecx, 1000
  spin:   loop  spin
          mov   ecx, 0x174
          xor   edx, edx
          mov   eax, 8
          wrmsr
  wrote:  nop
          rdmsr
  read:   mov   ecx, 0x175
          wrmsr
  other:  hlt
`;

describe('model-specific registers', () => {
  test('any access, behind the instruction', async () => {
    const { run, set } = await stepperOn(MSRS);
    set({ kind: 'msr', on: 'access' });
    expect([run(), run(), run(), run()]).toEqual(['wrote', 'read', 'other', undefined]);
  });

  test('one register, one direction', async () => {
    const { run, set } = await stepperOn(MSRS);
    set({ kind: 'msr', register: 0x174, on: 'read' });
    set({ kind: 'msr', register: 0x175, on: 'write' });
    expect([run(), run(), run()]).toEqual(['read', 'other', undefined]);
  });

  test('backwards', async () => {
    const { machine, run, set, stepper } = await stepperOn(MSRS);
    set({ kind: 'msr', register: 0x174, on: 'write' });
    set({ kind: 'address', address: machine.addressOf('other') });
    expect([run(), run()]).toEqual(['wrote', 'other']);
    expect(stepper.runBack().kind).toBe('stop');
    expect(machine.symbols.nameOf(stepper.here)).toBe('wrote');
  });
});

const RINGS = ring3`
  start:  gate  0x40, 8, handler, 0xee
          mov   ecx, 50
  spin:   loop  spin
          int   0x40
  behind: int   0x40
  again:  jmp   again
  handler: nop
          iret
`;

describe('the ring', () => {
  test('each change, on the way in at the handler and on the way out behind the iret', async () => {
    const { run, set, pc } = await stepperOn(RINGS);
    set({ kind: 'ring' });
    expect([run(), pc.cpu.cpl]).toEqual(['start', 3]);
    expect([run(), pc.cpu.cpl]).toEqual(['handler', 0]);
    expect([run(), pc.cpu.cpl]).toEqual(['behind', 3]);
    // The second time on the beaten path between the rings.
    expect([run(), pc.cpu.cpl]).toEqual(['handler', 0]);
    expect([run(), pc.cpu.cpl]).toEqual(['again', 3]);
  });

  test('one of them, beside a trap that is delivered with the same instruction', async () => {
    const { run, set, stepper } = await stepperOn(RINGS);
    const ring = set({ kind: 'ring', to: 0 }, { condition: () => 0 });
    const trap = set({ kind: 'trap', vector: 0x40 });
    expect(run()).toBe('handler');
    expect([ring.hits, trap.hits, stepper.traps.last?.vector]).toEqual([0, 1, 0x40]);
  });
});

describe('EOI', () => {
  const program = ring0`
    start:  ${pics(0xfd, 0xff)}
            on    0x21, handler
            sti
    wait_:  hlt
            jmp   wait_
    handler: in   al, 0x60
            mov   al, 0x20
            out   0x20, al
    ended:  iret
  `;

  test('of an IRQ, behind the out that sends it', async () => {
    const { run, set, pc } = await stepperOn(program);
    pc.machine.inputs.schedule(5000, { kind: 'key', key: 'h', down: true });
    set({ kind: 'eoi', irq: 1 });
    expect(run()).toBe('ended');
    expect(pc.pic.master.peek().isr).toBe(0);
  });

  test('of another one it is not', async () => {
    const { stepper, set, pc } = await stepperOn(program);
    pc.machine.inputs.schedule(5000, { kind: 'key', key: 'h', down: true });
    set({ kind: 'eoi', irq: 4 });
    expect(stepper.run({ until: 10_000_000 }).kind).not.toBe('stop');
  });
});

describe('traps', () => {
  test('unhandled: a gate that is not there makes another fault, and that one stops', async () => {
    const { stepper, set } = await stepperOn(ring0`
      start:  on    3, handler
              int3
              gate  0x41, 8, handler, 0x0e
              int   0x41
              hlt
      handler: iret
    `);
    set({ kind: 'trap', unhandled: true });
    const reason = stepper.run();
    expect(reason.kind).toBe('stop');
    const last = stepper.traps.last!;
    expect([last.vector, last.errorCode]).toEqual([11, 0x41 * 8 + 2]);
  });

  test('once: the first one of any vector', async () => {
    const { run, set, stepper } = await stepperOn(ring0`
      start:  on    0x40, handler
              int   0x40
              int   0x40
              hlt
      handler: iret
    `);
    set({ kind: 'trap' }, { once: true });
    expect(run()).toBe('handler');
    expect(stepper.stops).toEqual([]);
  });
});
