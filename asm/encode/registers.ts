/** The registers an operand may name: class, width in bits, and number in the encoding. */

export type RegisterClass = 'general' | 'segment' | 'control' | 'debug' | 'test' | 'float' | 'mmx' | 'xmm';

export interface Register {
  readonly name: string;
  readonly class: RegisterClass;
  /** In bits: 8, 16, 32, 64 (mmx), 80 (x87) or 128. */
  readonly size: number;
  readonly number: number;
}

const registers = new Map<string, Register>();

function define(kind: RegisterClass, size: number, names: string): void {
  names.split(' ').forEach((name, number) => {
    registers.set(name, { name, class: kind, size, number });
  });
}

/** `st`, `mm` ... followed by 0 to 7, or more. */
function numbered(kind: RegisterClass, size: number, stem: string, count = 8): void {
  define(kind, size, Array.from({ length: count }, (_, n) => stem + n).join(' '));
}

define('general', 8, 'al cl dl bl ah ch dh bh');
define('general', 16, 'ax cx dx bx sp bp si di');
define('general', 32, 'eax ecx edx ebx esp ebp esi edi');
// Of 64-bit code. The low bytes of rsp to rdi have the numbers of ah to bh there.
const NUMBERED = ['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
define('general', 64, `rax rcx rdx rbx rsp rbp rsi rdi ${NUMBERED.join(' ')}`);
for (const [suffix, size] of [
  ['d', 32],
  ['w', 16],
  ['b', 8],
] as const) {
  NUMBERED.forEach((stem, i) => {
    registers.set(stem + suffix, { name: stem + suffix, class: 'general', size, number: 8 + i });
  });
}
['spl', 'bpl', 'sil', 'dil'].forEach((name, i) => {
  registers.set(name, { name, class: 'general', size: 8, number: 4 + i });
});
define('segment', 16, 'es cs ss ds fs gs');
numbered('control', 32, 'cr', 9);
numbered('debug', 32, 'dr');
numbered('test', 32, 'tr');
numbered('float', 80, 'st');
numbered('mmx', 64, 'mm');
numbered('xmm', 128, 'xmm', 16);

/** The register of this name, in any case of letters; undefined if it is none. */
export function registerNamed(name: string): Register | undefined {
  return name.length <= 5 ? registers.get(name.toLowerCase()) : undefined;
}
