/** `trapgate run`: boot an image, with the options QEMU's users know. */

import { constants } from 'node:os';
import { type Command, CommandError } from './command.ts';
import { BOOT_HELP } from './machine/boot-files.ts';
import { type DebugPlan, debugPlanOf } from './machine/debug-plan.ts';
import { goToCursor } from './machine/kept.ts';
import { MACHINE_OPTIONS, planOf, withClearErrors } from './machine/plan.ts';
import { describeOptions, parseOptions } from './options.ts';
import { PipeFace } from './session/pipe-face.ts';
import { type Ending, type Face, Session } from './session/session.ts';
import { onSignals } from './signals.ts';
import { HOST_KEYS_HELP } from './terminal/host-keys-help.ts';
import { ScreenFace } from './terminal/screen-face.ts';
import { SerialFace } from './terminal/serial-face.ts';

const HELP = `usage: trapgate run [OPTIONS] IMAGE

Boot IMAGE: a multiboot kernel, an ELF32 executable, or a flat binary; or go on from a snapshot (--save) or a capsule
(trapgate capsule); or boot a disk (--boot).

At a terminal its screen is shown and its keyboard is yours; Ctrl-A h tells the keys, Ctrl-A x leaves.
When standard input or output is no terminal, COM1 is standard input and output, byte for byte; input waits until the
guest is ready to receive it. So this is a session:  printf 'help\\npoweroff\\n' | trapgate run kernel.elf

${describeOptions(MACHINE_OPTIONS)}

${BOOT_HELP}

An option may be written with one dash or two: -append, --append.

--keys SCRIPT: items with blanks between; each is a key, keys joined by +, or text in quotes, and when to type it:
  h@500ms  "help\\n"@1s  left-control+c@+200ms  f1        (@: since power-on; @+: since the item before)
Times are virtual: s, ms, us, or i for instructions. Keys are called a, 1, enter, left-shift, f1, page-up ...

--mouse SCRIPT: right,away or right,away,wheel in counts, or left, middle, right (a click):  10,-5@1s  left@1500ms
--button SCRIPT: a GPIO pin (0-53), nmi or reset, and for how long it is held (default 100ms):  15@2s  15@3s+1s  nmi@4s

Keys of the terminal:
${HOST_KEYS_HELP.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}

Exit status: what the guest wrote to isa-debug-exit (v * 2 + 1); 0 when it switched the power off or you left;
1 when it died (triple fault), halted for ever, ran out of instructions, or said nothing for an hour of its time when
its input had ended (a shell at its prompt); 2 for wrong usage; 128 + n for signal n.
`;

export const command: Command = {
  name: 'run',
  summary: 'boot an image',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, MACHINE_OPTIONS);
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const serial = options.all('serial')[0] ?? (terminal ? 'none' : 'stdio');
  const closers: (() => void)[] = [];
  try {
    const plan = planOf(options, serial, terminal, closers);
    const expected = options.number('exit-code', { max: 255 });
    const debugPlan = debugPlanOf(options);
    const session = withClearErrors(() => new Session(plan));
    if (debugPlan) {
      const server = await (await serverFor(debugPlan)).listen(session, debugPlan);
      closers.push(() => server.close());
    }
    withClearErrors(() => goToCursor(plan.kept, session.pc));
    const face = faceOf(serial, terminal, plan.replay !== undefined);
    const ending = await untilSignal(session, face);
    // Who ends a replay before its end does not ask how it would have ended.
    const complete = !['signal', 'left', 'budget'].includes(ending.kind);
    const divergence = complete ? session.divergence : undefined;
    if (divergence !== undefined) throw new CommandError(divergence);
    return statusOf(session, ending, expected, terminal);
  } finally {
    for (const close of closers) close();
  }
}

async function serverFor({ protocol }: DebugPlan) {
  if (protocol === 'gdb') return (await import('./session/gdb-server.ts')).GdbServer;
  return (await import('./dap/server.ts')).DapServer;
}

function faceOf(serial: string, terminal: boolean, replays: boolean): Face {
  if (!terminal) return new PipeFace(serial === 'stdio' && !replays);
  return serial === 'stdio' ? new SerialFace() : new ScreenFace();
}

/** Run the session; signals and a closed output end it in good order. */
async function untilSignal(session: Session, face: Face): Promise<Ending> {
  // Whoever read our output has gone (`| head`).
  const broken = () => session.end({ kind: 'signal', number: constants.signals.SIGPIPE });
  process.stdout.on('error', broken);
  try {
    return await onSignals(
      (number) => session.end({ kind: 'signal', number }),
      () => session.run(face),
    );
  } finally {
    process.stdout.off('error', broken);
  }
}

function statusOf(session: Session, ending: Ending, expected: number | undefined, terminal: boolean): number {
  const tell = () => process.stderr.write(`trapgate: ${session.describe(ending)}\n`);
  switch (ending.kind) {
    case 'signal':
      return 128 + ending.number;
    case 'left':
    case 'paused':
      return 0;
    case 'exit':
    case 'power-off':
    case 'reset': {
      if (terminal) tell();
      const status = ending.kind === 'exit' ? ending.status & 0xff : 0;
      if (expected === undefined) return status;
      if (status === expected) return 0;
      process.stderr.write(`trapgate: the guest ended with status ${status}, not ${expected}\n`);
      return 1;
    }
    default:
      tell();
      return 1;
  }
}
