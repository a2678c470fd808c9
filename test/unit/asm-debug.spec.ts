/** Debug information: which line an address has, and where a routine's caller is. With gdb: asm-debug.referee.spec.ts. */

import { describe, expect, test } from 'vitest';
import { assemble, formatDiagnostic } from '../../asm/index.ts';

const BASE = 0x1000;
const EIP = 8;

function sectionOf(source: string, name: string): Uint8Array {
  const assembly = assemble(source, { format: 'elf32exec', base: BASE, debug: true, file: 'a.asm' });
  expect(assembly.diagnostics.map(formatDiagnostic)).toEqual([]);
  return assembly.sections.find((s) => s.name === name)!.bytes;
}

class Reader {
  at = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  u8 = () => this.bytes[this.at++]!;
  u16 = () => this.u8() | (this.u8() << 8);
  u32 = () => {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  };
  leb(isSigned = false): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return isSigned && byte & 0x40 ? value | (-1 << (shift + 7)) : value;
    }
  }
}

/** `offset: where the CFA is; where registers are`, a row for each change. */
function frames(source: string): string[] {
  const bytes = sectionOf(source, '.debug_frame');
  const r = new Reader(bytes);
  const rows: string[] = [];
  while (r.at < bytes.length) {
    const end = r.u32() + r.at;
    if (r.u32() === 0xffff_ffff) {
      r.at = end;
      continue;
    }
    let pc = r.u32();
    r.u32();
    let cfa = 'esp+4';
    const saved = new Map<number, string>([[EIP, '-4']]);
    const row = () => {
      const registers = [...saved].sort(([a], [b]) => a - b).map(([n, where]) => `${NAMES[n]}${where}`);
      rows.push(`${(pc - BASE).toString(16)}: ${cfa}; ${registers.join(' ')}`);
    };
    while (r.at < end) {
      const op = r.u8();
      if (op >> 6 === 1 || op === 2 || op === 3) {
        row();
        pc += op >> 6 === 1 ? op & 0x3f : op === 2 ? r.u8() : r.u16();
      } else if (op >> 6 === 2) saved.set(op & 0x3f, String(r.leb() * -4));
      else if (op === 0x0c) cfa = `${NAMES[r.leb()]}+${r.leb()}`;
      else if (op === 0x0e) cfa = `${cfa.split('+')[0]}+${r.leb()}`;
      else if (op === 0x08) saved.delete(r.leb());
      else if (op === 0x07) saved.set(r.leb(), '?');
      else if (op === 0x16) {
        saved.set(r.leb(), '(trap)');
        const length = r.leb();
        r.at += length;
      } else expect(op).toBe(0);
    }
    row();
  }
  return rows;
}
const NAMES = 'eax ecx edx ebx esp ebp esi edi eip eflags'.split(' ');

