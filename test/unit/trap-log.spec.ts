import { describe, expect, test } from 'vitest';
import {
  CAUSE_EXTERNAL,
  CAUSE_FAULT,
  CAUSE_SOFTWARE,
  TRAP_CAUSE,
  TRAP_CODE,
  TRAP_CPL,
  TRAP_CS,
  TRAP_DETAIL,
  TRAP_EIP,
  TRAP_ENTRIES,
  TRAP_ENTRY,
  TRAP_ESP,
  TRAP_FLAGS,
  TRAP_HAS_CODE,
  TRAP_SS,
  TRAP_TIME,
  TRAP_VECTOR,
} from '../../emu/core/layout.ts';
import { formatAsQemu } from '../../emu/trace/qemu-format.ts';
import { TrapLog, type TrapSource } from '../../emu/trace/trap-log.ts';

/** A ring that a spec writes as the core would. */
class Ring implements TrapSource {
  readonly cpu = { trapCount: 0, trapRing: new DataView(new ArrayBuffer(TRAP_ENTRIES * TRAP_ENTRY)) };
  private readonly readers = new Set<() => void>();

  addTrapReader(read: () => void): () => void {
    this.readers.add(read);
    return () => this.readers.delete(read);
  }

  read(): void {
    for (const read of this.readers) read();
  }

  deliver(vector: number, cause: number, { cpl = 0, code = -1, detail = 0, eip = 0x100000 } = {}): void {
    const { trapRing: memory } = this.cpu;
    const at = (this.cpu.trapCount % TRAP_ENTRIES) * TRAP_ENTRY;
    memory.setFloat64(at + TRAP_TIME, 1000 + this.cpu.trapCount, true);
    memory.setUint8(at + TRAP_VECTOR, vector);
    memory.setUint8(at + TRAP_CAUSE, cause);
    memory.setUint8(at + TRAP_CPL, cpl);
    memory.setUint8(at + TRAP_HAS_CODE, code >= 0 ? 1 : 0);
    memory.setUint16(at + TRAP_CODE, Math.max(code, 0), true);
    memory.setUint16(at + TRAP_CS, cpl === 3 ? 0x1b : 8, true);
    memory.setUint32(at + TRAP_EIP, eip, true);
    memory.setUint32(at + TRAP_ESP, 0x9fff0, true);
    memory.setUint32(at + TRAP_DETAIL, detail, true);
    memory.setUint16(at + TRAP_SS, cpl === 3 ? 0x23 : 0x10, true);
    memory.setUint16(at + TRAP_FLAGS, 0x202, true);
    this.cpu.trapCount++;
  }
}

