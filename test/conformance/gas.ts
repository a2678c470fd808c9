/** Our statements in the language of GNU as, and what it makes of them. */

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referee } from '../referees.ts';

type Bits = 16 | 32 | 64;

/** What GNU as has no word for, or takes for something else; NASM's corpus test has these. */
const NOT_ITS =
  /strict|^sysret|^str rcx|^salc|^ud1$|^nop \w+$|^bound ax|^(add|push) .*\b(byte|d?word) -?\d|^int 3$|^call word far|^jmp d?word \d|^xchg [a-d][hl], [a-d][hl]$|^xchg (?!e?ax)\w+, (?!e?ax)\w+$/;

const PREFIXES: Readonly<Record<string, string>> = { o16: 'data16', o32: 'data32', a16: 'addr16', a32: 'addr32' };
const NAMES: Readonly<Record<string, string>> = {
  retn: 'ret',
  icebp: 'int1',
  pushaw: 'pushaw',
  popaw: 'popaw',
  xlat: 'xlatb',
  ud2a: 'ud2',
};

/** The statement for `.intel_syntax noprefix`; null where that language has none. */
export function toGas(statement: string, bits: Bits): string | null {
  if (NOT_ITS.test(statement)) return null;
  // In its 16-bit code this is a far call.
  if (bits === 16 && /^(call|jmp) dword \[/.test(statement)) return null;
  const words = statement.split(' ');
  const prefixes: string[] = [];
  while (words[0] !== undefined && /^(rep\w*|lock|o16|o32|a16|a32|[c-gs]s)$/.test(words[0])) {
    const prefix = words.shift()!;
    // What the mode has anyway, GNU as refuses to be told.
    if (prefix !== `o${bits}` && prefix !== `a${bits}`) prefixes.push(PREFIXES[prefix] ?? prefix);
  }
  const name = words.shift()!;
  let operands = words.join(' ');
  const isFar = /\bfar\b/.test(operands);
  if (isFar) operands = operands.replace(/(word |dword )?far (word |dword )?/, (all) => farSize(all, bits));
  operands = operands
    .replace(/\b(byte|word|dword|qword|fword) (?=\[)/g, '$1 ptr ')
    .replace(/\btword (?=\[)/g, 'tbyte ptr ')
    .replace(/\boword (?=\[)/g, 'xmmword ptr ')
    // NASM makes two registers of these; GNU as wants to be told.
    .replace(/\[(\w+)\*([2359])(?=[\]+])/g, (_, register, times) => `[${register}+${register}*${times - 1}`)
    .replace(/\[([c-gs]s):/g, '$1:[')
    .replace(/(?<!:)\[(0x[0-9a-f]+)\]/g, 'ds:[$1]')
    .replace(/\bst([0-7])\b/g, 'st($1)')
    .replace(/^to (.*)/, '$1, st')
    .replace(/\$/g, '.');
  if (/^loop/.test(name)) {
    const counter = /, e?cx$/.exec(operands)?.[0];
    if (counter) {
      operands = operands.slice(0, -counter.length);
      if (counter !== (bits === 16 ? ', cx' : ', ecx')) prefixes.push(bits === 16 ? 'addr32' : 'addr16');
    }
  }
  if (/^near /.test(operands)) {
    prefixes.unshift(bits === 16 ? '{disp16}' : '{disp32}');
    operands = operands.slice(5);
  }
  operands = operands.replace(/^short /, '');
  return [...prefixes, NAMES[name] ?? name, operands].join(' ').trimEnd();
}

/** Bytes with their prefixes in one order: which it is means nothing. */
export function sortPrefixes(hex: string): string {
  const prefixes = /^(?:66|67|26|2e|36|3e|64|65|f0|f2|f3)*/.exec(hex)![0];
  return (prefixes.match(/../g) ?? []).sort().join('') + hex.slice(prefixes.length);
}

/** A far pointer in memory: offset and selector. */
function farSize(written: string, bits: Bits): string {
  const wide = written.includes('dword') || (!written.includes('word') && bits !== 16);
  return wide ? 'fword ' : 'dword ';
}

/** Each statement's bytes, in hex; null where GNU as refuses it. */
export function gasBytes(folder: string, statements: readonly (string | null)[], bits: Bits): (string | null)[] {
  const source = join(folder, `gas${bits}.s`);
  const object = `${source}.o`;
  const head = `.intel_syntax noprefix\n.code${bits}\n`;
  const arch = bits === 64 ? '--64' : '--32';
  const write = (refused: ReadonlySet<number>): void => {
    const body = statements.map((statement, i) => (statement === null || refused.has(i) ? '' : statement));
    writeFileSync(source, `${head}${body.join('\n')}\n`);
  };
  write(new Set());
  const { stderr } = spawnSync(referee('as'), [arch, '-o', object, source], { encoding: 'utf8' });
  // Two lines stand before the first statement.
  const refused = new Set([...stderr.matchAll(/\.s:(\d+): Error/g)].map((match) => Number(match[1]) - 3));
  write(refused);
  const listing = execFileSync(referee('as'), [arch, '-aln', '--listing-rhs-width=1', '-o', object, source], {
    encoding: 'latin1',
    maxBuffer: 1 << 28,
  });
  const bytes: (string | null)[] = statements.map((s, i) => (s === null || refused.has(i) ? null : ''));
  for (const line of listing.split('\n')) {
    const found = /^\s*(\d+)\s+(?:[0-9a-f]{4,8}\s+)?([0-9A-F ]+?)(?:\s\s|\t|$)/.exec(line);
    const at = Number(found?.[1]) - 3;
    if (found && typeof bytes[at] === 'string') bytes[at] += found[2]!.replaceAll(' ', '').toLowerCase();
  }
  return bytes;
}
