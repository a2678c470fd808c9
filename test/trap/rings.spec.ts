/** Every way between the rings: gates inwards, iret outwards, and the stacks they change to (SDM 3A, 5.8.5 and 6.12.1). */
import { describe, expect, test } from 'vitest';
import {
  boot,
  CONFORMING_CODE,
  GP,
  NP,
  PF,
  paged3,
  ring0,
  ring1,
  ring2,
  ring3,
  SPARE,
  SS,
  TS,
  UD,
} from '../../emu/testing/index.ts';
import { type Case, deliver, NOTHING, specify } from './specification.ts';

const WORLDS = [ring0, ring1, ring2, ring3];
const CODE = [0x08, 0x31, 0x42, 0x1b];
const DATA = [0x10, 0x39, 0x4a, 0x23];
const STACKS = ['world_stack', 'world_stack_1', 'world_stack_2'];
const EXT = 1;

describe('an interrupt leads from any ring to any ring that is not outside of it', () => {
  for (const from of [0, 1, 2, 3]) {
    for (const to of [0, 1, 2, 3]) {
      const code = CODE[to]! & ~3;
      if (to > from) {
        test(`from ring ${from} to ring ${to} is #GP(selector)`, async () => {
          await deliver(WORLDS[from]!, `gate 0x40, ${code}, world_trap, 0xee\n here: int 0x40`, {
            vector: GP,
            errorCode: code,
          });
        });
        continue;
      }
      test(`from ring ${from} to ring ${to}`, async () => {
        const m = await deliver(
          WORLDS[from]!,
          `gate 0x40, ${code}, world_trap, 0xee\n mov ebx, esp\n int 0x40\n here:`,
          {
            vector: 0x40,
            cpl: from,
          },
        );
        const { cpu } = m.pc;
        expect(cpu.cpl).toBe(to);
        expect(cpu.segment('cs').selector).toBe(code | to);
        expect([m.stack(0), m.stack(1) & 0xffff]).toEqual([m.addressOf('here'), CODE[from]]);
        if (to === from) {
          expect(cpu.esp).toBe(cpu.ebx - 12);
        } else {
          expect(cpu.segment('ss').selector).toBe(DATA[to]);
          expect(cpu.esp).toBe(m.addressOf(STACKS[to]!) - 20);
          expect([m.stack(3), m.stack(4) & 0xffff]).toEqual([cpu.ebx, DATA[from]]);
        }
      });
    }
  }
});

