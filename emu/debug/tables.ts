/** Chips and tables as text for people: what `info` commands show. Reading changes nothing. */

import type { Pc } from '../machine/pc.ts';
import { nameOfVector } from '../machine/stop.ts';
import { gateOf } from './descriptors.ts';
import type { Stepper } from './stepper.ts';

const bits8 = (value: number) => value.toString(2).padStart(8, '0');
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** The 8259s: registers with IR7 on the left. */
export function describePic(pc: Pc): string {
  const { master, slave } = pc.pic.peek();
  return [
    `pic     IRR      IMR      ISR      lines    ELCR     vectors`,
    ...([['master', master, pc.pic.master.irr] as const, ['slave', slave, pc.pic.slave.irr] as const] as const).map(
      ([name, { imr, isr, lines, elcr, icw2 }, irr]) =>
        `${name.padEnd(7)} ${[irr, imr, isr, lines, elcr].map(bits8).join(' ')} ${hex(icw2 & 0xf8, 2)}-${hex((icw2 & 0xf8) + 7, 2)}`,
    ),
  ].join('\n');
}

/** The gates that are present, or the one asked for. */
export function describeIdt({ pc, symbols }: Stepper, only?: number): string {
  const { base, limit } = pc.cpu.idtr;
  const lines = [`IDT at ${hex(base, 8)}, limit ${hex(limit, 4)}`];
  for (let vector = only ?? 0; vector <= (only ?? Math.min(255, (limit + 1) / 8 - 1)); vector++) {
    const gate = gateOf(pc, vector);
    const name = nameOfVector(vector);
    const label = `${hex(vector, 2)} ${name.startsWith('vector') ? '' : name}`.padEnd(8);
    if ('trouble' in gate) {
      if (only !== undefined) lines.push(`${label} ${gate.trouble}`);
      continue;
    }
    const { kind, bits, selector, offset, dpl, present } = gate.found;
    if (!present && only === undefined) continue;
    const symbol = symbols.nameOf(offset);
    const where = `${hex(selector, 4)}:${hex(offset, 8)}${symbol === undefined ? '' : ` <${symbol}>`}`;
    lines.push(`${label} ${kind} gate, ${bits}-bit, dpl ${dpl}${present ? '' : ', NOT PRESENT'}, ${where}`);
  }
  return lines.join('\n');
}

/** The interrupt wires that are not at rest. */
export function describeWires(pc: Pc): string {
  const { master, slave } = pc.pic.peek();
  const lines = pc.wires.flatMap((wire, n) => {
    if (!wire) return [];
    const chip = n < 8 ? master : slave;
    const bit = 1 << (n & 7);
    const words = [
      wire.level ? 'high' : 'low',
      chip.imr & bit ? 'masked' : 'enabled',
      chip.isr & bit ? 'in service' : '',
      (n < 8 ? pc.pic.master : pc.pic.slave).irr & bit ? 'requested' : '',
    ];
    return [`IRQ ${String(n).padEnd(2)} ${words.filter((word) => word !== '').join(', ')}`];
  });
  return lines.join('\n');
}

/** The last traps, oldest first. */
export function describeTraps({ traps, symbols }: Stepper, count = 16): string {
  const last = traps.entries.slice(-count);
  if (last.length === 0) return 'nothing has been delivered';
  return last
    .map(({ time, vector, errorCode, cause, cpl, cs, eip, cr2 }) => {
      const symbol = symbols.nameOf(eip);
      const place = `${hex(cs, 4)}:${hex(eip, 8)}${symbol === undefined ? '' : ` <${symbol}>`}`;
      const detail = cr2 === undefined ? '' : `, cr2 ${hex(cr2, 8)}`;
      return `${String(time).padStart(12)} ${nameOfVector(vector, errorCode)} (${cause}) from ring ${cpl} at ${place}${detail}`;
    })
    .join('\n');
}

/** How far back one can go, and where one is. */
export function describeHistory({ history, pc }: Stepper): string {
  const { times, bytes, bound } = history.inventory;
  const mb = (n: number) => (n / 2 ** 20).toFixed(1);
  return [
    `from ${history.start} to ${history.end}, now at ${pc.machine.now}${history.isPast ? ' (in the past)' : ''}`,
    `${times.length} saves, ${mb(bytes)} MB of ${mb(bound)} MB`,
  ].join('\n');
}
