import { describe, expect, test } from 'vitest';
import { memoryMapOf } from '../../emu/machine/boot.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { describeStop } from '../../emu/machine/stop.ts';
import { bare, boot, ring0 } from '../../emu/testing/index.ts';
import { pics as bothPics } from '../pics.ts';

/** The 8259s as every PC kernel sets them up: vectors 0x20 and 0x28, all masked but those in `open`. */
const pics = (open: number) => bothPics(~open & 0xff, (~open >> 8) & 0xff);

describe('ways to stop', () => {
  test('isa-debug-exit: v * 2 + 1, for any width', async () => {
    const m = await boot(bare`
      mov al, 5
      out 0xf4, al
    `);
    expect(m.run()).toEqual({ kind: 'exit', status: 11 });
    const wide = await boot(bare`
      mov dx, 0xf4
      mov eax, 0x100
      out dx, eax
    `);
    expect(wide.run()).toEqual({ kind: 'exit', status: 0x201 });
  });

  test('power off: SLP_EN in PM1a_CNT', async () => {
    const m = await boot(bare`
      mov dx, 0x604
      mov ax, 0x2000
      out dx, ax
    `);
    expect(m.run()).toEqual({ kind: 'power-off' });
  });

  test('reset by the keyboard controller, and by port 0x92', async () => {
    const byController = await boot(bare`
      mov al, 0xfe
      out 0x64, al
      hang: jmp hang
    `);
    expect(byController.run()).toEqual({ kind: 'reset', by: 'the keyboard controller' });
    const byPort = await boot(bare`
      mov al, 1
      out 0x92, al
    `);
    expect(byPort.run()).toEqual({ kind: 'reset', by: 'port 0x92' });
  });

  test('the reset button; after a reset the image runs again, and time goes on', async () => {
    const m = await boot(bare`
      inc dword [0x5000]
      hang: jmp hang
    `);
    const { machine } = m.pc;
    machine.inputs.schedule(1000, { kind: 'button', button: 'reset' });
    expect(m.run()).toEqual({ kind: 'reset', by: 'the reset button' });
    machine.reset();
    expect(machine.now).toBe(1000);
    m.run({ instructions: 10 });
    expect(machine.memory.read(0x5000, 1)[0]).toBe(2);
  });

  test('a triple fault: the processor has no IDT to begin with', async () => {
    const m = await boot(bare`
      nop
      here: ud2
    `);
    const stop = m.run();
    expect(stop.kind).toBe('shutdown');
    expect(describeStop(stop, (address) => m.symbols.nameOf(address))).toContain(
      'triple fault at 0008:00100001 <here>',
    );
  });

  test('HLT for ever', async () => {
    const off = await boot(bare`hlt`);
    expect(off.run()).toMatchObject({ kind: 'halted', interruptsEnabled: false });
    const on = await boot(ring0`
      start: sti
      hlt
    `);
    expect(on.run()).toMatchObject({ kind: 'halted', interruptsEnabled: true });
  });
});

