/** Loading and using segments: SDM 3A, 5.3 to 5.7, and 2A, MOV and LDS. */
import { describe } from 'vitest';
import {
  CONFORMING_CODE,
  GP,
  KERNEL_DATA,
  NP,
  RING_1_DATA,
  ring0,
  ring1,
  ring3,
  SPARE,
  SS,
  TASK_STATE,
  USER_CODE,
} from '../../emu/testing/index.ts';
import { type Case, NOTHING, specify } from './specification.ts';

const gp = (errorCode: number) => ({ vector: GP, errorCode, cause: 'fault' }) as const;
const load = (register: string, selector: number) => `mov ax, ${selector}\n here: mov ${register}, ax`;
/** A descriptor of byte granularity at SPARE: access byte, limit. */
const spare = (access: number, limit = 0xffff) => `descriptor ${SPARE}, ${limit}, ${0x00400000 | (access << 8)}\n`;

describe('null selectors', () => {
  const registers = ['ds', 'es', 'fs', 'gs'];
  specify(ring3, [
    ...registers.flatMap((name): Case[] => [
      [`${name} may be loaded with null`, load(name, 0), NOTHING],
      [`using ${name} then is #GP(0)`, `mov ax, 3\n mov ${name}, ax\n here: mov eax, [${name}:0x200000]`, gp(0)],
    ]),
    ['ss may not', load('ss', 0), gp(0)],
    ['nor null with an RPL', load('ss', 3), gp(0)],
  ]);
});

describe('what DS, ES, FS and GS take', () => {
  specify(ring0, [
    ['a selector beyond the GDT is #GP(selector)', load('es', 0x1000), gp(0x1000)],
    [
      'the descriptor must lie within the limit to its last byte',
      `sub word [world_gdtr], 1\n lgdt [world_gdtr]\n ${load('ds', 0x80)}`,
      gp(0x80),
    ],
    ['a selector of an LDT that is not there is #GP(selector)', load('fs', 0x0c), gp(0x0c)],
    ['a TSS is #GP(selector)', load('gs', TASK_STATE), gp(TASK_STATE)],
    ['an empty descriptor is #GP(selector)', load('ds', SPARE), gp(SPARE)],
    ['code that may be read is taken', `${spare(0x9a)}${load('ds', SPARE)}`, NOTHING],
    ['code that may only be executed is #GP(selector)', `${spare(0x98)}${load('ds', SPARE)}`, gp(SPARE)],
    ['conforming code that may be read is taken with any RPL', load('ds', CONFORMING_CODE | 3), NOTHING],
    ['data not present is #NP(selector)', `${spare(0x12)}${load('ds', SPARE)}`, { vector: NP, errorCode: SPARE }],
    ['data with RPL above its DPL is #GP(selector)', load('ds', KERNEL_DATA | 3), gp(KERNEL_DATA)],
    ['data of an outer ring is taken', load('ds', 0x23), NOTHING],
    ['type goes before presence', `${spare(0x18)}${load('ds', SPARE)}`, gp(SPARE)],
    ['TI and index are told, RPL is not', load('ds', 0x1003), gp(0x1000)],
  ]);
  specify(ring3, [
    ['data of ring 0 is #GP(selector) in ring 3', load('ds', KERNEL_DATA), gp(KERNEL_DATA)],
    ['data of ring 1 too', load('es', RING_1_DATA), gp(RING_1_DATA & ~3)],
    ['a lower RPL helps nobody', load('fs', 0x20), NOTHING],
    ['conforming code of ring 0 is taken', load('gs', CONFORMING_CODE), NOTHING],
    ['privilege goes before presence', `${spare(0x12)}${load('ds', SPARE)}`, gp(SPARE)],
  ]);
  specify(ring1, [['data of ring 0 is #GP(selector) in ring 1', load('ds', KERNEL_DATA), gp(KERNEL_DATA)]]);
});

