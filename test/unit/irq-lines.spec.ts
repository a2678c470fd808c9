import { expect, test } from 'vitest';
import { IrqWire } from '../../emu/machine/irq-lines.ts';

test('a wire is high while any of its drivers is', () => {
  const pin: boolean[] = [];
  const wire = new IrqWire('IRQ 4', { set: (level) => pin.push(level) });
  const [com1, com3] = [wire.driver(), wire.driver()];
  com1.set(true);
  com1.set(true);
  com3.set(true);
  com1.set(false);
  expect(wire.level).toBe(true);
  com3.set(false);
  expect(wire.level).toBe(false);
  expect(pin).toEqual([true, false]);
});

test('a listener hears edges after the pin has', () => {
  const heard: string[] = [];
  const wire = new IrqWire('IRQ 1', { set: (level) => heard.push(`pin ${level}`) });
  const line = wire.driver();
  wire.listen((w, level) => heard.push(`${w.name} ${level}`));
  line.set(true);
  wire.listen(undefined);
  line.set(false);
  expect(heard).toEqual(['pin true', 'IRQ 1 true', 'pin false']);
});
