/** The views: what they say of a machine, and that looking changes nothing. */
import { describe, expect, test } from 'vitest';
import { pageWalk, physicalOf } from '../../emu/debug/sight/descriptors.ts';
import type { Sight } from '../../emu/debug/sight/sight.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { sceneOf, VIEWS, viewNamed } from '../../emu/debug/views/index.ts';
import { registerValues } from '../../emu/debug/views/registers.ts';
import type { Scene } from '../../emu/debug/views/scene.ts';
import { plain } from '../../emu/debug/views/text.ts';
import { stateHash } from '../../emu/machine/state-hash.ts';
import { boot, paged0, real, ring0, ring3 } from '../../emu/testing/index.ts';
import { pics } from '../pics.ts';

const ROOM = { rows: 12, columns: 80 };

async function sceneAt(program: Parameters<typeof boot>[0], place: string) {
  const machine = await boot(program, { ramBytes: 4 * 2 ** 20 });
  const stepper = new Stepper(machine.pc, machine.symbols);
  stepper.add({ kind: 'address', address: machine.addressOf(place) }, { once: true });
  expect(stepper.run().kind).toBe('stop');
  const scene = sceneOf(stepper);
  return { machine, stepper, scene, pc: machine.pc };
}

const show = (scene: Scene, name: string, argument?: number) => plain(viewNamed(name)!.show(scene, ROOM, argument));

test('no view changes anything, whatever the machine is at', async () => {
  const { scene, pc } = await sceneAt(
    ring0`
      start:  ${pics(0)}
              mov   al, 0x34
              out   0x43, al
              mov   al, 0x0a
              out   0x20, al
              mov   al, 0xd2
              out   0x64, al
              mov   al, 0x55
              out   0x60, al
      here:   hlt
    `,
    'here',
  );
  pc.pit.peek();
  const before = stateHash(pc);
  for (const view of VIEWS) {
    expect(view.show(scene, ROOM, view.argument === undefined ? undefined : 1).length).toBeGreaterThan(0);
    expect(stateHash(pc), view.names[0]).toBe(before);
  }
});

test('registers: what has changed has a star, flags are spelled out', async () => {
  const { scene, stepper } = await sceneAt(
    ring0`
      start:  mov   eax, 1
      here:   sub   eax, 1
              hlt
    `,
    'here',
  );
  const before = registerValues(scene.sight);
  stepper.step();
  const shown = show({ ...scene, before }, 'registers');
  expect(shown).toMatch(/eax 00000000\* ebx [\da-f]{8} /);
  expect(shown).toContain('cf PF af ZF sf tf if df of');
  expect(shown).toContain('parity even, zero');
  expect(shown).toMatch(/cr0 [\da-f]{8} {2}PE/);
});

test('segments: hidden parts, and a table that says otherwise now', async () => {
  const { scene } = await sceneAt(
    ring0`
      start:  descriptor 0x10, 0x00000fff, 0x00cf9200
      here:   hlt
    `,
    'here',
  );
  const shown = show(scene, 'segments');
  expect(shown).toMatch(/cs {3}0008 rpl 0 {2}base 00000000 limit ffffffff 32-bit code, dpl 0$/m);
  expect(shown).toMatch(/ds {3}0010 .*the table says otherwise now$/m);
  expect(shown).toMatch(/ldtr 0000 null/);
});

