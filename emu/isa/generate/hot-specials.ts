/** Hot bodies of instructions that have checks of their own: traps and what handlers are made of. */
import type { Case } from './cases.ts';
import { go, known, type Lines, leave, next } from './flow.ts';

/** A software interrupt through a gate whose checks have been made and cached: same privilege, 32 bits, flat. */
function softwareInterrupt(vector: string): Lines {
  return [
    `const gate = trap.gateOf(${vector});`,
    `if (!trap.isPlain(gate)) ${leave}`,
    'const sp = esp() - trap.FRAME, top = tlbEntry(sp);',
    `if (!canWriteSpan(top, sp, trap.FRAME)) ${leave}`,
    'const to = trap.target(gate);',
    ...known('to'),
    'budget -= blockLength(pc);',
    `trap.log(${vector}, next(pc), budget);`,
    'trap.pushFrame(host(top, sp), next(pc));',
    'setEsp(sp);',
    'trap.enter(gate);',
    'pc = jumpTarget(entry);',
    `if (budget < 0) ${leave}`,
    'continue;',
  ];
}

/** Ports whose chip needn't be asked, or told. */
const input = (port: string): Lines => [
  `const latch = ports.latchOf(${port});`,
  `if (!ports.shows(latch)) ${leave}`,
  'store<u8>(EAX, load<u8>(latch));',
  ...next('hot'),
];
const output = (port: string): Lines => [
  `const latch = ports.latchOf(${port}), byte = <u32>load<u8>(EAX);`,
  `if (!ports.takes(latch, byte)) ${leave}`,
  'ports.leaveIn(latch, byte);',
  ...next('hot'),
];

const bodies: Record<string, Lines> = {
  nop: next('hot'),
  bridge: ['const to = load<u32>(pc, R_EIP);', ...known('to'), ...go('hot', 'jumpTarget(entry)')],
  cld: ['store<u32>(EFLAGS, load<u32>(EFLAGS) & ~FLAG_DF);', ...next('hot')],
  convertDouble: ['store<i32>(EDX, load<i32>(EAX) >> 31);', ...next('hot')],
  bswapRegister: ['store<u32>(dst(pc), bswap<u32>(load<u32>(dst(pc))));', ...next('hot')],
  xchg: [
    'const a = load<u32>(dst(pc));',
    'store<u32>(dst(pc), load<u32>(src(pc)));',
    'store<u32>(src(pc), a);',
    ...next('hot'),
  ],

  inImmediate: input('(imm(pc) & 0xff)'),
  inDx: input('<u32>load<u16>(EDX)'),
  outImmediate: output('(imm(pc) & 0xff)'),
  outDx: output('<u32>load<u16>(EDX)'),
  cli: [`if (!trap.mayChangeIf()) ${leave}`, 'store<u32>(EFLAGS, load<u32>(EFLAGS) & ~FLAG_IF);', ...next('hot')],
  // With nothing waiting the shadow of sti cannot be seen; near a deadline the slow step keeps it.
  sti: [
    `if (!trap.mayChangeIf() || load<u32>(INTR)) ${leave}`,
    'store<u32>(EFLAGS, load<u32>(EFLAGS) | FLAG_IF);',
    ...next('hot'),
  ],
  pushf: [
    'const sp = esp() - 4, top = tlbEntry(sp);',
    `if (!canWrite<u32>(top, sp)) ${leave}`,
    'store<u32>(host(top, sp), trap.pushedFlags());',
    'setEsp(sp);',
    ...next('hot'),
  ],
  popf: [
    'const sp = esp(), top = tlbEntry(sp);',
    `if (!canRead<u32>(top, sp)) ${leave}`,
    'const flags = load<u32>(host(top, sp));',
    `if (!trap.popsPlainly(flags)) ${leave}`,
    'setEsp(sp + 4);',
    'trap.setFlags(flags);',
    ...next('hot'),
  ],
  pusha: [
    'const sp = esp() - 32, top = tlbEntry(sp);',
    `if (!canWriteSpan(top, sp, 32)) ${leave}`,
    'storeAll(host(top, sp));',
    'setEsp(sp);',
    ...next('hot'),
  ],
  popa: [
    'const sp = esp(), top = tlbEntry(sp);',
    `if (!canReadSpan(top, sp, 32)) ${leave}`,
    'loadAll(host(top, sp));',
    'setEsp(sp + 32);',
    ...next('hot'),
  ],
  movToSegment: [
    'const selector = <u32>load<u16>(src(pc));',
    `if (!segments.loadsPlainly(dst(pc), selector)) ${leave}`,
    'segments.loadPlain(dst(pc), selector);',
    ...next('hot'),
  ],
  pushSegment: [
    'const sp = esp() - 4, top = tlbEntry(sp);',
    `if (!canWrite<u32>(top, sp)) ${leave}`,
    'store<u32>(host(top, sp), segments.selectorOf(src(pc)));',
    'setEsp(sp);',
    ...next('hot'),
  ],
  popSegment: [
    'const sp = esp(), top = tlbEntry(sp);',
    `if (!canRead<u32>(top, sp)) ${leave}`,
    'const selector = <u32>load<u16>(host(top, sp));',
    `if (!segments.loadsPlainly(dst(pc), selector)) ${leave}`,
    'setEsp(sp + 4);',
    'segments.loadPlain(dst(pc), selector);',
    ...next('hot'),
  ],
  leaveFrame: [
    'const sp = load<u32>(EBP), top = tlbEntry(sp);',
    `if (!canRead<u32>(top, sp)) ${leave}`,
    'store<u32>(EBP, load<u32>(host(top, sp)));',
    'setEsp(sp + 4);',
    ...next('hot'),
  ],
  int3: softwareInterrupt('3'),
  interrupt: softwareInterrupt('(imm(pc) & 0xff)'),
  iret: [
    'const sp = esp(), top = tlbEntry(sp);',
    `if (!canReadSpan(top, sp, trap.FRAME)) ${leave}`,
    'const frame = host(top, sp), to = load<u32>(frame);',
    `if (!trap.returnsPlainly(frame, budget - blockLength(pc))) ${leave}`,
    ...known('to'),
    'setEsp(sp + trap.FRAME);',
    'trap.setFlags(load<u32>(frame, 8));',
    ...go('hot', 'jumpTarget(entry)'),
  ],
};

export function hotSpecial(c: Case): Lines {
  const body = bodies[c.instruction.value ?? ''];
  if (!body)
    throw new Error(`${c.instruction.name} is marked hot, but hot-specials.ts has no body for ${c.instruction.value}`);
  return body;
}
