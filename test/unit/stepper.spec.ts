/** The stepper's verbs, forwards and backwards, on small programs. */
import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../emu/debug/sight/expression.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import type { StopAt } from '../../emu/debug/stepper/stops.ts';
import { stateHash } from '../../emu/machine/state-hash.ts';
import { boot, ring0, TestMachine } from '../../emu/testing/index.ts';

async function stepperOn(program: Parameters<typeof boot>[0]) {
  const machine = await boot(program, { ramBytes: 4 * 2 ** 20 });
  expect(machine).toBeInstanceOf(TestMachine);
  const stepper = new Stepper(machine.pc, machine.symbols, { history: { interval: 10_000 } });
  const to = (label: string) => {
    const point = stepper.add({ kind: 'address', address: machine.addressOf(label) }, { once: true });
    expect(stepper.run()).toEqual({ kind: 'stop', stop: point });
    expect(stepper.here).toBe(machine.addressOf(label));
  };
  return { machine, stepper, to, pc: machine.pc };
}

const COUNTING = ring0`
  start:  mov   ecx, 100000
          mov   dword [counter], 0
  again:  call  bump
  after:  loop  again
  done:   int   0x40
  behind: nop
  end:    hlt
  bump:   inc   dword [counter]
          add   eax, ecx
  leave_: ret
  counter: dd   0
`;

const TICKING = ring0`
  start:  on    0x40, handler
          xor   ebx, ebx
  first:  int   0x40
  second: int   0x40
  third:  nop
  end:    hlt
  handler: inc  ebx
          out   0x80, al
          iret
`;

