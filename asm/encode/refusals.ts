/** Says what is wrong with a form in words, before keystone is asked and guesses. */

import { type Form, immediateWidth, type OperandForm } from './form.ts';

/** With memory alone, these need a size word; with a register beside it, the register tells. */
const SIZED = new Set(
  (
    'add or adc sbb and sub xor cmp mov test inc dec neg not mul imul div idiv push pop movzx movsx bt bts btr btc ' +
    'rol ror rcl rcr shl sal shr sar fld fst fstp fild fist fistp fadd fsub fsubr fmul fdiv fdivr fcom fcomp ' +
    'fiadd fisub fisubr fimul fidiv fidivr ficom ficomp'
  ).split(' '),
);

/** The register beside the memory says nothing about the memory's size here. */
const OTHER_SIZE = new Set('movzx movsx rol ror rcl rcr shl sal shr sar'.split(' '));

/** What may be locked, if its destination is in memory (SDM volume 2, LOCK). */
const LOCKABLE = new Set(
  'add adc and btc btr bts cmpxchg cmpxchg8b dec inc neg not or sbb sub xor xadd xchg'.split(' '),
);

/** movsd and cmpsd are vector instructions too, but not these. */
const STRINGS = /^((movs|cmps)[bw]|(stos|lods|scas|ins|outs)[bwd])$/;
const SHIFTS = /^(ro[lr]|rc[lr]|sh[lr]|sa[lr])$/;

/** Not all of these would be noticed elsewhere: capstone reads swapgs and syscall anywhere. */
const LONG_MODE = new Set(
  'iretq retfq cdqe cqo movsq cmpsq stosq lodsq scasq pushfq popfq swapgs sysretq jrcxz movsxd cmpxchg16b'.split(' '),
);

/** A message, or null when nothing speaks against asking. */
export function explainRefusal(form: Form): string | null {
  const { mnemonic, operands } = form;
  if (form.bits !== 64 && LONG_MODE.has(mnemonic)) return `'${mnemonic}' belongs to 64-bit code`;
  if (form.prefixes.includes('lock') && !(LOCKABLE.has(mnemonic) && operands.some((o) => o.kind === 'memory'))) {
    return `'lock' does not go with this: only a change of memory can be locked`;
  }
  if (STRINGS.test(mnemonic) && operands.length > 0) {
    return `'${mnemonic}' takes no operands; a segment is written before it: 'es ${mnemonic}'`;
  }
  if (SHIFTS.test(mnemonic) && operands.length === 1) return `'${mnemonic}' needs a count: a number or cl`;
  const memories = operands.filter((o) => o.kind === 'memory');
  if (memories.length > 1) return 'an instruction takes one memory operand at most';
  const memory = memories[0];
  if (memory?.kind === 'memory' && memory.size === null && SIZED.has(mnemonic) && !sizedByRegister(form)) {
    return 'operation size not specified: write byte, word or dword before the memory operand';
  }
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]!;
    if (operand.kind === 'immediate' && operand.number === 'open' && immediateWidth(form, i) === 8) {
      return 'an address does not fit a byte';
    }
  }
  return null;
}

function sizedByRegister(form: Form): boolean {
  if (OTHER_SIZE.has(form.mnemonic)) return false;
  return form.operands.some((o: OperandForm) => o.kind === 'register' && o.register.class !== 'float');
}
