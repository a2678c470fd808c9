import { describe, expect, test } from 'vitest';
import type { Device } from '../../devices/device.ts';
import { Machine } from '../../emu/machine/machine.ts';
import { describeStop } from '../../emu/machine/stop.ts';
import { FakeProcessor, type Step } from './fake-processor.ts';

function machineOf(step?: Step): { machine: Machine; cpu: FakeProcessor } {
  let cpu: FakeProcessor | undefined;
  const machine = Machine.create(
    { ramBytes: 0x100000 },
    (host, ramBytes) => {
      cpu = new FakeProcessor(host, ramBytes, step);
      return cpu;
    },
    () => 0x20,
  );
  return { machine, cpu: cpu! };
}

const idle: Step = () => 'hlt';

describe('running from event to event', () => {
  test('stops exactly at the budget', () => {
    const { machine } = machineOf();
    expect(machine.run({ instructions: 12345 })).toEqual({ kind: 'budget' });
    expect(machine.now).toBe(12345);
    machine.run({ until: 20000 });
    expect(machine.now).toBe(20000);
    expect(machine.run({ until: 10 })).toEqual({ kind: 'budget' });
    expect(machine.now).toBe(20000);
  });

  test('fires an alarm at its very instruction', () => {
    const { machine, cpu } = machineOf();
    const fired: number[] = [];
    const alarm = machine.clock.alarm('tick', () => {
      fired.push(machine.now);
      alarm.set(machine.now + 100);
    });
    alarm.set(100);
    machine.run({ instructions: 350 });
    expect(fired).toEqual([100, 200, 300]);
    expect(cpu.runs).toEqual([100, 100, 100, 50]);
  });

  test('an alarm that an instruction sets cuts the present run short', () => {
    const fired: number[] = [];
    const { machine } = machineOf((cpu) => {
      if (cpu.now === 10) cpu.host.portWrite(0x40, 0, 1);
      return undefined;
    });
    const alarm = machine.clock.alarm('pit', () => fired.push(machine.now));
    machine.ports.claim('pit', { first: 0x40, last: 0x40, write: () => alarm.set(machine.now + 5) });
    machine.run({ instructions: 1000 });
    expect(fired).toEqual([15]);
  });

  test('HLT jumps to the next alarm, whose interrupt wakes the processor', () => {
    const { machine, cpu } = machineOf(idle);
    const alarm = machine.clock.alarm('tick', () => cpu.setIntr(true));
    alarm.set(1_000_000);
    expect(machine.run({ until: 1_000_001 })).toEqual({ kind: 'budget' });
    expect(cpu.acknowledged).toEqual([{ at: 1_000_000, vector: 0x20 }]);
    expect(cpu.runs.length).toBeLessThan(5);
  });

  test('HLT does not jump beyond the limit', () => {
    const { machine } = machineOf(idle);
    machine.clock.alarm('far', () => {}).set(5000);
    expect(machine.run({ until: 300 }).kind).toBe('budget');
    expect(machine.now).toBe(300);
  });

  test('HLT returns instead when the caller wants to sleep, and says until when', () => {
    const { machine } = machineOf(idle);
    machine.clock.alarm('tick', () => {}).set(5000);
    expect(machine.run({ idle: 'return' })).toEqual({ kind: 'idle', until: 5000 });
    machine.idleTo(2000);
    expect(machine.now).toBe(2000);
    machine.idleTo(9000);
    expect(machine.now).toBe(5000);
    expect(machine.run({ idle: 'return' })).toEqual({ kind: 'idle', until: undefined });
  });

  test('runs until as many traps have been delivered as asked for', () => {
    const { machine, cpu } = machineOf((c) => (c.now % 10 === 9 ? 'trap' : undefined));
    expect(machine.run({ traps: 3 })).toEqual({ kind: 'traps' });
    expect(machine.now).toBe(30);
    expect(cpu.trapCount).toBe(3);
  });

  test('counts traps over the wrap of the core’s 32-bit counter', () => {
    const { machine, cpu } = machineOf((c) => {
      c.trapCount = (c.trapCount + 1) >>> 0;
      return undefined;
    });
    cpu.trapCount = 0xfffffffe;
    machine.run({ traps: 4 });
    expect(cpu.trapCount).toBe(2);
  });

  test('calls a trap reader before the ring of 4096 overflows', () => {
    const { machine, cpu } = machineOf(() => 'trap');
    const seen: number[] = [];
    const remove = machine.addTrapReader(() => seen.push(cpu.trapCount));
    machine.run({ instructions: 10_000 });
    expect(seen.every((count, i) => count - (seen[i - 1] ?? 0) <= 4096)).toBe(true);
    expect(seen.at(-1)).toBe(10_000);
    remove();
    machine.run({ instructions: 10 });
    expect(seen.at(-1)).toBe(10_000);
  });
});

