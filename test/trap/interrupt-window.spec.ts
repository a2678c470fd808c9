/** When an interrupt that waits is let in: IF, the shadow of sti and of loads of SS, HLT, repeated string instructions. */
import { expect, test } from 'vitest';
import { boot, type Program, ring0, type TestMachine } from '../../emu/testing/index.ts';

const TIMER = 0x20;

/** Only IRQ 0 unmasked, channel 0 of the 8254 in mode 2 with this many clocks. */
const timer = (clocks: number): string => `
        irqs    0
        mov     al, 0x34
        out     0x43, al
        mov     al, ${clocks & 255}
        out     0x40, al
        mov     al, ${clocks >> 8}
        out     0x40, al
`;
/** ... and wait, with interrupts off, until the request stands in the IRR. */
const pendingTimer = `
${timer(100)}
        mov     al, 0x0a
        out     0x20, al
.wait:  in      al, 0x20
        test    al, 1
        jz      .wait
`;
async function firstInterrupt(program: Program): Promise<TestMachine> {
  const m = await boot(program);
  m.runUntilTrap({ vector: TIMER });
  return m;
}

test('while IF is clear nothing is let in', async () => {
  const m = await boot(ring0`
    start:  ${pendingTimer}
            mov     ecx, 1000
    .spin:  dec     ecx
            jnz     .spin
            hlt
  `);
  expect(m.run()).toMatchObject({ kind: 'halted', interruptsEnabled: false });
  expect(m.traps).toEqual([]);
});

test('sti lets an interrupt in only after one more instruction', async () => {
  const m = await firstInterrupt(ring0`
    start:  ${pendingTimer}
            sti
            inc     eax
    here:   inc     ebx
            hlt
  `);
  expect(m).toDeliverTrap({ vector: TIMER, cause: 'external', errorCode: null, eip: 'here' });
});

test('sti with IF set already casts no shadow', async () => {
  const m = await firstInterrupt(ring0`
    start:  ${timer(20)}
            sti
    here:   times 10000 sti
    behind: hlt
  `);
  // If each sti cast one, the interrupt could only come behind them all.
  const { eip } = m.traps.at(-1)!;
  expect(eip).toBeGreaterThan(m.addressOf('here'));
  expect(eip).toBeLessThan(m.addressOf('behind'));
});

test('popf lets it in at once', async () => {
  const m = await firstInterrupt(ring0`
    start:  ${pendingTimer}
            push    dword 0x202
            popf
    here:   inc     eax
            hlt
  `);
  expect(m).toDeliverTrap({ vector: TIMER, eip: 'here' });
});

test('a load of SS keeps it out for one more instruction, so that ESP can follow', async () => {
  const m = await firstInterrupt(ring0`
    start:  ${pendingTimer}
            mov     cx, ss
            sti
            mov     ss, cx                  ; in the shadow of sti
            mov     esp, world_stack        ; in the shadow of the load
    here:   inc     eax
            hlt
  `);
  expect(m).toDeliverTrap({ vector: TIMER, eip: 'here' });
});

test('sti and hlt in a row lose no wake-up, and the interrupt returns behind the hlt', async () => {
  const m = await firstInterrupt(ring0`
    start:  ${pendingTimer}
            sti
            hlt
    behind: inc     eax
  `);
  expect(m).toDeliverTrap({ vector: TIMER, eip: 'behind' });
});

test('a halted processor is woken by an interrupt that comes later', async () => {
  const m = await firstInterrupt(ring0`
    start:  ${timer(10_000)}
            sti
            hlt
    behind: inc     eax
  `);
  expect(m).toDeliverTrap({ vector: TIMER, eip: 'behind' });
});

test('a repeated string instruction is interrupted between two iterations, with registers that go on from there', async () => {
  const m = await firstInterrupt(ring0`
    start:  ${timer(60)}
            mov     esi, 0x200000
            mov     edi, 0x300000
            mov     ecx, 0x20000
            sti
    here:   rep     movsd
            hlt
  `);
  expect(m).toDeliverTrap({ vector: TIMER, eip: 'here' });
  const { ecx, esi, edi } = m.pc.cpu;
  const done = 0x20000 - ecx;
  expect(done).toBeGreaterThan(0);
  expect(ecx).toBeGreaterThan(0);
  expect([esi, edi]).toEqual([0x200000 + 4 * done, 0x300000 + 4 * done]);
});
