/** The instruction names of the language, so that a misspelt one is an error and not a label. */

import { CONDITIONS } from '../encode/branch.ts';

const BASE = `
aaa aad aam aas adc add and arpl bound bsf bsr bswap bt btc btr bts call cbw cdq clc cld cli clts cmc cmp cmpsb cmpsd
cmpsw cmpxchg cmpxchg8b cpuid cwd cwde daa das dec div enter hlt icebp idiv imul in inc insb insd insw int int1 int3
into invd invlpg iret iretd iretw jcxz jecxz jmp lahf lar lds lea leave les lfence lfs lgdt lgs lidt lldt lmsw lodsb
lodsd lodsw loop loope loopne loopnz loopz lsl lss ltr mfence monitor mov movsb movsd movsw movsx movzx mul mwait neg
nop not or out outsb outsd outsw pause pop popa popad popaw popf popfd popfw prefetchnta prefetcht0 prefetcht1
prefetcht2 push pusha pushad pushaw pushf pushfd pushfw rcl rcr rdmsr rdpmc rdtsc rdtscp ret retf retn rol ror rsm sahf
sal salc sar sbb scasb scasd scasw sfence sgdt shl shld shr shrd sidt sldt smsw stc std sti stosb stosd stosw str sub
sysenter sysexit test ud1 ud2 verr verw wait wbinvd wrmsr xadd xchg xgetbv xlat xlatb xor xsetbv
clflush popcnt lzcnt tzcnt movbe crc32
cdqe cmpsq cmpxchg16b cqo iretq jrcxz lodsq movsq movsxd popfq pushfq retfq scasq stosq swapgs syscall sysret sysretq`;

const FLOAT = `
f2xm1 fabs fadd faddp fbld fbstp fchs fclex fcmovb fcmovbe fcmove fcmovnb fcmovnbe fcmovne fcmovnu fcmovu fcom fcomi
fcomip fcomp fcompp fcos fdecstp fdiv fdivp fdivr fdivrp ffree fiadd ficom ficomp fidiv fidivr fild fimul fincstp finit
fist fistp fisub fisubr fld fld1 fldcw fldenv fldl2e fldl2t fldlg2 fldln2 fldpi fldz fmul fmulp fnclex fninit fnop
fnsave fnstcw fnstenv fnstsw fpatan fprem fprem1 fptan frndint frstor fsave fscale fsin fsincos fsqrt fst fstcw fstenv
fstp fstsw fsub fsubp fsubr fsubrp ftst fucom fucomi fucomip fucomp fucompp fwait fxam fxch fxrstor fxsave fxtract
fyl2x fyl2xp1`;

const VECTOR = `
addpd addps addsd addss andnpd andnps andpd andps cmppd cmpps cmpss comisd comiss cvtdq2pd cvtdq2ps cvtpd2dq cvtpd2ps
cvtps2dq cvtps2pd cvtsd2si cvtsd2ss cvtsi2sd cvtsi2ss cvtss2sd cvtss2si cvttpd2dq cvttps2dq cvttsd2si cvttss2si divpd
divps divsd divss emms ldmxcsr maxpd maxps maxsd maxss minpd minps minsd minss movapd movaps movd movdqa movdqu movhlps
movhpd movhps movlhps movlpd movlps movmskpd movmskps movntdq movnti movntps movntq movq movss movupd movups mulpd
mulps mulsd mulss orpd orps packssdw packsswb packuswb paddb paddd paddq paddsb paddsw paddusb paddusw paddw pand pandn
pavgb pavgw pcmpeqb pcmpeqd pcmpeqw pcmpgtb pcmpgtd pcmpgtw pextrw pinsrw pmaddwd pmaxsw pmaxub pminsw pminub pmovmskb
pmulhuw pmulhw pmullw pmuludq por psadbw pshufd pshufhw pshuflw pshufw pslld pslldq psllq psllw psrad psraw psrld
psrldq psrlq psrlw psubb psubd psubq psubsb psubsw psubusb psubusw psubw punpckhbw punpckhdq punpckhqdq punpckhwd
punpcklbw punpckldq punpcklqdq punpcklwd pxor rcpps rcpss rsqrtps rsqrtss shufpd shufps sqrtpd sqrtps sqrtsd sqrtss
stmxcsr subpd subps subsd subss ucomisd ucomiss unpckhpd unpckhps unpcklpd unpcklps xorpd xorps`;

const mnemonics = new Set(`${BASE}${FLOAT}${VECTOR}`.trim().split(/\s+/));
for (const names of CONDITIONS) {
  for (const name of names) for (const stem of ['j', 'set', 'cmov']) mnemonics.add(stem + name);
}

/** Is this an instruction's name (in lower case)? */
export function isMnemonic(name: string): boolean {
  return mnemonics.has(name);
}

export const PREFIXES: ReadonlySet<string> = new Set(
  'lock rep repe repz repne repnz o16 o32 a16 a32 es cs ss ds fs gs'.split(' '),
);

/** The known word nearest to a misspelt one, or null if none is near. */
export function nearest(word: string, others: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = word.length > 4 ? 3 : 2;
  for (const known of [...others, ...mnemonics]) {
    const distance = editDistance(word, known, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [known, distance];
  }
  return best;
}

/** Levenshtein's distance with neighbours swapped counting one; `limit` or more is just `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return Math.min(limit, above[b.length]!);
}