describe('what SS takes: writable data, with DPL and RPL of the ring', () => {
  specify(ring0, [
    ['RPL 3 in ring 0 is #GP(selector)', load('ss', KERNEL_DATA | 3), gp(KERNEL_DATA)],
    ['DPL 3 in ring 0 is #GP(selector)', load('ss', 0x20), gp(0x20)],
    ['code is #GP(selector)', load('ss', 0x08), gp(0x08)],
    ['read-only data is #GP(selector)', `${spare(0x90)}${load('ss', SPARE)}`, gp(SPARE)],
    ['not present is #SS(selector)', `${spare(0x12)}${load('ss', SPARE)}`, { vector: SS, errorCode: SPARE }],
    ['beyond the GDT is #GP(selector)', load('ss', 0x1000), gp(0x1000)],
  ]);
  specify(ring3, [['its own is taken', load('ss', 0x23), NOTHING]]);
});

describe('limits', () => {
  const withLimit = (access: number, limit: number, code: string) =>
    `${spare(access, limit)}mov ax, ${SPARE}\n mov es, ax\n ${code}`;
  const DATA = 0x92;
  const DOWN = 0x96;
  specify(ring0, [
    ['the last byte is within', withLimit(DATA, 0xfff, 'mov al, [es:0xfff]'), NOTHING],
    ['the next one is #GP(0)', withLimit(DATA, 0xfff, 'here: mov al, [es:0x1000]'), gp(0)],
    ['a dword must lie within as a whole', withLimit(DATA, 0xfff, 'here: mov eax, [es:0xffd]'), gp(0)],
    ['a dword up to the last byte does', withLimit(DATA, 0xfff, 'mov eax, [es:0xffc]'), NOTHING],
    ['an offset that wraps is beyond', withLimit(DATA, 0xfff, 'here: mov eax, [es:0xfffffffe]'), gp(0)],
    ['expand-down: the limit itself is outside', withLimit(DOWN, 0xfff, 'here: mov al, [es:0xfff]'), gp(0)],
    ['expand-down: what is above is inside', withLimit(DOWN, 0xfff, 'mov al, [es:0x1000]'), NOTHING],
    ['expand-down: a dword from below is #GP(0)', withLimit(DOWN, 0xfff, 'here: mov eax, [es:0xffe]'), gp(0)],
    ['read-only data cannot be written: #GP(0)', withLimit(0x90, 0xffff, 'here: mov [es:0], al'), gp(0)],
    ['code cannot be written: #GP(0)', withLimit(0x9a, 0xffff, 'here: mov [es:0], al'), gp(0)],
    ['code can never be written through CS', 'here: mov [cs:0x200000], al', gp(0)],
    [
      'string instructions ask ES for their destination',
      withLimit(DATA, 0xfff, 'mov edi, 0x1000\n here: stosb'),
      gp(0),
    ],
    [
      'granularity counts in pages',
      `descriptor ${SPARE}, 0, 0x00c09200\n mov ax, ${SPARE}\n mov es, ax\n mov al, [es:0xfff]`,
      NOTHING,
    ],
    [
      '... and ends with one',
      `descriptor ${SPARE}, 0, 0x00c09200\n mov ax, ${SPARE}\n mov es, ax\n here: mov al, [es:0x1000]`,
      gp(0),
    ],
  ]);
});

describe('the stack segment’s limit is #SS(0)', () => {
  /** A stack of 4 KB whose base is 200000h; the fault is taken in ring 0 there, so that its frame fits. */
  const small = (code: string) =>
    `descriptor ${SPARE}, 0x00000fff, 0x00409220\n mov ax, ${SPARE}\n mov ss, ax\n mov esp, 0x800\n ${code}`;
  const ss0 = { vector: SS, errorCode: 0, cause: 'fault' } as const;
  specify(ring0, [
    ['a read through EBP', small('mov ebp, 0x1000\n here: mov al, [ebp]'), ss0],
    ['a read through ESP', small('here: mov al, [esp + 0x800]'), ss0],
    ['an override of ss', small('here: mov al, [ss:0x1000]'), ss0],
    ['pop beyond the top', small('mov esp, 0xffe\n here: pop eax'), { vector: SS, errorCode: 0 }],
    ['leave', small('mov ebp, 0x2000\n here: leave'), ss0],
    ['through EBP with an override of ds it is DS that counts', small('mov ebp, 0x200000\n mov al, [ds:ebp]'), NOTHING],
  ]);
});

