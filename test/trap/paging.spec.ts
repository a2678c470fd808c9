/** #PF: when, with what error code, and that what faulted can be done again (SDM 3A, 4.7 and 6.15). */
import { describe, expect, test } from 'vitest';
import { BP, boot, GP, PF, paged0, paged3, UD } from '../../emu/testing/index.ts';
import { type Case, NOTHING, specify } from './specification.ts';

const [P, W, U] = [1, 2, 4];
/** A page that nobody has touched, and where it leads when present. */
const AT = 0x300000;
const entry = (bits: number) => `page ${AT}, ${AT} + ${bits}\n`;
const fault = (errorCode: number, cr2 = AT) => ({ vector: PF, errorCode, cr2, cause: 'fault' }) as const;
const WP = 'mov eax, cr0\n or eax, 0x10000\n mov cr0, eax\n';

describe('the error code says present, write, user', () => {
  const NAMES: Readonly<Record<number, string>> = {
    0: 'not present',
    [P]: "a supervisor's, read-only",
    [P | W]: "a supervisor's, writable",
    [P | U]: "a user's, read-only",
    [P | W | U]: "a user's, writable",
  };
  const READ = `here: mov eax, [${AT}]`;
  const WRITE = `here: mov [${AT}], eax`;
  const rows: [ring: 'ring 0' | 'ring 3', access: string, code: string, bits: number, errorCode: number | null][] = [
    ['ring 0', 'a read', READ, 0, 0],
    ['ring 0', 'a write', WRITE, 0, W],
    ['ring 0', 'a read', READ, P, null],
    ['ring 0', 'a write, CR0.WP clear,', WRITE, P, null],
    ['ring 0', 'a write', WRITE, P | W, null],
    ['ring 0', 'a read', READ, P | U, null],
    ['ring 0', 'a write, CR0.WP clear,', WRITE, P | U, null],
    ['ring 0', 'a write, CR0.WP set,', `${WP}${WRITE}`, P, P | W],
    ['ring 0', 'a write, CR0.WP set,', `${WP}${WRITE}`, P | U, P | W],
    ['ring 0', 'a write, CR0.WP set,', `${WP}${WRITE}`, P | W, null],
    ['ring 3', 'a read', READ, 0, U],
    ['ring 3', 'a write', WRITE, 0, U | W],
    ['ring 3', 'a read', READ, P, U | P],
    ['ring 3', 'a write', WRITE, P, U | P | W],
    ['ring 3', 'a read', READ, P | W, U | P],
    ['ring 3', 'a write', WRITE, P | W, U | P | W],
    ['ring 3', 'a read', READ, P | U, null],
    ['ring 3', 'a write', WRITE, P | U, U | P | W],
    ['ring 3', 'a write', WRITE, P | W | U, null],
  ];
  for (const ring of ['ring 0', 'ring 3'] as const) {
    specify(
      ring === 'ring 0' ? paged0 : paged3,
      rows
        .filter((row) => row[0] === ring)
        .map(
          ([, access, code, bits, errorCode]): Case => [
            `${access} from ${ring} to a page that is ${NAMES[bits]}: ${errorCode === null ? 'done' : `#PF(${errorCode})`}`,
            entry(bits) + code,
            errorCode === null ? NOTHING : fault(errorCode),
          ],
        ),
    );
  }
});

describe('what else reads and writes', () => {
  const writes: readonly [string, string][] = [
    ['inc, which reads first, faults as a write', `here: inc dword [${AT}]`],
    ['xchg too', `here: xchg eax, [${AT}]`],
    ['and lock cmpxchg, even when it would not store', `here: lock cmpxchg [${AT}], ecx`],
    ['a bit set', `here: bts dword [${AT}], 3`],
    ['stosd', `mov edi, ${AT}\n here: stosd`],
    ['push', `mov esp, ${AT} + 4\n here: push eax`],
    ['call', `mov esp, ${AT} + 4\n here: call behind`],
    ['pop to memory', `push eax\n here: pop dword [${AT}]`],
    ['a segment register stored', `here: mov [${AT}], ds`],
    ['sgdt', `here: sgdt [${AT}]`],
    ['setz', `here: setz [${AT}]`],
  ];
  specify(
    paged3,
    writes.map(([what, code]): Case => [what, entry(P | U) + code, fault(P | W | U)]),
  );
  specify(paged3, [
    ['a bit test only reads', `${entry(0)} here: bt dword [${AT}], 3`, fault(U)],
    ['cmp only reads', `${entry(0)} here: cmp [${AT}], eax`, fault(U)],
    ['lodsb', `${entry(0)} mov esi, ${AT}\n here: lodsb`, fault(U)],
    ['ret', `${entry(0)} mov esp, ${AT}\n here: ret`, fault(U)],
    ['pop', `${entry(0)} mov esp, ${AT}\n here: pop eax`, fault(U)],
    ['leave', `${entry(0)} mov ebp, ${AT}\n here: leave`, fault(U)],
    ['a jump to where nothing is faults there', `${entry(0)} jmp ${AT}`, { ...fault(U), eip: AT }],
    ['a jump to a page of the supervisor', `${entry(P | W)} jmp ${AT}`, { ...fault(U | P), eip: AT }],
    ['lea reads nothing', `${entry(0)} lea eax, [${AT}]`, NOTHING],
    ['prefetch is a hint', `${entry(0)} prefetchnta [${AT}]`, NOTHING],
  ]);
});

