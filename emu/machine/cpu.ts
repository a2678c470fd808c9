/**
 * The processor as the host sees it: the WebAssembly core, its registers, and the calls it makes out.
 * Everything the core knows lives in one linear memory, laid out in emu/core/layout.ts.
 */
import { coreImage } from '../core/generated/image.ts';
import * as L from '../core/layout.ts';

/** What the core asks of the machine around it. Called in the middle of an instruction, in program order. */
export interface CpuHost {
  /** Width in bytes: 1, 2 or 4. */
  portRead(port: number, width: number): number;
  portWrite(port: number, value: number, width: number): void;
  mmioRead(address: number, width: number): number;
  mmioWrite(address: number, value: number, width: number): void;
  /** An INTA cycle: the interrupt controller's vector, 0 to 255. */
  acknowledge(): number;
}

/** Why run() came back. The numbers are those of emu/core/run.ts. */
export enum RunExit {
  /** The instructions asked for have been retired, exactly. */
  Budget = 0,
  /** Someone called requestExit(), or the trap ring reached `trapStop`. */
  Requested = 1,
  /** HLT, and no interrupt that may be taken. Time stands still until the host moves it. */
  Halted = 2,
  /** Triple fault: see `shutdown`. */
  Shutdown = 3,
  /** The next instruction has a breakpoint. */
  Breakpoint = 4,
  /** The last instruction touched memory that is watched, or did something else that is: see `watchHit`, `eventHit`. */
  Watch = 5,
}

/** What the processor may do with memory on its own. Without `read` it does not write on its own, either. */
export interface FrameRights {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

/** Memory to stop at, by linear addresses, both included. */
export interface MemoryWatch {
  readonly first: number;
  readonly last: number;
  readonly read: boolean;
  readonly write: boolean;
}

const generalRegisters = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const segmentRegisters = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;
export type GeneralRegister = (typeof generalRegisters)[number];
export type SegmentRegister = (typeof segmentRegisters)[number];
export type ControlRegister = 'cr0' | 'cr2' | 'cr3' | 'cr4';

/** A segment register with its hidden part (SDM 3A, 3.4.3). */
export interface Segment {
  selector: number;
  base: number;
  /** Last valid offset, granularity applied. */
  limit: number;
  /** Bits 8 to 23 of the descriptor's second dword, shifted down: type, S, DPL, P, (limit), AVL, D/B, G. */
  access: number;
  /** False after loading a null selector. */
  usable: boolean;
}
/** GDTR or IDTR. */
export interface TableRegister {
  base: number;
  limit: number;
}

interface CoreExports {
  initialize(): void;
  run(limit: number): number;
  time(): number;
  stateChanged(): void;
  controlChanged(): void;
  gateA20(open: boolean): void;
  memoryChanged(physical: number, bytes: number): void;
  stopsChanged(): void;
  eflags(): number;
  setEflags(value: number): void;
  probe(linear: number): number;
}

/** What cpuid says in EAX of leaf 1, and EDX holds after a reset. */
const SIGNATURE = 0x6d8;

/**
 * V8 never replaces a WebAssembly function while it runs, so the switch would stay in the baseline compiler's
 * version for good if run() were one long call. This many instructions are some milliseconds.
 */
const LONGEST_RUN = 4_000_000;
const PAGE = 4096;
const WASM_PAGE = 65536;

let compiled: WebAssembly.Module | undefined;
function coreModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(coreImage), (c) => c.charCodeAt(0)));
  return compiled;
}

export class Cpu {
  /** Guest RAM, from physical address 0. After writing here, call memoryChanged(). */
  readonly ram: Uint8Array;
  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;
  private readonly view: DataView;
  private readonly core: CoreExports;
  private isRunning = false;
  private isStale = false;
  private codeIsStale = false;

