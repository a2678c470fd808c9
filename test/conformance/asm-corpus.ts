/**
 * Statements over the instruction set, for comparing our assembler with another. Every statement is
 * one that NASM takes too; numbers are chosen where encodings change their form.
 */

const REGISTERS = {
  byte: ['al', 'cl', 'dh', 'bl'],
  word: ['ax', 'cx', 'si', 'bp'],
  dword: ['eax', 'ecx', 'esi', 'ebp'],
} as const;
const SIZES = ['byte', 'word', 'dword'] as const;

const ADDRESSES = [
  ...['0x1234', 'ebx', 'ebp', 'esp', 'ebp+8', 'ebx-128', 'ebx-129', 'ebx+127', 'ebx+128', 'esp+4', 'ecx*4+0x12345678'],
  ...['eax+esi*8-4', 'ebp+ebp*2', 'ecx+esp', 'ecx*2', 'ecx*4', 'ecx*5+3', 'ecx*9', 'ebx+ecx*8-12', 'ebx+0xfffffff0'],
  ...[
    'fs:0x10',
    'gs:ebx',
    'es:edi',
    'ds:ebp',
    'ss:ebx',
    'cs:esp',
    'bx',
    'bp',
    'si',
    'bx+si',
    'bp+di-3',
    'di+0x1234',
    'es:di',
  ],
];

const CONDITIONS = 'o no b nb c nc ae nae z nz e ne be nbe a na s ns p np pe po l nl ge nge le nle g ng'.split(' ');

/** Numbers for an operand of this size, and one too large for a sign-extended byte. */
const NUMBERS = {
  byte: ['1', '0x7f', '0x80', '0xff', '-1', '-128'],
  word: ['1', '0x7f', '0x80', '0xff', '0x1234', '0xffff', '0xff80', '0xff7f', '-128', '-129'],
  dword: ['1', '0x7f', '0x80', '0x1234', '0x12345678', '0xffffffff', '0xffffff80', '0xffffff7f', '-128', '-129'],
} as const;

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Two operands, either of which may be memory; and numbers. */
function* arithmetic(): Generator<string> {
  for (const name of ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'mov', 'test']) {
    for (const size of SIZES) {
      const [a, c, s] = REGISTERS[size];
      yield `${name} ${a}, ${c}`;
      yield `${name} ${c}, ${s}`;
      for (const address of ADDRESSES) {
        yield `${name} [${address}], ${c}`;
        if (name !== 'test') yield `${name} ${a}, [${address}]`;
      }
      for (const number of NUMBERS[size]) {
        yield `${name} ${a}, ${number}`;
        yield `${name} ${c}, ${number}`;
        yield `${name} ${size} [ebx+4], ${number}`;
      }
    }
  }
}

function* oneOperand(): Generator<string> {
  for (const name of ['inc', 'dec', 'neg', 'not', 'mul', 'imul', 'div', 'idiv']) {
    for (const size of SIZES) {
      for (const register of REGISTERS[size]) yield `${name} ${register}`;
      for (const address of ADDRESSES) yield `${name} ${size} [${address}]`;
    }
  }
}

function* shifts(): Generator<string> {
  for (const name of ['rol', 'ror', 'rcl', 'rcr', 'shl', 'sal', 'shr', 'sar']) {
    for (const size of SIZES) {
      for (const count of ['1', '2', '31', 'cl']) {
        yield `${name} ${REGISTERS[size][1]}, ${count}`;
        yield `${name} ${size} [ebx], ${count}`;
      }
    }
  }
  for (const name of ['shld', 'shrd']) {
    for (const count of ['4', 'cl']) {
      yield* [`${name} eax, ebx, ${count}`, `${name} [ebx], ecx, ${count}`, `${name} word [esi], ax, ${count}`];
    }
  }
}

function* conditions(): Generator<string> {
  for (const c of CONDITIONS) {
    yield* [`set${c} al`, `set${c} byte [ebx]`, `cmov${c} eax, ebx`, `cmov${c} ax, [ebx]`, `j${c} $`, `j${c} near $`];
  }
}

function* strings(): Generator<string> {
  for (const stem of ['movs', 'cmps', 'stos', 'lods', 'scas', 'ins', 'outs']) {
    for (const size of ['b', 'w', 'd'])
      yield* ['', 'rep ', 'repne ', 'a16 ', 'a32 '].map((prefix) => prefix + stem + size);
  }
  yield* lines(`
    es lodsb
    fs cmpsb
    es movsb
    rep es movsd
    repe cmpsb
    repz scasb
    repnz scasb`);
}