describe('iret leads from ring 0 to any ring, and never inwards', () => {
  const frame = (to: number, cs = CODE[to]!, ss = DATA[to]!, flags = 0x3002) => `
        push    dword ${ss}
        push    dword world_user_stack
        push    dword ${flags}
        push    dword ${cs}
        push    dword behind
here:   iretd
`;
  test.each([1, 2, 3])('to ring %i, with its stack', async (to) => {
    const m = await deliver(ring0, frame(to), { vector: UD, eip: 'behind', cpl: to, cs: CODE[to]! });
    expect(m.traps[0]).toMatchObject({ ss: DATA[to], esp: m.addressOf('world_user_stack') });
  });
  specify(ring3, [
    ['from ring 3 to ring 0 is #GP(selector)', frame(0), { vector: GP, errorCode: 0x08 }],
    ['from ring 3 to ring 1 is #GP(selector)', frame(1), { vector: GP, errorCode: 0x30 }],
    ['from ring 3 to ring 3 takes three dwords', frame(3), NOTHING],
  ]);
  specify(ring2, [['from ring 2 to ring 1 is #GP(selector)', frame(1), { vector: GP, errorCode: 0x30 }]]);
  specify(ring1, [['from ring 1 to ring 2 is done', frame(2), { ...NOTHING, cpl: 2 }]]);

  const wrong = (what: string, code: string, vector: number, errorCode: number): Case => [
    what,
    code,
    { vector, errorCode },
  ];
  specify(ring0, [
    wrong('a null CS is #GP(0)', frame(3, 0), GP, 0),
    wrong('a null CS with RPL is #GP(0) too', frame(3, 3), GP, 0),
    wrong('CS beyond the GDT is #GP(selector)', frame(3, 0xffb), GP, 0xff8),
    wrong('CS with a data segment is #GP(selector)', frame(3, 0x23), GP, 0x20),
    wrong('CS whose DPL is not its RPL is #GP(selector)', frame(3, 0x0b), GP, 0x08),
    wrong('CS of a TSS is #GP(selector)', frame(3, 0x2b), GP, 0x28),
    wrong(
      'CS not present is #NP(selector)',
      `descriptor ${SPARE}, 0x0000ffff, 0x00cf7b00\n${frame(3, SPARE | 3)}`,
      NP,
      SPARE,
    ),
    wrong('a null SS is #GP(0)', frame(3, 0x1b, 0), GP, 0),
    wrong('SS beyond the GDT is #GP(selector)', frame(3, 0x1b, 0xffb), GP, 0xff8),
    wrong('SS of another RPL is #GP(selector)', frame(3, 0x1b, 0x22), GP, 0x20),
    wrong('SS of another DPL is #GP(selector)', frame(3, 0x1b, 0x13), GP, 0x10),
    wrong('SS with a code segment is #GP(selector)', frame(3, 0x1b, 0x1b), GP, 0x18),
    wrong(
      'SS read-only is #GP(selector)',
      `descriptor ${SPARE}, 0x0000ffff, 0x00cff100\n${frame(3, 0x1b, SPARE | 3)}`,
      GP,
      SPARE,
    ),
    // The manual's prose says #SS; processors as Bochs and QEMU have them say #NP.
    wrong(
      'SS not present is #NP(selector)',
      `descriptor ${SPARE}, 0x0000ffff, 0x00cf7300\n${frame(3, 0x1b, SPARE | 3)}`,
      NP,
      SPARE,
    ),
    wrong(
      'EIP beyond the limit is #GP(0)',
      `descriptor ${SPARE}, 0x0000ffff, 0x0040fb00\n${frame(3, SPARE | 3)}`,
      GP,
      0,
    ),
    ['CS conforming of ring 0 runs in ring 3', frame(3, CONFORMING_CODE | 3), { ...NOTHING, cpl: 3 }],
  ]);

  test('data segments that the outer ring may not have become null; its own stay', async () => {
    const m = await boot(ring0`
      start:  mov     ax, 0x10
              mov     ds, ax
              mov     ax, 0x23
              mov     es, ax
              mov     ax, ${CONFORMING_CODE}
              mov     fs, ax
              mov     ax, 0x39
              mov     gs, ax
              ${frame(3)}
      behind: ud2
    `);
    m.runUntilTrap();
    const { cpu } = m.pc;
    expect((['ds', 'es', 'fs', 'gs'] as const).map((name) => cpu.segment(name).selector)).toEqual([
      0,
      0x23,
      CONFORMING_CODE,
      0,
    ]);
  });

  test('a failed iret has popped nothing', async () => {
    const m = await deliver(ring0, `mov ebx, esp\n${frame(3, 0)}`, { vector: GP, errorCode: 0 });
    expect(m.traps[0]!.esp).toBe(m.pc.cpu.ebx - 20);
  });
});

