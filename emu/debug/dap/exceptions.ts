/** Exception filters: one a vector of the processor's own, one an interrupt line, and the rest by what brought them about. */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { MNEMONICS, nameOfVector } from '../../machine/stop.ts';
import { whyFault } from '../why/fault.ts';
import type { Wanted } from './breakpoints.ts';
import type { Debuggee } from './debuggee.ts';
import { hex, RequestError } from './requests.ts';

/** SDM 3A, table 6-1. */
const TITLES: Readonly<Record<string, string>> = {
  '#DE': 'divide error',
  '#DB': 'debug exception',
  NMI: 'non-maskable interrupt',
  '#BP': 'breakpoint (int3)',
  '#OF': 'overflow (into)',
  '#BR': 'bound range exceeded',
  '#UD': 'invalid opcode',
  '#NM': 'no math coprocessor',
  '#DF': 'double fault',
  '#TS': 'invalid TSS',
  '#NP': 'segment not present',
  '#SS': 'stack-segment fault',
  '#GP': 'general protection',
  '#PF': 'page fault',
  '#MF': 'x87 floating-point error',
  '#AC': 'alignment check',
  '#MC': 'machine check',
  '#XM': 'SIMD floating-point exception',
};
const LINES = 16;
const CASCADE = 2;

const others: readonly DebugProtocol.ExceptionBreakpointsFilter[] = [
  { filter: 'fault', label: 'Every fault', description: 'whatever the processor raises because of an instruction' },
  { filter: 'software', label: 'Every int n', description: 'software interrupts' },
  { filter: 'external', label: 'Every interrupt', description: 'what the 8259s give a vector for' },
];

export const EXCEPTION_FILTERS: DebugProtocol.ExceptionBreakpointsFilter[] = [
  ...MNEMONICS.flatMap((name, vector) =>
    name === undefined
      ? []
      : [{ filter: `vector-${vector}`, label: `${name} ${TITLES[name]}`, description: `vector ${vector}` }],
  ),
  ...others,
  ...Array.from({ length: LINES }, (_, line) => line)
    .filter((line) => line !== CASCADE)
    .map((line) => ({ filter: `irq-${line}`, label: `IRQ ${line}`, description: 'delivered, before its handler' })),
].map((filter) => ({
  ...filter,
  supportsCondition: true,
  conditionDescription: 'an expression: cpl == 3 && eax > 5',
}));

/** A filter with its condition as something to stop at; `vector-N` may have any N. */
export function exceptionStop(filter: string, condition?: string): Wanted {
  const [, kind, number] = /^(vector|irq)-(\d+)$/.exec(filter) ?? [];
  const n = Number(number);
  if (kind === 'vector' && n <= 255) return { condition, place: () => ({ at: [{ kind: 'trap', vector: n }] }) };
  if (kind === 'irq' && n < LINES && n !== CASCADE) {
    // Which vector a line has is up to the guest, so it is asked each time.
    const only = ({ stepper: { pc, traps } }: Debuggee) =>
      traps.last?.vector === (n < 8 ? pc.pic.master : pc.pic.slave).vector(n & 7);
    return { condition, place: () => ({ at: [{ kind: 'trap', cause: 'external' }], only }) };
  }
  const cause = others.find((other) => other.filter === filter)?.filter as
    | 'fault'
    | 'software'
    | 'external'
    | undefined;
  return {
    condition,
    place: () => {
      if (!cause) throw new RequestError(`there is no exception filter '${filter}'`);
      return { at: [{ kind: 'trap', cause }] };
    },
  };
}

/** The last trap, or the triple fault, for the client's exception view. */
export function exceptionInfo({ stepper }: Debuggee): DebugProtocol.ExceptionInfoResponse['body'] {
  const { shutdown } = stepper.pc.cpu;
  const why = whyFault(stepper);
  if (shutdown) {
    const description = `triple fault after ${nameOfVector(shutdown.vector, shutdown.errorCode)}: ${why.verdict}`;
    return { exceptionId: 'triple fault', description, breakMode: 'always', details: { message: why.text } };
  }
  const { last } = stepper.traps;
  if (!last) throw new RequestError('nothing has been delivered');
  const name = nameOfVector(last.vector, last.errorCode);
  const place = stepper.symbols.nameOf(last.eip) ?? hex(last.eip);
  const story = `${name} (${last.cause}) from ring ${last.cpl} at ${place}`;
  return {
    exceptionId: name,
    description: last.cause === 'fault' ? `${story}: ${why.verdict}` : story,
    breakMode: 'always',
    details: { message: last.cause === 'fault' ? why.text : story, typeName: name },
  };
}