function* segments(): Generator<string> {
  for (const segment of ['ds', 'es', 'fs', 'gs', 'ss']) {
    yield* [`mov ${segment}, ax`, `mov ${segment}, ecx`, `mov cx, ${segment}`, `mov ecx, ${segment}`];
    yield* [`mov ${segment}, [ebx]`, `mov [ebx], ${segment}`, `push ${segment}`, `pop ${segment}`];
  }
  for (const register of ['cr0', 'cr2', 'cr3', 'cr4', 'dr0', 'dr3', 'dr6', 'dr7']) {
    yield* [`mov eax, ${register}`, `mov ${register}, ebx`];
  }
  for (const name of ['lds', 'les', 'lfs', 'lgs', 'lss']) yield* [`${name} eax, [ebx]`, `${name} cx, [0x1234]`];
  for (const name of ['lgdt', 'lidt', 'sgdt', 'sidt']) yield* [`${name} [ebx]`, `${name} [0x1234]`, `${name} [bx]`];
  for (const name of ['lldt', 'ltr', 'verr', 'verw', 'sldt', 'str', 'smsw', 'lmsw'])
    yield* [`${name} ax`, `${name} [ebx]`];
}

function* bits(): Generator<string> {
  for (const name of ['bt', 'bts', 'btr', 'btc']) {
    yield* [
      `${name} eax, ebx`,
      `${name} [ebx], eax`,
      `${name} ax, 3`,
      `${name} dword [ebx], 31`,
      `${name} word [ebx], 15`,
    ];
  }
  for (const name of ['bsf', 'bsr', 'lar', 'lsl']) yield* [`${name} eax, ecx`, `${name} ax, [ebx]`];
  for (const name of ['movzx', 'movsx']) {
    yield* [
      `${name} eax, cl`,
      `${name} eax, cx`,
      `${name} ax, cl`,
      `${name} ecx, byte [ebx]`,
      `${name} ecx, word [ebx+4]`,
    ];
  }
}

function* float(): Generator<string> {
  for (const name of ['fadd', 'fsub', 'fsubr', 'fmul', 'fdiv', 'fdivr']) {
    yield* [`${name} dword [ebx]`, `${name} qword [ebx]`, `${name} st0, st3`, `${name} st3, st0`, `${name} st2`];
    yield* [`${name} to st2`, `${name}p`, `${name}p st3`, `${name}p st3, st0`, name];
    yield* [`fi${name.slice(1)} word [ebx]`, `fi${name.slice(1)} dword [ebx]`];
  }
  yield* lines(`fld dword [ebx]\n fld qword [ebx]\n fld tword [ebx]\n fld st1\n fst dword [ebx]\n fst st1\n fstp tword [ebx]
    fstp st1\n fild word [ebx]\n fild dword [ebx]\n fild qword [ebx]\n fist word [ebx]\n fistp dword [ebx]\n fistp qword [ebx]
    fbld [ebx]\n fbstp [ebx]\n fxch\n fxch st3\n fcom st1\n fcomp qword [ebx]\n ficom word [ebx]\n fucom st1\n fcomi st0, st2
    fucomip st0, st3\n fcmovb st0, st1\n fcmovnu st0, st3\n fstcw [ebx]\n fnstcw [ebx]\n fldcw [ebx]\n fstsw ax\n fnstsw ax
    fnstsw [ebx]\n fnstenv [ebx]\n fldenv [ebx]\n fsave [ebx]\n fnsave [0x1234]\n frstor [ebx]\n fxsave [ebx]\n fxrstor [ebx]
    ffree st1`);
  yield* (
    'fninit finit fnclex fclex fnop fcompp fucompp ftst fxam fabs fchs fld1 fldz fldpi fldl2e fldl2t fldlg2 fldln2 ' +
    'fsqrt fsin fcos fsincos fptan fpatan f2xm1 fyl2x fyl2xp1 fscale fprem fprem1 frndint fxtract fincstp fdecstp wait'
  ).split(' ');
}

function* vector(): Generator<string> {
  yield* lines(`movd mm0, eax\n movd eax, mm0\n movq mm0, [ebx]\n movq mm1, mm2\n paddb mm0, mm1\n psllw mm1, 3\n pshufw mm1, mm2, 3
    emms\n movaps xmm0, [ebx]\n movups [ebx], xmm0\n addps xmm0, xmm1\n movss xmm0, [ebx]\n movsd xmm0, [ebx]\n addsd xmm1, [ebx]
    cvtsi2sd xmm0, eax\n cvttsd2si eax, xmm1\n pshufd xmm0, xmm1, 0x1b\n shufps xmm1, [ebx], 2\n ldmxcsr [ebx]\n stmxcsr [ebx]
    movdqa xmm0, xmm1\n movdqu xmm3, [ebx]\n pxor xmm0, xmm0\n movnti [ebx], eax\n movd xmm1, ecx\n movq xmm1, [ebx]`);
}

