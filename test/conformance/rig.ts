/** A processor with a little RAM and nothing around it, to put into any state and see what one trap makes of it. */
import { Cpu, RunExit, type Segment, type SegmentRegister } from '../../emu/machine/cpu.ts';
import { type Environment, GENERAL, type General, type InitialState, SEGMENT_NAMES } from './formats.ts';

const RAM_BYTES = 4 << 20;
/** More than any case needs; one that runs away is stopped here. */
const MOST_INSTRUCTIONS = 10_000;
const VM = 1 << 17;
const PE = 1;
const FLOATING = 0xffffffff;

export type End = 'halted' | 'shutdown' | 'running away';

const LONGEST_INSTRUCTION = 15;
const PAGE = 4096;
const BIG = 0x4000;

const DEBUG_REGISTERS = [
  [0, 'dr0'],
  [1, 'dr1'],
  [2, 'dr2'],
  [3, 'dr3'],
  [6, 'dr6'],
  [7, 'dr7'],
] as const;

export class Rig {
  private readonly cpu = Cpu.create(
    {
      portRead: () => FLOATING,
      portWrite: () => {},
      mmioRead: () => FLOATING,
      mmioWrite: () => {},
      acknowledge: () => 0xff,
    },
    RAM_BYTES,
  );

  /** All memory zero, the processor as after a reset. */
  clear(): void {
    this.cpu.ram.fill(0);
    this.cpu.reset();
  }

  /** The processor as after a reset, memory as it is. */
  restart(): void {
    this.cpu.reset();
  }

  write(address: number, bytes: Uint8Array): void {
    this.cpu.ram.set(bytes, address);
    this.cpu.memoryChanged(address, bytes.length);
  }

  /** Physical memory itself, to look at. */
  get memory(): Readonly<Uint8Array> {
    return this.cpu.ram;
  }
  /** A copy of physical memory. */
  read(address: number, length: number): Uint8Array {
    return this.cpu.ram.slice(address, address + length);
  }

  /** @throws Error when the environment does not say what a selector stands for */
  setState(init: InitialState, env: Environment): void {
    const { cpu } = this;
    for (const name of GENERAL) cpu.setRegister(name, init[name]);
    for (const name of ['cr0', 'cr2', 'cr3', 'cr4', 'eip', 'eflags'] as const) cpu[name] = init[name];
    for (const [n, name] of DEBUG_REGISTERS) cpu.setDebugRegister(n, init[name] ?? 0);
    cpu.gdtr = { base: init.gdtbase, limit: init.gdtlim };
    cpu.idtr = { base: init.idtbase, limit: init.idtlim };
    for (const name of SEGMENT_NAMES) {
      const selector = init[name];
      cpu.setSegment(name, init.eflags & VM ? virtual8086Segment(selector) : segment(selector, env));
    }
    for (const [name, selector, { base, limit, attr }] of [
      ['tr', init.tr, env.tr],
      ['ldtr', init.ldt, env.ldt],
    ] as const) {
      cpu.setSegment(name, { selector, base, limit, access: attr, usable: selector !== 0 });
    }
    if (cpu.cr0 & PE && !(init.eflags & VM) && (init.cs & 3) === 0) this.leaveStartingFrame(init);
  }

  /** The referees entered ring 0 by iret, and what it popped still lies below the stack pointer, where some cases look. */
  private leaveStartingFrame({ eip, cs, eflags, esp }: InitialState): void {
    const frame = this.cpu.translate((this.cpu.segment('ss').base + esp - 12) >>> 0);
    if (frame === undefined || frame + 12 > RAM_BYTES) return;
    this.write(frame, new Uint8Array(Uint32Array.of(eip, cs, eflags).buffer));
  }

  run(): End {
    const exit = this.cpu.run(MOST_INSTRUCTIONS);
    return exit === RunExit.Halted ? 'halted' : exit === RunExit.Shutdown ? 'shutdown' : 'running away';
  }

  /** Executes one instruction. */
  step(): End {
    const exit = this.cpu.run(1);
    return exit === RunExit.Halted ? 'halted' : exit === RunExit.Shutdown ? 'shutdown' : 'running away';
  }
  /** What lies at CS:EIP, as far as memory goes, and whether that is 32-bit code. */
  codeAtEip(): { bytes: Uint8Array; code32: boolean } {
    const { base, access } = this.cpu.segment('cs');
    const linear = (base + this.cpu.eip) >>> 0;
    const here = Math.min(LONGEST_INSTRUCTION, PAGE - (linear % PAGE));
    const behind = (linear + here) >>> 0;
    return {
      bytes: Uint8Array.from([...this.bytesAt(linear, here), ...this.bytesAt(behind, LONGEST_INSTRUCTION - here)]),
      code32: (this.cpu.cr0 & PE) !== 0 && (this.cpu.eflags & VM) === 0 && (access & BIG) !== 0,
    };
  }

  private bytesAt(linear: number, length: number): Uint8Array {
    const physical = length > 0 ? this.cpu.translate(linear) : undefined;
    return physical === undefined ? new Uint8Array() : this.cpu.ram.subarray(physical, physical + length);
  }

  /** Instructions executed since it was made. */
  get now(): number {
    return this.cpu.now;
  }

  get eip(): number {
    return this.cpu.eip;
  }

  get eflags(): number {
    return this.cpu.eflags;
  }

  register(name: General): number {
    return this.cpu.register(name);
  }

  selector(name: SegmentRegister): number {
    return this.cpu.segment(name).selector;
  }

  control(name: 'cr0' | 'cr2' | 'cr3' | 'cr4' | 'dr6' | 'dr7'): number {
    return name === 'dr6' || name === 'dr7' ? this.cpu.debugRegister(Number(name[2])) : this.cpu[name];
  }

  /** The nth dword on the stack, through SS and paging; 0 is at the top. */
  stackDword(n: number): number {
    const { base, access } = this.cpu.segment('ss');
    const isBig = (access & 0x4000) !== 0;
    const dword = [0, 1, 2, 3].map((byte) => {
      const offset = this.cpu.esp + 4 * n + byte;
      const physical = this.cpu.translate((base + (isBig ? offset : offset & 0xffff)) >>> 0);
      return physical === undefined ? 0xff : (this.cpu.ram[physical] ?? 0xff);
    });
    return new DataView(Uint8Array.from(dword).buffer).getUint32(0, true);
  }
}

function segment(selector: number, env: Environment): Segment {
  if ((selector & ~3) === 0) return { selector, base: 0, limit: 0, access: 0, usable: false };
  const known = env.segments[String(selector)];
  if (!known) throw new Error(`the file does not say what selector ${selector} stands for`);
  const [base, limit, access] = known;
  return { selector, base, limit, access, usable: true };
}

/** SDM 3A, 20.2: a real-mode address, and what the hidden part says then. */
function virtual8086Segment(selector: number): Segment {
  return { selector, base: selector << 4, limit: 0xffff, access: 0xf3, usable: true };
}