test('the IDT: gates in protected mode, far pointers in real mode', async () => {
  const protectedMode = await sceneAt(
    ring0`
      start:  gate  0x41, 8, here, 0x0e
              gate  0x42, 8, here, 0xef
      here:   hlt
    `,
    'here',
  );
  expect(show(protectedMode.scene, 'idt', 0x41)).toMatch(
    /interrupt gate, 32-bit, dpl 0, NOT PRESENT, 0008:[\da-f]{8} <here>/,
  );
  expect(show(protectedMode.scene, 'idt', 0x42)).toMatch(/trap gate, 32-bit, dpl 3, 0008:/);
  const realMode = await sceneAt(
    real`start: nop
    here: hlt`,
    'here',
  );
  expect(show(realMode.scene, 'idt', 0x10)).toMatch(/\n10 video /);
  expect(show(realMode.scene, 'idt', 8)).toMatch(/real mode\n08 #DF {3}0000:[\da-f]{4}/);
  expect(show(realMode.scene, 'segments')).toMatch(/gs {3}0000 .*real mode\nldtr 0000 null\ntr {3}0000 null/);
});

describe('page walks', () => {
  test('with the rights of all levels, and where they end', async () => {
    const { scene } = await sceneAt(
      paged0`
        start:  page  0x200000, 0x200001
                page  0x201000, 0
                mov   eax, cr3
                mov   cr3, eax
        here:   hlt
      `,
      'here',
    );
    expect(show(scene, 'page', 0x200123)).toMatch(
      /PTE .* 00200001 supervisor, read-only\nphysical 00200123: rings 0 to 2 only, read-only/,
    );
    expect(show(scene, 'page', 0x201000)).toMatch(/PTE .*not present\nan access is a page fault \(#PF\)$/);
    expect(show(scene, 'page', 0x10000000)).toMatch(/^page walk of 10000000\nCR3 .*\nPDE .*not present\n/);
  });

  test('with PAE: three levels, and pages of 2 MB', () => {
    const memory = new Map<number, number>([
      [0x1000 + 3 * 8, 0x2001],
      [0x2000 + 1 * 8, 0x00400083],
      [0x2000 + 2 * 8, 0x3007],
      [0x3000 + 5 * 8, 0x12345001],
    ]);
    const peekPhysical = (at: number, length: number) =>
      Uint8Array.from({ length }, (_, i) => ((memory.get(at) ?? 0) >>> (8 * i)) & 0xff);
    const cpu = { cr0: 0x80000001, cr3: 0x1000, cr4: 0x20 };
    const sight = { cpu, peekPhysical } as unknown as Sight;
    expect(pageWalk(sight, 0xc0212345).map(({ table, at }) => [table, at])).toEqual([
      ['PDPTE', 0x1018],
      ['PDE', 0x2008],
    ]);
    expect(physicalOf(sight, 0xc0212345)).toBe(0x412345);
    const steps = pageWalk(sight, 0xc0405678);
    expect(steps.map(({ table, user, writable }) => [table, user, writable])).toEqual([
      ['PDPTE', true, true],
      ['PDE', true, true],
      ['PTE', false, false],
    ]);
    expect(physicalOf(sight, 0xc0405678, steps)).toBe(0x12345678);
    expect(physicalOf(sight, 0x00000000)).toBeUndefined();
  });
});

test('the stack and the traps have names, an interrupt its ring', async () => {
  const { scene } = await sceneAt(
    ring3`
      start:  gate  0x40, 8, handler, 0xee
              int   0x40
      behind: nop
      handler: call inner
      inner:  nop
    `,
    'inner',
  );
  expect(show(scene, 'stack')).toMatch(/^esp [\da-f]{8} [\da-f]{8} <inner>\n {4}[\da-f]{8} [\da-f]{8} <behind>\n/);
  expect(show(scene, 'traps')).toMatch(/vector 0x40 \(software\) from ring 3 at 001b:[\da-f]{8} <behind>/);
});

test('code before an address is found so that it leads there, stops and names are marked', async () => {
  const { scene, stepper, machine } = await sceneAt(
    ring0`
      start:  mov   eax, 0x12345678
              add   eax, 0x11111111
      here:   inc   eax
      later:  hlt
    `,
    'here',
  );
  stepper.add({ kind: 'address', address: machine.addressOf('later') });
  const shown = show(sceneOf(stepper), 'code');
  expect(shown).toMatch(
    /start:\n.*mov eax, 0x12345678\n.*add eax, 0x11111111\nhere:\n=> [\da-f]{8} 40 +inc eax\nlater:\n \u2022 /,
  );
  expect(scene.sight).toBe(machine.pc);
});

test('the timeline shows saves, traps and the place', async () => {
  const { scene, stepper } = await sceneAt(
    ring0`
      start:  on    0x40, handler
              mov   ecx, 30000
      again:  loop  again
              int   0x40
      here:   hlt
      handler: iret
    `,
    'here',
  );
  stepper.goTo(100);
  const shown = show(scene, 'timeline');
  expect(shown).toMatch(/from 0 to \d+, now at 100 \(in the past\)/);
  expect(shown).toMatch(/\n {70,}\u00b7\n\u253c/);
  expect(shown).toContain('\u25b2 here');
});
