/**
 * "Why did this fault?": the last exception, what its error code says, what it stumbled over as the tables stand, and what
 * could not be delivered before it: for a double and a triple fault, the tree that led there.
 */

import { disassemble } from '../../../asm/index.ts';
import { nameOfVector } from '../../machine/stop.ts';
import type { TrapEntry } from '../../trace/trap-log.ts';
import { descriptorOf } from '../sight/descriptors.ts';
import { peekBytes } from '../sight/memory-view.ts';
import { codeBits } from '../stepper/instruction-kind.ts';
import { type Answer, type Asked, answerOf, type Check } from './chain.ts';
import { DF, type Fault, hex, PF, reasonFor } from './fault-reasons.ts';
import { throughGate } from './gate-checks.ts';
import { type Undelivered, undeliveredOf } from './undelivered.ts';

/** SDM 3A, table 6-5, and 6.15, interrupt 8. */
const DOUBLE = 'double-fault exception: SDM 3A, 6.15, interrupt 8';

/** Where something happened. */
type Place = Pick<TrapEntry, 'cs' | 'eip' | 'cpl'>;

/** About the last fault that was delivered, or the one that led to the shutdown. */
export function whyFault(asked: Asked): Answer {
  const { pc, traps } = asked;
  if (pc.cpu.shutdown) return whyShutdown(asked);
  const last = traps.entries.findLast(({ cause }) => cause === 'fault');
  if (!last) return answerOf([], 'No fault has been delivered.');
  return answerOf(explain(asked, last), '');
}

/** A chain whose last check is the one that failed. */
function explain(asked: Asked, entry: TrapEntry): Check[] {
  const { vector, errorCode } = entry;
  const instruction = instructionAt(asked, entry) ?? '';
  const trail = trailTo(asked, entry);
  const chain: Check[] = instructionChecks(asked, entry, instruction, `, time ${entry.time}`);
  const name = nameOfVector(vector, errorCode);
  if (vector === DF) return [...chain, doubleFault(asked, entry, trail, instruction)];
  if (errorCode !== undefined && asked.pc.cpu.cr0 & 1) {
    const meaning = vector === PF ? pageFaultCode(errorCode) : selectorCode(errorCode);
    chain.push({ name: 'error code', passes: true, text: `Error code ${hex(errorCode, 4)}: ${meaning}.` });
  }
  for (const { vector: other, errorCode: code } of trail) {
    const text = `It came up while ${nameOfVector(other, code)} was delivered, which therefore was not.`;
    chain.push({ name: 'delivery', passes: true, text });
  }
  const { text, rule, walked } = reasonFor(asked, entry, instruction);
  if (walked) chain.push(walked);
  return [...chain, { name: 'check', passes: false, text: `${name}: ${text}`, rule }];
}

/** What was executed, and the line of source it comes from, where one is known. */
function instructionChecks(asked: Asked, place: Place, instruction: string, when: string): [Check, ...Check[]] {
  const { cs, eip, cpl } = place;
  const symbol = asked.symbols.nameOf(eip);
  const where = `${hex(cs, 4)}:${hex(eip, 8)}${symbol === undefined ? '' : ` <${symbol}>`}`;
  const text = `${where}: ${instruction || 'no code can be seen here'} (ring ${cpl}${when}).`;
  const source = asked.debugInfo?.lines.at(linearOf(asked, place));
  const line = source && { name: 'source', passes: true, text: `Line ${source.line} of ${source.file}.` };
  return [{ name: 'instruction', passes: true, text }, ...(line ? [line] : [])];
}

function linearOf({ pc }: Asked, { cs, eip }: Pick<Place, 'cs' | 'eip'>): number {
  if (!(pc.cpu.cr0 & 1)) return ((cs << 4) + eip) >>> 0;
  const looked = descriptorOf(pc, cs);
  return (('found' in looked ? looked.found.base : 0) + eip) >>> 0;
}

function instructionAt(asked: Asked, place: Pick<Place, 'cs' | 'eip'>): string | undefined {
  const { pc } = asked;
  const looked = descriptorOf(pc, place.cs);
  const bits = 'found' in looked && pc.cpu.cr0 & 1 ? looked.found.bits : codeBits(pc);
  const address = linearOf(asked, place);
  const bytes = peekBytes(pc, address, 15);
  return bytes.length === 0 ? undefined : disassemble(bytes, { bits, address, limit: 1 })[0]?.text;
}

