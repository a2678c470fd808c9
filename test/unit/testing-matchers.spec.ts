/** The matchers of trapgate/testing: what they accept, what they refuse, and how they say it. */
import { describe, expect, test } from 'vitest';
import {
  at,
  boot,
  DE,
  edge,
  GP,
  key,
  line,
  ring0,
  ring3,
  serial,
  type TestMachine,
  UD,
} from '../../emu/testing/index.ts';
import { pics } from '../pics.ts';

const EOI = 'mov al, 0x20\n out 0x20, al\n';

/** Waits for IRQ 5, whose handler is this code. */
const withHandler = (handler: string) => ring0`
    start:  ${pics()}
            on      0x25, handler
            sti
    idle:   nop
            jmp     idle
    handler:
            ${handler}
`;
const GOOD = `push eax\n ${EOI} pop eax\n iretd`;

async function interrupted(handler: string): Promise<TestMachine> {
  const m = await boot(withHandler(handler));
  m.input(edge(5), at(3000));
  m.run({ instructions: 1000 + 3000 });
  return m;
}
const complaint = (assertion: () => void): string => {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('an interrupt from the wire to its iret', () => {
  test('is delivered, acknowledged, ended and returned from, with everything as it was', async () => {
    const m = await interrupted(GOOD);
    expect(m).toDeliverInterrupt({ vector: 0x25, cpl: 0, cause: 'external' });
    expect(m).toAcknowledge(0x25, 1);
    expect(m).toSendEoi(5, 1);
    expect(m).toNestAtMost(1);
    expect(m).toLeaveStackBalanced();
    expect(m).toPreserveRegisters();
    expect(m).toReturnTo(m.traps[0]!.eip);
    expect(m.eventsOf('interrupt').map(({ time }) => time)).toEqual([3001]);
  });

  test('its events come in the order of time, and of kinds', async () => {
    const m = await interrupted(GOOD);
    const kinds = m.events.filter(({ time }) => time >= 3000).map(({ kind }) => kind);
    expect(kinds).toEqual(['line', 'inta', 'interrupt', 'register', 'eoi', 'iret']);
  });

  test('a register that the handler changes is named, with the trap and both values', async () => {
    const m = await interrupted(`${EOI} iretd`);
    expect(m).not.toPreserveRegisters();
    expect(complaint(() => expect(m).toPreserveRegisters())).toMatch(
      /vector 0x25 .* changed eax from \w{8} to 00000020/,
    );
    expect(m).toPreserveRegisters({ except: ['eax'] });
  });

  test('segment registers count too', async () => {
    const m = await interrupted(`push eax\n ${EOI} mov ax, 0x23\n mov fs, ax\n pop eax\n iretd`);
    expect(complaint(() => expect(m).toPreserveRegisters())).toContain('changed fs from 00000010 to 00000023');
  });

  test('an iret with something left on the stack is unbalanced, even when it faults', async () => {
    const m = await interrupted(`push eax\n ${EOI} iretd`);
    expect(complaint(() => expect(m).toLeaveStackBalanced())).toContain('left 4 bytes on the stack');
  });

  test('an error code must be popped', async () => {
    const m = await boot(ring0`
      start:  on      13, handler
              mov     ax, 0x1230
              mov     ds, ax
      handler: iretd
    `);
    m.run({ instructions: 5000 });
    expect(complaint(() => expect(m).toLeaveStackBalanced())).toContain('left 4 bytes on the stack');
  });

  test('handlers that let others in nest', async () => {
    const m = await boot(withHandler(`sti\n .wait: jmp .wait`));
    m.input(edge(5), at(3000));
    m.input(edge(1), at(3100));
    m.run({ instructions: 4000 });
    expect(m).toNestAtMost(2);
    expect(complaint(() => expect(m).toNestAtMost(1))).toContain('at most 1 deep, but they were 2 deep');
  });

  test('an EOI that is missing is counted', async () => {
    const m = await interrupted('iretd');
    expect(m).not.toSendEoi(5);
    expect(complaint(() => expect(m).toSendEoi(5, 1))).toContain('an EOI for IRQ 5 1 times, but that happened 0 times');
  });
});

describe('running', () => {
  test('until an event: the machine stands behind the instruction that made it', async () => {
    const m = await boot(withHandler(`push eax\n ${EOI} behind: pop eax\n iretd`));
    m.input(edge(5), at(3000));
    expect(m.runUntil({ kind: 'eoi', irq: 5 })).toMatchObject({ kind: 'eoi', irq: 5 });
    expect(m.pc.cpu.eip).toBe(m.addressOf('behind'));
    m.runUntil({ kind: 'iret' });
    expect(m.pc.cpu.eip).toBe(m.traps[0]!.eip);
  });

  test('until a trap with what it has to have', async () => {
    const m = await boot(ring0`
      start:  on      3, back
              int3
              int3
      here:   ud2
      back:   iretd
    `);
    m.runUntil({ kind: 'trap', trap: { vector: UD } });
    expect(m).toDeliverTrap({ vector: UD, eip: 'here' });
    expect(m.traps).toHaveLength(3);
  });

  test('an event that does not come within the budget is told with the story', async () => {
    const m = await boot(withHandler(GOOD));
    const told = complaint(() => m.runUntil({ kind: 'eoi' }, { instructions: 5000 }));
    expect(told).toMatch(/"kind":"eoi"} did not happen: the instruction budget is spent/);
  });

  test('to a place that only the test has a name for, on a PC built as it says', async () => {
    const m = await boot(ring0`start: nop\n jmp start`, {
      symbols: { monitor: 0xf0000 },
      pc: { frequency: 1_000_000 },
      ramBytes: 4 * 2 ** 20,
    });
    expect(m.addressOf('monitor+4')).toBe(0xf0004);
    expect([m.pc.clock.frequency, m.pc.cpu.ram.length]).toEqual([1_000_000, 4 * 2 ** 20]);
  });

  test('to a place, and within so many instructions', async () => {
    const m = await boot(ring0`
      start:  mov     ecx, 100
      again:  loop    again
      done:   hlt
    `);
    m.runTo('start');
    expect(m.pc.cpu.ecx).not.toBe(100);
    expect(complaint(() => expect(m).toReachWithin('done', 50))).toContain('expected done to be reached within 50');
    expect(m).toReachWithin('done', 60);
  });

  test('input by schedule: a key, a serial byte, a wire', async () => {
    const m = await boot(ring0`
      start:  jmp start
    `);
    m.input(key('a'), at(1, 'ms'));
    m.input(serial('x'), at(2, 'ms'));
    m.input(line(7, true), at(250_000));
    m.run({ instructions: 300_000 });
    const rises = m.eventsOf('line').filter(({ level }) => level);
    expect(rises.map((event) => event.line)).toContain('IRQ 1');
    expect(rises.at(-1)).toMatchObject({ line: 'IRQ 7', time: 250_000 });
  });

  test('input by schedule: bytes of a text enter one after the other, as the port has room', async () => {
    const m = await boot(ring0`
      start:  mov     dx, 0x3fc               ; DTR and RTS: there is somebody to send to
              mov     al, 3
              out     dx, al
              mov     edi, text
      next:   mov     dx, 0x3fd
              in      al, dx
              test    al, 1
              jz      next
              mov     dx, 0x3f8
              in      al, dx
              stosb
              jmp     next
              section .data
      text:   times 8 db 0
    `);
    m.input(serial('a text'), at(1, 'ms'));
    m.run({ instructions: 20_000_000 });
    const text = m.addressOf('text');
    expect(Buffer.from(m.pc.cpu.ram.slice(text, text + 8)).toString('latin1')).toBe('a text\0\0');
  });
});