describe('the stack that the TSS gives', () => {
  const int = 'here: int 0x80';
  const faults = 'here: ud2';
  const tss = (offset: number, value: number, size = 'word') => `mov ${size} [world_tss + ${offset}], ${value}\n`;
  const SS0 = 8;
  const ts = (errorCode: number) => ({ vector: TS, errorCode, cause: 'fault', cpl: 3 }) as const;
  // #TS itself goes to a task's or an outer handler here, for ring 0 has no stack: vector 10 stays in ring 3.
  const stay = (vector: number) => `gate ${vector}, ${CONFORMING_CODE}, world_trap, 0x8e\n`;
  specify(ring3, [
    ['SS0 null is #TS(0)', `${stay(TS)}${tss(SS0, 0)}${int}`, ts(0)],
    ['... with EXT for an exception', `${stay(TS)}${tss(SS0, 0)}${faults}`, ts(EXT)],
    ['SS0 beyond the GDT is #TS(selector)', `${stay(TS)}${tss(SS0, 0xff8)}${int}`, ts(0xff8)],
    ['SS0 of another RPL is #TS(selector)', `${stay(TS)}${tss(SS0, 0x13)}${int}`, ts(0x10)],
    ['SS0 of another DPL is #TS(selector)', `${stay(TS)}${tss(SS0, 0x20)}${int}`, ts(0x20)],
    ['SS0 with a code segment is #TS(selector)', `${stay(TS)}${tss(SS0, 0x08)}${int}`, ts(0x08)],
    [
      'SS0 read-only is #TS(selector)',
      `${stay(TS)}descriptor ${SPARE}, 0xffff, 0x00cf9100\n${tss(SS0, SPARE)}${int}`,
      ts(SPARE),
    ],
    [
      '... with EXT for an exception',
      `${stay(TS)}descriptor ${SPARE}, 0xffff, 0x00cf9100\n${tss(SS0, SPARE)}${faults}`,
      ts(SPARE | EXT),
    ],
    ['SS0 with a TSS is #TS(selector)', `${stay(TS)}${tss(SS0, 0x28)}${int}`, ts(0x28)],
    [
      'SS0 not present is #SS(selector)',
      `${stay(SS)}descriptor ${SPARE}, 0xffff, 0x00cf1300\n${tss(SS0, SPARE)}${int}`,
      { vector: SS, errorCode: SPARE },
    ],
    [
      'no room below ESP0 is #SS(selector)',
      `${stay(SS)}descriptor ${SPARE}, 0xffff, 0x00409300\n${tss(SS0, SPARE)}${tss(4, 16, 'dword')}${int}`,
      { vector: SS, errorCode: SPARE },
    ],
    [
      'ESP0 beyond the limit is #SS(selector)',
      `${stay(SS)}descriptor ${SPARE}, 0xffff, 0x00409300\n${tss(SS0, SPARE)}${tss(4, 0x20000, 'dword')}${int}`,
      { vector: SS, errorCode: SPARE },
    ],
  ]);
  specify(ring0, [
    [
      'a TSS too short to hold SS0 is #TS(TSS)',
      `mov word [world_tss_descriptor], 7
       and byte [world_tss_descriptor + 5], 0xfd
       mov ax, 0x28
       ltr ax
       gate ${TS}, ${CONFORMING_CODE}, world_trap, 0x8e
       push dword 0x23
       push dword world_user_stack
       push dword 2
       push dword 0x1b
       push dword here
       iretd
       here: int 0x80`,
      { vector: TS, errorCode: 0x28, cpl: 3 },
    ],
  ]);
  test('a page that is missing under the stack of ring 0 is #PF without U, at the first push that meets it', async () => {
    const m = await boot(paged3`
      start:  mov     dword [world_tss + 4], 0x301008
              page    0x300000, 0
              gate    14, ${CONFORMING_CODE}, world_trap, 0x8e
      here:   int     0x80
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: PF, errorCode: 2, cr2: 0x300ffc, eip: 'here', cpl: 3 });
  });
});

describe('there and back', () => {
  test.each([0, 1, 2, 3])('a handler in ring 0 returns to ring %i with everything as it was', async (ring) => {
    const m = await boot(WORLDS[ring]!`
      start:  gate    0x40, 0x08, handler, 0xee
              mov     ecx, 1000
      again:  int     0x40
              loop    again
      done:   int     0x41
      handler: inc    edx
              iretd
    `);
    m.runUntil(({ kind, time }) => kind === 'trap' && time > 0 && m.traps.at(-1)!.vector !== 0x40);
    expect(m.frames.filter(({ exit }) => exit)).toHaveLength(1000);
    expect(m).toPreserveRegisters({ except: ['edx'] });
    expect(m).toLeaveStackBalanced();
    expect(m).toNestAtMost(2);
  });
});
