/** The same image under QEMU: its trap log (-d int) and its COM1. */

import { join, resolve } from 'node:path';
import type { Observation, ObservedTrap, Subject } from './observation.ts';
import { inFolder, linesOf, readText, runEmulator } from './process.ts';

const MB = 2 ** 20;
/** Entries of the firmware, which runs before the image: their code is in the last 256 KB below 1 MB. */
const FIRMWARE = { first: 0xc0000, last: 0xfffff };
const FIRST_IRQ_VECTOR = 32;

export function onQemu(subject: Subject): Promise<Observation> {
  return inFolder(async (folder) => {
    const initrd = subject.initrd === '' ? [] : ['-initrd', absolute(subject.initrd)];
    const append = subject.commandLine === '' ? [] : ['-append', subject.commandLine];
    const serial = ['-chardev', 'stdio,id=com1,logfile=console', '-serial', 'chardev:com1'];
    const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
    const quiet = ['-display', 'none', '-no-reboot', '-net', 'none', '-monitor', 'none'];
    const memory = ['-m', `${subject.ramBytes / MB}M`];
    const log = ['-d', 'int', '-D', 'traps'];
    const ended = await runEmulator({
      program: 'qemu-system-i386',
      args: ['-kernel', resolve(subject.image), ...append, ...initrd, ...memory, ...serial, ...exit, ...quiet, ...log],
      folder,
      console: 'console',
      input: subject.input,
      seconds: subject.seconds,
    });
    return {
      traps: trapsIn(readText(join(folder, 'traps'))),
      console: linesOf(readText(join(folder, 'console'))),
      ended,
    };
  });
}

/** -initrd with its paths made absolute: the emulator runs elsewhere. */
function absolute(initrd: string): string {
  return initrd
    .split(/(?<!,),(?!,)/)
    .map((part) => part.replace(/^[^ ]+/, (path) => resolve(path)))
    .join(',');
}

/** Of QEMU's log, the traps that are not interrupts, behind the firmware's last. */
export function trapsIn(log: string): ObservedTrap[] {
  const line =
    /^ *\d+: v=([\da-f]+) e=([\da-f]+) i=([01]) cpl=(\d) IP=([\da-f]+):([\da-f]+) pc=([\da-f]+)(?:.*?CR2=([\da-f]+))?/gm;
  const hex = (text: string) => Number.parseInt(text, 16);
  const entries = [...log.matchAll(line)].map(([, vector, code, software, cpl, cs, eip, pc, cr2]) => ({
    pc: hex(pc!),
    isInterrupt: software === '0' && hex(vector!) >= FIRST_IRQ_VECTOR,
    trap: {
      vector: hex(vector!),
      errorCode: hex(code!),
      cpl: Number(cpl),
      cs: hex(cs!),
      eip: hex(eip!),
      cr2: cr2 === undefined ? undefined : hex(cr2),
    },
  }));
  const firmware = entries.findLastIndex(({ pc }) => FIRMWARE.first <= pc && pc <= FIRMWARE.last);
  return entries
    .slice(firmware + 1)
    .filter(({ isInterrupt, trap }) => !isInterrupt && trap.vector !== 2)
    .map(({ trap }) => trap);
}
