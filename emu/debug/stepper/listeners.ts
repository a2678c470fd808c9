/** Hears of what the core does not stop for by itself: interrupt wires, EOIs, ports, the console; and stops the machine then. */

import type { Pc } from '../../machine/pc.ts';
import type { PortAccess } from '../../machine/port-bus.ts';
import { listenToChips } from '../../trace/chip-events.ts';
import type { StopAt } from './stops.ts';

/** What was heard since it was last asked. */
export interface Heard {
  readonly edges: { readonly line: number; readonly level: boolean }[];
  readonly ports: PortAccess[];
  /** IRQs that were taken out of service. */
  readonly ended: number[];
  /** Those of the texts waited for that have come. */
  readonly texts: string[];
}

export class Listeners {
  private heard: Heard = silence();
  private tail = '';
  private unplug: (() => void) | undefined;

  constructor(private readonly pc: Pc) {}

  /** Listen for these, and for nothing else. */
  set(stops: readonly StopAt[]): void {
    const { pc } = this;
    this.heard = silence();
    for (const [line, wire] of pc.wires.entries()) {
      const wanted = stops.some((at) => at.kind === 'irq' && at.line === line);
      wire?.listenForDebugger(wanted ? (_, level) => this.hear(this.heard.edges, { line, level }) : undefined);
    }
    this.unplug?.();
    this.unplug = stops.some(({ kind }) => kind === 'eoi')
      ? listenToChips(pc, (event) => event.kind === 'eoi' && this.hear(this.heard.ended, event.irq))
      : undefined;
    const ports = stops.filter((at) => at.kind === 'port');
    pc.machine.ports.listenToCpu(
      ports.length === 0
        ? undefined
        : (access) => {
            const { port, width } = access;
            if (ports.some(({ first, last }) => port <= last && port + width > first))
              this.hear(this.heard.ports, access);
          },
    );
    const texts = stops.flatMap((at) => (at.kind === 'text' && at.text !== '' ? [at.text] : []));
    const longest = Math.max(0, ...texts.map(({ length }) => length));
    pc.listenToConsole(
      longest === 0
        ? undefined
        : (byte) => {
            this.tail = (this.tail + String.fromCharCode(byte)).slice(-longest);
            for (const text of texts) if (this.tail.endsWith(text)) this.hear(this.heard.texts, text);
          },
    );
  }

  /** What was heard, once. */
  take(): Heard {
    const { heard } = this;
    this.heard = silence();
    return heard;
  }

  private hear<T>(list: T[], what: T): void {
    list.push(what);
    this.pc.machine.pause();
  }
}

const silence = (): Heard => ({ edges: [], ports: [], ended: [], texts: [] });
