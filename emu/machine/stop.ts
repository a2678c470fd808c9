/**
 * Why a machine stopped running, and how to say it to a person.
 */

/** Where the processor stood. */
export interface Position {
  readonly cs: number;
  readonly eip: number;
}

export type Stop =
  /** The instructions, or the virtual time, asked for have passed. */
  | { readonly kind: 'budget' }
  /** As many traps and interrupts as asked for have been delivered; the last one's handler is about to begin. */
  | { readonly kind: 'traps' }
  /** Asked to return rather than to jump: HLT, and the next thing happens at `until` (undefined: never, by itself). */
  | { readonly kind: 'idle'; readonly until: number | undefined }
  /** The next instruction has a breakpoint of the debugger's. */
  | { readonly kind: 'breakpoint' }
  /** The last instruction touched memory that the debugger watches, or did what it waits for; see `Cpu.watchHit`, `Cpu.eventHit`. */
  | { readonly kind: 'watch' }
  /** Someone called `machine.pause()`. */
  | { readonly kind: 'paused' }
  /** The guest wrote to isa-debug-exit; `status` is the exit status, as QEMU makes it. */
  | { readonly kind: 'exit'; readonly status: number }
  /** The guest switched the power off. */
  | { readonly kind: 'power-off' }
  /** The guest (or the button) pulled the reset line; `by` is who drove it. */
  | { readonly kind: 'reset'; readonly by: string }
  /** HLT, and nothing that could ever end it. */
  | ({ readonly kind: 'halted'; readonly interruptsEnabled: boolean } & Position)
  /** Triple fault: neither `vector` nor the double fault that came of it could be delivered. */
  | ({ readonly kind: 'shutdown'; readonly vector: number; readonly errorCode: number } & Position);

/** Exceptions by the manual's mnemonics (SDM 3A, table 6-1); other vectors have none. */
export const MNEMONICS: readonly (string | undefined)[] = [
  ...['#DE', '#DB', 'NMI', '#BP', '#OF', '#BR', '#UD', '#NM', '#DF', undefined],
  ...['#TS', '#NP', '#SS', '#GP', '#PF', undefined, '#MF', '#AC', '#MC', '#XM'],
];

/** SDM 3A, table 6-1: the exceptions that push an error code. */
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);

/** A vector as people say it: '#GP(0x10)', '#DE', 'vector 0x21'. */
export function nameOfVector(vector: number, errorCode?: number): string {
  const name = MNEMONICS[vector];
  if (name === undefined) return `vector 0x${hex(vector, 2)}`;
  return errorCode !== undefined && WITH_ERROR_CODE.has(vector) ? `${name}(0x${errorCode.toString(16)})` : name;
}

/**
 * One or a few sentences for the person in front of the machine.
 * @param nameOf gives an address its symbol ('idle+0x4'); without one, addresses stay bare
 */
export function describeStop(stop: Stop, nameOf: (address: number) => string | undefined = () => undefined): string {
  const place = ({ cs, eip }: Position) => {
    const symbol = nameOf(eip);
    return `${hex(cs, 4)}:${hex(eip, 8)}${symbol === undefined ? '' : ` <${symbol}>`}`;
  };
  switch (stop.kind) {
    case 'budget':
      return 'the instruction budget is spent';
    case 'traps':
      return 'the traps asked for have been delivered';
    case 'idle':
      return 'the processor is idle';
    case 'breakpoint':
      return 'a breakpoint';
    case 'watch':
      return 'watched memory was accessed';
    case 'paused':
      return 'paused';
    case 'exit':
      return `the guest ended the run with exit status ${stop.status}`;
    case 'power-off':
      return 'the guest switched the power off';
    case 'reset':
      return `the machine was reset by ${stop.by}`;
    case 'halted':
      return stop.interruptsEnabled
        ? `halted for ever before ${place(stop)}: HLT, and no chip has anything left to wake it with`
        : `halted for ever before ${place(stop)}: HLT with interrupts disabled (IF=0)`;
    case 'shutdown':
      return [
        `triple fault at ${place(stop)}: ${nameOfVector(stop.vector, stop.errorCode)} could not be delivered,`,
        'nor the double fault (#DF) that came of it, so the processor shut down.',
        'Look at the IDT (base, limit, gate 8), at the handlers’ segments, and at the stack they would use.',
      ].join(' ');
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
