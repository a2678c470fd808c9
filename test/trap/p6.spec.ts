/** Instructions younger than the 80486: SDM 2, by their names. */
import { expect, test } from 'vitest';
import { boot, GP, PF, ring0, ring3, type TestMachine, UD } from '../../emu/testing/index.ts';

const TSD = 4;
const ID = 0x20_0000;
const SYSENTER = 'mov ecx, 0x174\n mov eax, 8\n xor edx, edx\n wrmsr';

/** Runs to the ud2 at `done`. */
const finish = (m: TestMachine) => {
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'done' });
  return m.pc.cpu;
};

test('cmovcc reads its source whatever the condition, and may fault for it', async () => {
  const m = await boot(ring0`
    start:  push 0
            pop  ds
            xor  eax, eax
    here:   cmovnz ebx, [0x200000]
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'here' });
});

test('cmovcc moves when its condition holds, from registers and from memory', async () => {
  const m = await boot(ring0`
    start:  mov ebx, 1
            mov ecx, 2
            mov edx, 3
            mov dword [0x200000], 4
            xor eax, eax
            cmovz ebx, ecx
            cmovnz ecx, edx
            cmovz edx, [0x200000]
    done:   ud2
  `);
  const { ebx, ecx, edx } = finish(m);
  expect([ebx, ecx, edx]).toEqual([2, 2, 4]);
});

test('cmpxchg8b swaps when EDX:EAX is there, else loads it; ZF tells', async () => {
  const m = await boot(ring0`
    start:  mov dword [0x200000], 1
            mov dword [0x200004], 2
            mov eax, 7
            mov edx, 2
            mov ebx, 3
            mov ecx, 4
            lock cmpxchg8b [0x200000]
            setz [0x200010]
            lock cmpxchg8b [0x200000]
            setz [0x200011]
    done:   ud2
  `);
  const cpu = finish(m);
  expect([cpu.eax, cpu.edx]).toEqual([1, 2]);
  expect([...cpu.ram.subarray(0x200000, 0x200008)]).toEqual([3, 0, 0, 0, 4, 0, 0, 0]);
  expect([...cpu.ram.subarray(0x200010, 0x200012)]).toEqual([0, 1]);
});

test('cmpxchg8b of a register is #UD', async () => {
  const m = await boot(ring0`
    start:  db 0x0f, 0xc7, 0xc9
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'start' });
});

test('EFLAGS.ID can be changed: there is CPUID', async () => {
  const m = await boot(ring0`
    start:  push dword ${ID | 2}
            popfd
            pushfd
            pop eax
    done:   ud2
  `);
  expect(finish(m).eax & ID).toBe(ID);
});

test('cpuid tells a family 6 processor with what is there', async () => {
  const m = await boot(ring0`
    start:  mov eax, 1
            cpuid
            mov esi, eax
            mov edi, edx
            xor eax, eax
            cpuid
    done:   ud2
  `);
  const cpu = finish(m);
  expect((cpu.esi >> 8) & 15).toBe(6);
  const CMOV = 1 << 15;
  const CX8 = 1 << 8;
  const TSC = 1 << 4;
  expect(cpu.edi & (CMOV | CX8 | TSC)).toBe(CMOV | CX8 | TSC);
  expect(cpu.eax).toBe(2);
  expect(String.fromCharCode(cpu.ebx & 255, cpu.edx & 255, cpu.ecx & 255)).toBe('Gin');
});

test('rdtsc counts virtual time', async () => {
  const m = await boot(ring0`
    start:  rdtsc
            mov ebx, eax
            nop
            nop
            rdtsc
            sub eax, ebx
    done:   ud2
  `);
  expect(finish(m).eax).toBe(4);
});

test('rdtsc in ring 3 with CR4.TSD is #GP(0)', async () => {
  const m = await boot(ring3`
    start:  rdtsc
  `);
  while (m.pc.cpu.cpl !== 3) m.run({ instructions: 1 });
  m.pc.cpu.cr4 |= TSD;
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'start', cpl: 3 });
});

test('wrmsr to the time-stamp counter sets it', async () => {
  const m = await boot(ring0`
    start:  mov ecx, 0x10
            mov eax, 1000
            mov edx, 5
            wrmsr
            rdtsc
    done:   ud2
  `);
  expect(finish(m)).toMatchObject({ eax: 1001, edx: 0 });
});

test('a model-specific register that is not there is #GP(0), as is any in ring 3', async () => {
  for (const world of [ring0, ring3]) {
    const m = await boot(world`
      start:  mov ecx, ${world === ring0 ? '0x12345678' : '0x10'}
      here:   rdmsr
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'here' });
  }
});

test('a page attribute type that does not exist is #GP(0)', async () => {
  const m = await boot(ring0`
    start:  mov ecx, 0x277
            mov eax, 2
            xor edx, edx
    here:   wrmsr
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'here' });
});

test('sysexit and sysenter go between flat segments of ring 3 and ring 0', async () => {
  const m = await boot(ring0`
    start:  ${SYSENTER}
            inc ecx
            mov eax, world_stack
            wrmsr
            inc ecx
            mov eax, kernel
            wrmsr
            mov edx, program
            mov ecx, world_user_stack
            sysexit
    program: mov esi, cs
            mov edi, ss
            sysenter
    kernel: mov ebx, cs
            mov ecx, ss
    done:   ud2
  `);
  const { ebx, ecx, esi, edi, esp, eflags } = finish(m);
  expect({ ebx, ecx, esi, edi }).toEqual({ ebx: 0x08, ecx: 0x10, esi: 0x1b, edi: 0x23 });
  expect(esp).toBe(m.addressOf('world_stack') - 12);
  expect(eflags & 0x200).toBe(0);
});

test('sysenter with a null selector in its register is #GP(0)', async () => {
  const m = await boot(ring0`
    start:  sysenter
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'start' });
});

test('prefetch, pause and the long nop touch nothing', async () => {
  const m = await boot(ring0`
    start:  mov eax, 0xfffffff0
            prefetcht0 [eax]
            db 0x0f, 0x0d, 0x08         ; prefetchw [eax]
            db 0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0
            db 0x0f, 0x1f, 0xc0
            pause
    done:   ud2
  `);
  finish(m);
});

test('ud0 and ud1 are #UD, but their operand is fetched first', async () => {
  for (const opcode of [0xff, 0xb9]) {
    const m = await boot(ring0`
      start:  mov eax, 0x7ffe
              mov word [0x7ffe], ${(opcode << 8) | 0x0f}
              mov dword [0x200000], 0x201007
              mov dword [0x200004], 0
              xor ecx, ecx
      fill:   mov edx, ecx
              shl edx, 12
              or edx, 7
              mov [0x201000 + ecx * 4], edx
              inc ecx
              cmp ecx, 1024
              jb fill
              mov dword [0x201000 + 8 * 4], 0
              mov edx, 0x200000
              mov cr3, edx
              mov edx, cr0
              or edx, 0x80000000
              mov cr0, edx
              jmp eax
    `);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: PF, eip: 0x7ffe, cr2: 0x8000 });
  }
});