describe('accesses over the end of a page', () => {
  const NEXT = AT + 0x1000;
  const second = (bits: number) => `page ${NEXT}, ${NEXT} + ${bits}\n`;
  specify(paged3, [
    [
      'a dword whose second page is missing: CR2 is the beginning of that page',
      `${second(0)} here: mov eax, [${NEXT} - 2]`,
      fault(U, NEXT),
    ],
    [
      'a dword whose first page is missing: CR2 is where it begins',
      `${entry(0)} here: mov eax, [${NEXT} - 2]`,
      fault(U, NEXT - 2),
    ],
    ['both missing: the first one is told', `${entry(0)}${second(0)} here: mov eax, [${NEXT} - 1]`, fault(U, NEXT - 1)],
    ['a write whose second page is read-only', `${second(P | U)} here: mov [${NEXT} - 1], eax`, fault(U | P | W, NEXT)],
    ['pusha', `${entry(0)} mov esp, ${NEXT} + 8\n here: pushad`, { vector: PF }],
  ]);
  test('a write that faults in its second page has stored nothing in its first', async () => {
    const m = await boot(paged3`
      start:  ${second(P | U)}
              mov     eax, 0x11223344
      here:   mov     [${NEXT - 2}], eax
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ ...fault(U | P | W, NEXT), eip: 'here' });
    expect(m.dword(NEXT - 4)).toBe(0);
  });
  test('an instruction over the end of a page faults at the second page', async () => {
    const m = await boot(paged3`
      start:  mov     word [${NEXT - 2}], 0x05c7
              ${second(0)}
              mov     eax, ${NEXT - 2}
              jmp     eax
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ ...fault(U, NEXT), eip: NEXT - 2 });
  });
});

