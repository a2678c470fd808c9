/**
 * What gdb talks to (GDB manual, appendix E): one inferior, one thread, the processor. The stub knows nothing of sockets;
 * it is given bytes, and gives bytes to send. Between two of gdb's commands the machine stands; when gdb lets it go,
 * whoever owns the stub calls run() again and again until it has stopped.
 */

import type { RunLimits } from '../../machine/machine.ts';
import { describeStop, type Stop } from '../../machine/stop.ts';
import { monitor } from '../monitor.ts';
import { peekBytes, pokeBytes } from '../sight/memory-view.ts';
import { codeBits } from '../stepper/instruction-kind.ts';
import type { Move } from '../stepper/move.ts';
import type { Stepper, Verb } from '../stepper/stepper.ts';
import type { Reason, StopAt } from '../stepper/stops.ts';
import { frame, fromHex, PACKET_BYTES, PacketReader, textToHex, toHex } from './packets.ts';
import { EIP_NUMBER, ESP_NUMBER, MEMORY_MAP, REGISTERS, targetDescription } from './registers.ts';

const SIGINT = 2;
const SIGTRAP = 5;
const SIGSEGV = 11;
const THREAD = 'thread:1;';
const OK = 'OK';
/** EINVAL and EFAULT: gdb only shows them. */
const WRONG = 'E16';
const UNSEEN = 'E0e';

const FEATURES = [
  `PacketSize=${PACKET_BYTES.toString(16)}`,
  ...['QStartNoAckMode+', 'qXfer:features:read+', 'qXfer:memory-map:read+', 'ReverseStep+', 'ReverseContinue+'],
  ...['vContSupported+', 'swbreak+', 'hwbreak+'],
].join(';');

/** What Z packets ask for, by their number. */
const BREAKPOINT_KINDS = ['address', 'address', 'write', 'read', 'access'] as const;

export class GdbStub {
  private reader = new PacketReader();
  private acknowledges = true;
  private lastSent = '';
  /** What gdb has asked for and is not over yet. */
  private move: Move | undefined;
  /** m reads by physical addresses, as QEMU's stub does when it is asked to. */
  private readsPhysical = false;
  private stopReply = `T${hexByte(SIGTRAP)}${THREAD}`;
  private readonly breakpoints = new Map<string, number>();

  /**
   * @param send gets characters of one byte each
   * @param resumed called when the machine is let go: call run() from now on
   * @param detached called when gdb has gone, or wants the machine ended
   */
  constructor(
    private readonly stepper: Stepper,
    private readonly send: (text: string) => void,
    private readonly resumed: () => void = () => {},
    private readonly detached: (kill: boolean) => void = () => {},
  ) {}

  get isRunning(): boolean {
    return this.move !== undefined;
  }

  /** gdb has come: the machine stands. Let it run on instead with `running`. */
  connect(running = false): void {
    this.reader = new PacketReader();
    this.acknowledges = true;
    this.readsPhysical = false;
    this.move?.cancel();
    this.move = running ? this.stepper.begin('run') : undefined;
  }

  /** gdb has gone, with or without a word: its breakpoints go, and the machine runs on. */
  disconnect(): void {
    for (const id of this.breakpoints.values()) this.stepper.remove(id);
    this.breakpoints.clear();
    this.go('run');
  }

  receive(bytes: Uint8Array): void {
    for (const arrival of this.reader.read(bytes)) {
      if (arrival.kind === 'interrupt') this.interrupt();
      else if (arrival.kind === 'refused') this.send(this.lastSent);
      else if (!arrival.intact && this.acknowledges) this.send('-');
      else {
        if (this.acknowledges) this.send('+');
        const answer = this.answer(arrival.data);
        if (answer !== undefined) this.reply(answer);
      }
    }
  }

  /**
   * Let the machine run for so long, if gdb has let it go.
   * @returns 'stopped' when it stands and gdb has been told; or why the run came back
   */
  run(limits: Pick<RunLimits, 'until' | 'idle'>): Stop | 'stopped' {
    if (!this.move) return 'stopped';
    const reason = this.move.proceed(limits);
    if (reason.kind === 'under way') return reason.stop;
    this.stop(reason);
    return reason.kind === 'machine' && isEnd(reason.stop) ? reason.stop : 'stopped';
  }

  // ---- running and stopping

  private go(verb: Verb): void {
    this.move?.cancel();
    this.move = this.stepper.begin(verb);
    this.resumed();
  }

  private interrupt(): void {
    if (!this.move) return;
    this.move.cancel();
    this.move = undefined;
    this.tellStop(`T${hexByte(SIGINT)}${this.where()}`);
  }

