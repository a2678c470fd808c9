/** What one can look at, and change, while the machine stands. One of these serves one stop; its references end with it. */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { callStack, type StackFrame } from '../sight/call-stack.ts';
import { peekBytes, pokeBytes } from '../sight/memory-view.ts';
import type { Debuggee } from './debuggee.ts';
import { disassembleAround } from './disassembly.ts';
import { addressOf, hex, RequestError, valueOfText } from './requests.ts';
import { type Item, scopesOf } from './scopes.ts';
import type { Sources } from './sources.ts';

/** Most bytes that one request reads, and most instructions. */
const MOST_BYTES = 2 ** 20;
const MOST_INSTRUCTIONS = 10_000;

/** A place in memory that can be watched or written. */
export interface MemoryPlace {
  readonly address: number;
  readonly bytes: number;
}

export class Inspection {
  private readonly frames: readonly StackFrame[];
  private readonly handles = new Map<number, () => Item[]>();
  private nextHandle: number;

  /** @param firstId references count from here, so that those of an earlier stop are not taken for this one's */
  constructor(
    private readonly debuggee: Debuggee,
    private readonly sources: Sources,
    private readonly firstId: number,
  ) {
    this.frames = callStack(debuggee.stepper.pc, debuggee.stepper.debugInfo.frames);
    this.nextHandle = firstId;
  }

  /** Where the next stop's references may begin. */
  get end(): number {
    return Math.max(this.nextHandle, this.firstId + this.frames.length);
  }

