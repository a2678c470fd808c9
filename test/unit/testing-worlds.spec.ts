/** What the worlds of trapgate/testing have ready: the 8259s, and the end of an interrupt. */
import { describe, expect, test } from 'vitest';
import { at, boot, edge, real, ring0 } from '../../emu/testing/index.ts';

const LINES = Array.from({ length: 16 }, (_, irq) => irq).filter((irq) => irq !== 2);
const vectorOf = (irq: number) => (irq < 8 ? 0x20 : 0x28 - 8) + irq;
const isOpen = (irq: number) => [1, 9, 15].includes(irq);

describe.each([
  ['protected mode', ring0, 'iretd'],
  ['real mode', real, 'iret'],
])('in %s', (_, world, iret) => {
  const program = world`
      start:  mov     eax, 0x12345678
              irqs    1, 9, 15
              cmp     eax, 0x12345678
              jne     wrong
              on      0x21, first
              on      0x29, ninth
              on      0x2f, last
              sti
      idle:   jmp     idle
      first:  eoi     1
              ${iret}
      ninth:  eoi     9
              ${iret}
      last:   eoi     15
              ${iret}
      wrong:  hlt
  `;

  test.each(LINES.filter(isOpen))('irqs opens IRQ %i, and eoi ends it on the chips it came through', async (irq) => {
    const m = await boot(program);
    m.input(edge(irq), at(10_000));
    m.runUntil({ kind: 'iret' });
    expect(m).toAcknowledge(vectorOf(irq), 1);
    expect(m).toSendEoi(irq, 1);
    expect(m).toPreserveRegisters();
    expect(m).toHaveCleanInterrupts();
    expect(m.pc.pic.peek().master.isr | m.pc.pic.peek().slave.isr).toBe(0);
  });

  test.each(LINES.filter((irq) => !isOpen(irq)))('irqs leaves IRQ %i masked', async (irq) => {
    const m = await boot(program);
    m.input(edge(irq), at(10_000));
    m.run({ instructions: 20_000 });
    expect(m.eventsOf('interrupt')).toEqual([]);
  });
});
