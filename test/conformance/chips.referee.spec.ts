/** Our chips beside QEMU's: the same port accesses, the same answers. */
import { expect, test } from 'vitest';
import { probeOurs, probeQemu, type Step } from './chip-probe.ts';

const write = (port: number, ...values: number[]): Step[] => values.map((value) => ({ out: port, value }));
const read = (port: number, mask = 0xff): Step[] => [{ in: port, mask }];
const until = (port: number, mask: number): Step[] => [{ await: port, mask }];
/** An index register and its data. */
const indexed = (port: number, index: number, mask = 0xff) => [...write(port, index), ...read(port + 1, mask)];
const each = <T>(items: Iterable<T>, steps: (item: T) => Step[]): Step[] => [...items].flatMap(steps);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

/** A reply of the 8042's, or of what is plugged into it. */
const reply = () => [...until(0x64, 1), ...read(0x60)];
const command8042 = (command: number, ...data: number[]) => [...write(0x64, command), ...write(0x60, ...data)];
const setUpPics = [
  ...write(0x20, 0x11),
  ...write(0x21, 0x20, 0x04, 0x01, 0x00),
  ...write(0xa0, 0x11),
  ...write(0xa1, 0x28, 0x02, 0x01, 0x00),
];
/** Keyboard (IR1), COM2 (IR3) and COM1 (IR4) ask together; nobody acknowledges. */
const raiseThree = [
  ...each([0x2f8, 0x3f8], (port) => [
    ...write(port + 3, 0x03),
    ...write(port + 4, 0x08),
    ...write(port + 1, 0x00, 0x02),
  ]),
  ...command8042(0x60, 0x61),
  ...command8042(0xd2, 0x55),
];
const lowerThree = [...each([0x2f9, 0x3f9], (port) => write(port, 0)), ...read(0x60)];
/** Takes the highest request by a poll, ends it with `eoi`, and shows what is left. */
const pollAndEnd = (eoi: number): Step[] => [
  ...write(0x20, 0x0c),
  ...read(0x20),
  ...write(0x20, 0x0b),
  ...read(0x20),
  ...write(0x20, eoi),
  ...read(0x20),
];
/** Counter 0 would set IRR bit 0 at times of its own. */
const stopTimer = [...write(0x43, 0x30)];

