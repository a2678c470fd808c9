/**
 * What the guest kernel of this repository keeps in memory: its threads, its interrupt descriptors, its processor's own
 * data. Where they lie, and how they are laid out, is read from the image's symbols and constants (`tasks`,
 * `task.state`), so nothing is said twice; another image simply has none. Reading changes nothing.
 */

import type { SymbolTable } from '../../trace/symbols.ts';
import { peekBytes, peekNumber } from './memory-view.ts';
import type { Sight } from './sight.ts';

/** A thread of control: kernel thread or ring 3 process. */
export interface KernelThread {
  /** Of its struct task. */
  readonly address: number;
  readonly pid: number;
  readonly name: string;
  /** TASK_RUNNING, TASK_INTERRUPTIBLE ... as the kernel calls them. */
  readonly state: string;
  readonly isCurrent: boolean;
  readonly preemptCount: number;
  /** Where it will go on when it is switched to; undefined for the one that runs. */
  readonly resumesAt: number | undefined;
}

/** An interrupt line as the kernel sees it. */
export interface KernelIrq {
  /** Of its struct irq_desc. */
  readonly address: number;
  readonly irq: number;
  /** How often it was disabled. */
  readonly depth: number;
  /** Interrupts taken. */
  readonly count: number;
  readonly unhandled: number;
  /** IRQS_PENDING, IRQD_MASKED ... */
  readonly state: readonly string[];
  /** The flow handler. */
  readonly flow: string;
  /** Those who asked for it, in order. */
  readonly actions: readonly { readonly name: string; readonly handler: string }[];
}

/** One field of a structure in memory. */
export interface Field {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
}

const MOST = 1024;

export class KernelObjects {
  private constructor(
    private readonly sight: Sight,
    private readonly symbols: SymbolTable,
    private readonly constants: ReadonlyMap<string, number>,
  ) {}

  /** @returns undefined when the image is not this kernel */
  static of(sight: Sight, symbols: SymbolTable, constants: ReadonlyMap<string, number>): KernelObjects | undefined {
    const has = ['task.state', 'task_size', 'NR_TASKS', 'irq_desc.action', 'irq_desc_size', 'NR_IRQS', 'current'];
    const known = ['tasks', 'irq_descs', 'percpu_areas'].every((name) => symbols.addressOf(name) !== undefined);
    return known && has.every((name) => constants.has(name)) ? new KernelObjects(sight, symbols, constants) : undefined;
  }

  get threads(): KernelThread[] {
    const [first, size] = [this.symbols.addressOf('tasks')!, this.constant('task_size')];
    const current = this.perCpu('current');
    const threads: KernelThread[] = [];
    for (let i = 0; i < Math.min(MOST, this.constant('NR_TASKS')); i++) {
      const address = first + i * size;
      const state = this.word(address, 'task.state');
      if (state === undefined || state === this.constants.get('TASK_DEAD')) continue;
      const isCurrent = address === current;
      const esp = this.word(address, 'task.esp');
      threads.push({
        address,
        pid: this.word(address, 'task.pid') ?? 0,
        name: this.text(address + this.constant('task.name')),
        state: this.nameOfConstant('TASK_', state),
        isCurrent,
        preemptCount: (isCurrent ? this.perCpu('preempt_count') : this.word(address, 'task.preempt_count')) ?? 0,
        resumesAt: isCurrent || esp === undefined ? undefined : this.word(esp, 'switch_frame.return'),
      });
    }
    return threads.sort((a, b) => a.pid - b.pid);
  }

  get irqs(): KernelIrq[] {
    const [first, size] = [this.symbols.addressOf('irq_descs')!, this.constant('irq_desc_size')];
    const irqs: KernelIrq[] = [];
    for (let i = 0; i < Math.min(MOST, this.constant('NR_IRQS')); i++) {
      const address = first + i * size;
      const flow = this.word(address, 'irq_desc.handle_irq');
      if (!flow) continue; // a number without a line
      irqs.push({
        address,
        irq: this.word(address, 'irq_desc.irq') ?? i,
        depth: this.word(address, 'irq_desc.depth') ?? 0,
        count: this.word(address, 'irq_desc.kstat_irqs') ?? 0,
        unhandled: this.word(address, 'irq_desc.irqs_unhandled') ?? 0,
        state: this.bits(['IRQS_', 'IRQD_'], this.word(address, 'irq_desc.istate') ?? 0),
        flow: this.place(flow),
        actions: this.actionsOf(address),
      });
    }
    return irqs;
  }

  /** The processor's own data: every word of its area that has a name. */
  get cpu(): readonly { readonly name: string; readonly value: number }[] {
    const names = [
      'current',
      'need_resched',
      'preempt_count',
      'irq_regs',
      'softirq_pending',
      'nmi_count',
      'idle_ticks',
    ];
    return names.flatMap((name) => {
      const value = this.perCpu(name);
      return value === undefined ? [] : [{ name, value }];
    });
  }

  /** The fields of a structure (`task`, `irq_desc`) at an address, in order. */
  fieldsOf(struct: string, address: number): Field[] {
    const start = `${struct}.`;
    const size = this.constants.get(`${struct}_size`) ?? 0;
    const fields = [...this.constants]
      .filter(([name]) => name.startsWith(start))
      .sort(([, a], [, b]) => a - b)
      .map(([name, offset]) => ({ name: name.slice(start.length), offset }));
    return fields.map(({ name, offset }, i) => ({
      name,
      address: address + offset,
      bytes: (fields[i + 1]?.offset ?? size) - offset,
    }));
  }

  private actionsOf(desc: number): KernelIrq['actions'] {
    const actions: { name: string; handler: string }[] = [];
    let at = this.word(desc, 'irq_desc.action');
    while (at !== undefined && at !== 0 && actions.length < 64) {
      const name = this.word(at, 'irqaction.name');
      const handler = this.word(at, 'irqaction.handler');
      actions.push({ name: name ? this.text(name) : '', handler: handler ? this.place(handler) : '' });
      at = this.word(at, 'irqaction.next');
    }
    return actions;
  }

  private perCpu(name: string): number | undefined {
    return this.word(this.symbols.addressOf('percpu_areas')!, name);
  }

  private word(base: number, field: string): number | undefined {
    const offset = this.constants.get(field);
    return offset === undefined ? undefined : peekNumber(this.sight, base + offset);
  }

  private constant(name: string): number {
    return this.constants.get(name) ?? 0;
  }

  private nameOfConstant(prefix: string, value: number): string {
    for (const [name, constant] of this.constants) if (constant === value && name.startsWith(prefix)) return name;
    return String(value);
  }

  private bits(prefixes: readonly string[], value: number): string[] {
    const isFlag = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
    return [...this.constants]
      .filter(([name, bit]) => bit !== 0 && (value & bit) === bit && isFlag(name))
      .map(([n]) => n);
  }

  private place(address: number): string {
    return this.symbols.nameOf(address) ?? `0x${address.toString(16)}`;
  }

  private text(address: number): string {
    const bytes = peekBytes(this.sight, address, 64);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
  }
}
