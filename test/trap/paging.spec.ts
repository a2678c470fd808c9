/** Paging: SDM 3A, chapter 4. Tables are put into memory by the test, and switched on by the program. */
import { expect, test } from 'vitest';
import { boot, GP, PF, type Program, ring0, type TestMachine, UD } from '../../emu/testing/index.ts';

const DIRECTORY = 0x300000;
const TABLES = 0x301000;
/** A page to play with, its entry, and another frame for it. */
const PAGE = 0x400000;
const OTHER = 0x401000;
const P = 1;
const PRESENT = 7;
const LARGE = 0x80;
const GLOBAL = 0x100;
const RSVD = 8;
const FETCH = 16;
const NX = 1n << 63n;
const PSE = 0x10;
const PAE = 0x20;
const PGE = 0x80;

const put = (m: TestMachine, address: number, ...values: number[]) =>
  m.pc.machine.memory.write(address, new Uint8Array(Uint32Array.from(values).buffer));
const put64 = (m: TestMachine, address: number, ...values: bigint[]) =>
  m.pc.machine.memory.write(address, new Uint8Array(BigUint64Array.from(values).buffer));

/** Lines that load CR4, CR3 and turn paging on. */
const pagingOn = (cr4 = 0) => `
    mov eax, ${cr4}
    mov cr4, eax
    mov eax, ${DIRECTORY}
    mov cr3, eax
    mov eax, cr0
    or  eax, 0x80010000
    mov cr0, eax`;
const reloadCr3 = 'mov eax, cr3\n mov cr3, eax';

/** Boots with 16 MB mapped to itself by 4 KB pages, 32-bit tables. */
async function bootPaged(program: Program): Promise<TestMachine> {
  const m = await boot(program);
  for (let i = 0; i < 4; i++) put(m, DIRECTORY + i * 4, (TABLES + i * 0x1000) | PRESENT);
  for (let page = 0; page < 4096; page++) put(m, TABLES + page * 4, (page << 12) | PRESENT);
  put(m, PAGE, 0x1111);
  put(m, OTHER, 0x2222);
  return m;
}
const ENTRY = TABLES + (PAGE >>> 12) * 4;

/** The same with PAE: pointers at DIRECTORY, one directory behind them, 2 MB pages but for the first and PAGE's. */
const PAE_DIRECTORY = 0x302000;
const PAE_TABLE = 0x303000;
async function bootPae(program: Program): Promise<TestMachine> {
  const m = await boot(program);
  put64(m, DIRECTORY, BigInt(PAE_DIRECTORY | P), 0n, 0n, 0n);
  for (let i = 0; i < 8; i++) put64(m, PAE_DIRECTORY + i * 8, BigInt((i << 21) | LARGE | PRESENT));
  put64(m, PAE_DIRECTORY + (PAGE >>> 21) * 8, BigInt(PAE_TABLE | PRESENT));
  for (let i = 0; i < 512; i++) put64(m, PAE_TABLE + i * 8, BigInt((PAGE + (i << 12)) | PRESENT));
  put(m, PAGE, 0x1111);
  put(m, OTHER, 0x2222);
  return m;
}

const finish = (m: TestMachine) => {
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'done' });
  return m.pc.cpu;
};

/** Reads PAGE before and after its entry and then the directory register change. */
const remap = (cr4: number, between = '') => ring0`
    start:  ${pagingOn(cr4)}
            mov ebx, [${PAGE}]
            mov dword [${ENTRY}], ${OTHER | GLOBAL | PRESENT}
            ${reloadCr3}
            ${between}
            mov ecx, [${PAGE}]
    done:   ud2
`;
const bootRemap = async (cr4: number, between?: string) => {
  const m = await bootPaged(remap(cr4, between));
  put(m, ENTRY, PAGE | GLOBAL | PRESENT);
  return finish(m).ecx;
};

test('mov cr3 forgets translations, but with CR4.PGE not those of global pages', async () => {
  expect(await bootRemap(0)).toBe(0x2222);
  expect(await bootRemap(PGE)).toBe(0x1111);
});

test('invlpg forgets a global page; changing CR4.PGE forgets all of them', async () => {
  expect(await bootRemap(PGE, `invlpg [${PAGE}]`)).toBe(0x2222);
  expect(await bootRemap(PGE, 'xor eax, eax\n mov cr4, eax')).toBe(0x2222);
});