const PROBES: Record<string, Step[]> = {
  '8259: masks, ELCR': [
    ...setUpPics,
    ...each([0x21, 0xa1], (port) => [...write(port, 0xa5), ...read(port), ...write(port, 0x5a), ...read(port)]),
    ...each([0x4d0, 0x4d1], (port) => [...write(port, 0xff), ...read(port), ...write(port, 0x00), ...read(port)]),
  ],
  '8259: a request, polled and ended': [
    ...stopTimer,
    ...setUpPics,
    ...command8042(0x60, 0x61),
    ...write(0x20, 0x0a),
    ...read(0x20, 0xfe),
    ...command8042(0xd2, 0x55),
    ...read(0x20, 0xfe),
    ...write(0x21, 0x01),
    ...write(0x20, 0x0c),
    ...read(0x20),
    ...write(0x20, 0x0b),
    ...read(0x20),
    ...read(0x60),
    ...write(0x20, 0x20),
    ...read(0x20),
    ...write(0x20, 0x0c),
    ...read(0x20),
  ],
  '8259: priorities, fixed, set and rotating': [
    ...stopTimer,
    ...each([0x20, 0xa0], (eoi) => [
      ...setUpPics,
      ...write(0x21, 0xe5),
      ...raiseThree,
      ...each(upTo(4), () => pollAndEnd(eoi)),
      ...lowerThree,
    ]),
    ...each([0xc0, 0xc2, 0xc3, 0xc4], (setPriority) => [
      ...setUpPics,
      ...write(0x21, 0xe5),
      ...write(0x20, setPriority),
      ...raiseThree,
      ...each(upTo(4), () => pollAndEnd(0x20)),
      ...lowerThree,
    ]),
  ],
  '8259: special mask and specific EOI': [
    ...stopTimer,
    ...setUpPics,
    ...write(0x21, 0xe5),
    ...raiseThree,
    ...write(0x20, 0x0c),
    ...read(0x20),
    ...write(0x20, 0x0c),
    ...read(0x20),
    ...write(0x21, 0xe7),
    ...write(0x20, 0x68, 0x0c),
    ...read(0x20),
    ...write(0x20, 0x0b),
    ...read(0x20),
    ...each([0x63, 0x61, 0x48], (ocw) => [...write(0x20, ocw), ...read(0x20)]),
    ...lowerThree,
  ],
  '8254: status as written, null count': [
    ...each([0xb0, 0xb2, 0xb4, 0xb6, 0xb8, 0xba, 0x90, 0xa4, 0xb5], (control) => [
      ...write(0x61, 0x00),
      ...write(0x43, control),
      ...write(0x43, 0xe8),
      ...read(0x42, 0x3f),
      ...write(0x42, 0x10, 0x20),
    ]),
  ],
  '8254: a latched count is held': [
    ...write(0x61, 0x01),
    ...write(0x43, 0xb4),
    ...write(0x42, 0xff, 0xff),
    ...read(0x61, 0x01),
    ...write(0x43, 0x80),
    ...read(0x42, 0x00),
    ...read(0x42, 0xf0),
  ],
  'MC146818: RAM, register B, SET, time as it is set': [
    ...each([0x40, 0x5f, 0x7f], (at) => [...write(0x70, at), ...write(0x71, 0xa5), ...read(0x71)]),
    ...read(0x70),
    ...write(0x70, 0x0b),
    ...write(0x71, 0x82),
    ...read(0x71),
    ...each([0, 2, 4, 7, 8, 9], (at) => [...write(0x70, at), ...write(0x71, 0x11), ...read(0x71)]),
    ...indexed(0x70, 0x0d),
    ...write(0x70, 0x0a),
    ...write(0x71, 0xa6),
    ...read(0x71),
  ],
  '16550: registers': [
    ...each([1, 3, 4, 7], (register) => [...write(0x3f8 + register, 0x7f), ...read(0x3f8 + register)]),
    ...write(0x3fb, 0x80),
    ...write(0x3f8, 0x34),
    ...write(0x3f9, 0x12),
    ...read(0x3f8),
    ...read(0x3f9),
    ...write(0x3fb, 0x03),
    ...write(0x3f9, 0x00),
    ...write(0x3fc, 0x00),
    ...each([0x00, 0x01, 0xc1, 0x00], (value) => [...write(0x3fa, value), ...read(0x3fa)]),
    ...read(0x3fd),
    ...read(0x3fe, 0xf0),
  ],
  '16550: loopback, modem lines and bytes': [
    ...write(0x3fb, 0x83),
    ...write(0x3f8, 0x01),
    ...write(0x3f9, 0x00),
    ...write(0x3fb, 0x03),
    ...write(0x3f9, 0x00),
    ...each(upTo(16), (lines) => [...write(0x3fc, 0x10 | lines), ...read(0x3fe, 0xf0)]),
    ...write(0x3fa, 0x07),
    ...each([0x41, 0x42], (byte) => [...write(0x3f8, byte), ...until(0x3fd, 0x40), ...read(0x3fd)]),
    ...each(upTo(2), () => read(0x3f8)),
    ...read(0x3fd),
    ...write(0x3f9, 0x02),
    ...read(0x3fa),
    ...read(0x3fa),
  ],
  '16550: interrupt sources and their order': [
    ...write(0x3fb, 0x83),
    ...write(0x3f8, 0x01),
    ...write(0x3f9, 0x00),
    ...write(0x3fb, 0x03),
    ...write(0x3fc, 0x1f),
    ...write(0x3f9, 0x00),
    ...write(0x3fa, 0x00),
    ...read(0x3fe, 0),
    ...write(0x3f9, 0x0f),
    ...write(0x3f8, 0x41),
    ...until(0x3fd, 0x40),
    ...each(upTo(2), () => read(0x3fa)),
    ...read(0x3f8),
    ...each(upTo(2), () => read(0x3fa)),
    ...read(0x3fe),
    ...each(upTo(2), () => read(0x3fa)),
  ],
  '8042: command byte, tests, ports, RAM from behind': [
    ...command8042(0x60, 0x65),
    ...each([0x20, 0xaa, 0xa9, 0xab], (command) => [...write(0x64, command), ...reply()]),
    ...command8042(0xd2, 0x5a),
    ...read(0x64, 0x25),
    ...reply(),
    ...command8042(0xd3, 0xa5),
    ...read(0x64, 0x25),
    ...reply(),
    ...write(0x64, 0xa8),
    ...write(0x64, 0x20),
    ...reply(),
    ...write(0x64, 0xa7),
    ...write(0x64, 0x20),
    ...reply(),
  ],
  'keyboard: commands': [
    ...command8042(0x60, 0x24),
    ...each([0xf5, 0xee, 0xed, 0x02, 0xf3, 0x20], (byte) => [...write(0x60, byte), ...reply()]),
    ...write(0x60, 0xf2),
    ...each(upTo(3), reply),
    ...each([0xf0, 0x00], (byte) => [...write(0x60, byte), ...reply()]),
    ...reply(),
  ],
  'mouse: commands': [
    ...command8042(0x60, 0x44),
    ...each([0xf6, 0xe8, 3, 0xf3, 40, 0xe7], (byte) => [...command8042(0xd4, byte), ...reply()]),
    ...command8042(0xd4, 0xe9),
    ...each(upTo(4), reply),
    ...each([0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf2], (byte) => [...command8042(0xd4, byte), ...reply()]),
    ...reply(),
  ],
  'VGA: registers of mode 3': [
    ...each(upTo(0x19), (index) => (index === 0x0e || index === 0x0f ? [] : indexed(0x3d4, index))),
    ...each(upTo(5), (index) => indexed(0x3c4, index)),
    ...each(upTo(9), (index) => indexed(0x3ce, index)),
    ...each(upTo(0x15), (index) => [...read(0x3da, 0), ...write(0x3c0, index), ...read(0x3c1), ...write(0x3c0, 0x20)]),
    ...read(0x3cc),
    ...write(0x3c7, 0),
    ...each(upTo(64 * 3), () => read(0x3c9)),
  ],
  'VGA: bits that exist': [
    ...each([0xff, 0x00, 0xa5], (value) => [
      ...write(0x3d4, 0x11),
      ...write(0x3d5, value & 0x7f),
      ...each([0x0c, 0x0d, 0x0e, 0x0f, 0x13], (index) => [
        ...write(0x3d4, index),
        ...write(0x3d5, value),
        ...read(0x3d5),
      ]),
    ]),
  ],
  'ports 0x61, 0x92 and 0x604': [
    ...each([0x00, 0x01, 0x03], (value) => [...write(0x61, value), ...read(0x61, 0x03)]),
    ...write(0x92, 0x02),
    ...read(0x92, 0x02),
    ...read(0xe9),
  ],
};

test.each(Object.entries(PROBES))('%s', (_, steps) => {
  expect(probeOurs(steps)).toEqual(probeQemu(steps));
});