describe('a fault changes nothing, so that the instruction can be done again', () => {
  const restarts: readonly [string, string, string][] = [
    ['push: ESP', `mov esp, ${AT} + 4`, 'push eax'],
    ['pop: ESP', `mov esp, ${AT}`, 'pop eax'],
    ['call: ESP and EIP', `mov esp, ${AT} + 4`, 'call behind'],
    ['ret: ESP', `mov esp, ${AT}`, 'ret'],
    ['pushad', `mov esp, ${AT} + 16`, 'pushad'],
    ['popad', `mov esp, ${AT} - 8`, 'popad'],
    ['enter', `mov esp, ${AT} + 4`, 'enter 8, 0'],
    ['leave: EBP and ESP', `mov ebp, ${AT}`, 'leave'],
    ['movsd: ESI and EDI', `mov esi, ${AT}\n mov edi, 0x200000`, 'movsd'],
    ['stosd: EDI', `mov edi, ${AT}`, 'stosd'],
    ['xchg: its register', 'mov eax, 7', `xchg eax, [${AT}]`],
    ['xadd', 'mov eax, 7', `xadd [${AT}], eax`],
    ['cmpxchg: EAX', 'mov eax, 7', `cmpxchg [${AT}], ecx`],
    ['add: the flags', 'xor eax, eax', `add dword [${AT}], -1`],
    ['adc: the carry that goes in', 'stc', `adc dword [${AT}], 1`],
    ['rcl: the carry that goes in', 'stc', `rcl dword [${AT}], 1`],
  ];
  test.each(restarts)('%s', async (_, setup, code) => {
    const m = await boot(paged3`
      start:  ${entry(0)}
              ${setup}
              nop
      here:   ${code}
      behind: ud2
    `);
    m.runTo('here');
    const names = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
    const state = () => names.map((name) => m.pc.cpu.register(name));
    const [before, flags] = [state(), m.pc.cpu.eflags];
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: PF, eip: 'here', cpl: 3 });
    const { esp, flags: pushed } = m.traps[0]!;
    const after = state();
    after[4] = esp;
    expect(after).toEqual(before);
    expect(pushed & 0x8d5).toBe(flags & 0x8d5);
  });

  test('a handler that maps the page lets it go on, as demand paging does', async () => {
    const m = await boot(paged3`
      start:  on      14, handler
              ${entry(0)}
              mov     ecx, 2
      here:   add     dword [${AT}], 5
              loop    here
              mov     eax, [${AT}]
              int3
      handler:
              page    ${AT}, ${AT} + 7
              add     esp, 4
              iretd
    `);
    m.runUntilTrap({ vector: BP });
    expect(m.traps.map(({ vector }) => vector)).toEqual([PF, BP]);
    expect(m.pc.cpu.eax).toBe(10);
    expect(m).toLeaveStackBalanced();
    expect(m).toPreserveRegisters();
  });

  test('rep movsd goes on from the element that faulted', async () => {
    const m = await boot(paged3`
      start:  ${entry(0)}
              mov     esi, 0x200000
              mov     edi, ${AT - 12}
              mov     ecx, 8
      here:   rep     movsd
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ ...fault(W | U), eip: 'here' });
    const { ecx, esi, edi } = m.pc.cpu;
    expect([ecx, esi, edi]).toEqual([5, 0x20000c, AT]);
  });
});

describe('accessed and dirty', () => {
  const bitsAfter = async (code: string) => {
    const m = await boot(paged0`
      start:  ${entry(P | W | U)}
              ${code}
              ud2
    `);
    m.runUntilTrap({ vector: UD });
    return m.dword(m.addressOf('world_pages') + (AT >> 12) * 4) & 0x60;
  };
  test('a read sets A', async () => expect(await bitsAfter(`mov eax, [${AT}]`)).toBe(0x20));
  test('a write sets A and D', async () => expect(await bitsAfter(`mov [${AT}], eax`)).toBe(0x60));
  test('a read and then a write set both', async () =>
    expect(await bitsAfter(`mov eax, [${AT}]\n mov [${AT}], eax`)).toBe(0x60));
  test('what is not touched stays clear', async () => expect(await bitsAfter('nop')).toBe(0));
  test('a write that faults sets neither', async () => {
    const m = await boot(paged3`
      start:  ${entry(P | U)}
      here:   mov     [${AT}], eax
    `);
    m.runUntilTrap();
    expect(m.dword(m.addressOf('world_pages') + (AT >> 12) * 4) & 0x40).toBe(0);
  });
});

describe('translations are remembered until they are told off', () => {
  specify(paged0, [
    ['invlpg', `mov eax, [${AT}]\n${entry(0)} invlpg [${AT}]\n here: mov eax, [${AT}]`, fault(0)],
    ['a load of CR3', `mov eax, [${AT}]\n${entry(0)} mov eax, cr3\n mov cr3, eax\n here: mov eax, [${AT}]`, fault(0)],
    [
      'a directory entry that is gone takes its pages along',
      `mov dword [world_directory + 4], 0\n here: mov eax, [0x400000]`,
      fault(0, 0x400000),
    ],
  ]);
  specify(paged3, [
    ['beyond the tables there is nothing', 'here: mov eax, [0x400000]', fault(U, 0x400000)],
    ['at the top of memory either', 'here: mov al, [0xffffffff]', fault(U, 0xffffffff)],
  ]);
});

describe('the processor’s own accesses are the supervisor’s', () => {
  const IDT = 'mov eax, world_idt\n shr eax, 12\n and dword [world_pages + eax * 4], ~4\n';
  specify(paged3, [
    ['the IDT may be hidden from ring 3', `${IDT} int 0x80\n here:`, { vector: 0x80, cpl: 3 }],
    [
      'a segment load reads a GDT hidden from ring 3',
      'mov eax, world_gdt\n shr eax, 12\n and dword [world_pages + eax * 4], ~4\n mov ax, 0x23\n mov fs, ax\n here: ud2',
      { vector: UD },
    ],
  ]);
  test('#PF while reading a gate has no U bit, and EXT is not among its bits', async () => {
    const m = await boot(paged0`
      start:  mov     eax, idt
              mov     [idtr + 2], eax
              mov     esi, world_idt
              mov     edi, idt
              mov     ecx, 256 * 2
              rep     movsd
              lidt    [idtr]
              mov     eax, idt + 0x1000 - 2048 + 2048
              shr     eax, 12
              mov     dword [world_pages + eax * 4], 0
              mov     eax, cr3
              mov     cr3, eax
      here:   int     0x90
              section .data
      idtr:   dw      256 * 8 - 1
              dd      0
              section .bss
              alignb  4096
              resb    4096 - 0x80 * 8
      idt:    resb    256 * 8
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: PF, errorCode: 0, eip: 'here' });
    expect(m.pc.cpu.cr2).toBe(m.addressOf('idt') + 0x90 * 8);
  });
});

describe('segments are asked before pages', () => {
  specify(paged3, [
    [
      'a null segment is #GP, wherever it points',
      `${entry(0)} xor ax, ax\n mov fs, ax\n here: mov eax, [fs:${AT}]`,
      { vector: GP, errorCode: 0 },
    ],
    ['a page fault wins over nothing', `${entry(0)} here: mov eax, [ss:${AT}]`, fault(U)],
  ]);
});