function* rest(): Generator<string> {
  for (const number of ['5', '127', '128', '-1', '-128', '-129', '0x1234', '0x7fff']) yield `push ${number}`;
  yield* lines(`push 0x12345678\n push dword 5\n push byte -1\n push word 0x1234\n push word 5\n push strict dword 5
    push eax\n push ax\n push dword [ebx]\n push word [ebx]\n pop ecx\n pop cx\n pop dword [esp+8]\n pop word [ebx]
    call eax\n call ax\n call [ebx]\n call dword [ebx*4+0x1234]\n call word [ebx]\n jmp eax\n jmp [ebx]\n jmp dword [0x1234]
    call far [ebx]\n jmp far [esp+4]\n jmp dword far [ebx]\n call word far [ebx]\n jmp far [bx]\n jmp 8:0x1234\n call 8:0x1234
    jmp word 8:0x1234\n jmp dword 0x10:0x12345678\n jmp $\n jmp short $\n jmp near $\n call $\n loop $\n loope $\n loopne $
    jcxz $\n jecxz $\n loop $, cx\n loop $, ecx\n ret\n ret 4\n retf\n retf 8\n retn\n retn 4\n iret\n iretd\n iretw\n o32 iret\n o16 iret
    enter 16, 0\n enter 0xffff, 31\n leave\n int 0x80\n int 3\n int3\n into\n int1\n bound eax, [ebx]\n bound ax, [ebx]
    lea eax, [ebx+ecx*4+8]\n lea ax, [ebx]\n lea eax, [0x1234]\n lea eax, [eax*3]\n lea ecx, [eax*2]\n lea ebx, [bx+1]
    xchg eax, ebx\n xchg ebx, eax\n xchg ebx, ecx\n xchg al, [ebx]\n xchg [ebx], ecx\n xchg ax, bx\n xchg ax, ax
    imul eax, ebx\n imul eax, ebx, 5\n imul ecx, 100\n imul ecx, [ebx], 1000\n imul cx, 200\n imul ax, bx, 5
    in al, 0x60\n in ax, 0x60\n in eax, 0x60\n in al, dx\n in ax, dx\n in eax, dx\n out 0x20, al\n out 0x20, ax\n out 0x20, eax
    out dx, al\n out dx, ax\n out dx, eax\n arpl ax, cx\n arpl [ebx], ax\n invlpg [ebx]\n invlpg [0x1234]\n bswap eax\n bswap esp
    xadd [ebx], al\n lock xadd [ebx], eax\n cmpxchg [ebx], eax\n lock cmpxchg [fs:ebx], ecx\n cmpxchg8b [esi+8]\n lock cmpxchg8b [ebx]
    lock inc dword [ebx]\n lock bts dword [ebx], 0\n lock and dword [ebx], -2\n lock or byte [ebx], 0x80\n lock xchg [ebx], eax
    nop eax\n nop dword [ebx]\n nop word [eax+eax+16]\n prefetchnta [ebx]\n clflush [ebx]\n aam 16\n aad 5\n add eax, strict dword 5
    add ecx, dword 5\n add ecx, byte 5\n mov [0xfee000b0], eax\n mov dword [0xfee000b0], 0\n mov ecx, [0xfee00000]`);
  yield* (
    'pusha pushad pushaw popa popad popaw pushf pushfd pushfw popf popfd popfw hlt cli sti cld std clc stc cmc nop lahf sahf ' +
    'cbw cwde cwd cdq aaa aas daa das aam aad xlatb xlat clts invd wbinvd rdmsr wrmsr rdtsc rdpmc cpuid ud1 ud2 salc rsm ' +
    'sysenter sysexit pause mfence lfence sfence monitor mwait'
  ).split(' ');
}

/** Every addressing mode with instructions whose opcodes stand apart. */
function* addresses(): Generator<string> {
  for (const address of ADDRESSES) {
    yield* [`lea esi, [${address}]`, `lea cx, [${address}]`, `xchg [${address}], edx`, `xadd [${address}], cl`];
    yield* [`lock cmpxchg [${address}], edi`, `movzx eax, byte [${address}]`, `movsx ecx, word [${address}]`];
    yield* [`bt [${address}], eax`, `push dword [${address}]`, `pop dword [${address}]`, `shld [${address}], eax, 3`];
    yield* [`fld qword [${address}]`, `fistp word [${address}]`, `sete [${address}]`, `cmovne eax, [${address}]`];
    yield* [`movups xmm3, [${address}]`, `movdqa [${address}], xmm5`, `movq mm1, [${address}]`, `call [${address}]`];
    yield* [`imul edx, [${address}], 1000`, `bsf ebx, [${address}]`, `jmp dword [${address}]`];
  }
}