describe('reasons to stop', () => {
  test('HLT with nothing left to come is for ever', () => {
    const { machine } = machineOf(idle);
    const stop = machine.run();
    expect(stop).toEqual({ kind: 'halted', interruptsEnabled: true, cs: 8, eip: 0 });
    expect(describeStop(stop)).toContain('no chip has anything left to wake it with');
  });

  test('HLT with interrupts disabled is for ever, whatever is to come', () => {
    const { machine, cpu } = machineOf(idle);
    cpu.interruptsEnabled = false;
    machine.clock.alarm('tick', () => {}).set(5000);
    const stop = machine.run();
    expect(stop.kind).toBe('halted');
    expect(describeStop(stop, () => 'panic+0x12')).toBe(
      'halted for ever before 0008:00000000 <panic+0x12>: HLT with interrupts disabled (IF=0)',
    );
  });

  test('a chip stops the machine after the instruction that asked for it', () => {
    const { machine } = machineOf((cpu) => {
      if (cpu.now === 7) cpu.host.portWrite(0xf4, 3, 1);
      return undefined;
    });
    machine.ports.claim('exit', {
      first: 0xf4,
      last: 0xf4,
      write: (_, value) => machine.halt({ kind: 'exit', status: value * 2 + 1 }),
    });
    expect(machine.run({ instructions: 100 })).toEqual({ kind: 'exit', status: 7 });
    expect(machine.now).toBe(8);
    expect(machine.run({ instructions: 100 })).toEqual({ kind: 'budget' });
  });

  test('a triple fault tells what could not be delivered', () => {
    const { machine, cpu } = machineOf(() => 'shutdown');
    cpu.shutdown = { vector: 13, errorCode: 0x102 };
    cpu.eip = 0x100020;
    const stop = machine.run();
    expect(stop).toEqual({ kind: 'shutdown', vector: 13, errorCode: 0x102, cs: 8, eip: 0x100020 });
    expect(describeStop(stop)).toContain('triple fault at 0008:00100020');
    expect(describeStop(stop)).toContain('#GP(0x102) could not be delivered, nor the double fault (#DF)');
  });

  test('pause() stops between two instructions', () => {
    const { machine } = machineOf();
    machine.clock.alarm('now', () => machine.pause()).set(50);
    expect(machine.run()).toEqual({ kind: 'paused' });
    expect(machine.now).toBe(50);
  });
});

describe('inputs', () => {
  test('enter at their instruction, and wake a halted machine', () => {
    const { machine } = machineOf(idle);
    const entered: string[] = [];
    machine.onInput((input) => {
      entered.push(`${input.kind}@${machine.now}`);
      return true;
    });
    machine.inputs.schedule(700, { kind: 'serial', port: 1, byte: 65 });
    machine.inputs.schedule(300, { kind: 'key', key: 'a', down: true });
    machine.run();
    expect(entered).toEqual(['key@300', 'serial@700']);
    expect(machine.inputs.events.map((event) => event.at)).toEqual([300, 700]);
  });

  test('an input that a chip brings about cuts the present run short', () => {
    const { machine } = machineOf((cpu) => {
      if (cpu.now === 10) cpu.host.portRead(0x3f8, 1);
      return undefined;
    });
    machine.ports.claim('uart', {
      first: 0x3f8,
      last: 0x3f8,
      read: () => {
        machine.inputs.schedule(machine.now, { kind: 'serial', port: 1, byte: 66 });
        return 0;
      },
    });
    machine.run({ instructions: 100 });
    expect(machine.inputs.events).toEqual([{ kind: 'serial', port: 1, byte: 66, at: 11 }]);
  });

  test('what a chip has no room for has not entered', () => {
    const { machine } = machineOf();
    machine.onInput(() => false);
    machine.inputs.schedule(5, { kind: 'serial', port: 1, byte: 66 });
    machine.run({ instructions: 10 });
    expect(machine.inputs.events).toEqual([]);
  });

  test('an alarm that an input sets for the same instruction fires before the next input', () => {
    const { machine } = machineOf();
    const order: string[] = [];
    const alarm = machine.clock.alarm('chip', () => order.push('alarm'));
    machine.onInput((input) => {
      order.push(input.kind);
      alarm.set(machine.now);
      return true;
    });
    machine.inputs.schedule(5, { kind: 'key', key: 'a', down: true });
    machine.inputs.schedule(5, { kind: 'serial', port: 1, byte: 0 });
    machine.run({ instructions: 10 });
    expect(order).toEqual(['key', 'alarm', 'serial', 'alarm']);
  });
});

describe('putting it together', () => {
  const chip = (name: string, first: number): Device & { resets: number } => ({
    name,
    resets: 0,
    ports: [{ first, last: first + 1 }],
    reset() {
      this.resets++;
    },
    peek: () => ({}),
    save: () => ({}),
    load: () => {},
  });

  test('a chip’s ports and memory are decoded once it is attached; two chips cannot share them', () => {
    const { machine } = machineOf();
    machine.attach(chip('one', 0x100));
    expect(() => machine.attach(chip('two', 0x101))).toThrow('two and one both decode port 0x101');
  });

  test('reset restarts chips, processor and image, and lets time go on', () => {
    const { machine, cpu } = machineOf();
    const one = chip('one', 0x100);
    machine.attach(one);
    let boots = 0;
    machine.onBoot(() => boots++);
    machine.run({ instructions: 10 });
    machine.reset();
    expect([one.resets, cpu.resets, boots, machine.now]).toEqual([1, 1, 2, 10]);
  });
});