  stackTrace({
    startFrame = 0,
    levels = 0,
  }: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse['body'] {
    const all = this.frames.map((frame, i) => this.shown(frame, this.firstId + i));
    return {
      stackFrames: all.slice(startFrame, levels > 0 ? startFrame + levels : undefined),
      totalFrames: all.length,
    };
  }

  scopes(frameId: number): DebugProtocol.Scope[] {
    const frame = this.frames[frameId - this.firstId];
    if (!frame) throw new RequestError(`there is no stack frame ${frameId} at this stop`);
    return scopesOf(this.debuggee, frame).map(({ name, hint, expensive, items }) => ({
      name,
      expensive,
      variablesReference: this.handle(items),
      ...(hint ? { presentationHint: hint } : {}),
    }));
  }

  variables({ variablesReference, start = 0, count = 0 }: DebugProtocol.VariablesArguments): DebugProtocol.Variable[] {
    const items = this.itemsOf(variablesReference);
    return items.slice(start, count > 0 ? start + count : undefined).map((item) => this.variable(item));
  }

  setVariable({ variablesReference, name, value }: DebugProtocol.SetVariableArguments): { value: string } {
    const find = () => this.itemsOf(variablesReference).find((item) => item.name === name);
    const item = find();
    if (!item) throw new RequestError(`there is no variable '${name}' here`);
    this.change(item, value);
    return { value: find()?.value ?? '' };
  }

  /** A register, a flag, or memory: `[address]`, `byte[address]`, `word[address]`, or a symbol. */
  setExpression({ expression, value }: DebugProtocol.SetExpressionArguments): { value: string } {
    const text = expression.trim();
    const registers = this.frames[0] ? scopesOf(this.debuggee, this.frames[0]).slice(0, 4) : [];
    const find = () =>
      registers.flatMap(({ items }) => items()).find(({ name }) => name.toLowerCase() === text.toLowerCase());
    const register = find();
    if (register) {
      this.change(register, value);
      return { value: find()!.value };
    }
    const memory = this.placeOf(text);
    this.change({ name: text, value: '', memory }, value);
    return { value: hex(valueOfText(this.debuggee, text) ?? 0) };
  }

  /** What could be watched; undefined for what is not in memory. */
  watchable({
    variablesReference,
    name,
    asAddress,
    bytes,
  }: DebugProtocol.DataBreakpointInfoArguments): MemoryPlace | undefined {
    if (variablesReference) return this.itemsOf(variablesReference).find((item) => item.name === name)?.memory;
    const place = asAddress ? { address: addressOf(this.debuggee, name), bytes: 4 } : this.placeOf(name);
    return { address: place.address, bytes: bytes ?? place.bytes };
  }

  readMemory({
    memoryReference,
    offset,
    count,
  }: DebugProtocol.ReadMemoryArguments): DebugProtocol.ReadMemoryResponse['body'] {
    const address = addressOf(this.debuggee, memoryReference, offset);
    const wanted = bounded(count, 0, MOST_BYTES, 'count');
    const bytes = peekBytes(this.debuggee.stepper.pc, address, Math.min(wanted, 2 ** 32 - address));
    return {
      address: hex(address),
      data: Buffer.from(bytes).toString('base64'),
      ...(bytes.length < wanted ? { unreadableBytes: wanted - bytes.length } : {}),
    };
  }

  writeMemory(args: DebugProtocol.WriteMemoryArguments): DebugProtocol.WriteMemoryResponse['body'] {
    const { stepper } = this.debuggee;
    const address = addressOf(this.debuggee, args.memoryReference, args.offset);
    const bytes = Uint8Array.from(Buffer.from(args.data, 'base64'));
    const there = peekBytes(stepper.pc, address, bytes.length).length;
    if (there < bytes.length && !args.allowPartial) {
      throw new RequestError(`only ${there} of ${bytes.length} bytes at ${hex(address)} are memory`);
    }
    if (there > 0) {
      pokeBytes(stepper.pc, address, bytes.subarray(0, there));
      stepper.history.changed();
    }
    return { bytesWritten: there };
  }

  disassemble(args: DebugProtocol.DisassembleArguments): DebugProtocol.DisassembledInstruction[] {
    const address = addressOf(this.debuggee, args.memoryReference, args.offset);
    const count = bounded(args.instructionCount, 0, MOST_INSTRUCTIONS, 'instructionCount');
    const offset = bounded(args.instructionOffset ?? 0, -MOST_INSTRUCTIONS, MOST_INSTRUCTIONS, 'instructionOffset');
    return disassembleAround(this.debuggee, this.sources, address, offset, count);
  }

  // ---- how

  private shown({ address, within, kind }: StackFrame, id: number): DebugProtocol.StackFrame {
    const { stepper } = this.debuggee;
    const info = stepper.debugInfo;
    const line = info.lines.at(within);
    const name = (stepper.symbols.nameOf(within) ?? hex(address)).replace(/\+0x[\da-f]+$/, '');
    return {
      id,
      name: kind === 'interrupted' ? `${name} (interrupted)` : name,
      line: line?.line ?? 0,
      column: line ? 1 : 0,
      instructionPointerReference: hex(address),
      ...(line ? { source: this.sources.of(line.file) } : {}),
    };
  }

  private variable(item: Item): DebugProtocol.Variable {
    const { name, value, type, children, memory, set } = item;
    const writable = set !== undefined || isWord(memory);
    return {
      name,
      value,
      variablesReference: children ? this.handle(children) : 0,
      ...(type === undefined ? {} : { type }),
      ...(memory === undefined ? {} : { memoryReference: hex(memory.address) }),
      ...(writable ? {} : { presentationHint: { attributes: ['readOnly'] } }),
    };
  }

  private change({ name, set, memory }: Item, text: string): void {
    const { stepper } = this.debuggee;
    const value = valueOfText(this.debuggee, text);
    if (value === undefined) throw new RequestError(`${text} reads memory that cannot be seen`);
    if (set) set(value >>> 0);
    else if (isWord(memory)) {
      const bytes = Uint8Array.from({ length: memory.bytes }, (_, i) => value >>> (8 * i));
      if (!pokeBytes(stepper.pc, memory.address, bytes)) {
        throw new RequestError(`there is no memory at ${hex(memory.address)}`);
      }
    } else throw new RequestError(`${name} cannot be changed`);
    stepper.history.changed();
  }

  /** `byte[x]`, `word[x]`, `[x]`, or the address of something. */
  private placeOf(text: string): MemoryPlace {
    const [, width = 'dword', inner] = /^\s*(byte|word|dword)?\s*\[(.*)\]\s*$/i.exec(text) ?? [];
    const bytes = { byte: 1, word: 2, dword: 4 }[width.toLowerCase()]!;
    const isSymbol = this.debuggee.stepper.symbols.addressOf(text.trim()) !== undefined;
    if (inner === undefined && !isSymbol && !/^\s*(0x)?[\da-f]+\s*$/i.test(text)) {
      throw new RequestError(`'${text}' is no place in memory: a symbol or [address] is`);
    }
    return { address: addressOf(this.debuggee, inner ?? text), bytes };
  }

  private handle(items: () => Item[]): number {
    const id = this.nextHandle++;
    this.handles.set(id, items);
    return id;
  }

  private itemsOf(reference: number): Item[] {
    const items = this.handles.get(reference);
    if (!items) throw new RequestError(`there are no variables ${reference} at this stop`);
    return items();
  }
}

function isWord(memory: MemoryPlace | undefined): memory is MemoryPlace {
  return memory !== undefined && [1, 2, 4].includes(memory.bytes);
}

function bounded(value: number, min: number, max: number, name: string): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RequestError(`${name} ${value}: a whole number from ${min} to ${max} is wanted`);
  }
  return value;
}