describe('wiring', () => {
  test('the timer raises IRQ 0 through the 8259, at its time', async () => {
    // Mode 2, counting 11932: 100 Hz, to the tick 1,193,181.8 / 11932.
    const m = await boot(ring0`
      start:
        ${pics(1 << 0)}
        mov al, 0x34
        out 0x43, al
        mov ax, 11932
        out 0x40, al
        mov al, ah
        out 0x40, al
        on 0x20, tick
        sti
      wait: hlt
        jmp wait
      tick:
        mov al, 0x20
        out 0x20, al
        iretd
    `);
    const times = Array.from({ length: 5 }, () => m.runUntilTrap().time);
    expect(m).toDeliverTrap({ vector: 0x20, errorCode: null, cause: 'external', eip: 'wait+1' });
    expect(m.pc.pic.master.peek().isr).toBe(1);
    // The first edge is OUT going high when the control word is written; then one each 11932 / 1.193182 MHz.
    const gaps = times.slice(2).map((time, i) => time - times[i + 1]!);
    for (const gap of gaps) expect(Math.abs(gap - 1_000_015)).toBeLessThan(2);
  });

  test('a finger on a wire of the slave comes through the cascade', async () => {
    const m = await boot(ring0`
      start:
        ${pics((1 << 2) | (1 << 10))}
        sti
      wait: jmp wait
    `);
    m.pc.machine.inputs.schedule(5000, { kind: 'line', line: 10, level: true });
    const trap = m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: 0x2a, cause: 'external' });
    expect(trap.time).toBeLessThan(5003);
    expect(m.pc.wires[10]!.level).toBe(true);
    expect(m.pc.wires[2]).toBeUndefined();
    expect(() => m.pc.wire(2)).toThrow('no interrupt wire 2');
  });

  test('NMI comes from port 0x61 unless bit 7 of port 0x70 masks it', async () => {
    const m = await boot(ring0`
      start:
        xor al, al
        out 0x61, al
        mov al, 0x80
        out 0x70, al
      hang: jmp hang
    `);
    const port61 = m.pc.machine.devices.find(({ name }) => name === 'port61') as unknown as {
      iochk: { set(level: boolean): void };
    };
    m.run({ instructions: 5000 });
    port61.iochk.set(true);
    m.run({ instructions: 100 });
    expect(m.traps).toEqual([]);
    m.pc.machine.ports.write(0x70, 0, 1);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: 2, cause: 'nmi', errorCode: null });
  });

  test('every port belongs to the chip that the PC has there', () => {
    const owners = new Pc({ ramBytes: 2 ** 21 }).machine.ports
      .map()
      .map(({ owner, window }) => `${window.first.toString(16)}-${window.last.toString(16)} ${owner}`);
    for (const entry of ['20-21 i8259', 'a0-a1 i8259', '40-42 i8254', '60-60 i8042', '61-61 port61', '92-92 port92']) {
      expect(owners).toContain(entry);
    }
    for (const entry of ['e9-e9 debug-console', 'f4-f7 isa-debug-exit', '3f8-3ff com1', '604-605 power']) {
      expect(owners).toContain(entry);
    }
  });
});

describe('memory', () => {
  test('is RAM but for the screen', () => {
    const pc = new Pc({ ramBytes: 2 ** 22 });
    const regions = pc.machine.memory.map.map(({ kind, first, last }) => [kind, first.toString(16), last.toString(16)]);
    expect(regions).toEqual([
      ['ram', '0', '9ffff'],
      ['mmio', 'a0000', 'affff'],
      ['mmio', 'b0000', 'b7fff'],
      ['mmio', 'b8000', 'bffff'],
      ['ram', 'c0000', '3fffff'],
      ['mmio', '3f200000', '3f200fff'],
    ]);
  });

  test('there are 2 MB to 1008 MB of it', () => {
    expect(() => new Pc({ ramBytes: 2 ** 20 })).toThrow('this PC has 2 MB to 1008 MB');
    expect(() => new Pc({ ramBytes: 2 ** 30 })).toThrow(RangeError);
  });

  test('the guest is told of it as under QEMU', () => {
    expect(memoryMapOf(128 * 2 ** 20).map(({ base, length }) => [base.toString(16), length.toString(16)])).toEqual([
      ['0', '9fc00'],
      ['9fc00', '400'],
      ['f0000', '10000'],
      ['100000', '7ee0000'],
      ['7fe0000', '20000'],
      ['fffc0000', '40000'],
    ]);
  });

  test('what the guest writes to the screen is on it', async () => {
    const m = await boot(bare`
      mov dword [0xb8000], 0x0721074f
      hlt
    `);
    m.run();
    expect([...m.pc.vga.text().cells.subarray(0, 2)]).toEqual([0x074f, 0x0721]);
  });
});

/** Takes each byte COM1 receives by IRQ 4 and each key by IRQ 1, and sends both back on COM1. */
const ECHO = ring0`
      start:
        on 0x24, serial
        on 0x21, keyboard
        ${pics((1 << 1) | (1 << 4))}
        mov dx, 0x3fb
        mov al, 0x80
        out dx, al
        mov dx, 0x3f8
        mov al, 1
        out dx, al
        inc edx
        xor al, al
        out dx, al
        mov dx, 0x3fb
        mov al, 3
        out dx, al
        mov dx, 0x3fa
        mov al, 0x07
        out dx, al
        mov dx, 0x3f9
        mov al, 1
        out dx, al
        mov ecx, 100000
      late: loop late                   ; not ready yet: RTS is low, and bytes have to wait
        mov dx, 0x3fc
        mov al, 0x0b
        out dx, al
        sti
      wait: hlt
        jmp wait
      keyboard:
        in al, 0x60
        jmp send
      serial:
        mov dx, 0x3f8
        in al, dx
      send:
        mov dx, 0x3f8
        out dx, al
        mov al, 0x20
        out 0x20, al
        iretd
`;