  private stop(reason: Reason): void {
    this.move = undefined;
    this.tellStop(this.replyFor(reason));
  }

  private tellStop(reply: string): void {
    this.stopReply = reply;
    this.reply(reply);
  }

  private replyFor(reason: Reason): string {
    const trap = `T${hexByte(SIGTRAP)}`;
    switch (reason.kind) {
      case 'stop':
        return trap + stopField(reason.stop.at) + this.where();
      case 'start':
        return `${trap}replaylog:begin;${this.where()}`;
      case 'machine': {
        const { stop } = reason;
        if (stop.kind === 'exit') return `W${hexByte(stop.status & 0xff)}`;
        if (stop.kind === 'power-off' || stop.kind === 'reset') return 'W00';
        this.say(`${describeStop(stop, (address) => this.stepper.symbols.nameOf(address))}\n`);
        return `T${hexByte(stop.kind === 'shutdown' ? SIGSEGV : SIGTRAP)}${this.where()}`;
      }
      default:
        return trap + this.where();
    }
  }

  /** The fields every stop reply has: gdb would ask for them at once. */
  private where(): string {
    const { cpu } = this.stepper.pc;
    const field = (n: number) => `${hexByte(n)}:${toHex(REGISTERS[n]!.read(cpu))};`;
    return field(EIP_NUMBER) + field(ESP_NUMBER) + THREAD;
  }

  /** Text for gdb's console, while the machine counts as running. */
  private say(text: string): void {
    this.reply(`O${textToHex(text)}`);
  }

  private reply(data: string): void {
    this.lastSent = frame(data);
    this.send(this.lastSent);
  }

  // ---- packets

  /** The answer to a packet; empty for what is not known, undefined when it comes later. */
  private answer(packet: string): string | undefined {
    const rest = packet.slice(1);
    switch (packet[0]) {
      case '?':
        return this.stopReply;
      case 'g':
        return REGISTERS.map((register) => toHex(register.read(this.stepper.pc.cpu))).join('');
      case 'G':
        return this.writeAll(rest);
      case 'p':
        return this.readRegister(rest);
      case 'P':
        return this.writeRegister(rest);
      case 'm':
        return this.readMemory(rest);
      case 'M':
        return this.writeMemory(/^([\da-f]+),([\da-f]+):([\da-f]*)$/i.exec(rest), fromHex);
      case 'X':
        return this.writeMemory(/^([\da-f]+),([\da-f]+):([\s\S]*)$/i.exec(rest), (data) =>
          Uint8Array.from(data, (c) => c.charCodeAt(0)),
        );
      case 'Z':
      case 'z':
        return this.breakpoint(packet[0] === 'Z', rest);
      case 'c':
      case 'C':
        return this.resume('run');
      case 's':
      case 'S':
        return this.resume('step');
      case 'b':
        return rest === 'c' ? this.resume('runBack') : rest === 's' ? this.resume('back') : '';
      case 'H':
      case 'T':
        return OK;
      case 'D':
        this.reply(OK);
        this.detached(false);
        return undefined;
      case 'k':
        this.detached(true);
        return undefined;
      case 'v':
        return this.verbose(packet);
      case 'q':
      case 'Q':
        return this.query(packet);
      default:
        return '';
    }
  }

  private verbose(packet: string): string | undefined {
    if (packet === 'vCont?') return 'vCont;c;C;s;S';
    if (packet.startsWith('vCont;')) {
      const action = packet[6];
      return action === 'c' || action === 'C'
        ? this.resume('run')
        : action === 's' || action === 'S'
          ? this.resume('step')
          : WRONG;
    }
    if (packet.startsWith('vKill')) {
      this.reply(OK);
      this.detached(true);
      return undefined;
    }
    return '';
  }

  private query(packet: string): string {
    const [name] = packet.split(/[:;,]/, 1);
    switch (name) {
      case 'qSupported':
        return FEATURES;
      case 'QStartNoAckMode':
        // The + for this packet has gone out already.
        this.acknowledges = false;
        return OK;
      case 'qXfer':
        return this.transfer(packet);
      case 'qqemu.PhyMemMode':
        return this.readsPhysical ? '1' : '0';
      case 'Qqemu.PhyMemMode':
        this.readsPhysical = packet.endsWith(':1');
        return OK;
      case 'qAttached':
        return '1';
      case 'qC':
        return 'QC1';
      case 'qfThreadInfo':
        return 'm1';
      case 'qsThreadInfo':
        return 'l';
      case 'qThreadExtraInfo':
        return textToHex(`CPU 0, ring ${this.stepper.pc.cpu.cpl}`);
      case 'qSymbol':
        return OK;
      case 'qRcmd': {
        const command = fromHex(packet.slice('qRcmd,'.length));
        if (!command) return WRONG;
        const text = monitor(this.stepper, new TextDecoder().decode(command));
        return text === '' ? OK : textToHex(text);
      }
      default:
        return '';
    }
  }

