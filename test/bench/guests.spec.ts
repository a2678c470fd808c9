/** The benchmark guests compute what they should: the sums are QEMU's and v86's. */
import { expect, test } from 'vitest';
import { assembleGuest, guests } from './guests.ts';
import { trapgateEngine } from './trapgate.ts';

/** Checksum of the first round. */
const SUMS: Readonly<Record<string, string>> = {
  sieve: '000780a0',
  crc32: 'a18cc7b8',
  qsort: '1d43e70f',
  chacha: '5b592b0b',
  fib: '0012eada',
  matmul: '20f3197d',
  memcpy: '220fbb7f',
  divmix: 'e161055b',
  int3: '001e8480',
  'int80-ring0': 'f4bd4660',
  'int80-ring3': '537085c0',
  pagefault: '71b1a580',
  protection: 'e753dc00',
  ports: '0016e383',
  irq: '001e8480',
};

test.each(guests)('$name', async ({ name }) => {
  const { report } = await trapgateEngine(assembleGuest(name));
  expect(report.slice(0, 8)).toBe(SUMS[name]);
});