describe('what is on its way when the machine stops for good', () => {
  const poll = `
    start:  mov ecx, 5
            mov esi, text
    next:   mov dx, 0x3fd
    wait:   in al, dx
            test al, 0x20
            jz wait
            mov dx, 0x3f8
            outsb
            loop next
  `;
  test.each([
    ['exits', 'out 0xf4, al'],
    ['halts for ever', 'cli\nhlt'],
    ['shuts down', 'lidt [none]\nint3\nnone: dw 0\ndd 0'],
  ])('arrives when it %s: a guest that sets nothing up is heard to its last byte', async (_, end) => {
    const m = await boot(bare`${poll}${end}
            section .data
      text: db 'last', 10
    `);
    m.run();
    expect(m.consoleText).toBe('last\n');
  });
});

describe('from outside', () => {
  test('serial bytes wait until the guest asserts RTS, and all arrive in order', async () => {
    const m = await boot(ECHO);
    m.pc.serial.send(Buffer.from('hello, world\n'));
    m.run({ instructions: 50_000 });
    expect(m.pc.serial.waiting).toBe(13);
    expect(m.pc.machine.inputs.events).toEqual([]);
    m.run({ instructions: 1_000_000 });
    expect(m.pc.serial.waiting).toBe(0);
    expect(m.consoleText).toBe('hello, world\n');
  });

  test('a key arrives as a scan code by IRQ 1', async () => {
    const m = await boot(ECHO);
    m.type('a');
    m.run({ instructions: 5_000_000 });
    expect(m.consoleText).toBe('\x1e\x9e');
  });

  test('the mouse answers through the controller, by IRQ 12', async () => {
    const m = await boot(ring0`
      start:
        ${pics((1 << 2) | (1 << 12))}
        mov al, 0xa8
        call command
        mov al, 0x60
        call command
        mov al, 0x02
        call data
        mov al, 0xd4
        call command
        mov al, 0xf4
        call data
        sti
      wait: hlt
        jmp wait
      command:
        out 0x64, al
        jmp settled
      data: out 0x60, al
      settled:
        in al, 0x64
        test al, 2
        jnz settled
        ret
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: 0x2c, cause: 'external' });
    expect(m.pc.machine.ports.read(0x60, 1)).toBe(0xfa);
  });

  test('the typist presses 200 keys in a second, not faster', async () => {
    const m = await boot(ECHO);
    m.type('ab');
    m.run({ instructions: 5_000_000 });
    const times = m.pc.machine.inputs.events.map(({ at }) => at);
    expect(times.slice(1).map((at, i) => at - times[i]!)).toEqual([500_000, 500_000, 500_000]);
    expect(m.pc.typist.waiting).toBe(0);
  });

  test('a log replays to the last bit: console, traps and their times', async () => {
    const first = await boot(ECHO);
    first.pc.serial.send(Buffer.from('serial'));
    first.type('Keys');
    for (let i = 0; i < 700; i++) first.run({ instructions: 9_973 });
    first.pc.serial.send(Buffer.from(' later'));
    first.run({ instructions: 1_000_000 });

    const second = await boot(ECHO);
    for (const { at, ...input } of first.pc.machine.inputs.events) second.pc.machine.inputs.schedule(at, input);
    second.run({ instructions: first.pc.machine.now });
    expect(first.traps.length).toBeGreaterThan(20);
    expect(second.traps).toEqual(first.traps);
    expect(second.consoleText).toBe(first.consoleText);
    expect(second.pc.machine.inputs.events).toEqual(first.pc.machine.inputs.events);
    expect(second.pc.com1.save()).toEqual(first.pc.com1.save());
    expect(second.pc.machine.memory.read(0, 0xa0000)).toEqual(first.pc.machine.memory.read(0, 0xa0000));
  });
});

describe('lines that chips share or drive together', () => {
  test('COM1 and COM3 share IRQ 4, COM2 and COM4 IRQ 3: the line is high while either asks', () => {
    const pc = new Pc({ ramBytes: 2 ** 21 });
    const ask = (port: number, on: boolean) => {
      pc.machine.ports.write(port + 4, 0x08, 1);
      pc.machine.ports.write(port + 1, on ? 0x02 : 0x00, 1);
    };
    for (const [a, b, irq] of [
      [0x3f8, 0x3e8, 4],
      [0x2f8, 0x2e8, 3],
    ] as const) {
      const wire = pc.wires[irq]!;
      ask(a, true);
      ask(b, true);
      ask(a, false);
      expect(wire.level).toBe(true);
      ask(b, false);
      expect(wire.level).toBe(false);
    }
  });

  test('each serial port with a sink has a cable of its own', () => {
    const sent: string[] = [];
    const pc = new Pc({
      ramBytes: 2 ** 21,
      serial: [undefined, (byte) => void sent.push(`COM2 ${byte}`)],
      serialPaced: false,
    });
    pc.machine.ports.write(0x2f8 + 3, 3, 1);
    pc.machine.ports.write(0x2f8, 65, 1);
    expect([sent, pc.serials.map((cable) => cable !== undefined)]).toEqual([['COM2 65'], [true, true, false, false]]);
    // Without a cable CTS, DSR and DCD are low.
    expect([0x3f8, 0x2f8, 0x3e8].map((port) => pc.machine.ports.read(port + 6, 1) & 0xf0)).toEqual([0xb0, 0xb0, 0]);
  });

  test('the GPIO block is on IRQ 10, the printer’s acknowledge on IRQ 7', () => {
    const paper: number[] = [];
    const pc = new Pc({ ramBytes: 2 ** 21, parallel: (byte) => void paper.push(byte) });
    const { memory, ports, clock } = pc.machine;
    memory.mmioWrite(0x3f20_004c, 1 << 15, 4);
    pc.gpio.press(15, true);
    expect([pc.wires[10]!.level, memory.mmioRead(0x3f20_0040, 4)]).toEqual([true, 1 << 15]);
    memory.mmioWrite(0x3f20_0040, 1 << 15, 4);
    expect(pc.wires[10]!.level).toBe(false);
    ports.write(0x378, 0x41, 1);
    ports.write(0x37a, 0x1d, 1);
    pc.cpu.passTime(clock.frequency);
    clock.fireDue();
    clock.fireDue();
    expect([paper, pc.machine.devices.some(({ name }) => name === 'printer')]).toEqual([[0x41], true]);
  });

  test('the watchdog resets, or pulls NMI', () => {
    const guarded = new Pc({ ramBytes: 2 ** 21, frequency: 1_000_000 });
    guarded.boot({ file: new ImageFile('hang', Uint8Array.of(0xeb, 0xfe)) });
    guarded.machine.ports.write(0x443, 14, 1);
    expect(guarded.machine.run()).toEqual({ kind: 'reset', by: 'the watchdog' });
    expect(guarded.machine.now).toBe(2_000_000);
    const pc = new Pc({ ramBytes: 2 ** 21, watchdog: 'nmi' });
    pc.machine.ports.write(0x443, 15, 1);
    pc.machine.clock.fireDue(); // Its time is out at once.
    expect([pc.nmi.level, pc.machine.ports.read(0x61, 1) & 0x40]).toEqual([true, 0x40]);
  });

  test('port 0xcf9 resets', async () => {
    const m = await boot(bare`
      mov dx, 0xcf9
      mov al, 6
      out dx, al
    `);
    expect(m.run()).toEqual({ kind: 'reset', by: 'port 0xcf9' });
  });

  test('an x87 exception with CR0.NE clear comes by IRQ 13, and port 0xf0 lets the handler clear it', async () => {
    const m = await boot(ring0`
      start:
        ${pics((1 << 2) | (1 << 13))}
        on 0x2d, coprocessor
        mov eax, cr0
        and eax, ~0x20
        mov cr0, eax
        fninit
        fldcw [control]
        fld1
        fldz
        sti
        fdivp st1, st0
        fwait
        fdivp st1, st0                  ; IGNNE# has gone with the first error: the second one counts
        fwait
      done: hlt
        jmp done
      control: dw 0x037b                ; division by zero is not masked
      coprocessor:
        xor al, al
        out 0xf0, al
        fnclex
        mov al, 0x20
        out 0xa0, al
        out 0x20, al
        iretd
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: 0x2d, cause: 'external' });
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: 0x2d, cause: 'external' });
    m.run({ instructions: 100 });
    expect([m.traps.length, m.pc.wires[13]!.level, m.pc.cpu.isHalted]).toEqual([2, false, true]);
  });
});
