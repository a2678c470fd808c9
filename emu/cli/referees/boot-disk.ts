/**
 * A disk from which a PC with a BIOS comes to stand where ours does: a boot sector that reads every page that our loader
 * has filled to its place, goes to protected mode with flat segments, and jumps to the image's entry.
 */

import { assemble, formatDiagnostic } from '../../../asm/index.ts';
import { pagesInUse } from '../../machine/keeping/snapshot.ts';
import type { Pc } from '../../machine/pc.ts';
import { FRAME_BYTES } from '../../machine/physical-memory.ts';
import { CommandError } from '../command.ts';

const SECTOR = 512;
const SECTORS_PER_PAGE = FRAME_BYTES / SECTOR;
/** Page numbers, u32 each, 0 at the end; the pages follow the list. */
const LIST_SECTORS = 64;
/** What boot sector, its stack, the list's sector and the page being read take. */
const TAKEN = [0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11];

const LOADER = `
        bits    16
        org     0x7c00
%define LIST    0x11000
%define PAGE    0x10000
        cli
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7c00
        sti
        mov     [drive], dl
        in      al, 0x92                ; open A20
        or      al, 2
        out     0x92, al
.list:  ; the next sector of the list
        mov     word [packet + 2], 1
        mov     word [packet + 6], LIST >> 4
        mov     eax, [list_at]
        mov     [packet + 8], eax
        call    read
        inc     dword [list_at]
        mov     word [entry], 0
.page:
        mov     ax, LIST >> 4
        mov     es, ax
        mov     bx, [entry]
        mov     edi, [es:bx]
        test    edi, edi
        jz      .loaded
        shl     edi, 12
        mov     word [packet + 2], ${SECTORS_PER_PAGE}
        mov     word [packet + 6], PAGE >> 4
        mov     eax, [page_at]
        mov     [packet + 8], eax
        push    edi
        call    read
        pop     edi
        add     dword [page_at], ${SECTORS_PER_PAGE}
        ; to its place: protected mode for as long as that takes
        cli
        lgdt    [gdt_pointer]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     ax, 0x10
        mov     es, ax
        mov     ds, ax
        mov     esi, PAGE
        mov     ecx, ${FRAME_BYTES / 4}
        cld
        a32 rep movsd
        mov     eax, cr0
        and     al, 0xfe
        mov     cr0, eax
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        sti
        add     word [entry], 4
        cmp     word [entry], ${SECTOR}
        jb      .page
        jmp     .list
.loaded:
        cli
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 0x08:flat
read:
        mov     si, packet
        mov     dl, [drive]
        mov     ah, 0x42
        int     0x13
        jc      read
        ret
        bits    32
flat:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     eax, EAX
        mov     ebx, EBX
        mov     esp, ESP_
        push    dword 2
        popfd
        mov     esp, ESP_
        jmp     0x08:ENTRY
        align   8
gdt:    dq      0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
        dw      $ - gdt - 1
        dd      gdt
list_at: dd     1
page_at: dd     ${1 + LIST_SECTORS}
entry:  dw      0
drive:  db      0
        align   4
packet: db      16, 0
        dw      0, 0, 0
        dd      0, 0
        times   510 - ($ - $$) db 0
        dw      0xaa55
`;

/** @throws CommandError when the image takes memory that the way there needs */
export function bootDisk({ cpu }: Pc): Uint8Array {
  const pages = pagesInUse(cpu.ram);
  const taken = pages.find((page) => TAKEN.includes(page) || (page >= 0xa0 && page < 0x100));
  if (taken !== undefined) {
    throw new CommandError(
      `the image has something at 0x${(taken * FRAME_BYTES).toString(16)}, where the boot sector is`,
    );
  }
  if (pages.length >= (LIST_SECTORS * SECTOR) / 4) throw new CommandError('the image is too large for a boot disk');
  const defines = {
    ENTRY: String(cpu.eip),
    EAX: String(cpu.eax),
    EBX: String(cpu.ebx),
    // popfd needs a stack; the multiboot loader leaves none.
    ESP_: String(cpu.esp || 0x7c00),
  };
  const assembly = assemble(LOADER, { file: 'boot.asm', format: 'bin', defines });
  if (!assembly.ok) throw new Error(assembly.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n'));
  const disk = new Uint8Array((1 + LIST_SECTORS + pages.length * SECTORS_PER_PAGE) * SECTOR);
  disk.set(assembly.bytes);
  const list = new DataView(disk.buffer, SECTOR, LIST_SECTORS * SECTOR);
  for (const [i, page] of pages.entries()) {
    list.setUint32(4 * i, page, true);
    const from = page * FRAME_BYTES;
    disk.set(cpu.ram.subarray(from, from + FRAME_BYTES), (1 + LIST_SECTORS + i * SECTORS_PER_PAGE) * SECTOR);
  }
  return disk;
}
