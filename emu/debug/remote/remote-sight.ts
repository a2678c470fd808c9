/**
 * The machine behind a stub as it stands: registers that were read at the stop, memory by blocks as views look at it.
 * A block that is not here yet cannot be seen, and is wanted: fetch() gets it, and then one looks again.
 */

import type { GeneralRegister, Segment, SegmentRegister, TableRegister } from '../../machine/cpu.ts';
import { peekNumber } from '../sight/memory-view.ts';
import type { ProcessorSight, Sight } from '../sight/sight.ts';

/** What a stub has told of the processor. Registers by gdb's names; what is absent was not told. */
export interface Told {
  readonly registers: ReadonlyMap<string, number>;
  /** Hidden parts of segment registers, where a monitor shows them. */
  readonly segments: ReadonlyMap<SegmentRegister, Segment>;
  readonly gdtr: TableRegister | undefined;
  readonly idtr: TableRegister | undefined;
  readonly isHalted: boolean;
  readonly now: number | undefined;
}

const BLOCK = 256;
const ADDRESSES = 2 ** 32;
const NOTHING = new Uint8Array(0);
const VIRTUAL_8086 = 1 << 17;
/** A segment of real mode, as loading a selector makes it: present data of 16 bits. */
const REAL_ACCESS = 0x93;
const D_BIT = 0x4000;

type Space = 'linear' | 'physical';
type Key = `${Space} ${number}`;

export class RemoteSight implements Sight {
  readonly cpu: ProcessorSight;
  private readonly blocks = new Map<Key, Uint8Array>();
  private readonly wanted = new Set<Key>();

  constructor(
    private readonly told: Told,
    private readonly seesPhysical: boolean,
  ) {
    this.cpu = new RemoteProcessor(told, this);
  }

  get now(): number | undefined {
    return this.told.now;
  }

  peek(linear: number, length: number): Uint8Array {
    return this.look('linear', linear, length);
  }

  peekPhysical(physical: number, length: number): Uint8Array {
    if (this.seesPhysical) return this.look('physical', physical, length);
    return this.cpu.cr0 & 0x80000000 ? NOTHING : this.look('linear', physical, length);
  }

  /** Blocks that were looked for and are not here. */
  takeWanted(): { readonly space: Space; readonly address: number; readonly length: number }[] {
    const wanted = [...this.wanted].map((key) => {
      const [space, block] = key.split(' ');
      return { space: space as Space, address: Number(block) * BLOCK, length: BLOCK };
    });
    this.wanted.clear();
    return wanted;
  }

  /** A block has come: its bytes, or fewer, where no more can be seen. */
  put(space: Space, address: number, bytes: Uint8Array): void {
    this.blocks.set(`${space} ${Math.floor(address / BLOCK)}`, bytes);
  }

  /** What is here, up to the first byte that is not; every block that is missing is wanted, so that one fetch gets all. */
  private look(space: Space, from: number, length: number): Uint8Array {
    const found = new Uint8Array(length);
    let seen: number | undefined;
    for (let done = 0; done < length; ) {
      const at = (from + done) % ADDRESSES;
      const key: Key = `${space} ${Math.floor(at / BLOCK)}`;
      const take = Math.min(length - done, BLOCK - (at % BLOCK));
      const bytes = this.blocks.get(key);
      if (!bytes) this.wanted.add(key);
      const part = bytes?.subarray(at % BLOCK, (at % BLOCK) + take) ?? NOTHING;
      if (seen === undefined) {
        found.set(part, done);
        if (part.length < take) seen = done + part.length;
      }
      // Behind the end of what can be seen nothing is wanted.
      if (bytes && part.length < take) break;
      done += take;
    }
    return seen === undefined ? found : found.slice(0, seen);
  }
}

class RemoteProcessor implements ProcessorSight {
  constructor(
    private readonly told: Told,
    private readonly sight: Sight,
  ) {}

  register(name: GeneralRegister): number {
    return this.number(name);
  }

  segment(name: SegmentRegister): Segment {
    const known = this.told.segments.get(name);
    if (known) return known;
    const selector = this.number(name) & 0xffff;
    const base = this.told.registers.get(`${name}_base`);
    if (!(this.cr0 & 1) || this.eflags & VIRTUAL_8086) {
      return { selector, base: base ?? selector * 16, limit: 0xffff, access: REAL_ACCESS, usable: true };
    }
    const described = this.described(selector);
    if (!described) {
      // Nothing is told: take it for flat, as nearly every kernel's are.
      return {
        selector,
        base: base ?? 0,
        limit: 0xffffffff,
        access: D_BIT | REAL_ACCESS,
        usable: (selector & 0xfffc) !== 0,
      };
    }
    return { ...described, selector, base: base ?? described.base };
  }

  get eip(): number {
    // Our own stub tells gdb the linear address as eip, and the offset as ip.
    return this.told.registers.get('ip') ?? this.number('eip');
  }
  get eflags(): number {
    return this.number('eflags');
  }
  get cpl(): number {
    const told = this.told.registers.get('cpl');
    if (told !== undefined) return told;
    if (!(this.cr0 & 1)) return 0;
    return this.eflags & VIRTUAL_8086 ? 3 : this.number('cs') & 3;
  }
  get cr0(): number {
    // A stub that tells nothing of it is one of a program in protected mode.
    return this.told.registers.get('cr0') ?? 1;
  }
  get cr2(): number {
    return this.number('cr2');
  }
  get cr3(): number {
    return this.number('cr3');
  }
  get cr4(): number {
    return this.number('cr4');
  }
  get gdtr(): TableRegister | undefined {
    return this.told.gdtr;
  }
  get idtr(): TableRegister | undefined {
    return this.told.idtr;
  }
  get isHalted(): boolean {
    return this.told.isHalted;
  }

  private number(name: string): number {
    return this.told.registers.get(name) ?? 0;
  }

  /** As the GDT describes it now. SDM 3A, 3.4.5. */
  private described(selector: number): Segment | undefined {
    const { gdtr } = this.told;
    if (!gdtr || selector & 4 || (selector & 0xfffc) === 0 || (selector | 7) > gdtr.limit) return undefined;
    const at = gdtr.base + (selector & 0xfff8);
    const [low, high] = [peekNumber(this.sight, at), peekNumber(this.sight, at + 4)];
    if (low === undefined || high === undefined) return undefined;
    const raw = (high & 0xf0000) | (low & 0xffff);
    return {
      selector,
      base: ((high & 0xff000000) | ((high & 0xff) << 16) | (low >>> 16)) >>> 0,
      limit: (high & 0x800000 ? (raw << 12) | 0xfff : raw) >>> 0,
      access: (high >>> 8) & 0xf0ff,
      usable: true,
    };
  }
}
