/**
 * "Why has IRQ n not fired?": from the chip's line through the 8259s, the INTR pin, the IF flag and the gate to the first
 * instruction of the handler, in the order in which the hardware asks.
 */

import * as L from '../../core/layout.ts';
import type { Pc } from '../../machine/pc.ts';
import { type Answer, type Asked, answerOf, type Check } from './chain.ts';
import { throughGate } from './gate-checks.ts';

type Chip8259 = Pc['pic']['master'];

const CASCADE = 2;
const ICW1_SNGL = 2;
const ICW4_8086 = 1;
const hex = (value: number, digits = 0) => `0x${value.toString(16).padStart(digits, '0')}`;

/** @param irq 0 to 15, but for 2, which is the cascade */
export function whyIrq(stepper: Asked, irq: number): Answer {
  const { pc } = stepper;
  const { master, slave } = pc.pic;
  if (irq === CASCADE) {
    const check = {
      name: 'line',
      passes: false,
      text: 'IRQ 2 is the wire from the slave to the master; no chip is on it.',
    };
    return answerOf([check], '');
  }
  const chain: Check[] = [];
  if (irq < 8) chain.push(...throughChip(master, 'master', irq, `IRQ ${irq}`));
  else {
    chain.push(...throughChip(slave, 'slave', irq - 8, `IRQ ${irq}`), ...cascade(pc));
    chain.push(...throughChip(master, 'master', CASCADE, `the slave's request`));
  }
  chain.push(...atProcessor(pc));
  const vector = vectorOf(pc, irq);
  if (!(master.peek().icw4 & ICW4_8086)) {
    chain.push({
      name: 'vector',
      passes: false,
      text: 'The 8259 is in MCS-80 mode (ICW4): what it sends is no vector.',
    });
  } else if (vector < 32) {
    const text = `Vector ${hex(vector, 2)} is one of the processor's own exceptions: ICW2 was left so.`;
    chain.push({ name: 'vector', passes: true, text });
  }
  chain.push(...throughGate(stepper, vector));
  return answerOf(
    chain,
    `IRQ ${irq} is about to be taken: nothing is in its way, it comes before the next instruction.`,
  );
}

function vectorOf(pc: Pc, irq: number): number {
  const chip = irq < 8 ? pc.pic.master : pc.pic.slave;
  return chip.vector(irq & 7);
}