test('with CR4.PSE a directory entry maps 4 MB; invlpg of any address in it forgets all of it', async () => {
  const m = await bootPaged(ring0`
    start:  ${pagingOn(PSE)}
            mov ebx, [0x400000]
            mov dword [${DIRECTORY + 4}], ${0x800000 | LARGE | PRESENT}
            invlpg [0x7ff000]
            mov ecx, [0x400000]
    done:   ud2
  `);
  put(m, DIRECTORY + 4, 0x400000 | LARGE | PRESENT);
  put(m, 0x800000, 0x3333);
  expect(finish(m)).toMatchObject({ ebx: 0x1111, ecx: 0x3333 });
});

test('without CR4.PSE the bit means nothing', async () => {
  const m = await bootPaged(ring0`
    start:  ${pagingOn()}
            mov ebx, [${PAGE}]
    done:   ud2
  `);
  put(m, DIRECTORY + 4, (TABLES + 0x1000) | LARGE | PRESENT);
  expect(finish(m).ebx).toBe(0x1111);
});

test('a reserved bit in the entry of a 4 MB page is #PF with RSVD', async () => {
  const m = await bootPaged(ring0`
    start:  ${pagingOn(PSE)}
    here:   mov [${PAGE}], eax
  `);
  put(m, DIRECTORY + 4, 0x400000 | 0x2000 | LARGE | PRESENT);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: PF, errorCode: RSVD | 2 | P, eip: 'here', cr2: PAGE });
});

test('PAE: pointers, directories and tables of 64-bit entries, pages of 4 KB and 2 MB', async () => {
  const m = await bootPae(ring0`
    start:  ${pagingOn(PAE)}
            mov ebx, [${PAGE}]
            mov ecx, [0x600000]
            mov dword [${OTHER}], 1
    done:   ud2
  `);
  put(m, 0x600000, 0x3333);
  const { ebx, ecx, ram } = finish(m);
  expect([ebx, ecx]).toEqual([0x1111, 0x3333]);
  // Accessed, and dirty where it was written.
  expect((ram[PAE_TABLE] as number) & 0x60).toBe(0x20);
  expect((ram[PAE_TABLE + 8] as number) & 0x60).toBe(0x60);
});

test('the page directory pointers are read when CR3 is loaded, and not again', async () => {
  const m = await bootPae(ring0`
    start:  ${pagingOn(PAE)}
            mov dword [${DIRECTORY}], 0
            invlpg [${PAGE}]
            mov ebx, [${PAGE}]
    done:   ud2
  `);
  expect(finish(m).ebx).toBe(0x1111);
});

test('a reserved bit in a directory pointer is #GP(0) when CR3 is loaded', async () => {
  const m = await bootPae(ring0`
    start:  ${pagingOn(PAE)}
            mov dword [${DIRECTORY}], ${PAE_DIRECTORY | 2 | P}
            mov eax, cr3
    here:   mov cr3, eax
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'here' });
});

test('address bits that the processor does not have are reserved in PAE entries', async () => {
  const m = await bootPae(ring0`
    start:  ${pagingOn(PAE)}
    here:   mov ebx, [${PAGE}]
  `);
  put64(m, PAE_TABLE, (1n << 36n) | BigInt(PAGE | PRESENT));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: PF, errorCode: RSVD | P, eip: 'here', cr2: PAGE });
});

const EFER_NXE = 'mov ecx, 0xc0000080\n mov eax, 0x800\n xor edx, edx\n wrmsr';

test('a page marked NX can be read and not executed: #PF with I/D', async () => {
  const m = await bootPae(ring0`
    start:  ${EFER_NXE}
            ${pagingOn(PAE)}
            mov ebx, [${PAGE}]
            mov eax, ${PAGE}
            jmp eax
  `);
  put64(m, PAE_TABLE, NX | BigInt(PAGE | PRESENT));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: PF, errorCode: FETCH | P, eip: PAGE, cr2: PAGE });
  expect(m.pc.cpu.ebx).toBe(0x1111);
});

test('NX in a directory entry counts for all of its pages', async () => {
  const m = await bootPae(ring0`
    start:  ${EFER_NXE}
            ${pagingOn(PAE)}
            mov eax, 0x600000
            jmp eax
  `);
  put64(m, PAE_DIRECTORY + 3 * 8, NX | BigInt(0x600000 | LARGE | PRESENT));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: PF, errorCode: FETCH | P, eip: 0x600000 });
});

test('without EFER.NXE that bit is reserved, and fetches are not told apart', async () => {
  const m = await bootPae(ring0`
    start:  ${pagingOn(PAE)}
            mov eax, ${PAGE}
            jmp eax
  `);
  put64(m, PAE_TABLE, NX | BigInt(PAGE | PRESENT));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: PF, errorCode: RSVD | P, eip: PAGE });
});

test('a reserved bit of CR4 is #GP(0)', async () => {
  const m = await boot(ring0`
    start:  mov eax, 0x80000000
    here:   mov cr4, eax
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'here' });
});
