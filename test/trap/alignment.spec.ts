/** #AC: SDM 3A, 6.15, interrupt 17. */
import { expect, test } from 'vitest';
import { AC, boot, DE, GP, ring0, ring3, UD } from '../../emu/testing/index.ts';

const AM = 0x4_0000;
const AC_FLAG = 0x4_0000;

/** Ring 3 code with EFLAGS.AC set, behind a trap in which CR0.AM can be set: ring 3 itself cannot. */
const checked = (code: string) => ring3`
    start:  xor ecx, ecx
            div ecx                     ; to the world's ring 0 ...
    next:   push dword ${AC_FLAG | 2}
            popfd
            ${code}
`;
async function bootChecked(code: string, mask = AM) {
  const m = await boot(checked(code));
  m.runUntilTrap({ vector: DE });
  // ... where the test plays the handler: it sets AM and goes on behind the division.
  const { cpu } = m.pc;
  cpu.cr0 = cpu.cr0 | mask;
  cpu.setSegment('cs', { selector: 0x1b, base: 0, limit: 0xffffffff, access: 0xc0fb, usable: true });
  cpu.setSegment('ss', { selector: 0x23, base: 0, limit: 0xffffffff, access: 0xc0f3, usable: true });
  cpu.esp = m.addressOf('world_user_stack');
  cpu.eip = m.addressOf('next');
  return m;
}

test('with CR0.AM and EFLAGS.AC, ring 3 must align its operands: #AC(0)', async () => {
  const m = await bootChecked('here: mov eax, [0x200002]');
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: AC, errorCode: 0, cause: 'fault', eip: 'here', cpl: 3 });
});

test('a byte is always aligned, a word at an even address', async () => {
  const m = await bootChecked('mov al, [0x200003]\n mov ax, [0x200002]\n here: ud2');
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'here' });
});

test('pushes, pops and string instructions are checked as well', async () => {
  for (const [before, code] of [
    ['dec esp', 'push eax'],
    ['inc esp', 'pop eax'],
    ['dec esp', 'pushad'],
    ['mov edi, 0x200001\n mov ecx, 2', 'rep stosd'],
  ]) {
    const m = await bootChecked(`${before}\n here: ${code}`);
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: AC, errorCode: 0, eip: 'here' });
  }
});

test('wide operands have the alignment of SDM 3A, table 6-7', async () => {
  const OSFXSR = 0x200;
  for (const [aligned, not] of [
    ['fld tword [0x200008]', 'fld tword [0x200004]'],
    ['fstp tword [0x200008]', 'fstp tword [0x200004]'],
    ['fst qword [0x200008]', 'fst qword [0x200004]'],
    ['fnstenv [0x200004]', 'fnstenv [0x200002]'],
    ['fnsave [0x200004]', 'fnsave [0x200002]'],
    ['movlps xmm0, [0x200008]', 'movlps xmm0, [0x200004]'],
    ['movups xmm0, [0x200010]', 'movups xmm0, [0x200008]'],
    ['movups [0x200010], xmm0', 'movups [0x200008], xmm0'],
    ['movq mm0, [0x200008]', 'movq mm0, [0x200004]'],
  ]) {
    const m = await bootChecked(`fninit\n fld1\n ${aligned}\n here: ${not}`);
    m.pc.cpu.cr4 = OSFXSR;
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: AC, errorCode: 0, cause: 'fault', eip: 'here', cpl: 3 });
  }
});

test('without CR0.AM nothing is checked', async () => {
  const m = await bootChecked('mov eax, [0x200001]\n here: ud2', 0);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'here' });
});

test('ring 0 is never checked', async () => {
  const m = await boot(ring0`
    start:  mov eax, cr0
            or  eax, ${AM}
            mov cr0, eax
            push dword ${AC_FLAG | 2}
            popfd
            mov eax, [0x200001]
    here:   ud2
  `);
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: UD, eip: 'here' });
});

test('a limit goes before the alignment', async () => {
  const m = await bootChecked('push 0\n pop ds\n here: mov eax, [0x200001]');
  m.runUntilTrap();
  expect(m).toDeliverTrap({ vector: GP, errorCode: 0, eip: 'here' });
});