describe('text', () => {
  const hello = ring0`
    start:  mov     esi, text
            mov     edx, 0x3fb
            mov     al, 3                   ; 8 bits
            out     dx, al
            mov     dl, 0xf8
    .next:  lodsb
            mov     ah, al
            add     dl, 5
    .wait:  in      al, dx                  ; until the transmitter has room
            test    al, 0x20
            jz      .wait
            sub     dl, 5
            mov     al, ah
            out     dx, al
            cmp     al, 10
            jne     .next
    .rest:  jmp     .rest
    text:   db      "hello", 13, 10
  `;

  test('the console is what COM1 has sent, also as lines with their times', async () => {
    const m = await boot(hello);
    m.run();
    expect(m).toPrint('hello');
    expect(m).toPrint(/^hello\r$/m);
    expect(complaint(() => expect(m).toPrint('goodbye'))).toContain('expected the console to say "goodbye"');
    expect(m.eventsOf('console').map((event) => event.line)).toEqual(['hello']);
  });

  test('a trap log that stays the same while the guest behaves the same', async () => {
    const m = await boot(ring3`
      start:  on      0, back
              xor     ecx, ecx
      here:   div     ecx
              int     0x80
      gone:   mov     ds, ax
      back:   add     dword [esp], 2
              mov     ax, 0x1230
              iretd
    `);
    m.run({ instructions: 5000 });
    expect(m.trapLog()).toMatchInlineSnapshot(`
      "#DE fault, ring 3, here
      vector 0x80 software, ring 3, gone"
    `);
  });

  test('a failure tells what happened last, and the source line', async () => {
    const m = await boot(ring0`
      start:  xor     ecx, ecx
      here:   div     ecx
    `);
    m.runUntilTrap();
    const told = complaint(() => expect(m).toDeliverTrap({ vector: GP }));
    expect(told).toContain('vector: expected #GP, was #DE');
    expect(told).toContain('line 3: here:   div     ecx');
    expect(m).not.toDeliverTrap({ vector: GP });
    expect(m).toDeliverTrap({ vector: DE });
  });

  test('a matcher about anything but a machine says so', () => {
    expect(complaint(() => expect(7).toDeliverTrap({ vector: GP }))).toContain('about a machine');
  });
});
