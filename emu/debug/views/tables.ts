/** The processor's tables: segment registers with their descriptors, the GDT, the IDT, and the walk to a page. */

import type { SegmentRegister } from '../../machine/cpu.ts';
import { nameOfVector } from '../../machine/stop.ts';
import { type Descriptor, descriptorOf, gateOf, pageWalk, physicalOf } from '../sight/descriptors.ts';
import { peekNumber } from '../sight/memory-view.ts';
import type { Scene } from './scene.ts';
import { bad, dim, good, hex, type Line, line, named, title } from './text.ts';

const SEGMENTS: readonly SegmentRegister[] = ['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'];
const PROTECTED = 1;
const VIRTUAL_8086 = 1 << 17;

const isReal = ({ cpu }: Scene['sight']) => !(cpu.cr0 & PROTECTED) || (cpu.eflags & VIRTUAL_8086) !== 0;

/** Selector, hidden part, and what the descriptor that the selector names says now, when that is something else. */
export function segmentsView({ sight }: Scene): Line[] {
  const real = isReal(sight);
  const rows = SEGMENTS.map((name) => {
    const { selector, base, limit, access, usable } = sight.cpu.segment(name);
    const system = name === 'ldtr' || name === 'tr';
    const head = [dim(name.padEnd(5)), `${hex(selector, 4)} `];
    const isNull = (selector & 0xfffc) === 0 && (real ? system : name !== 'tr');
    if (!usable || isNull) return line(...head, dim('null'));
    const hidden = `base ${hex(base)} limit ${hex(limit)} `;
    if (real && !system) return line(...head, hidden, dim('real mode'));
    const looked = descriptorOf(sight, selector);
    const ring = dim(`rpl ${selector & 3}${selector & 4 ? ', LDT' : ''}  `);
    if ('trouble' in looked) return line(...head, ring, hidden, bad(looked.trouble));
    const stale =
      looked.found.base !== base || looked.found.limit !== limit ? bad('  the table says otherwise now') : undefined;
    return line(...head, ring, hidden, dim(kindOf(looked.found, access)), stale);
  });
  const table = (name: string, register: { base: number; limit: number } | undefined) =>
    line(
      dim(name.padEnd(5)),
      register ? `base ${hex(register.base)} limit ${hex(register.limit, 4)}` : dim('the stub does not tell'),
    );
  return [...rows, table('gdtr', sight.cpu.gdtr), table('idtr', sight.cpu.idtr)];
}

