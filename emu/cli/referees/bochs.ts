/** The same image under Bochs, which boots disks: what its own log says of exceptions and interrupts, and its COM1. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pc } from '../../machine/pc.ts';
import { CommandError } from '../command.ts';
import { bootDisk } from './boot-disk.ts';
import type { Observation, ObservedTrap, Subject } from './observation.ts';
import { inFolder, linesOf, readText, runEmulator } from './process.ts';

const MB = 2 ** 20;
const HEADS = 16;
const SECTORS = 63;
const TRACK_BYTES = 512 * SECTORS * HEADS;
/** The way in reads the disk through INT 13h; what comes behind the last of those is the image's. */
const LAST_OF_FIRMWARE = 'interrupt(): vector = 13, TYPE = 4';
/** What Bochs calls the kinds of interrupts: those of the INTR pin, and NMI. */
const EXTERNAL = new Set([0, 2]);

/** @param pc the machine with the image loaded, before its first instruction */
export function onBochs(subject: Subject, pc: Pc): Promise<Observation> {
  if (subject.input !== '') throw new CommandError('Bochs’s COM1 goes to a file: --input is for --with qemu');
  return inFolder(async (folder) => {
    const args = prepareBochs(folder, pc, [
      'clock: sync=none',
      'com1: enabled=1, mode=file, dev=console',
      'debug: action=ignore, cpu0=report',
    ]);
    const ended = await runEmulator({
      program: 'bochs',
      args,
      folder,
      console: 'console',
      seconds: subject.seconds,
    });
    return {
      traps: trapsIn(readText(join(folder, 'log'))),
      console: linesOf(readText(join(folder, 'console'))),
      ended,
    };
  });
}

/**
 * Writes what Bochs needs to boot what stands in this machine's memory, without a window.
 * @param pc the machine with the image loaded, before its first instruction
 * @param settings lines of bochsrc: clock, serial ports, what is logged
 * @returns arguments for Bochs, started in that folder
 */
export function prepareBochs(folder: string, pc: Pc, settings: readonly string[]): readonly string[] {
  const disk = bootDisk(pc);
  const cylinders = Math.max(2, Math.ceil(disk.length / TRACK_BYTES));
  const whole = new Uint8Array(cylinders * TRACK_BYTES);
  whole.set(disk);
  const lines = [
    'display_library: rfb, options="timeout=0"',
    'romimage: file=/usr/share/bochs/BIOS-bochs-latest',
    'vgaromimage: file=/usr/share/seabios/vgabios-isavga.bin',
    `megs: ${pc.configuration.ramBytes / MB}`,
    'cpu: ips=50000000',
    'ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14',
    `ata0-master: type=disk, path=disk, mode=flat, cylinders=${cylinders}, heads=${HEADS}, spt=${SECTORS}`,
    'boot: disk',
    'log: log',
    'panic: action=fatal',
    ...settings,
  ];
  writeFileSync(join(folder, 'disk'), whole);
  writeFileSync(join(folder, 'bochsrc'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'debugger'), 'c\nq\n');
  return ['-q', '-f', 'bochsrc', '-rc', 'debugger'];
}

/** Of Bochs's log: what came after protected mode was entered for good, less the interrupts. */
export function trapsIn(log: string): ObservedTrap[] {
  const own = log.slice(log.lastIndexOf(LAST_OF_FIRMWARE) + 1);
  const entries = [...own.matchAll(/^(\d+)d\[CPU0 *\] interrupt\(\): vector = ([\da-f]+), TYPE = (\d+)/gm)].map(
    ([, time, vector, kind]) => ({ time, vector: Number.parseInt(vector!, 16), kind: Number(kind) }),
  );
  return (
    entries
      .filter(({ kind }) => !EXTERNAL.has(kind))
      // Some exceptions are told twice at one time.
      .filter(({ time, vector }, i, all) => all[i - 1]?.time !== time || all[i - 1]?.vector !== vector)
      .map(({ vector }) => ({ vector }))
  );
}