/** From an input of an 8259 to its INT output. */
function throughChip(chip: Chip8259, name: string, level: number, who: string): Check[] {
  const s = chip.peek();
  const bit = 1 << level;
  const isLevel = ((s.icw1 & 8 ? 0xff : s.elcr) & bit) !== 0;
  const high = (s.lines & bit) !== 0;
  const latched = (chip.irr & bit) !== 0;
  const input = `IR${level} of the ${name}`;
  const checks: Check[] = [
    {
      name: `${name} set up`,
      passes: s.expects === 1 && s.icw2 !== 0,
      text:
        s.expects !== 1
          ? `The ${name} 8259 is in the middle of being set up: it waits for ICW${s.expects}.`
          : s.icw2 === 0
            ? `The ${name} 8259 has not been set up: no ICW2 has said which vectors are its.`
            : `The ${name} 8259 is set up.`,
    },
    {
      name: `${name} line`,
      passes: high,
      text: high
        ? `${who} is high at ${input}.`
        : `${who} is low at ${input}: nobody asks${s.edges & bit ? '' : ', and a request that falls before it is acknowledged is forgotten'}.`,
    },
    {
      name: `${name} IRR`,
      passes: latched,
      text: latched
        ? `It is latched in the IRR (${isLevel ? 'level' : 'edge'} triggered).`
        : high
          ? `The line is high, but its edge has been used up: ${input} is edge triggered, so the line must fall and rise again.`
          : `Nothing is latched in the IRR.`,
    },
    {
      name: `${name} IMR`,
      passes: (s.imr & bit) === 0,
      text:
        s.imr & bit
          ? `It is masked: IMR bit ${level} of the ${name} is set (IMR ${hex(s.imr, 2)}).`
          : `It is not masked.`,
    },
  ];
  const rank = (n: number) => (n - s.lowest - 1) & 7;
  const visible = s.specialMask ? s.isr & ~s.imr : s.isr;
  const fullyNested = (s.icw4 & 0x10) !== 0 && chip.hasSlaveOn(level);
  const busy = [0, 1, 2, 3, 4, 5, 6, 7].filter(
    (n) => visible & (1 << n) && (rank(n) < rank(level) || (n === level && !fullyNested)),
  );
  const first = busy.sort((a, b) => rank(a) - rank(b))[0];
  checks.push({
    name: `${name} ISR`,
    passes: first === undefined,
    text:
      first === undefined
        ? `Nothing of its priority or above is in service.`
        : first === level
          ? `It is in service already: its last handler has not sent its EOI to the ${name} (ISR ${hex(s.isr, 2)}).`
          : `IR${first} of the ${name} is in service and goes before it: no EOI for it yet (ISR ${hex(s.isr, 2)}).`,
  });
  const rivals = [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => chip.irr & ~s.imr & (1 << n) && rank(n) < rank(level));
  const rival = rivals.sort((a, b) => rank(a) - rank(b))[0];
  checks.push({
    name: `${name} priority`,
    passes: rival === undefined,
    text:
      rival === undefined ? `No other request goes before it.` : `IR${rival} of the ${name} asks too, and goes first.`,
  });
  return checks;
}

/** From the slave's INT to an input that the master takes for a slave's. */
function cascade(pc: Pc): Check[] {
  const { icw1, icw3 } = pc.pic.master.peek();
  const known = pc.pic.master.hasSlaveOn(CASCADE);
  const id = pc.pic.slave.slaveId;
  return [
    {
      name: 'cascade of the master',
      passes: known,
      text: known
        ? `The master knows that a slave is on its input 2.`
        : icw1 & ICW1_SNGL
          ? `The master was told in ICW1 that it is alone (SNGL): it gives a vector of its own for the slave's request.`
          : `The cascade was forgotten: the master's ICW3 is ${hex(icw3, 2)}, without bit 2, so it does not ask the slave.`,
    },
    {
      name: 'cascade of the slave',
      passes: id === CASCADE,
      text:
        id === CASCADE
          ? `The slave answers to number 2.`
          : `The slave was told in ICW3 that it is number ${id}; the master calls number 2.`,
    },
  ];
}

function atProcessor({ cpu }: Pc): Check[] {
  const intr = cpu.get(L.INTR) !== 0;
  const enabled = (cpu.eflags & 0x200) !== 0;
  const shadow = cpu.get(L.SHADOW) !== 0;
  const dead = cpu.shutdown !== undefined;
  return [
    { name: 'INTR', passes: intr, text: intr ? `INTR is high at the processor.` : `INTR is low at the processor.` },
    {
      name: 'shutdown',
      passes: !dead,
      text: dead
        ? `The processor has shut down after a triple fault: only a reset helps.`
        : `The processor runs${cpu.isHalted ? ' (it waits at HLT)' : ''}.`,
    },
    {
      name: 'IF',
      passes: enabled,
      text: enabled
        ? `Interrupts are enabled (IF=1).`
        : `Interrupts are disabled (IF=0)${cpu.isHalted ? ', and it waits at HLT: only an NMI or a reset can wake it' : ': cli, an interrupt gate, or popf'}.`,
    },
    {
      name: 'shadow',
      passes: !shadow,
      text: shadow
        ? `The instruction before was sti or a load of SS: interrupts wait for one more instruction (SDM 3A, 6.8.1 and 6.8.3).`
        : `No interrupt shadow.`,
    },
  ];
}