/** SDM 3A, table 3-1 and 3-2, in words. */
function kindOf(d: Descriptor, access?: number): string {
  const words = [
    d.isCode || d.kind === 'data' ? `${d.bits}-bit ${d.kind}` : d.kind,
    d.isCode
      ? d.isConforming
        ? 'conforming'
        : ''
      : d.kind === 'data'
        ? d.isWritable
          ? 'writable'
          : 'read-only'
        : '',
    `dpl ${d.dpl}`,
    d.present ? '' : 'NOT PRESENT',
    access !== undefined && d.isCode && !(access & 1) ? 'not accessed' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** Every descriptor of the GDT that is not all zero. */
export function gdtView({ sight }: Scene): Line[] {
  const { gdtr } = sight.cpu;
  if (!gdtr) return [line(dim('the stub does not tell where the GDT is'))];
  const lines = [line(title(`GDT at ${hex(gdtr.base)}, limit ${hex(gdtr.limit, 4)}`))];
  for (let selector = 8; selector + 7 <= gdtr.limit; selector += 8) {
    const [low, high] = [peekNumber(sight, gdtr.base + selector), peekNumber(sight, gdtr.base + selector + 4)];
    if (low === 0 && high === 0) continue;
    const looked = descriptorOf(sight, selector);
    if ('trouble' in looked) return [...lines, line(hex(selector, 4), ' ', bad(looked.trouble))];
    const { base, limit } = looked.found;
    lines.push(line(`${hex(selector, 4)} `, `base ${hex(base)} limit ${hex(limit)} `, dim(kindOf(looked.found))));
  }
  return lines;
}

/** What PCs use these vectors for in real mode, where they are numbers of BIOS services and tables more than exceptions. */
const BIOS_SERVICES: readonly string[] = [
  ...['video', 'equip', 'mem', 'disk', 'com', 'sys', 'keys', 'print', 'basic', 'boot', 'time'],
  ...['break', 'tick', 'crtc', 'fdpt', 'font'],
];
const FIRST_BIOS_SERVICE = 0x10;

function nameInTable(vector: number, real: boolean): string {
  const service = real ? BIOS_SERVICES[vector - FIRST_BIOS_SERVICE] : undefined;
  const name = nameOfVector(vector);
  return service ?? (name.startsWith('vector') ? '' : name);
}

/** The gates that are present, or the one asked for. In real mode: the interrupt table. */
export function idtView({ sight, symbols }: Scene, only?: number): Line[] {
  const { idtr } = sight.cpu;
  if (!idtr) return [line(dim('the stub does not tell where the IDT is'))];
  const { base, limit } = idtr;
  const real = !(sight.cpu.cr0 & PROTECTED);
  const size = real ? 4 : 8;
  const lines = [line(title(`IDT at ${hex(base)}, limit ${hex(limit, 4)}`), dim(real ? ', real mode' : ''))];
  const last = only ?? Math.min(255, Math.floor((limit + 1) / size) - 1);
  for (let vector = only ?? 0; vector <= last; vector++) {
    const label = `${hex(vector, 2)} ${nameInTable(vector, real)}`.padEnd(8);
    if (real) {
      const far = peekNumber(sight, base + vector * 4);
      if (far === undefined || (far === 0 && only === undefined)) continue;
      const linear = ((far >>> 16) * 16 + (far & 0xffff)) >>> 0;
      lines.push(line(`${label} `, `${hex(far >>> 16, 4)}:${hex(far & 0xffff, 4)}`, named(symbols.nameOf(linear))));
      continue;
    }
    const gate = gateOf(sight, vector);
    if ('trouble' in gate) {
      if (only !== undefined) lines.push(line(`${label} `, bad(gate.trouble)));
      continue;
    }
    const { kind, bits, selector, offset, dpl, present } = gate.found;
    if (!present && only === undefined) continue;
    const where =
      kind === 'task' ? [hex(selector, 4)] : [`${hex(selector, 4)}:${hex(offset)}`, named(symbols.nameOf(offset))];
    lines.push(
      line(
        `${label} `,
        dim(`${kind} gate, ${bits}-bit, dpl ${dpl}, `),
        present ? undefined : bad('NOT PRESENT, '),
        ...where,
      ),
    );
  }
  return lines;
}

/** The entries that translate a linear address, and where they lead. */
export function pageView({ sight, symbols }: Scene, linear: number): Line[] {
  const { cpu } = sight;
  const steps = pageWalk(sight, linear);
  const physical = physicalOf(sight, linear, steps);
  const head = line(title(`page walk of ${hex(linear)}`), named(symbols.nameOf(linear)));
  if (steps.length === 0) return [head, line('paging is off: the linear address is the physical one')];
  if (steps.some(({ at }) => sight.peekPhysical(at, 4).length < 4)) {
    return [head, line(dim('the page tables cannot be seen: the stub does not show physical memory'))];
  }
  const rows = steps.map(({ table, index, at, entry, present, writable, user, large }) => {
    const rights = `${user ? 'user' : 'supervisor'}, ${writable ? 'writable' : 'read-only'}`;
    const used = `${entry & 0x20 ? ', accessed' : ''}${entry & 0x40 && table !== 'PDPTE' ? ', dirty' : ''}`;
    const extras = `${large ? ', large page' : ''}${entry & 0x10 ? ', not cached' : ''}${entry & 0x100 ? ', global' : ''}`;
    return line(
      `${table.padEnd(5)} `,
      dim(`[${hex(index, 3)}] at ${hex(at)} `),
      `${hex(entry)} `,
      present ? (table === 'PDPTE' ? '' : `${rights}${used}${extras}`) : bad('not present'),
    );
  });
  const all = (has: 'user' | 'writable') => steps.every((step) => step[has]);
  const outcome =
    physical === undefined
      ? bad(`an access is a page fault (#PF)`)
      : good(
          `physical ${hex(physical)}: ${all('user') ? 'rings 0 to 3' : 'rings 0 to 2 only'}, ${all('writable') ? 'writable' : cpu.cr0 & 0x10000 ? 'read-only (also for ring 0: CR0.WP)' : 'read-only for ring 3'}`,
        );
  return [head, line(dim(`CR3   ${hex(cpu.cr3)}`)), ...rows, line(outcome)];
}