  /**
   * @param ramBytes guest RAM, a multiple of 4096 up to layout.ts's RAM_MAX; it is mapped at physical address 0.
   * @throws RangeError when that much memory cannot be had.
   */
  static create(host: CpuHost, ramBytes: number): Cpu {
    return new Cpu(host, ramBytes);
  }

  private constructor(host: CpuHost, ramBytes: number) {
    if (!Number.isInteger(ramBytes) || ramBytes <= 0 || ramBytes % PAGE !== 0 || ramBytes > L.RAM_MAX) {
      throw new RangeError(`RAM must be a multiple of ${PAGE} bytes up to ${L.RAM_MAX}, not ${ramBytes}`);
    }
    const memory = new WebAssembly.Memory({ initial: Math.ceil((L.RAM + ramBytes) / WASM_PAGE) });
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.view = new DataView(memory.buffer);
    this.ram = this.bytes.subarray(L.RAM, L.RAM + ramBytes);
    // Plain functions: V8 calls bound ones by a longer way.
    const env = {
      memory,
      portRead: (port: number, width: number) => host.portRead(port, width),
      portWrite: (port: number, value: number, width: number) => host.portWrite(port, value >>> 0, width),
      mmioRead: (address: number, width: number) => host.mmioRead(address >>> 0, width),
      mmioWrite: (address: number, value: number, width: number) => host.mmioWrite(address >>> 0, value >>> 0, width),
      acknowledge: () => host.acknowledge(),
    };
    this.core = new WebAssembly.Instance(coreModule(), { env }).exports as unknown as CoreExports;
    this.mapFrames(0, ramBytes, L.RAM, L.FRAME_MEMORY | L.FRAME_WRITABLE);
    this.reset();
  }

  /**
   * Registers as RESET# leaves them (SDM 3A, table 9-1), the physical memory map as it is, time going on.
   * EIP is FFF0h in a code segment based at FFFF0000h, and the processor is in real mode.
   */
  reset(): void {
    const time = this.now;
    const a20 = this.get(L.A20_MASKED); // a pin, which somebody else holds
    this.bytes.fill(0, 0, L.STATE_END);
    this.set(L.A20_MASKED, a20);
    this.set(L.GENERATION, 1);
    this.view.setFloat64(L.TIME_NOW, time, true);
    for (const name of segmentRegisters) {
      this.setSegment(name, {
        selector: 0,
        base: 0,
        limit: 0xffff,
        access: name === 'ldtr' ? 0x82 : name === 'tr' ? 0x8b : 0x93,
        usable: true,
      });
    }
    this.setSegment('cs', { selector: 0xf000, base: 0xffff0000, limit: 0xffff, access: 0x93, usable: true });
    this.cr0 = 0x60000010;
    this.set(L.IDT_LIMIT, 0xffff);
    this.set(L.GDT_LIMIT, 0xffff);
    this.set(L.DR + 6 * 4, 0xffff0ff0);
    this.set(L.DR + 7 * 4, 0x400);
    this.set(L.FPU_CONTROL, 0x40);
    this.set(L.FPU_TAGS, 0xff);
    this.set(L.MXCSR, 0x1f80);
    this.edx = SIGNATURE;
    this.eip = 0xfff0;
    this.core.initialize();
    this.eflags = 0x2;
    this.isStale = true;
  }

  /**
   * Execute exactly this many instructions, or fewer when something stops the processor first.
   * A delivered fault or interrupt counts as one.
   */
  run(instructions: number): RunExit {
    this.settle();
    const deadline = this.now + instructions;
    this.isRunning = true;
    try {
      let exit = RunExit.Budget;
      while (exit === RunExit.Budget) {
        const left = deadline - this.view.getFloat64(L.TIME_NOW, true);
        if (left <= 0) break;
        exit = this.core.run(Math.min(left, LONGEST_RUN));
      }
      return exit;
    } finally {
      this.isRunning = false;
    }
  }