/** SDM 3A, figure 4-12. */
function pageFaultCode(code: number): string {
  const words = [
    code & 1 ? 'the page is present, but not for this' : 'no page is present',
    code & 2 ? 'a write' : code & 16 ? 'an instruction fetch' : 'a read',
    code & 4 ? 'from ring 3' : 'with supervisor rights',
    code & 8 ? 'a reserved bit is set in an entry' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** SDM 3A, figure 6-7. */
function selectorCode(code: number): string {
  if (code === 0) return 'no selector is to blame';
  const external = code & 1 ? ', while something from outside the program was delivered (EXT)' : '';
  if (code & 2) return `gate ${hex(code >>> 3, 2)} of the IDT${external}`;
  return `selector ${hex(code & 0xfffc)}, entry ${code >>> 3} of the ${code & 4 ? 'LDT' : 'GDT'}${external}`;
}

// ---- What could not be delivered

/** What could not be delivered before this entry, in order. */
function trailTo({ pc, traps }: Asked, entry: TrapEntry): readonly Undelivered[] {
  const { deliveries, trapCount } = undeliveredOf(pc.cpu);
  const behind = traps.entries.length - 1 - traps.entries.indexOf(entry);
  return deliveries.length > 0 && trapCount + 1 === pc.cpu.trapCount - behind ? deliveries : [];
}

/** What was in the way of a delivery. */
function obstacleTo(asked: Asked, { vector, met }: Undelivered, at: Fault): string {
  const obstacle = throughGate(asked, vector, at).find(({ passes }) => !passes);
  const text = obstacle?.text ?? reasonFor(asked, { ...at, ...met }, '').text;
  return `${nameOfVector(met.vector, met.errorCode)}: ${text}`;
}

/** A delivery that failed, because of what was to be delivered, and of what was in its way. */
function undelivered(asked: Asked, failed: Undelivered, at: Fault, instruction: string): Check {
  const { vector, errorCode, isFault } = failed;
  const text = `${nameOfVector(vector, errorCode)} could not be delivered, because of ${obstacleTo(asked, failed, at)}`;
  const name = vector === DF ? 'double fault' : 'delivery';
  if (vector === DF || !isFault) return { name, passes: false, text };
  const own = reasonFor(asked, { ...at, vector, errorCode }, instruction);
  const exception = `${nameOfVector(vector, errorCode)}: ${own.text}`;
  return {
    name,
    passes: false,
    text,
    because: [{ name: 'exception', passes: false, text: exception, rule: own.rule }],
  };
}

function doubleFault(asked: Asked, entry: TrapEntry, trail: readonly Undelivered[], instruction: string): Check {
  const failed = trail.at(-1);
  const name = 'double fault';
  if (!failed) {
    const text = '#DF(0x0): a second exception was raised while a first one was delivered.';
    return { name, passes: false, text, rule: DOUBLE };
  }
  const first = nameOfVector(failed.vector, failed.errorCode);
  const text = `#DF(0x0): while ${first} was delivered came ${obstacleTo(asked, failed, entry)}`;
  const because = trail.map((one) => undelivered(asked, one, entry, instruction));
  return { name, passes: false, text, rule: DOUBLE, because };
}

/** SDM 3A, 6.15, interrupt 8: a fault on the way to the double-fault handler shuts the processor down. */
function whyShutdown(asked: Asked): Answer {
  const { cpu } = asked.pc;
  const place = { cs: cpu.segment('cs').selector, eip: cpu.eip, cpl: cpu.cpl };
  const at = { ...place, ss: cpu.segment('ss').selector, esp: cpu.esp, flags: cpu.eflags, cr2: cpu.cr2 };
  const instruction = instructionAt(asked, place) ?? '';
  const { vector, errorCode } = cpu.shutdown!;
  const [where, ...source] = instructionChecks(asked, place, instruction, '');
  const exception = { ...where, name: 'exception', text: `${nameOfVector(vector, errorCode)} at ${where.text}` };
  const trail = undeliveredOf(cpu).deliveries.map((failed) =>
    undelivered(asked, failed, { ...at, vector: failed.vector, errorCode: failed.errorCode }, instruction),
  );
  return answerOf([exception, ...source, ...trail], '');
}