describe('forwards', () => {
  test('an address, with everything before it at full speed', async () => {
    const { to, pc } = await stepperOn(COUNTING);
    to('done');
    expect(pc.cpu.ecx).toBe(0);
  });

  test('a breakpoint stops each time, and counts', async () => {
    const { machine, stepper, pc } = await stepperOn(COUNTING);
    const point = stepper.add({ kind: 'address', address: machine.addressOf('bump') }, { ignore: 9 });
    stepper.run();
    expect([point.hits, pc.cpu.ecx]).toEqual([10, 100_000 - 9]);
    stepper.run();
    expect(pc.cpu.ecx).toBe(100_000 - 10);
  });

  test('a condition over registers and memory', async () => {
    const { machine, stepper, pc } = await stepperOn(COUNTING);
    const condition = parseExpression('[counter] == 5000 && cpl == 0', (name) => machine.addressOf(name));
    stepper.add({ kind: 'address', address: machine.addressOf('after') }, { condition });
    stepper.run();
    expect(pc.cpu.ecx).toBe(100_000 - 4999);
  });

  test('flags are there where they would not have been made', async () => {
    const { to, pc } = await stepperOn(ring0`
      start:  mov   eax, 1
              sub   eax, 1
      here:   add   ebx, 5
              add   ebx, 6
              hlt
    `);
    to('here');
    expect(pc.cpu.eflags & 0x40).toBe(0x40);
  });

  test('step goes into a call, over does not, out leaves it', async () => {
    const { machine, stepper, to } = await stepperOn(COUNTING);
    to('again');
    stepper.step();
    expect(stepper.here).toBe(machine.addressOf('bump'));
    stepper.out();
    expect(stepper.here).toBe(machine.addressOf('after'));
    stepper.step();
    stepper.over();
    expect(stepper.here).toBe(machine.addressOf('after'));
  });

  test('over a software interrupt', async () => {
    const { machine, stepper, to, pc } = await stepperOn(TICKING);
    to('first');
    stepper.over();
    expect([stepper.here, pc.cpu.ebx]).toEqual([machine.addressOf('second'), 1]);
  });

  test('a trap, of one vector or of any', async () => {
    const { machine, stepper } = await stepperOn(TICKING);
    stepper.add({ kind: 'trap', vector: 0x40 });
    expect(stepper.run().kind).toBe('stop');
    expect(stepper.here).toBe(machine.addressOf('handler'));
    expect(stepper.traps.last).toMatchObject({ vector: 0x40, eip: machine.addressOf('second') });
  });

  test('a port, and the console', async () => {
    const { stepper, pc } = await stepperOn(ring0`
      start:  mov   dx, 0x3fb
              mov   al, 0x83          ; the divisor's latch: 115,200 bits a second
              out   dx, al
              mov   dx, 0x3f8
              mov   al, 1
              out   dx, al
              mov   dx, 0x3fb
              mov   al, 3
              out   dx, al
              mov   dx, 0x3f8
              mov   esi, text
              mov   ecx, 5
      next:   lodsb
              out   dx, al
      pace:   mov   edi, 20000
      wait_:  dec   edi
              jnz   wait_
              loop  next
              hlt
      text:   db    'abcde'
    `);
    const ignore = 1; // the divisor
    const port = stepper.add({ kind: 'port', first: 0x3f8, last: 0x3f8, on: 'write' }, { once: true, ignore });
    expect(stepper.run()).toEqual({ kind: 'stop', stop: port });
    const text = stepper.add({ kind: 'text', text: 'cd' });
    expect(stepper.run()).toEqual({ kind: 'stop', stop: text });
    expect(pc.cpu.ecx).toBeLessThanOrEqual(2);
  });

  test('memory: read, written, changed', async () => {
    const { machine, stepper } = await stepperOn(ring0`
      start:  mov   eax, [cell]
      one:    mov   [cell], eax
      two:    inc   dword [cell]
      three:  mov   byte [other], 1
      four:   hlt
              align 4
      cell:   dd    7
      other:  dd    0
    `);
    const first = machine.addressOf('cell');
    const where = (on: 'read' | 'write' | 'change') => {
      const point = stepper.add({ kind: 'memory', first, bytes: 4, on });
      stepper.goTo(0);
      const places = [];
      while (stepper.run().kind === 'stop') places.push(machine.describeAddress(stepper.here).match(/<(.*)>/)?.[1]);
      stepper.remove(point.id);
      return places;
    };
    expect(where('read')).toEqual(['one', 'three']);
    expect(where('write')).toEqual(['two', 'three']);
    expect(where('change')).toEqual(['three']);
  });

  test('two watches that one instruction meets are both told, and both count', async () => {
    const { machine, stepper, pc } = await stepperOn(ring0`
      start:  mov   esi, cell
              mov   edi, other
              movsd
      behind: hlt
              align 4096
      cell:   dd    7
      other:  dd    0
    `);
    const watch = (label: string, on: 'read' | 'write') =>
      stepper.add({ kind: 'memory', first: machine.addressOf(label), bytes: 4, on }, { once: true });
    const [read, write] = [watch('cell', 'read'), watch('other', 'write')];
    expect(stepper.run()).toEqual({ kind: 'stop', stop: read, others: [write] });
    expect([read.hits, write.hits]).toEqual([1, 1]);
    expect(pc.cpu.eip).toBe(machine.addressOf('behind'));
    expect(stepper.run()).toMatchObject({ kind: 'machine' });
  });

  test('watched memory on the stack of a trap, and under a string instruction', async () => {
    const { machine, stepper, pc } = await stepperOn(ring0`
      start:  mov   edi, area
              mov   ecx, 100
              mov   al, 0x55
              rep   stosb
      behind: int   0x40
              align 4096
      area:   times 4096 db 0
    `);
    stepper.add({ kind: 'memory', first: machine.addressOf('area') + 40, bytes: 1, on: 'write' }, { once: true });
    stepper.run();
    expect(pc.cpu.ecx).toBe(59);
    stepper.add({ kind: 'memory', first: pc.cpu.esp - 4, bytes: 4, on: 'write' });
    stepper.run();
    expect(stepper.traps.last?.vector).toBe(0x40);
  });
});