  /** Instructions retired since power-on; exact also inside a port access. */
  get now(): number {
    return this.isRunning ? this.core.time() : this.view.getFloat64(L.TIME_NOW, true);
  }
  /** Let time pass while the processor is halted. Not while it runs, and never backwards. */
  passTime(to: number): void {
    this.view.setFloat64(L.TIME_NOW, to, true);
  }

  /** Come back from run() after the current instruction. */
  requestExit(): void {
    this.set(L.EXIT_REQUEST, 1);
  }
  /** Level of the INTR pin. */
  setIntr(level: boolean): void {
    this.set(L.INTR, level ? 1 : 0);
  }
  /** The A20M# pin: while the gate is closed address line 20 is low for every access, as in an 8086's wrapped megabyte. */
  setA20(open: boolean): void {
    this.core.gateA20(open);
  }
  /** An edge on the NMI pin. */
  raiseNmi(): void {
    this.set(L.NMI, 1);
  }
  /** Level of the FERR# pin: an x87 exception waits for IRQ 13. */
  get ferr(): boolean {
    return this.get(L.FERR) !== 0;
  }
  /** Level of the IGNNE# pin: that exception is to be ignored. */
  setIgnne(level: boolean): void {
    this.set(L.IGNNE, level ? 1 : 0);
  }
  /** Awake again after HLT, or after a shutdown: for who answers those in place of the hardware. */
  revive(): void {
    this.set(L.HALTED, 0);
    this.set(L.SHUTDOWN, 0);
    this.isStale = true;
  }
  get isHalted(): boolean {
    return this.get(L.HALTED) !== 0;
  }
  /** After RunExit.Shutdown: the exception whose delivery led there, with its error code. */
  get shutdown(): { vector: number; errorCode: number } | undefined {
    return this.get(L.SHUTDOWN)
      ? { vector: this.get(L.SHUTDOWN_VECTOR), errorCode: this.get(L.SHUTDOWN_CODE) }
      : undefined;
  }

  // ---- Physical memory. Addresses and lengths are multiples of 4096.

  /** Let RAM that lies at `offset` in `ram` appear at a physical address. */
  mapRam(address: number, length: number, offset: number): void {
    this.mapFrames(address, length, L.RAM + offset, L.FRAME_MEMORY | L.FRAME_WRITABLE);
  }
  /** Let part of `ram` appear read-only; stores are ignored. */
  mapRom(address: number, length: number, offset: number): void {
    this.mapFrames(address, length, L.RAM + offset, L.FRAME_MEMORY);
  }
  /**
   * Let part of `ram` appear with less than all rights: what is missing goes to the host's mmioRead and mmioWrite, and
   * nothing is fetched without `execute`.
   */
  mapGuarded(address: number, length: number, offset: number, rights: FrameRights): void {
    const told = (rights.read ? 0 : L.FRAME_HEARD) | (rights.write ? L.FRAME_WRITABLE : L.FRAME_MMIO);
    const flags = L.FRAME_MEMORY | (rights.execute ? 0 : L.FRAME_DATA) | told;
    this.mapFrames(address, length, L.RAM + offset, rights.read ? flags : (flags & ~L.FRAME_WRITABLE) | L.FRAME_MMIO);
  }
  /** Send accesses to the host's mmioRead and mmioWrite. */
  mapMmio(address: number, length: number): void {
    this.mapFrames(address, length, 0, L.FRAME_MMIO);
  }
  /** Nothing there: reads give ones, stores are lost. */
  unmap(address: number, length: number): void {
    this.mapFrames(address, length, 0, 0);
  }
  private mapFrames(address: number, length: number, at: number, flags: number): void {
    if (address % PAGE || length % PAGE || address + length > 2 ** 32) {
      throw new RangeError(`cannot map ${length} bytes at ${address}: not whole pages`);
    }
    for (let done = 0; done < length; done += PAGE) {
      this.words[(L.FRAMES >> 2) + (address + done) / PAGE] = flags & L.FRAME_MEMORY ? (at + done) | flags : flags;
    }
    this.isStale = true;
  }
  /** The host wrote to `ram`: drop what was decoded or remembered from there. */
  memoryChanged(address: number, bytes: number): void {
    this.core.memoryChanged(address, bytes);
  }
  /** The memory map has changed under decoded code: decode it anew. Takes effect when the core is entered next. */
  forgetCode(): void {
    this.codeIsStale = true;
    this.isStale = true;
  }
  /** Physical address of a linear one, by the page tables as they are, without any side effect; undefined where none is mapped. */
  translate(linear: number): number | undefined {
    this.settle();
    const physical = this.core.probe(linear);
    return physical < 0 ? undefined : physical;
  }

