/** A boot sector that asks the BIOS for everything: ours answers as SeaBIOS does in QEMU. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { chord } from '../../devices/key-text.ts';
import type { KeyName } from '../../devices/keys.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { DISKS, type DiskName, diskOf, ownFirmware, recorded, saidHere } from './boot/disks.ts';

describe.each(Object.keys(DISKS) as DiskName[])('a %s', (name) => {
  test('boots, and every service answers as in QEMU', () => {
    expect(saidHere(diskOf(name), ownFirmware())).toBe(recorded(name));
  });
});

/** The screen's rows that are not empty, after our BIOS has done what it can. */
function shownBy(disk: Uint8Array | undefined): string[] {
  const firmware = ownFirmware();
  const pc = new Pc({ firmware, ...(disk && { disk: new ImageFile('disk', disk) }) });
  pc.boot({ file: firmware.bios });
  pc.machine.run({ instructions: 200_000_000 });
  const { cells, columns, rows } = pc.vga.text();
  const row = (n: number) =>
    [...cells.subarray(n * columns, (n + 1) * columns)].map((c) => String.fromCharCode(c & 0xff));
  return Array.from({ length: rows }, (_, n) => row(n).join('').trimEnd()).filter((text) => text !== '');
}

/** Tells each key that int 16h, AH = 10h gives, and the shifts of AH = 2. */
const KEYS = `
        bits    16
        org     0x7c00
next:   mov     ah, 0x10
        int     0x16
        out     0xe9, al
        mov     al, ah
        out     0xe9, al
        mov     ah, 2
        int     0x16
        out     0xe9, al
        jmp     next
        times   510 - ($ - $$) db 0
        dw      0xaa55
`;

describe('the keyboard', () => {
  const firmware = ownFirmware();
  const sector = assemble(KEYS).bytes;
  const typed = (...chords: KeyName[][]) => {
    const said: number[] = [];
    const pc = new Pc({
      firmware,
      disk: new ImageFile('disk', sector),
      debugConsole: (byte) => void said.push(byte),
    });
    pc.boot({ file: firmware.bios });
    pc.machine.run({ instructions: 50_000_000 });
    pc.typist.type(chords.flatMap(chord));
    const stop = pc.machine.run({ instructions: 300_000_000 });
    const hex = (at: number) =>
      said
        .slice(at, at + 2)
        .toReversed()
        .concat(said[at + 2]!);
    const keys = Array.from({ length: said.length / 3 }, (_, i) => Buffer.from(hex(i * 3)).toString('hex'));
    return { keys, stop, lights: pc.keyboard.lights };
  };

  test('letters and signs, with shift, control and alt', () => {
    expect(
      typed(['a'], ['left-shift', 'a'], ['right-shift', '1'], ['left-control', 'c'], ['left-alt', 'x']).keys,
    ).toEqual(['1e6100', '1e4102', '022101', '2e0304', '2d0008']);
    expect(
      typed(['enter'], ['tab'], ['backspace'], ['escape'], ['space'], ['keypad-enter'], ['keypad-slash']).keys,
    ).toEqual(['1c0d00', '0f0900', '0e0800', '011b00', '392000', 'e00d00', 'e02f00']);
  });

  test('function keys and those that came with the 101-key board', () => {
    expect(
      typed(['f1'], ['left-shift', 'f1'], ['f12'], ['left-alt', 'f4'], ['home'], ['left-control', 'left']).keys,
    ).toEqual(['3b0000', '540002', '860000', '6b0008', '47e000', '73e004']);
  });

  test('locks: their lights, and what they make of letters and of the keypad', () => {
    const { keys, lights } = typed(['keypad-7'], ['caps-lock'], ['a'], ['left-shift', 'a'], ['num-lock'], ['keypad-7']);
    expect(keys).toEqual(['470000', '1e4140', '1e6142', '473760']);
    expect(lights).toBe(6);
    expect(typed(['insert'], ['pause'], ['print-screen'], ['left-windows'], ['b']).keys).toEqual(['52e080', '306280']);
  });

  test('control, alt and delete reset the machine', () => {
    expect(typed(['left-control', 'left-alt', 'delete']).stop.kind).toBe('reset');
  });
});

describe('what cannot be booted is told', () => {
  const nothingLeft = 'Nothing is left to do: switch off, or reset.';

  test('no disk', () => {
    expect(shownBy(undefined)).toEqual(['There is no disk to boot from.', nothingLeft]);
  });

  test('no signature', () => {
    expect(shownBy(new Uint8Array(1024))).toEqual([
      'The disk cannot be booted: its first sector does not end in 55 AA.',
      nothingLeft,
    ]);
  });
});