  private transfer(packet: string): string {
    const match = /^qXfer:(features:read:target\.xml|memory-map:read:):([\da-f]+),([\da-f]+)$/i.exec(packet);
    if (!match) return packet.startsWith('qXfer:features:read:') ? 'E00' : '';
    const text = match[1]!.startsWith('f') ? targetDescription(codeBits(this.stepper.pc)) : MEMORY_MAP;
    const from = Number.parseInt(match[2]!, 16);
    const part = text.slice(from, from + Number.parseInt(match[3]!, 16));
    return (from + part.length < text.length ? 'm' : 'l') + part;
  }

  /** The answer comes when the move is over. */
  private resume(verb: Verb): undefined {
    this.go(verb);
  }

  // ---- registers and memory

  private readRegister(text: string): string {
    const register = REGISTERS[Number.parseInt(text, 16)];
    return register ? toHex(register.read(this.stepper.pc.cpu)) : WRONG;
  }

  private writeRegister(text: string): string {
    const [number = '', value = ''] = text.split('=');
    const register = REGISTERS[Number.parseInt(number, 16)];
    const bytes = fromHex(value);
    if (!register?.write || bytes?.length !== register.bytes) return WRONG;
    register.write(this.stepper.pc.cpu, bytes);
    this.stepper.history.changed();
    return OK;
  }

  private writeAll(text: string): string {
    const bytes = fromHex(text);
    if (bytes?.length !== REGISTERS.reduce((sum, register) => sum + register.bytes, 0)) return WRONG;
    const { cpu } = this.stepper.pc;
    let at = 0;
    for (const register of REGISTERS) {
      const value = bytes.subarray(at, at + register.bytes);
      at += register.bytes;
      if (toHex(register.read(cpu)) !== toHex(value)) register.write?.(cpu, value);
    }
    this.stepper.history.changed();
    return OK;
  }

  private readMemory(text: string): string {
    const [address, length] = text.split(',').map((part) => Number.parseInt(part, 16));
    if (!isAddress(address) || length === undefined || !(length >= 0)) return WRONG;
    const { pc } = this.stepper;
    const most = Math.min(length, PACKET_BYTES / 2);
    const bytes = this.readsPhysical ? pc.peekPhysical(address, most) : peekBytes(pc, address, most);
    return bytes.length === 0 && length > 0 ? UNSEEN : toHex(bytes);
  }

  private writeMemory(match: RegExpExecArray | null, bytesOf: (data: string) => Uint8Array | undefined): string {
    const bytes = match && bytesOf(match[3]!);
    const address = Number.parseInt(match?.[1] ?? '', 16);
    if (!bytes || !isAddress(address) || bytes.length !== Number.parseInt(match[2]!, 16)) return WRONG;
    if (bytes.length === 0) return OK;
    if (!pokeBytes(this.stepper.pc, address, bytes)) return UNSEEN;
    this.stepper.history.changed();
    return OK;
  }

  private breakpoint(set: boolean, text: string): string {
    const match = /^([0-4]),([\da-f]{1,8}),([\da-f]{1,8})/i.exec(text);
    if (!match) return /^\d/.test(text) && text[0]! > '4' ? '' : WRONG;
    const kind = BREAKPOINT_KINDS[Number(match[1])]!;
    const [address, bytes] = [Number.parseInt(match[2]!, 16), Number.parseInt(match[3]!, 16)];
    const at: StopAt =
      kind === 'address' ? { kind, address } : { kind: 'memory', first: address, bytes: Math.max(1, bytes), on: kind };
    const key = `${match[1]},${address},${bytes}`;
    const known = this.breakpoints.get(key);
    if (set && known === undefined) this.breakpoints.set(key, this.stepper.add(at).id);
    if (!set && known !== undefined) {
      this.stepper.remove(known);
      this.breakpoints.delete(key);
    }
    return OK;
  }
}

/** Nothing can follow these. */
function isEnd({ kind }: Stop): boolean {
  return kind === 'exit' || kind === 'power-off' || kind === 'reset';
}

function isAddress(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 0xffffffff;
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** What a stop reply says of the breakpoint that was met. */
function stopField(at: StopAt): string {
  if (at.kind === 'address') return 'swbreak:;';
  if (at.kind !== 'memory') return '';
  const name = at.on === 'read' ? 'rwatch' : at.on === 'access' ? 'awatch' : 'watch';
  return `${name}:${at.first.toString(16)};`;
}
