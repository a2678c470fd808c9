/**
 * A machine behind a gdb stub as it stands: its registers, read at every stop; its memory, as somebody looks at it; and
 * what the stub's monitor answers. Nothing here moves it.
 */

import { fromHex, toHex } from '../gdb/packets.ts';
import { type SettableRegister, TargetError } from '../stepper/target.ts';
import type { GdbClient } from './client.ts';
import { type Description, readDescription, UNDESCRIBED } from './description.ts';
import { parseQemuRegisters } from './qemu-monitor.ts';
import { RemoteSight, type Told } from './remote-sight.ts';

const OURS = 'org.trapgate.i386.system';

const NOT_TOLD: Told = {
  registers: new Map(),
  segments: new Map(),
  gdtr: undefined,
  idtr: undefined,
  isHalted: false,
  now: undefined,
};

export class RemoteMachine {
  /** What it is, and where. */
  readonly title: string;
  /** What it looks like, until refresh() gives another. */
  sight = new RemoteSight(NOT_TOLD, false);
  private answers = new Map<string, string>();
  private readonly asked = new Set<string>();
  /** One fetch at a time: physical reading is a mode of the stub's. */
  private fetching: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly client: GdbClient,
    name: string,
    private readonly description: Description,
    private readonly supported: ReadonlySet<string>,
    private readonly seesPhysical: boolean,
  ) {
    const who = this.isOurs ? 'trapgate' : this.isQemu ? 'QEMU' : 'a gdb stub';
    this.title = `${who} at ${name}`;
  }

  /**
   * Get to know the stub and the machine, which stands from now on.
   * @param name what to call it
   * @throws TargetError when it is no stub, or none of an i386
   */
  static async connect(client: GdbClient, name: string): Promise<RemoteMachine> {
    const supported = new Set((await client.request('qSupported:swbreak+;hwbreak+;xmlRegisters=i386')).split(';'));
    if (supported.has('QStartNoAckMode+')) await client.startNoAckMode();
    const description = supported.has('qXfer:features:read+')
      ? await readDescription((file) => transfer(client, file))
      : UNDESCRIBED;
    const physical = /^[01]$/.test(await client.request('qqemu.PhyMemMode'));
    const machine = new RemoteMachine(client, name, description, supported, physical);
    if (!/^[STWX]/.test(await client.request('?'))) throw new TargetError(`${name} is no gdb stub`);
    await machine.refresh();
    return machine;
  }

  /** Whether the stub says so in its answer to qSupported. */
  supports(feature: string): boolean {
    return this.supported.has(feature);
  }

  get isOurs(): boolean {
    return this.description.features.includes(OURS);
  }

  private get isQemu(): boolean {
    return this.seesPhysical && !this.isOurs;
  }

  /** What the monitor answers to a command that only shows; undefined when it is to be fetched. */
  answerTo(command: string): string | undefined {
    const answer = this.answers.get(command);
    if (answer === undefined) this.asked.add(command);
    return answer;
  }

  /** Get what was looked for and is not here. @returns whether there was anything */
  fetch(): Promise<boolean> {
    const fetched = this.fetching.then(() => this.fetchNow());
    this.fetching = fetched.catch(() => {});
    return fetched;
  }

  /** Look as often as there is more to fetch. */
  async look<T>(make: (sight: RemoteSight) => T): Promise<T> {
    for (;;) {
      const made = make(this.sight);
      if (!(await this.fetch())) return made;
    }
  }

  /** Read the registers anew, and forget all that was seen before. */
  async refresh(): Promise<void> {
    const registers = await this.readRegisters();
    const told = await this.toldBesides(registers);
    this.sight = new RemoteSight({ ...NOT_TOLD, registers, ...told }, this.seesPhysical);
    this.answers = new Map();
  }

  /** Of the general packet; what is wider than a number here (x87, SSE) is left out. */
  private async readRegisters(): Promise<Map<string, number>> {
    const data = await this.client.request('g');
    const values = new Map<string, number>();
    let at = 0;
    for (const { name, bytes } of this.description.registers) {
      const text = data.slice(at, at + bytes * 2);
      at += bytes * 2;
      const value = bytes <= 8 && text.length === bytes * 2 ? fromHex(text) : undefined;
      if (value)
        values.set(
          name,
          value.subarray(0, 4).reduceRight((sum, byte) => sum * 256 + byte, 0),
        );
    }
    if (!values.has('eip')) throw new TargetError('the stub does not tell the registers of an i386');
    return values;
  }

  private async toldBesides(registers: ReadonlyMap<string, number>): Promise<Partial<Told>> {
    if (this.isQemu) return parseQemuRegisters((await this.client.monitor('info registers')) ?? '') ?? {};
    const table = (name: string) => {
      const [base, limit] = [registers.get(`${name}_base`), registers.get(`${name}_limit`)];
      return base === undefined || limit === undefined ? undefined : { base, limit };
    };
    const history = this.isOurs ? await this.client.monitor('history') : undefined;
    const now = /now at (\d+)/.exec(history ?? '')?.[1];
    return { gdtr: table('gdtr'), idtr: table('idtr'), now: now === undefined ? undefined : Number(now) };
  }

  private async fetchMemory(sight: RemoteSight, wanted: ReturnType<RemoteSight['takeWanted']>): Promise<void> {
    const read = async ({ space, address, length }: (typeof wanted)[number]) => {
      const data = await this.client.request(`m${address.toString(16)},${length.toString(16)}`);
      sight.put(space, address, (/^E[\da-f]{2}$/i.test(data) ? undefined : fromHex(data)) ?? new Uint8Array(0));
    };
    for (const block of wanted) if (block.space === 'linear') await read(block);
    const physical = wanted.filter(({ space }) => space === 'physical');
    if (physical.length === 0) return;
    await this.client.request('Qqemu.PhyMemMode:1');
    try {
      for (const block of physical) await read(block);
    } finally {
      await this.client.request('Qqemu.PhyMemMode:0');
    }
  }

  async setRegister(name: SettableRegister, value: number): Promise<void> {
    const named = (wanted: string) => this.description.registers.find((candidate) => candidate.name === wanted);
    const register = (name === 'eip' ? named('ip') : undefined) ?? named(name);
    if (!register) throw new TargetError(`the stub has no register ${name}`);
    const bytes = Uint8Array.from({ length: register.bytes }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 0xff : 0));
    await this.command(`P${register.number.toString(16)}=${toHex(bytes)}`, `${name} cannot be set`);
    await this.refresh();
  }

  async setMemory(linear: number, bytes: Uint8Array): Promise<void> {
    await this.command(
      `M${linear.toString(16)},${bytes.length.toString(16)}:${toHex(bytes)}`,
      'that memory cannot be written',
    );
    await this.refresh();
  }

  async monitor(command: string): Promise<string> {
    const answer = await this.client.monitor(command);
    if (answer === undefined) throw new TargetError('this stub has no monitor commands');
    // It may have changed anything.
    await this.refresh();
    return answer;
  }

  /** Send what is answered by OK. @throws TargetError with this refusal */
  async command(packet: string, refusal: string): Promise<void> {
    const answer = await this.client.request(packet);
    if (answer !== 'OK')
      throw new TargetError(answer === '' ? `${refusal}: it does not know how` : `${refusal} (${answer})`);
  }

  private async fetchNow(): Promise<boolean> {
    const { sight, answers } = this;
    const wanted = sight.takeWanted();
    const asked = [...this.asked];
    this.asked.clear();
    await this.fetchMemory(sight, wanted);
    for (const command of asked) answers.set(command, (await this.client.monitor(command)) ?? '');
    return wanted.length + asked.length > 0;
  }
}

/** A document by qXfer, in pieces. */
async function transfer(client: GdbClient, file: string): Promise<string> {
  let text = '';
  for (;;) {
    const answer = await client.request(`qXfer:features:read:${file}:${text.length.toString(16)},800`);
    if (answer[0] !== 'm' && answer[0] !== 'l') throw new TargetError(`the stub does not give ${file}`);
    text += answer.slice(1);
    if (answer[0] === 'l' || answer.length === 1) return text;
  }
}