  /** Where in `ram` a linear address leads, by page tables and memory map as they are; undefined where no memory is. */
  locate(linear: number): number | undefined {
    const physical = this.translate(linear);
    if (physical === undefined) return undefined;
    const frame = this.words[(L.FRAMES >> 2) + Math.floor(physical / PAGE)]!;
    return frame & L.FRAME_MEMORY ? frame - (frame % PAGE) - L.RAM + (physical % PAGE) : undefined;
  }

  // ---- Registers

  get(offset: number): number {
    return this.words[offset >> 2] as number;
  }
  private set(offset: number, value: number): void {
    this.words[offset >> 2] = value;
  }
  /** What is looked up from registers must be looked up anew before the core goes on. */
  private settle(): void {
    if (!this.isStale || this.isRunning) return;
    this.isStale = false;
    if (this.codeIsStale) this.core.stopsChanged();
    else this.core.stateChanged();
    this.codeIsStale = false;
  }

  register(name: GeneralRegister): number {
    return this.get(generalRegisters.indexOf(name) * L.SLOT);
  }
  setRegister(name: GeneralRegister, value: number): void {
    this.set(generalRegisters.indexOf(name) * L.SLOT, value);
  }
  segment(name: SegmentRegister): Segment {
    const at = L.SEGMENTS + segmentRegisters.indexOf(name) * L.SEGMENT;
    return {
      selector: this.get(at + L.S_SELECTOR),
      base: this.get(at + L.S_BASE),
      limit: this.get(at + L.S_LIMIT),
      access: this.get(at + L.S_ACCESS) >>> 8,
      usable: this.get(at + L.S_USABLE) !== 0,
    };
  }
  setSegment(name: SegmentRegister, segment: Segment): void {
    const at = L.SEGMENTS + segmentRegisters.indexOf(name) * L.SEGMENT;
    this.set(at + L.S_SELECTOR, segment.selector);
    this.set(at + L.S_BASE, segment.base);
    this.set(at + L.S_LIMIT, segment.limit);
    this.set(at + L.S_ACCESS, (segment.access & 0xf0ff) << 8);
    this.set(at + L.S_USABLE, segment.usable ? 1 : 0);
    this.isStale = true;
  }

  /** EIP of the next instruction; inside a port access, of the one being executed. */
  get eip(): number {
    return this.isRunning ? this.get(this.get(L.CURRENT) + L.R_EIP) : this.get(L.EIP);
  }
  set eip(value: number) {
    this.set(L.EIP, value);
    this.isStale = true;
  }
  get eflags(): number {
    return this.core.eflags() >>> 0;
  }
  set eflags(value: number) {
    this.core.setEflags(value);
    this.isStale = true;
  }
  get cpl(): number {
    this.settle();
    return this.get(L.CPL);
  }
  get gdtr(): TableRegister {
    return { base: this.get(L.GDT_BASE), limit: this.get(L.GDT_LIMIT) };
  }
  set gdtr({ base, limit }: TableRegister) {
    this.set(L.GDT_BASE, base);
    this.set(L.GDT_LIMIT, limit);
    this.isStale = true;
  }
  get idtr(): TableRegister {
    return { base: this.get(L.IDT_BASE), limit: this.get(L.IDT_LIMIT) };
  }
  set idtr({ base, limit }: TableRegister) {
    this.set(L.IDT_BASE, base);
    this.set(L.IDT_LIMIT, limit);
    this.isStale = true;
  }
  /** DR0 to DR7. */
  debugRegister(n: number): number {
    return this.get(L.DR + n * 4);
  }
  setDebugRegister(n: number, value: number): void {
    this.set(L.DR + n * 4, value);
    this.isStale = true;
  }

