/** The two 8259s, and the interrupt wires that lead to them. Reading changes nothing. */

import type { Pc } from '../../machine/pc.ts';
import type { Stepper } from '../stepper/stepper.ts';
import { whyIrq } from '../why/irq.ts';
import { bits8, dim, hex, type Line, line, strong, title } from './text.ts';

/** Registers with IR7 on the left. */
export function picView(pc: Pc): Line[] {
  const { master, slave } = pc.pic.peek();
  const chips = [
    ['master', master, pc.pic.master.irr],
    ['slave', slave, pc.pic.slave.irr],
  ] as const;
  return [
    line(title('pic     IRR      IMR      ISR      lines    ELCR     vectors')),
    ...chips.map(([name, { imr, isr, lines, elcr, icw2 }, irr]) =>
      line(
        name.padEnd(8),
        [irr, imr, isr, lines, elcr].map(bits8).join(' '),
        ` ${hex(icw2 & 0xf8, 2)}-${hex((icw2 & 0xf8) + 7, 2)}`,
      ),
    ),
    ...chips.flatMap(([name, state]) => {
      const words = modesOf(state);
      return words === '' ? [] : [line(dim(`${name}: ${words}`))];
    }),
  ];
}

function modesOf(s: ReturnType<Pc['pic']['peek']>['master']): string {
  const words = [
    s.expects !== 1 ? `waits for ICW${s.expects}` : '',
    s.icw1 & 8 ? 'level triggered' : '',
    s.icw4 & 2 ? 'automatic EOI' : '',
    s.icw4 & 16 ? 'special fully nested' : '',
    s.specialMask ? 'special mask mode' : '',
    s.lowest !== 7 ? `IR${s.lowest} is the lowest` : '',
    s.poll ? 'the next read is a poll' : '',
    s.readIsr ? 'reads the ISR' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** Each interrupt wire, with its level and what the 8259 makes of it; and what is in the way of one that asks. */
export function wiresView(stepper: Stepper): Line[] {
  const { pc } = stepper;
  const { master, slave } = pc.pic.peek();
  return pc.wires.flatMap((wire, n) => {
    if (!wire) return [];
    const chip = n < 8 ? master : slave;
    const bit = 1 << (n & 7);
    const requested = ((n < 8 ? pc.pic.master : pc.pic.slave).irr & bit) !== 0;
    const words = [
      wire.level ? 'high' : 'low',
      chip.imr & bit ? 'masked' : 'enabled',
      chip.isr & bit ? 'in service' : '',
      requested ? 'requested' : '',
    ];
    const text = words.filter((word) => word !== '').join(', ');
    const busy = wire.level || requested || (chip.isr & bit) !== 0;
    const verdict = wire.level || requested ? dim(`  ${whyIrq(stepper, n).verdict}`) : undefined;
    return [line(`IRQ ${String(n).padEnd(2)} `, busy ? strong(text) : chip.imr & bit ? dim(text) : text, verdict)];
  });
}
