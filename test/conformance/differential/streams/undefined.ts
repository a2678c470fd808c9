/** Which arithmetic flags the manual leaves undefined after an instruction (SDM 2, "Flags Affected"). */
import type { Entry } from '../table.ts';

const CF = 1;
const PF = 4;
const AF = 0x10;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;
export const ARITHMETIC = CF | PF | AF | ZF | SF | OF;

const byName: Readonly<Record<string, number>> = {
  ...{ and: AF, or: AF, xor: AF, test: AF },
  ...{ mul: SF | ZF | AF | PF, imul: SF | ZF | AF | PF, div: ARITHMETIC, idiv: ARITHMETIC },
  ...{ shl: AF | OF | CF, shr: AF | OF | CF, sar: AF | OF, rol: OF, ror: OF, rcl: OF, rcr: OF },
  ...{ shld: AF | OF, shrd: AF | OF },
  ...{ bt: OF | SF | AF | PF, bts: OF | SF | AF | PF, btr: OF | SF | AF | PF, btc: OF | SF | AF | PF },
  ...{ bsf: ARITHMETIC & ~ZF, bsr: ARITHMETIC & ~ZF },
  ...{ aaa: OF | SF | ZF | PF, aas: OF | SF | ZF | PF, aam: OF | AF | CF, aad: OF | AF | CF, daa: OF, das: OF },
};

/** @param count of a shift, where it is known: by 1, OF is defined; by less than the width, CF is */
export function undefinedAfter({ name, operands }: Entry, count?: number): number {
  const all = byName[name] ?? 0;
  if (count === undefined) return all;
  if (count === 0) return 0;
  const width = /^[EG]b/.test(operands) ? 8 : 16;
  return all & ~(count === 1 ? OF : 0) & ~(count < width ? CF : 0);
}

/** Whether it defines every flag that it does not leave undefined. */
export function definesAll({ instruction: { flags, writes }, name }: Entry): boolean {
  if (['inc', 'dec', 'rol', 'ror', 'rcl', 'rcr', 'not'].includes(name)) return false;
  return (
    (flags !== undefined && writes !== 'some' && !['shl', 'shr', 'sar'].includes(name)) ||
    name === 'cmpxchg' ||
    name === 'xadd'
  );
}