  get eax(): number {
    return this.register('eax');
  }
  set eax(value: number) {
    this.setRegister('eax', value);
  }
  get ecx(): number {
    return this.register('ecx');
  }
  set ecx(value: number) {
    this.setRegister('ecx', value);
  }
  get edx(): number {
    return this.register('edx');
  }
  set edx(value: number) {
    this.setRegister('edx', value);
  }
  get ebx(): number {
    return this.register('ebx');
  }
  set ebx(value: number) {
    this.setRegister('ebx', value);
  }
  get esp(): number {
    return this.register('esp');
  }
  set esp(value: number) {
    this.setRegister('esp', value);
  }
  get ebp(): number {
    return this.register('ebp');
  }
  set ebp(value: number) {
    this.setRegister('ebp', value);
  }
  get esi(): number {
    return this.register('esi');
  }
  set esi(value: number) {
    this.setRegister('esi', value);
  }
  get edi(): number {
    return this.register('edi');
  }
  set edi(value: number) {
    this.setRegister('edi', value);
  }

  get cr0(): number {
    return this.get(L.CR0);
  }
  set cr0(value: number) {
    this.setControl(L.CR0, value);
  }
  get cr2(): number {
    return this.get(L.CR2);
  }
  set cr2(value: number) {
    this.setControl(L.CR2, value);
  }
  get cr3(): number {
    return this.get(L.CR3);
  }
  set cr3(value: number) {
    this.setControl(L.CR3, value);
  }
  get cr4(): number {
    return this.get(L.CR4);
  }
  set cr4(value: number) {
    this.setControl(L.CR4, value);
  }
  private setControl(offset: number, value: number): void {
    this.set(offset, value);
    this.core.controlChanged();
    this.isStale = true;
  }

  // ---- The trap ring (emu/trace reads it)

  /** Entries ever written. */
  get trapCount(): number {
    return this.get(L.TRAPS);
  }
  /** Come back from run() when trapCount reaches this; 0: never. */
  set trapStop(count: number) {
    this.set(L.TRAP_STOP, count);
  }
  /** Bytes of the ring, TRAP_ENTRIES entries of TRAP_ENTRY bytes. */
  get trapRing(): DataView {
    return new DataView(this.view.buffer, L.TRAP_RING, L.TRAP_ENTRIES * L.TRAP_ENTRY);
  }

  /** What bus cycles give or take without the host: an entry a port and one for INTA, LATCH bits | byte, or 0 to ask. */
  get portLatches(): Uint16Array {
    return new Uint16Array(this.view.buffer, L.LATCHES, L.PORTS + 1);
  }

  // ---- What a debugger asks for. None of it is part of the guest's machine.

  /** Everything the processor holds, but for what it has only cached. */
  saveState(): Uint8Array {
    return this.bytes.slice(0, L.STATE_END);
  }
  /** The inverse of saveState, time included. Not while it runs. */
  loadState(state: Uint8Array): void {
    // Gates and descriptors are remembered under a generation: none of those there have been may come again.
    const generation = this.get(L.GENERATION) + 1;
    this.bytes.set(state, 0);
    this.set(L.GENERATION, generation);
    this.set(L.CS_GENERATION, 0);
    this.isStale = true;
  }