describe('frames are read from the code', () => {
  test('pushes, pops, and room on the stack', () => {
    expect(frames('f: push ebx\n sub esp, 8\n call f\n add esp, 8\n pop ebx\n ret')).toEqual([
      '0: esp+4; eip-4',
      '1: esp+8; ebx-8 eip-4',
      '4: esp+16; ebx-8 eip-4',
      'c: esp+8; ebx-8 eip-4',
      'd: esp+4; eip-4',
    ]);
  });

  test('a frame of ebp, an early return, and what comes after it', () => {
    const rows = frames(`
      f:  push ebp
          mov ebp, esp
          push esi
          test eax, eax
          jz .no
          pop esi
          leave
          ret
      .no: mov esp, ebp
          pop ebp
          ret`);
    expect(rows).toEqual([
      '0: esp+4; eip-4',
      '1: esp+8; ebp-8 eip-4',
      '3: ebp+8; ebp-8 eip-4',
      '4: ebp+8; ebp-8 esi-12 eip-4',
      '9: ebp+8; ebp-8 eip-4',
      'a: esp+4; eip-4',
      'b: ebp+8; ebp-8 esi-12 eip-4',
      'e: esp+4; esi-12 eip-4',
    ]);
  });

  test('a trap frame, through pushad and back', () => {
    const rows = frames(
      't: cfi_trap_frame 4\n pushad\n push ds\n call h\n pop ds\n popad\n add esp, 4\n iretd\nh: ret',
    );
    expect(rows[0]).toBe('0: esp+16; esp(trap) eip-12 eflags-4');
    expect(rows[1]).toBe('1: esp+48; eax-20 ecx-24 edx-28 ebx-32 esp(trap) ebp-40 esi-44 edi-48 eip-12 eflags-4');
    expect(rows.at(-2)).toBe('c: esp+12; esp(trap) eip-12 eflags-4');
    expect(rows.at(-1)).toBe('d: esp+4; eip-4');
  });

  test('a register that was changed before it was pushed is not the caller’s', () => {
    expect(frames('f: mov ebx, 1\n push ebx\n pop ebx\n ret')).toEqual([
      '0: esp+4; eip-4',
      '6: esp+8; eip-4',
      '7: esp+4; eip-4',
    ]);
  });

  test('directives have the last word', () => {
    const rows = frames(`
      f:  cfi_startproc
          mov edx, esp
          cfi_def_cfa edx, 4
          cfi_offset ebx, -12
          nop
          cfi_undefined ecx
          cfi_remember_state
          nop
          cfi_def_cfa_offset 8
          nop
          cfi_restore_state
          cfi_restore ebx
          ret
          cfi_endproc`);
    expect(rows).toEqual([
      '0: esp+4; eip-4',
      '2: edx+4; ebx-12 eip-4',
      '3: edx+4; ecx? ebx-12 eip-4',
      '4: edx+8; ecx? ebx-12 eip-4',
      '5: edx+4; ecx? eip-4',
    ]);
  });

  test('a directive says what it misses', () => {
    const message = (source: string) => assemble(source, { bits: 32 }).diagnostics.map((d) => d.message);
    expect(message('cfi_offset al, 4')[0]).toContain('expected one of eax, ecx');
    expect(message('cfi_def_cfa esp')[0]).toContain("expected ','");
    expect(message('extern x\n cfi_trap_frame x')[0]).toBeDefined();
  });
});

test('the line table has each line a person wrote, through includes and macros', () => {
  const source = '%macro two 0\n nop\n nop\n%endmacro\n_start: nop\n two\n%include "b.inc"\n times 300 nop\n ret';
  const assembly = assemble(source, {
    format: 'elf32exec',
    base: BASE,
    debug: true,
    file: 'a.asm',
    reader: { read: (path) => (path === 'b.inc' ? new TextEncoder().encode(' hlt\n') : null) },
  });
  const r = new Reader(assembly.sections.find((s) => s.name === '.debug_line')!.bytes);
  r.at = 6;
  const program = r.u32() + r.at;
  r.at = program;
  const rows: string[] = [];
  let [address, line, file] = [0, 1, 1];
  for (let open = true; open; ) {
    const op = r.u8();
    if (op >= 13) {
      address += Math.floor((op - 13) / 14);
      line += ((op - 13) % 14) - 5;
      rows.push(`${(address - BASE).toString(16)} ${file}:${line}`);
    } else if (op === 1) rows.push(`${(address - BASE).toString(16)} ${file}:${line}`);
    else if (op === 2) address += r.leb();
    else if (op === 3) line += r.leb(true);
    else if (op === 4) file = r.leb();
    else {
      expect(op).toBe(0);
      r.leb();
      if (r.u8() === 2) address = r.u32();
      else {
        rows.push(`${(address - BASE).toString(16)} end`);
        open = false;
      }
    }
  }
  expect(rows).toEqual(['0 1:5', '1 1:6', '3 2:1', '4 1:8', '130 1:9', '131 end']);
});

test('without -g, and in flat binaries, there is none', () => {
  expect(assemble('nop', { format: 'elf32exec' }).sections.map((s) => s.name)).toEqual(['.text']);
  expect(assemble('nop', { format: 'bin', debug: true }).bytes.length).toBe(1);
});