describe('trap log', () => {
  test('reads what the core wrote, field by field', () => {
    const ring = new Ring();
    const log = new TrapLog(ring);
    ring.deliver(14, CAUSE_FAULT, { cpl: 3, code: 6, detail: 0xdeadbeef });
    expect(log.entries).toEqual([
      {
        index: 0,
        time: 1000,
        vector: 14,
        cause: 'fault',
        cpl: 3,
        errorCode: 6,
        cs: 0x1b,
        eip: 0x100000,
        ss: 0x23,
        esp: 0x9fff0,
        flags: 0x202,
        cr2: 0xdeadbeef,
        eax: undefined,
      },
    ]);
  });

  test('a vector without an error code has none, and EAX in place of CR2', () => {
    const ring = new Ring();
    const log = new TrapLog(ring);
    ring.deliver(0x21, CAUSE_EXTERNAL, { detail: 7 });
    expect(log.last).toMatchObject({ cause: 'external', errorCode: undefined, cr2: undefined, eax: 7 });
  });

  test('begins where it was attached and ends where it was detached', () => {
    const ring = new Ring();
    ring.deliver(0, CAUSE_FAULT);
    const log = new TrapLog(ring);
    ring.deliver(3, CAUSE_SOFTWARE);
    log.detach();
    ring.deliver(4, CAUSE_SOFTWARE);
    ring.read();
    expect(log.entries.map((entry) => [entry.index, entry.vector])).toEqual([[0, 3]]);
  });

  test('hears each entry once, in order, over the ring’s and the counter’s wrap', () => {
    const ring = new Ring();
    ring.cpu.trapCount = 2 ** 32 - 2;
    const heard: number[] = [];
    const log = new TrapLog(ring, Infinity, (entry) => heard.push(entry.vector));
    for (let i = 0; i < 2; i++) ring.deliver(i, CAUSE_SOFTWARE);
    ring.cpu.trapCount >>>= 0;
    for (let i = 2; i < 5; i++) ring.deliver(i, CAUSE_SOFTWARE);
    ring.read();
    for (let n = 0; n < 3; n++) {
      for (let i = 0; i < 4000; i++) ring.deliver(5, CAUSE_SOFTWARE);
      ring.read();
    }
    expect(heard.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(log.entries.length).toBe(12_005);
  });

  test('goes on after a reset of the processor, which counts from 0 again', () => {
    const ring = new Ring();
    const log = new TrapLog(ring);
    for (let i = 0; i < 10; i++) ring.deliver(i, CAUSE_SOFTWARE);
    ring.read();
    ring.cpu.trapCount = 0;
    ring.deliver(0x30, CAUSE_SOFTWARE);
    expect(log.last).toMatchObject({ index: 10, vector: 0x30 });
  });

  test('keeps as many entries as it was told to, at least', () => {
    const ring = new Ring();
    const log = new TrapLog(ring, 10);
    for (let i = 0; i < 100; i++) {
      ring.deliver(i, CAUSE_SOFTWARE);
      ring.read();
    }
    expect(log.entries.length).toBeGreaterThanOrEqual(10);
    expect(log.entries.length).toBeLessThan(20);
    expect(log.last?.vector).toBe(99);
  });

  test('however many there have been, those kept are the last ones, in order', () => {
    const ring = new Ring();
    const log = new TrapLog(ring, 10);
    for (let i = 0; i < 10_000; i++) {
      ring.deliver(i & 0xff, CAUSE_SOFTWARE, { eip: i });
      if (i % 7 === 0) ring.read();
    }
    const { entries } = log;
    const first = 10_000 - entries.length;
    expect(entries.map(({ index, vector, eip }) => ({ index, vector, eip }))).toEqual(
      entries.map((_, n) => ({ index: first + n, vector: (first + n) & 0xff, eip: first + n })),
    );
  });
});

// The lines below were written by qemu-system-i386 7.2 with -d int.
describe('QEMU’s -d int format', () => {
  const line = (vector: number, cause: number, options: Parameters<Ring['deliver']>[2]) => {
    const ring = new Ring();
    const log = new TrapLog(ring);
    ring.deliver(vector, cause, options);
    return formatAsQemu(log.last!);
  };

  test('a fault', () => {
    expect(line(6, CAUSE_FAULT, { eip: 0x10008e, detail: 0x12345678 })).toBe(
      '     0: v=06 e=0000 i=0 cpl=0 IP=0008:0010008e pc=0010008e SP=0010:0009fff0 env->regs[R_EAX]=12345678',
    );
  });

  test('a page fault has CR2 where others have EAX', () => {
    expect(line(14, CAUSE_FAULT, { cpl: 3, code: 4, eip: 0x8048123, detail: 0x10 })).toBe(
      '     0: v=0e e=0004 i=0 cpl=3 IP=001b:08048123 pc=08048123 SP=0023:0009fff0 CR2=00000010',
    );
  });

  test('a software interrupt is at its own instruction, not behind it', () => {
    expect(line(3, CAUSE_SOFTWARE, { eip: 0x10008a })).toContain('v=03 e=0000 i=1 cpl=0 IP=0008:00100089 pc=00100089');
    expect(line(0x80, CAUSE_SOFTWARE, { eip: 0x10008c })).toContain('v=80 e=0000 i=1 cpl=0 IP=0008:0010008a');
  });

  test('an interrupt from outside', () => {
    expect(line(0x20, CAUSE_EXTERNAL, { eip: 0x10008a })).toContain('v=20 e=0000 i=0 cpl=0 IP=0008:0010008a');
  });
});
