/** What `trapgate compare` makes of two observations, and of a referee's log. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { trapsIn as bochsTraps } from '../../emu/cli/referees/bochs.ts';
import { bootDisk } from '../../emu/cli/referees/boot-disk.ts';
import {
  firstLineDifference,
  firstTrapDifference,
  type Observation,
  type ObservedTrap,
} from '../../emu/cli/referees/observation.ts';
import { inFolder, runEmulator } from '../../emu/cli/referees/process.ts';
import { trapsIn as qemuTraps } from '../../emu/cli/referees/qemu.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';

const name = ({ vector }: ObservedTrap) => `vector ${vector}`;
const saw = (traps: readonly ObservedTrap[], console: readonly string[] = [], ended = true): Observation => ({
  traps,
  console,
  ended,
});

describe('traps', () => {
  const row = [
    { vector: 3, cpl: 0, eip: 16 },
    { vector: 13, errorCode: 8 },
  ];
  test('are compared in what both tell of', () => {
    expect(firstTrapDifference(saw(row), saw([{ vector: 3 }, { vector: 13, eip: 9 }]), name)).toBeUndefined();
    expect(firstTrapDifference(saw(row), saw([{ vector: 3, eip: 17 }]), name)).toMatchObject({ index: 0 });
    expect(firstTrapDifference(saw(row), saw([{ vector: 3 }, { vector: 14 }]), name)).toEqual({
      index: 1,
      ours: 'vector 13',
      theirs: 'vector 14',
    });
  });
  test('are missing only when the guest has ended', () => {
    const short = [row[0]!];
    expect(firstTrapDifference(saw(row), saw(short, [], false), name)).toBeUndefined();
    expect(firstTrapDifference(saw(row), saw(short), name)).toEqual({ index: 1, ours: 'vector 13', theirs: undefined });
    expect(firstTrapDifference(saw(short), saw(row), name)).toEqual({ index: 1, ours: undefined, theirs: 'vector 13' });
  });
});

describe('lines', () => {
  const lines = (...console: string[]) => saw([], console);
  test('are compared without time stamps, and without those that are to be ignored', () => {
    expect(firstLineDifference(lines('[    0.000001] a'), lines('[    2.5] a'))).toBeUndefined();
    expect(firstLineDifference(lines('a', 'b'), lines('a', 'c'))).toEqual({ index: 1, ours: 'b', theirs: 'c' });
    expect(firstLineDifference(lines('a', 'ticks 1', 'b'), lines('a', 'b'), [/^ticks/])).toBeUndefined();
  });
  test('the last one may be unfinished', () => {
    expect(firstLineDifference(saw([], ['a', 'b'], false), saw([], ['a', 'bc'], false))).toBeUndefined();
  });
});

test('QEMU’s log: interrupts, NMI and the firmware are left out', () => {
  const log = `
     0: v=08 e=0000 i=0 cpl=0 IP=f000:0000e000 pc=000fe000 SP=0000:00000100 env->regs[R_EAX]=00000000
     1: v=20 e=0000 i=0 cpl=0 IP=0008:00100000 pc=00100000 SP=0010:00000100 env->regs[R_EAX]=00000000
     2: v=0e e=0002 i=0 cpl=3 IP=001b:00400010 pc=00400010 SP=0023:00000100 CR2=deadbeef
     3: v=80 e=0000 i=1 cpl=3 IP=001b:00400012 pc=00400012 SP=0023:00000100 env->regs[R_EAX]=00000000
     4: v=02 e=0000 i=0 cpl=0 IP=0008:00100000 pc=00100000 SP=0010:00000100 env->regs[R_EAX]=00000000
`;
  expect(qemuTraps(log)).toEqual([
    { vector: 14, errorCode: 2, cpl: 3, cs: 0x1b, eip: 0x400010, cr2: 0xdeadbeef },
    { vector: 0x80, errorCode: 0, cpl: 3, cs: 0x1b, eip: 0x400012, cr2: undefined },
  ]);
});

test('Bochs’s log: what came before the boot, and interrupts, are left out', () => {
  const log = `
00001d[CPU0  ] interrupt(): vector = 10, TYPE = 4, EXT = 0
00002d[CPU0  ] interrupt(): vector = 13, TYPE = 4, EXT = 0
00003d[CPU0  ] interrupt(): vector = 20, TYPE = 0, EXT = 1
00004d[CPU0  ] interrupt(): vector = 0d, TYPE = 3, EXT = 0
00004d[CPU0  ] interrupt(): vector = 0d, TYPE = 3, EXT = 0
00005d[CPU0  ] interrupt(): vector = 80, TYPE = 4, EXT = 0
`;
  expect(bochsTraps(log)).toEqual([{ vector: 13 }, { vector: 0x80 }]);
});

test('an image that lies where the boot sector does cannot be given to Bochs', () => {
  const pc = new Pc({ ramBytes: 2 ** 22 });
  pc.boot({ file: new ImageFile('low', Uint8Array.of(0x90)), address: 0x7c00 });
  expect(() => bootDisk(pc)).toThrow('the image has something at 0x7000, where the boot sector is');
});

describe('another emulator', () => {
  // A program that every machine with these specs has, and that ends only when it is made to.
  const endless = (folder: string) =>
    runEmulator({
      program: process.execPath,
      args: ['-e', 'setInterval(() => {}, 1000)'],
      folder,
      console: 'console',
      seconds: 3600,
    });

  test('is ended by a signal, and its folder goes', async () => {
    let folder = '';
    const running = inFolder((made) => {
      folder = made;
      return endless(made);
    });
    // As the host delivers it; to send oneself one would end the test run when nobody listens.
    (process as NodeJS.EventEmitter).emit('SIGHUP', 'SIGHUP', 1);
    await expect(running).rejects.toMatchObject({ name: 'Interrupted', signal: 1 });
    expect(existsSync(folder)).toBe(false);
  });

  test('that is not installed is told', async () => {
    const absent = inFolder((folder) =>
      runEmulator({ program: 'no-such-emulator', args: [], folder, console: 'console', seconds: 1 }),
    );
    await expect(absent).rejects.toThrow('cannot run no-such-emulator: it is not installed');
  });
});