test('a reset is the end when nothing is to come after it, and one can go back from there', async () => {
  const machine = await boot(ring0`
    start:  inc   dword [0x300000]
            mov   al, 0xfe
    here:   out   0x64, al
    behind: jmp   behind
  `);
  const { pc } = machine;
  const stepper = new Stepper(pc, machine.symbols, { history: { noReboot: true } });
  const ended = { kind: 'machine', stop: { kind: 'reset' } };
  expect(stepper.run()).toMatchObject(ended);
  const { now } = pc.machine;
  expect(stepper.run()).toMatchObject(ended);
  expect(pc.machine.now).toBe(now);
  stepper.back();
  expect(pc.cpu.eip).toBe(machine.addressOf('here'));
  expect(stepper.run()).toMatchObject(ended);
  expect(machine.dword(0x300000)).toBe(1);
});

describe('backwards', () => {
  test('back is the inverse of step, to the last bit', async () => {
    const { stepper, pc, to } = await stepperOn(COUNTING);
    for (let i = 0; i < 5; i++) to('leave_');
    const hashes = [];
    for (let i = 0; i < 20; i++) {
      hashes.push(stateHash(pc));
      stepper.step();
    }
    for (const hash of hashes.reverse()) {
      stepper.back();
      expect(stateHash(pc)).toBe(hash);
    }
  });

  test('run and run back find the same stops', async () => {
    const { machine, stepper, pc } = await stepperOn(COUNTING);
    const all: [StopAt, string | undefined][] = [
      [{ kind: 'address', address: machine.addressOf('bump') }, 'ecx % 7000 == 1'],
      [{ kind: 'memory', first: machine.addressOf('counter'), bytes: 4, on: 'change' }, '[counter] % 9001 == 3'],
    ];
    for (const [at, text] of all) {
      const condition = text === undefined ? {} : { condition: parseExpression(text, machine.addressOf.bind(machine)) };
      stepper.goTo(0);
      const point = stepper.add(at, condition);
      const forwards = [];
      while (stepper.run().kind === 'stop') forwards.push(pc.machine.now);
      expect(forwards.length).toBeGreaterThan(9);
      const backwards = [];
      while (stepper.runBack().kind === 'stop') backwards.push(pc.machine.now);
      expect(backwards.reverse()).toEqual(forwards);
      stepper.remove(point.id);
    }
  });

  test('back over a call, and over an interrupt', async () => {
    const { machine, stepper, to } = await stepperOn(COUNTING);
    to('after');
    stepper.backOver();
    expect(stepper.here).toBe(machine.addressOf('again'));
    const ticking = await stepperOn(TICKING);
    ticking.to('third');
    ticking.stepper.backOver();
    expect(ticking.stepper.here).toBe(ticking.machine.addressOf('second'));
    expect(ticking.pc.cpu.ebx).toBe(1);
  });

  test('back through a wait is one step', async () => {
    const { machine, stepper, to, pc } = await stepperOn(ring0`
      start:  on    0x20, tick
              irqs  0
              mov   al, 0x34
              out   0x43, al
              mov   al, 0
              out   0x40, al
              out   0x40, al
              sti
              hlt                     ; the timer's output rises when it is set up
      sleep:  hlt
      awake:  nop
              cli
              hlt
      tick:   eoi   0
              iret
    `);
    to('sleep');
    to('tick');
    const woken = pc.machine.now;
    stepper.back();
    expect(pc.cpu.isHalted).toBe(true);
    expect(stepper.here).toBe(machine.addressOf('awake'));
    expect(woken - pc.machine.now).toBeGreaterThan(1_000_000);
    stepper.back();
    expect(stepper.here).toBe(machine.addressOf('sleep'));
    stepper.step();
    stepper.step();
    expect([stepper.here, pc.machine.now]).toEqual([machine.addressOf('tick'), woken]);
  });

  test('the trap log shows what has happened, and no more', async () => {
    const { stepper, to } = await stepperOn(TICKING);
    to('third');
    const vectors = () => stepper.traps.entries.map(({ index, eip }) => [index, eip]);
    const all = vectors();
    expect(all.length).toBe(2);
    stepper.backOver();
    expect(vectors()).toEqual(all.slice(0, 1));
    stepper.goTo(0);
    expect(vectors()).toEqual([]);
    stepper.run();
    expect(vectors()).toEqual(all);
  });
});