  /** Numbers of the 4 KB pages of RAM that may have changed since they were given to pagesSaved(). */
  changedPages(): number[] {
    const table = this.words.subarray(L.FRAMES >> 2, (L.FRAMES >> 2) + this.ram.length / PAGE);
    const changed: number[] = [];
    for (let page = 0; page < table.length; page++) {
      if ((table[page]! & (L.FRAME_WRITABLE | L.FRAME_SAVED)) === L.FRAME_WRITABLE) changed.push(page);
    }
    return changed;
  }
  /** A copy of these pages was taken, or they are again as they were when it was: notice when they change. */
  pagesSaved(pages: Iterable<number>): void {
    let any = false;
    for (const page of pages) {
      this.words[(L.FRAMES >> 2) + page]! |= L.FRAME_SAVED;
      any = true;
    }
    // Pages that may be written at full speed are in the translation caches.
    if (any) this.isStale = true;
  }

  /** Stop before the instructions at these linear addresses. @throws RangeError when there are more than 2,048 */
  setBreakpoints(addresses: Iterable<number>): void {
    const wanted = [...new Set(addresses)];
    if (wanted.length > L.BREAKPOINT_SLOTS / 2) throw new RangeError(`${wanted.length} breakpoints are too many`);
    const table = this.words.subarray(L.BREAKPOINTS >> 2, (L.BREAKPOINTS >> 2) + L.BREAKPOINT_SLOTS);
    table.fill(L.BREAKPOINT_NONE);
    for (const address of wanted) {
      let slot = address % L.BREAKPOINT_SLOTS;
      while (table[slot] !== L.BREAKPOINT_NONE) slot = (slot + 1) % L.BREAKPOINT_SLOTS;
      table[slot] = address;
    }
    this.set(L.BREAKPOINT_COUNT, wanted.length);
    this.core.stopsChanged();
  }
  /** Go on from a breakpoint: at this virtual time none stops. */
  passBreakpoint(time: number): void {
    this.view.setFloat64(L.PASS_TIME, time, true);
  }
  /** Stop after an instruction that touches such memory. @throws RangeError when there are more than 64 */
  setWatches(watches: readonly MemoryWatch[]): void {
    if (watches.length > L.WATCH_MOST) throw new RangeError(`${watches.length} watches are too many`);
    for (const [n, { first, last, read, write }] of watches.entries()) {
      const at = L.WATCHES + n * L.WATCH;
      this.set(at + L.WATCH_FIRST, first);
      this.set(at + L.WATCH_LAST, last);
      this.set(at + L.WATCH_KINDS, (read ? L.WATCH_READ : 0) | (write ? L.WATCH_WRITE : 0));
    }
    this.set(L.WATCH_COUNT, watches.length);
    this.core.stopsChanged();
  }
  /** After RunExit.Watch: the watches that were met, by number, and the linear address of the first access. */
  get watchHit(): { readonly watches: readonly number[]; readonly address: number } | undefined {
    if (this.get(L.WATCH_HIT) === 0) return undefined;
    const met = [this.get(L.WATCH_HITS), this.get(L.WATCH_HITS + 4)];
    const watches = Array.from({ length: L.WATCH_MOST }, (_, n) => n).filter((n) => (met[n >> 5]! >>> (n & 31)) & 1);
    return { watches, address: this.get(L.WATCH_HIT_AT) };
  }
  /** Stop after a change of the CPL, and after an access to a model-specific register. */
  setEventStops({ ring, msr }: { readonly ring: boolean; readonly msr: boolean }): void {
    this.set(L.EVENT_STOPS, (ring ? L.EVENT_RING : 0) | (msr ? L.EVENT_RDMSR | L.EVENT_WRMSR : 0));
  }
  /** After RunExit.Watch: whether the CPL changed, and which model-specific register was accessed. */
  get eventHit(): { readonly ring: boolean; readonly msr?: { readonly register: number; readonly write: boolean } } {
    const hit = this.get(L.EVENT_HIT);
    const ring = (hit & L.EVENT_RING) !== 0;
    if (!(hit & (L.EVENT_RDMSR | L.EVENT_WRMSR))) return { ring };
    return { ring, msr: { register: this.get(L.EVENT_MSR), write: (hit & L.EVENT_WRMSR) !== 0 } };
  }
}