/** All statements, each once. */
export function corpus(): string[] {
  const families = [
    arithmetic,
    oneOperand,
    shifts,
    conditions,
    strings,
    segments,
    bits,
    float,
    vector,
    rest,
    addresses,
  ];
  return [...new Set(families.flatMap((family) => [...family()]))];
}

const ADDRESSES_64 = [
  ...['0x1234', 'rbx', 'rbp', 'rsp', 'r8', 'r12', 'r13', 'rbp+8', 'rbx-129', 'r13+127', 'rsp+4', 'r12+r9*4-8'],
  ...['rcx*4+0x12345678', 'rax+rsi*8-4', 'r15+r14', 'ebx', 'r9d+ecx*2', 'fs:0x10', 'gs:rbx', 'rbx+0x7fffffff'],
];

/** Statements of 64-bit code. */
export function corpus64(): string[] {
  const statements: string[] = [];
  for (const name of ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'mov', 'test']) {
    for (const [size, a, c, wide] of [
      ['byte', 'al', 'r9b', 'sil'],
      ['word', 'ax', 'r10w', 'cx'],
      ['dword', 'eax', 'r11d', 'esi'],
      ['qword', 'rax', 'r12', 'rdi'],
    ]) {
      statements.push(`${name} ${a}, ${c}`, `${name} ${c}, ${wide}`, `${name} ${wide}, ${a}`);
      for (const address of ADDRESSES_64) {
        statements.push(`${name} [${address}], ${c}`);
        if (name !== 'test') statements.push(`${name} ${wide}, [${address}]`);
      }
      for (const number of ['1', '0x7f', '-128']) statements.push(`${name} ${size} [rbx+4], ${number}`);
      if (name !== 'mov' || size !== 'qword') statements.push(`${name} ${c}, 1`, `${name} ${a}, -1`);
    }
  }
  for (const name of ['inc', 'dec', 'neg', 'not', 'mul', 'imul', 'div', 'idiv']) {
    for (const register of ['r9b', 'spl', 'cx', 'r10d', 'rsi', 'r15']) statements.push(`${name} ${register}`);
    for (const address of ADDRESSES_64) statements.push(`${name} qword [${address}]`, `${name} byte [${address}]`);
  }
  for (const address of ADDRESSES_64) {
    statements.push(`lea r9, [${address}]`, `movzx r10d, byte [${address}]`, `movsxd rax, dword [${address}]`);
    statements.push(
      `push qword [${address}]`,
      `pop qword [${address}]`,
      `call qword [${address}]`,
      `jmp qword [${address}]`,
    );
    statements.push(`movups xmm9, [${address}]`, `movdqa [${address}], xmm15`, `lock cmpxchg [${address}], r8`);
    statements.push(`cmovne r8, [${address}]`, `sete [${address}]`, `invlpg [${address}]`, `xadd [${address}], rcx`);
  }
  for (const register of ['rax', 'rbp', 'r8', 'r15']) {
    statements.push(`push ${register}`, `pop ${register}`, `call ${register}`, `jmp ${register}`, `bswap ${register}`);
    statements.push(`mov cr3, ${register}`, `mov ${register}, cr0`, `mov ${register}, cr8`, `mov dr7, ${register}`);
    statements.push(`shl ${register}, 63`, `sar ${register}, cl`, `bt ${register}, 40`, `imul ${register}, r9, 1000`);
    statements.push(`mov ${register}, 0x1234567890abcdef`, `mov ds, ${register}`, `xchg ${register}, [rbx]`);
  }
  statements.push(
    ...'syscall sysret swapgs iret iretd iretq pushf popf pushfq popfq cdqe cqo cdq cbw leave ret retf hlt cpuid rdmsr'.split(
      ' ',
    ),
    ...'movsb movsq cmpsq stosq lodsq scasq insb outsd xlatb cli sti rdtsc wrmsr wbinvd invd clts'.split(' '),
    ...[
      'rep movsq',
      'repne scasq',
      'rep stosq',
      'push 5',
      'push -1',
      'push 0x12345678',
      'ret 8',
      'int 0x80',
      'in al, dx',
    ],
    ...[
      'lgdt [rax]',
      'lidt [r9]',
      'sgdt [rbx+8]',
      'ltr ax',
      'lldt [rbx]',
      'str rcx',
      'jrcxz $',
      'jecxz $',
      'loop $',
      'jz $',
    ],
    ...['jmp $', 'call $', 'push fs', 'pop gs', 'mov fs, ax', 'mov ax, fs', 'cmpxchg16b [rdi]', 'cvtsi2sd xmm9, rax'],
    ...['movq xmm10, rax', 'movq rcx, xmm1', 'enter 16, 0', 'fxsave [rax]', 'nop', 'pause', 'ud2', 'fld qword [r8]'],
  );
  return [...new Set(statements)];
}