describe('lds and its kin load both or nothing', () => {
  const at = (selector: number) => `mov dword [0x200000], 0x1234\n mov word [0x200004], ${selector}\n`;
  specify(ring0, [
    ['les with a selector beyond the GDT', `${at(0x1000)} here: les ebx, [0x200000]`, gp(0x1000)],
    ['lss with null', `${at(0)} here: lss esp, [0x200000]`, gp(0)],
    ['lfs with null is done', `${at(0)} lfs ebx, [0x200000]`, NOTHING],
    ['lds from a register is #UD', 'here: db 0xc5, 0xc0', { vector: 6, errorCode: null }],
    ['mov to cs is #UD', 'here: db 0x8e, 0xc8', { vector: 6, errorCode: null }],
    ['mov to the sixth segment register is #UD', 'here: db 0x8e, 0xf0', { vector: 6, errorCode: null }],
  ]);
});

describe('far jumps and calls', () => {
  const far = (selector: number, target = 'behind') => `here: jmp ${selector}:${target}`;
  const call = (selector: number) => `here: call ${selector}:behind`;
  specify(ring0, [
    ['to null is #GP(0)', far(0), gp(0)],
    ['to data is #GP(selector)', far(0x10), gp(0x10)],
    ['beyond the GDT is #GP(selector)', call(0x1000), gp(0x1000)],
    ['to code of an outer ring is #GP(selector)', far(USER_CODE & ~3), gp(USER_CODE & ~3)],
    ['with RPL above CPL is #GP(selector)', far(0x0b), gp(0x08)],
    ['to code not present is #NP(selector)', `${spare(0x1a)}${far(SPARE)}`, { vector: NP, errorCode: SPARE }],
    ['beyond the limit is #GP(0)', `${spare(0x9a, 0xff)}${far(SPARE)}`, gp(0)],
    ['to the same ring is done', far(0x08), NOTHING],
    ['to conforming code is done', call(CONFORMING_CODE), NOTHING],
    ['to a busy TSS is #GP(selector)', far(TASK_STATE), gp(TASK_STATE)],
  ]);
  specify(ring3, [
    ['to code of ring 0 is #GP(selector)', far(0x0b), gp(0x08)],
    ['to conforming code of ring 0 stays in ring 3', far(CONFORMING_CODE), { ...NOTHING, cpl: 3 }],
    ['to a TSS of DPL 0 is #GP(selector)', call(TASK_STATE), gp(TASK_STATE)],
  ]);
  /** A 32-bit call gate at SPARE to `behind`. */
  const gate = (selector: number, access: number) =>
    `mov eax, behind\n mov [world_gdt + ${SPARE}], ax\n mov word [world_gdt + ${SPARE + 2}], ${selector}\n mov word [world_gdt + ${SPARE + 4}], ${access << 8}\n shr eax, 16\n mov [world_gdt + ${SPARE + 6}], ax\n`;
  specify(ring3, [
    ['a call gate leads inwards', `${gate(0x08, 0xec)}${call(SPARE | 3)}`, { ...NOTHING, cpl: 0 }],
    ['to ring 1 too', `${gate(0x30, 0xec)}${call(SPARE | 3)}`, { ...NOTHING, cpl: 1 }],
    ['a jump through it may not', `${gate(0x08, 0xec)}${far(SPARE | 3)}`, gp(0x08)],
    ['its DPL must be at least CPL', `${gate(0x08, 0x8c)}${call(SPARE)}`, gp(SPARE)],
    ['a gate not present is #NP(gate)', `${gate(0x08, 0x6c)}${call(SPARE | 3)}`, { vector: NP, errorCode: SPARE }],
    ['a gate to null is #GP(0)', `${gate(0, 0xec)}${call(SPARE | 3)}`, gp(0)],
    ['a gate to data is #GP(selector)', `${gate(0x10, 0xec)}${call(SPARE | 3)}`, gp(0x10)],
    [
      'a gate to conforming code stays in ring 3',
      `${gate(CONFORMING_CODE, 0xec)}${call(SPARE | 3)}`,
      { ...NOTHING, cpl: 3 },
    ],
    ['an interrupt gate in the GDT is none', `${gate(0x08, 0xee)}${call(SPARE | 3)}`, gp(SPARE)],
  ]);
});
