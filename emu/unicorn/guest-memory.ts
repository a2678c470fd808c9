/**
 * Memory as uc_mem_map and its like know it: regions anywhere in 4 GB, each with its rights, over one store of bytes.
 * What the processor may not do to a page on its own (because of rights, or because somebody wants to hear of it) it
 * asks the host for; everything else runs at full speed.
 */

import type { Cpu } from '../machine/cpu.ts';
import { CONSTANTS } from './constants.ts';

const PAGE = 4096;
const { PROT_READ, PROT_WRITE, PROT_EXEC } = CONSTANTS;

/** Of mem_regions: addresses of the first and the last byte. */
export interface MemoryRegion {
  readonly begin: number;
  readonly end: number;
  readonly perms: number;
}

interface Page {
  /** Where it lies in the store. */
  readonly at: number;
  perms: number;
}

/** Somebody wants to hear of reads or writes here; addresses of the first and the last byte. */
export interface Interest {
  readonly begin: number;
  readonly end: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

export class GuestMemory {
  /** By page number. */
  private readonly pages = new Map<number, Page>();
  private readonly free: number[] = [];
  private next = 0;

  /** Nothing is mapped at first, and every access to nothing asks the host. */
  constructor(
    private readonly cpu: Cpu,
    private readonly interests: () => readonly Interest[],
  ) {
    cpu.mapMmio(0, 2 ** 32);
  }

  /** @returns an error's name, or undefined when it went well */
  map(address: number, size: number, perms: number): 'ARG' | 'MAP' | 'NOMEM' | undefined {
    if (!isWhole(address, size) || perms & ~CONSTANTS.PROT_ALL) return 'ARG';
    const numbers = numbersOf(address, size);
    if (numbers.some((number) => this.pages.has(number))) return 'MAP';
    if (numbers.length * PAGE > this.cpu.ram.length - this.next + this.free.length * PAGE) return 'NOMEM';
    for (const number of numbers) {
      let at = this.free.pop();
      if (at === undefined) {
        at = this.next;
        this.next += PAGE;
      }
      this.pages.set(number, { at, perms });
    }
    this.arrange(numbers);
    return undefined;
  }

  unmap(address: number, size: number): 'ARG' | 'NOMEM' | undefined {
    if (!isWhole(address, size)) return 'ARG';
    const numbers = numbersOf(address, size);
    if (numbers.some((number) => !this.pages.has(number))) return 'NOMEM';
    for (const number of numbers) {
      const { at } = this.pages.get(number)!;
      this.cpu.ram.fill(0, at, at + PAGE);
      this.free.push(at);
      this.pages.delete(number);
    }
    this.arrange(numbers);
    return undefined;
  }

  protect(address: number, size: number, perms: number): 'ARG' | 'NOMEM' | undefined {
    if (!isWhole(address, size) || perms & ~CONSTANTS.PROT_ALL) return 'ARG';
    const numbers = numbersOf(address, size);
    if (numbers.some((number) => !this.pages.has(number))) return 'NOMEM';
    for (const number of numbers) this.pages.get(number)!.perms = perms;
    this.arrange(numbers);
    return undefined;
  }

  /** Neighbours with the same rights are one region. */
  get regions(): MemoryRegion[] {
    const regions: { begin: number; end: number; perms: number }[] = [];
    for (const number of [...this.pages.keys()].sort((a, b) => a - b)) {
      const { perms } = this.pages.get(number)!;
      const last = regions.at(-1);
      if (last && last.end + 1 === number * PAGE && last.perms === perms) last.end += PAGE;
      else regions.push({ begin: number * PAGE, end: number * PAGE + PAGE - 1, perms });
    }
    return regions;
  }

  /** The rights at an address; undefined where nothing is mapped. */
  permsAt(address: number): number | undefined {
    return this.pages.get(Math.floor(address / PAGE))?.perms;
  }

  /** @returns undefined when some of it is not mapped */
  read(address: number, size: number): Uint8Array | undefined {
    const bytes = new Uint8Array(size);
    const whole = this.eachPiece(address, size, (at, from, length) => {
      bytes.set(this.cpu.ram.subarray(at, at + length), from);
    });
    return whole ? bytes : undefined;
  }

  /** @returns whether all of it is mapped; else nothing is written */
  write(address: number, bytes: Uint8Array): boolean {
    if (!this.eachPiece(address, bytes.length, () => {})) return false;
    this.eachPiece(address, bytes.length, (at, from, length) => {
      this.cpu.ram.set(bytes.subarray(from, from + length), at);
      this.cpu.memoryChanged(address + from, length);
    });
    return true;
  }

  /** Hooks have come or gone. */
  rearrange(): void {
    this.arrange([...this.pages.keys()]);
  }

  /** Tell the processor what it may do with these pages on its own. */
  private arrange(numbers: readonly number[]): void {
    const interests = this.interests();
    for (const number of numbers) {
      const page = this.pages.get(number);
      const address = number * PAGE;
      if (!page) {
        this.cpu.mapMmio(address, PAGE);
        continue;
      }
      const near = interests.filter(({ begin, end }) => begin < address + PAGE && end >= address);
      this.cpu.mapGuarded(address, PAGE, page.at, {
        read: (page.perms & PROT_READ) !== 0 && !near.some(({ reads }) => reads),
        write: (page.perms & PROT_WRITE) !== 0 && !near.some(({ writes }) => writes),
        execute: (page.perms & PROT_EXEC) !== 0,
      });
    }
    // Code that was decoded under the old map is forgotten.
    this.cpu.forgetCode();
  }

  private eachPiece(address: number, size: number, act: (at: number, from: number, length: number) => void): boolean {
    for (let from = 0; from < size; ) {
      const page = this.pages.get(Math.floor((address + from) / PAGE));
      if (!page) return false;
      const offset = (address + from) % PAGE;
      const length = Math.min(PAGE - offset, size - from);
      act(page.at + offset, from, length);
      from += length;
    }
    return true;
  }
}

function isWhole(address: number, size: number): boolean {
  return address % PAGE === 0 && size % PAGE === 0 && size > 0 && address >= 0 && address + size <= 2 ** 32;
}

function numbersOf(address: number, size: number): number[] {
  return Array.from({ length: size / PAGE }, (_, i) => address / PAGE + i);
}
