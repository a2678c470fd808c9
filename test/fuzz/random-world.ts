/**
 * A processor in a world made at random: code bytes, registers, page tables, descriptors and gates that mostly
 * work, around ports that answer with numbers and now and then raise INTR. Everything follows from the seed.
 */
import { Cpu, type GeneralRegister, type Segment } from '../../emu/machine/cpu.ts';
import { Random } from './random.ts';

const RAM = 4 << 20;
const GDT = 0x1000;
const IDT = 0x2000;
const TSS = 0x6000;
const CODE = 0x8000;
const CODE_BYTES = 0x2000;
const INNER_STACK = 0x7f000;
const STACK = 0x80000;
const PAGE_DIRECTORY = 0x100000;
const PAGE_TABLE = 0x101000;
export const registers: readonly GeneralRegister[] = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];

const flat = (selector: number, access: number): Segment => ({
  selector,
  base: 0,
  limit: 0xffffffff,
  access,
  usable: true,
});
const small = (selector: number, access: number): Segment => ({
  selector,
  base: 0,
  limit: 0xffff,
  access,
  usable: true,
});

// Null, flat ring 0 code and data, flat ring 3 code and data, a 32-bit TSS, a call gate, an LDT; the rest is random.
const descriptors = [
  0n,
  0x00cf9b000000ffffn,
  0x00cf93000000ffffn,
  0x00cffb000000ffffn,
  0x00cff3000000ffffn,
  0x0000890060000067n,
  0x0000ec0000089000n,
  0x000082007000ffffn,
];

export class RandomWorld {
  readonly cpu: Cpu;
  private readonly ports: Random;

  constructor(seed: number) {
    const random = new Random(seed);
    this.ports = new Random(seed ^ 0x5eed5eed || 1);
    this.cpu = Cpu.create(
      {
        portRead: () => this.ports.next(),
        portWrite: () => {
          if (this.ports.chance(4)) this.cpu.setIntr(this.ports.chance(2));
          if (this.ports.chance(50)) this.cpu.requestExit();
        },
        mmioRead: () => this.ports.next(),
        mmioWrite: () => {},
        acknowledge: () => {
          this.cpu.setIntr(false);
          return this.ports.below(256);
        },
      },
      RAM,
    );
    this.cpu.mapMmio(0xa0000, 0x20000);
    this.fillMemory(random);
    this.setRegisters(random);
  }

  private fillMemory(random: Random): void {
    const { ram } = this.cpu;
    const view = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
    for (let i = 0; i < CODE_BYTES; i += 4) view.setUint32(CODE + i, random.next(), true);
    for (let i = 0; i < 64; i++) {
      view.setBigUint64(GDT + i * 8, descriptors[i] ?? (BigInt(random.next()) << 32n) | BigInt(random.next()), true);
    }
    for (let vector = 0; vector < 256; vector++) {
      view.setUint32(IDT + vector * 8, (8 << 16) | (CODE + random.below(CODE_BYTES)), true);
      view.setUint32(IDT + vector * 8 + 4, random.pick([0x8e00, 0xee00, 0x8f00, 0xe700, random.next()]), true);
    }
    view.setUint32(TSS + 4, INNER_STACK, true);
    view.setUint32(TSS + 8, 0x10, true);
    for (let page = 0; page < 1024; page++) {
      view.setUint32(PAGE_TABLE + page * 4, (page << 12) | (random.chance(16) ? random.below(8) : 7), true);
    }
    view.setUint32(PAGE_DIRECTORY, PAGE_TABLE | 7, true);
    this.cpu.memoryChanged(0, RAM);
  }

  private setRegisters(random: Random): void {
    const { cpu } = this;
    const user = random.chance(2);
    cpu.gdtr = { base: GDT, limit: 511 };
    cpu.idtr = { base: IDT, limit: 0x7ff };
    cpu.cr3 = PAGE_DIRECTORY;
    cpu.cr0 = 0x11 | (random.chance(2) ? 0x80000000 : 0) | (random.chance(2) ? 0x10000 : 0);
    cpu.setSegment('tr', { selector: 0x28, base: TSS, limit: 0x67, access: 0x8b, usable: true });
    const code = user ? 0x1b : 0x08;
    cpu.setSegment('cs', random.chance(8) ? small(code, user ? 0xfb : 0x9b) : flat(code, user ? 0xc0fb : 0xc09b));
    for (const name of ['ds', 'es', 'ss', 'fs', 'gs'] as const)
      cpu.setSegment(name, flat(user ? 0x23 : 0x10, user ? 0xc0f3 : 0xc093));
    for (const name of registers)
      cpu.setRegister(name, random.chance(2) ? random.next() : CODE + random.below(0x80000));
    cpu.esp = STACK;
    cpu.eflags = (random.next() & 0x3cd5) | 2;
    if (random.chance(3)) this.setRareModes(random);
    if (random.chance(5)) this.becomeAn8086(random.chance(2));
    cpu.eip = CODE + random.below(CODE_BYTES);
  }

  /** Breakpoints, single steps, alignment checks, and what CR4 has. */
  private setRareModes(random: Random): void {
    const { cpu } = this;
    const TF_RF_AC_VIF_VIP = 0x1d0100;
    cpu.eflags |= random.next() & TF_RF_AC_VIF_VIP;
    cpu.cr0 |= random.next() & 0x40000;
    cpu.cr4 = random.next() & 0x79f & ~0x20;
    for (let n = 0; n < 4; n++) cpu.setDebugRegister(n, CODE + random.below(CODE_BYTES));
    cpu.setDebugRegister(7, (random.next() & 0xffff00ff) | 0x400);
  }

  /** Real mode, or virtual-8086 mode under a monitor in ring 0; the code lies in the first 64 KB. */
  private becomeAn8086(virtual: boolean): void {
    const { cpu } = this;
    if (virtual) cpu.eflags |= 0x20000;
    else cpu.cr0 &= ~0x80000001;
    for (const name of ['cs', 'ds', 'es', 'ss', 'fs', 'gs'] as const)
      cpu.setSegment(name, small(0, virtual ? 0xf3 : 0x93));
  }

  /** Everything the guest could see of the processor, for comparing. */
  describe(): Record<string, unknown> {
    const { cpu } = this;
    return {
      now: cpu.now,
      registers: registers.map((name) => cpu.register(name)),
      eip: cpu.eip,
      eflags: cpu.eflags,
      segments: (['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const).map((name) => cpu.segment(name)),
      control: [cpu.cr0, cpu.cr2, cpu.cr3, cpu.cr4],
      debug: [0, 1, 2, 3, 6, 7].map((n) => cpu.debugRegister(n)),
      isHalted: cpu.isHalted,
      shutdown: cpu.shutdown,
      trapCount: cpu.trapCount,
    };
  }
}
