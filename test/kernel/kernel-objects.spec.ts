/** The kernel's own structures, read from memory by the image's symbols, beside what the kernel says of them itself. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KernelObjects } from '../../emu/debug/sight/kernel-objects.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { debugInfoOf } from '../../emu/trace/debug-info.ts';
import { SymbolTable } from '../../emu/trace/symbols.ts';
import { GUEST_FOLDER, Guest } from './guest.ts';

test('threads and interrupt lines are those that ps and /proc/interrupts show', () => {
  const guest = Guest.shell();
  const file = new ImageFile('kernel.elf', readFileSync(`${GUEST_FOLDER}/kernel.elf`));
  const { constants } = debugInfoOf(file);
  const names = ['tasks', 'irq_descs', 'percpu_areas', 'handle_level_irq', 'keyboard_interrupt'];
  const table = names.map((name) => ({
    name,
    address: guest.address(name),
    size: 0,
    kind: 'other' as const,
    global: true,
  }));
  const objects = KernelObjects.of(guest.pc, new SymbolTable(table), constants)!;

  const ps = guest.command('ps -ef').join('\n').replaceAll('/bin/', '');
  const { threads, irqs } = objects;
  expect(threads.length).toBeGreaterThan(3);
  expect(threads[0]).toMatchObject({ pid: 0, name: 'swapper/0' });
  for (const { pid, name } of threads.slice(1))
    expect(ps).toMatch(new RegExp(`^root *${pid}\\b.*${name.slice(0, 12)}`, 'm'));
  expect(threads.filter(({ isCurrent }) => isCurrent).length).toBe(1);

  const keyboard = irqs.find(({ irq }) => irq === 1)!;
  expect(keyboard).toMatchObject({ depth: 0, flow: 'handle_level_irq', state: [] });
  expect(keyboard.actions.map(({ handler }) => handler)).toEqual(['keyboard_interrupt']);
  expect(irqs.find(({ irq }) => irq === 5)!.state).toContain('IRQD_DISABLED');
  expect(objects.fieldsOf('task', threads[0]!.address)[0]).toMatchObject({ name: 'state', bytes: 4 });
  expect(KernelObjects.of(guest.pc, new SymbolTable([]), constants)).toBeUndefined();
});
