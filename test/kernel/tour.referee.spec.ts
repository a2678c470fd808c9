import { expect, test } from 'vitest';
import { Guest, withoutStamps } from './guest.ts';
import { Qemu } from './qemu.ts';

const ASKS = 'Please press one.';

/** The tour under QEMU, with `a` pressed when it asks for a key: what the serial port said. */
const tourInQemu = () =>
  Qemu.with('tour', async (qemu) => {
    await qemu.until(ASKS);
    await qemu.press('a');
    await qemu.poweredOff;
    return qemu.said;
  });

test('the tour says the same under QEMU, but for time stamps', async () => {
  const guest = new Guest('tour');
  guest.until(`${ASKS}\n`);
  guest.type('a');
  expect(guest.toStop()).toEqual({ kind: 'power-off' });
  // Where an address space's directory lies depends on where the loader put the archive.
  const comparable = (said: string) => withoutStamps(said.replace(/CR3: [\da-f]{8}/g, 'CR3'));
  expect(comparable(guest.console)).toEqual(comparable(await tourInQemu()));
});
