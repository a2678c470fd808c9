import { expect, test } from 'vitest';
import { Pc } from '../../emu/machine/pc.ts';
import { at, boot, edge, ring0 } from '../../emu/testing/index.ts';
import { type ChipEvent, formatChipEvent, listenToChips } from '../../emu/trace/chip-events.ts';

const KEY = ring0`
      start:
        on 0x21, keyboard
        irqs 1
        sti
      wait: hlt
        jmp wait
      keyboard:
        in al, 0x60
        eoi 1
        iretd
`;

test('a key press is told from the wire to the end of interrupt, in order and with its times', async () => {
  const m = await boot(KEY);
  const events: ChipEvent[] = [];
  m.run({ instructions: 5000 });
  const stop = listenToChips(m.pc, (event) => void events.push(event));
  m.pc.machine.inputs.schedule(6000, { kind: 'key', key: 'a', down: true });
  m.run({ instructions: 100_000 });
  const arrival = 6000 + 66_000;
  expect(events.map(({ time, ...what }) => ({ ...what, later: time - arrival }))).toEqual([
    { kind: 'line', line: 'IRQ 1', level: true, later: 0 },
    { kind: 'inta', vector: 0x21, later: expect.any(Number) },
    { kind: 'line', line: 'IRQ 1', level: false, later: expect.any(Number) },
    { kind: 'register', chip: 'i8259', port: 0x20, value: 0x20, width: 1, later: expect.any(Number) },
    { kind: 'eoi', irq: 1, later: expect.any(Number) },
  ]);
  const times = events.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)! - arrival).toBeLessThan(10);

  stop();
  m.pc.machine.inputs.schedule(m.pc.machine.now, { kind: 'key', key: 'a', down: false });
  m.run({ instructions: 100_000 });
  expect(events.length).toBe(5);
});

test('a poll takes a request as INTA does, and is told as one', async () => {
  const m = await boot(ring0`
      start:
        irqs 5
      wait: jmp wait
      poll:
        mov al, 0x0c
        out 0x20, al
        in al, 0x20
        hlt
  `);
  m.input(edge(5), at(5000));
  m.run({ instructions: 6000 });
  m.pc.cpu.eip = m.addressOf('poll');
  m.run();
  expect(m.pc.cpu.eax & 0xff).toBe(0x85);
  expect(m).toAcknowledge(0x25, 1);
});

test('NMI has its line, and bytes that stream are no register writes', async () => {
  const m = await boot(ring0`
      start:
        mov al, 0x41
        out 0xe9, al
        mov dx, 0x3f8
        out dx, al
        out 0x80, al
        mov al, 0x34
        out 0x43, al
      hang: jmp hang
  `);
  const events: ChipEvent[] = [];
  listenToChips(m.pc, (event) => void events.push(event));
  m.run({ instructions: 5000 });
  m.pc.machine.inputs.schedule(6000, { kind: 'button', button: 'nmi' });
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: 2, cause: 'nmi' });
  expect(events.map(({ time: _, ...what }) => what)).toEqual([
    { kind: 'register', chip: 'i8254', port: 0x43, value: 0x34, width: 1 },
    { kind: 'line', line: 'IRQ 0', level: true },
    { kind: 'line', line: 'NMI', level: true },
  ]);
  expect(formatChipEvent(events.at(-1)!)).toBe('{"time":6000,"kind":"line","line":"NMI","level":true}\n');
  expect(m.pc.machine.ports.read(0x61, 1) & 0xc0).toBe(0x40);
});

test('registers in memory are told like those at ports; the screen’s characters are not', async () => {
  const m = await boot(ring0`
      start:
        mov dword [0xb8000], 0x07410741
        mov word [0x3f200058], 0x8000
        mov dword [0x3f20001c], 0x80000000
      hang: jmp hang
  `);
  const events: ChipEvent[] = [];
  const stop = listenToChips(m.pc, (event) => void events.push(event));
  m.run({ instructions: 5000 });
  expect(events.map(({ time: _, ...what }) => what)).toEqual([
    { kind: 'register', chip: 'gpio', address: 0x3f20_0058, value: 0x8000, width: 2 },
    { kind: 'register', chip: 'gpio', address: 0x3f20_001c, value: 0x8000_0000, width: 4 },
  ]);
  stop();
  m.pc.machine.memory.mmioWrite(0x3f20_001c, 1, 4);
  expect(events.length).toBe(2);
});

test('several may listen, and one that stops does not silence the others', () => {
  const pc = new Pc({ ramBytes: 2 ** 21 });
  const heard: string[] = [];
  const stopFirst = listenToChips(pc, ({ kind }) => void heard.push(`first ${kind}`));
  const stopSecond = listenToChips(pc, ({ kind }) => void heard.push(`second ${kind}`));
  const touch = () => pc.machine.ports.write(0x43, 0x34, 1);
  touch();
  stopFirst();
  stopFirst();
  touch();
  stopSecond();
  touch();
  expect(heard.filter((line) => line.endsWith('register'))).toEqual([
    'first register',
    'second register',
    'second register',
  ]);
});
