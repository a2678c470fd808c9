/** A PC that starts in a ROM at the top of the 4 GB, with a copy of it below 1 MB; and a disk that is kept. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import type { Firmware } from '../../emu/machine/firmware.ts';
import { pcOptionsOf, recipeOf, setupOf } from '../../emu/machine/keeping/recipe.ts';
import { formatSnapshot, parseSnapshot, restoreSnapshot } from '../../emu/machine/keeping/snapshot.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc, type PcOptions } from '../../emu/machine/pc.ts';
import { stateHash } from '../../emu/machine/state-hash.ts';

const KB = 1024;
const MB = KB * KB;
const TOP = 2 ** 32;
const ENTRY_BYTES = 16;

/** A ROM whose last 16 bytes jump to `source`, 16-bit code that lies at its beginning. */
function rom(source: string, bytes = 64 * KB): ImageFile {
  const code = assemble(`bits 16\norg 0\nstart:\n${source}\ntimes ${bytes - ENTRY_BYTES} - ($ - $$) db 0
    jmp start\ntimes ${bytes} - ($ - $$) db 0xee`);
  expect(code.diagnostics).toEqual([]);
  return new ImageFile('bios', code.bytes);
}

/** Exits with al. */
const exit = 'out 0xf4, al\nhlt\n';

function machine(firmware: Firmware, options: PcOptions = {}) {
  const said: number[] = [];
  const pc = new Pc({ ramBytes: 4 * MB, firmware, debugConsole: (byte) => void said.push(byte), ...options });
  pc.boot({ file: firmware.bios });
  return { pc, said };
}

const status = (firmware: Firmware, options?: PcOptions) => {
  const stop = machine(firmware, options).pc.machine.run({ instructions: 100_000 });
  return stop.kind === 'exit' ? stop.status >> 1 : stop;
};

describe('firmware', () => {
  test('starts at FFFFFFF0h in real mode', () => {
    const { pc } = machine({ bios: rom(exit) });
    expect([pc.cpu.segment('cs').base, pc.cpu.eip, pc.cpu.cr0 & 1]).toEqual([0xffff0000, 0xfff0, 0]);
    // SDM 3A, table 10-1.
    expect([pc.cpu.eflags, pc.cpu.eax, pc.cpu.edx & 0xf00]).toEqual([2, 0, 0x600]);
    expect([...pc.machine.memory.read(TOP - 3, 3)]).toEqual([0xee, 0xee, 0xee]);
    pc.machine.run({ instructions: 1 });
    expect([pc.cpu.segment('cs').base, pc.cpu.eip]).toEqual([0xffff0000, 0]);
  });

  test('is there a second time below 1 MB, where a far jump leads', () => {
    const bios = rom(`jmp 0xf000:here\nhere: mov al, [cs:byte_there]\n${exit}byte_there: db 0x2a`);
    expect(status({ bios })).toBe(0x2a);
  });

  test('cannot be written at the top; the copy can, and is fresh after a reset', () => {
    const bios = rom(`
      jmp   0xf000:here
      here: cmp byte [cs:mark], 1
      jne   .again
      mov   byte [cs:mark], 2
      mov   al, [0x500]
      inc   byte [0x500]
      mov   bl, [cs:mark]
      out   0xe9, al
      mov   al, bl
      out   0xe9, al
      cmp   byte [0x500], 2
      je    .again
      mov   al, 1
      out   0x92, al
      hlt
      .again: ${exit}
      mark: db 1
    `);
    const { pc, said } = machine({ bios });
    expect(pc.machine.run({ instructions: 100_000 }).kind).toBe('reset');
    pc.machine.reset();
    expect(pc.machine.run({ instructions: 100_000 }).kind).toBe('exit');
    expect(said).toEqual([0, 2, 1, 2]);
    const top = pc.machine.memory.read(TOP - 64 * KB, 64 * KB);
    expect(Buffer.from(bios.bytes).equals(top)).toBe(true);
    expect(pc.machine.memory.map.find(({ owner }) => owner === 'BIOS')).toMatchObject({ kind: 'rom', last: TOP - 1 });
  });

  test('of any size: a small one is filled up in front, of a large one 128 KB are below 1 MB', () => {
    const small = rom(exit, 512);
    const { pc } = machine({ bios: small });
    expect([...pc.machine.memory.read(TOP - 4 * KB, 2)]).toEqual([0xff, 0xff]);
    expect([...pc.machine.memory.read(MB - 512, 512)]).toEqual([...small.bytes]);
    const large = rom(exit, 256 * KB);
    large.bytes[128 * KB - 1] = 0x77;
    const other = machine({ bios: large }).pc.machine.memory;
    expect([...other.read(TOP - 128 * KB - 1, 1), ...other.read(MB - 128 * KB - 1, 1)]).toEqual([0x77, 0]);
    expect([...other.read(MB - 16, 16)]).toEqual([...large.bytes.slice(-16)]);
  });

  test('an option ROM lies at 0xc0000', () => {
    const optionRom = new ImageFile('rom', Uint8Array.of(0x55, 0xaa, 1, 0xcb));
    const bios = rom(`mov ax, 0xc000\nmov ds, ax\nmov al, [3]\n${exit}`);
    expect(status({ bios, optionRom })).toBe(0xcb);
    expect(() => machine({ bios, optionRom: new ImageFile('rom', Uint8Array.of(0x55, 0xa1)) })).toThrow(
      'rom: at offset 0x0: an option ROM begins with 55 aa',
    );
    expect(() => machine({ bios, optionRom: new ImageFile('rom', new Uint8Array(0)) })).toThrow('the file ends at 0x0');
  });

  test('what cannot be one is refused', () => {
    expect(() => machine({ bios: new ImageFile('tiny', new Uint8Array(15)) })).toThrow(
      'tiny: at offset 0x0: a BIOS has its first instruction 16 bytes before its end',
    );
    expect(() => machine({ bios: new ImageFile('huge', new Uint8Array(16 * MB + 1)) })).toThrow(
      'a BIOS has at most 16 MB',
    );
  });
});

