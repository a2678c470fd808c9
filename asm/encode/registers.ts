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

/** `st`, `mm` ... followed by 0 to 7. */
function numbered(kind: RegisterClass, size: number, stem: string): void {
  define(kind, size, [0, 1, 2, 3, 4, 5, 6, 7].map((n) => stem + n).join(' '));
}

define('general', 8, 'al cl dl bl ah ch dh bh');
define('general', 16, 'ax cx dx bx sp bp si di');
define('general', 32, 'eax ecx edx ebx esp ebp esi edi');
define('segment', 16, 'es cs ss ds fs gs');
numbered('control', 32, 'cr');
numbered('debug', 32, 'dr');
numbered('test', 32, 'tr');
numbered('float', 80, 'st');
numbered('mmx', 64, 'mm');
numbered('xmm', 128, 'xmm');

/** The register of this name, in any case of letters; undefined if it is none. */
export function registerNamed(name: string): Register | undefined {
  return name.length <= 4 ? registers.get(name.toLowerCase()) : undefined;
}