describe('a disk', () => {
  const disk = () => new ImageFile('disk', new Uint8Array(2 * 512).fill(0x33));
  /** Writes a sector of 0x5a to LBA 1, then reads it back and exits with its first byte. */
  const writer = rom(`
      mov   dx, 0x1f2
      mov   si, write
      call  command
      mov   dx, 0x1f0
      mov   ax, 0x5a5a
      mov   cx, 256
      .out: out dx, ax
      loop  .out
      mov   dx, 0x1f2
      mov   si, read
      call  command
      mov   dx, 0x1f0
      in    ax, dx
      ${exit}
      command:
      mov   cx, 6
      .next: mov al, [cs:si]
      inc   si
      out   dx, al
      inc   dx
      loop  .next
      mov   dx, 0x1f7
      .wait: in al, dx
      test  al, 0x08
      jz    .wait
      ret
      write: db 1, 1, 0, 0, 0xe0, 0x30
      read: db 1, 1, 0, 0, 0xe0, 0x20
    `);

  test('is on the ATA channel, and its file stays as it is', () => {
    const file = disk();
    const firmware = { bios: writer };
    expect(status(firmware, { disk: file })).toBe(0x5a);
    expect(new Set(file.bytes)).toEqual(new Set([0x33]));
  });

  test('shows in the CMOS; without one the port floats', () => {
    const withDisk = new Pc({ ramBytes: 4 * MB, disk: disk() });
    expect([withDisk.rtc.cmos[0x12], withDisk.rtc.cmos[0x1d], withDisk.rtc.cmos[0x23]]).toEqual([0xf0, 16, 63]);
    const without = new Pc({ ramBytes: 4 * MB });
    expect([without.rtc.cmos[0x12], without.machine.ports.read(0x1f7, 1)]).toEqual([0, 0xff]);
  });

  test('a snapshot brings ROMs, disk and what was written along', () => {
    const optionRom = new ImageFile('rom', Uint8Array.of(0x55, 0xaa, 1, 0xcb));
    const { pc } = machine({ bios: writer, optionRom }, { disk: disk() });
    pc.machine.run({ instructions: 2000 });
    expect(pc.disk!.changes.length).toBe(1);
    const again = restoreSnapshot('snapshot', parseSnapshot('snapshot', formatSnapshot(pc)));
    expect(stateHash(again)).toBe(stateHash(pc));
    expect(again.firmware?.bios).toBe(again.image?.file);
    const ends = [pc, again].map(({ machine }) => machine.run({ instructions: 100_000 }));
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]).toMatchObject({ kind: 'exit' });
    expect(setupOf(again)).toEqual(setupOf(pc));
    const other = new Pc({ ...pcOptionsOf(recipeOf(pc)), disk: new ImageFile('disk', new Uint8Array(512)) });
    other.boot(pc.image!);
    expect(setupOf(other)).not.toEqual(setupOf(pc));
  });
});
