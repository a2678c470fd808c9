/** Debian's gdb on an image of ours, running in QEMU: source, breakpoints by line, and a stack walked through a trap. */

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AssembleOptions, assemble, formatDiagnostic, link } from '../../asm/index.ts';
import { referee } from '../referees.ts';

// A divide error in a function three calls deep; the handler walks into more calls.
const SOURCE = `        bits    32
        section .multiboot progbits alloc noexec nowrite align=4
        dd      0x1badb002, 0, -0x1badb002
        section .text
        global  _start
_start: mov     esp, stack_top
        lgdt    [gdtr]
        jmp     8:.reload
.reload:
        mov     ax, 16
        mov     ds, ax
        mov     ss, ax
        mov     eax, divide_error
        mov     [idt], ax
        mov     word [idt + 2], 8
        mov     word [idt + 4], 0x8e00
        shr     eax, 16
        mov     [idt + 6], ax
        lidt    [idtr]
        push    7
        call    compute
        hlt

compute:                                ; with a frame of ebp
        push    ebp
        mov     ebp, esp
        push    ebx
        mov     ebx, [ebp + 8]
        call    divide
        pop     ebx
        leave
        ret

divide:                                 ; without one
        push    esi
        mov     esi, 0x1234
        xor     ecx, ecx
        mov     eax, ebx
        cdq
        cmp     ecx, 1
        je      faulting.skip
faulting:                               ; the first instruction of its own label
        div     ecx
.skip:  pop     esi
        ret

divide_error:
        cfi_trap_frame 0
        push    0
        push    0
        pushad
        push    ds
        xor     esi, esi
        push    esp
        call    handler
        add     esp, 4
        pop     ds
        popad
        add     esp, 8
        iretd

handler:
        push    ebp
        mov     ebp, esp
        mov     eax, [ebp + 8]
inside: nop
        leave
        ret

        section .data
gdt:    dq      0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:   dw      23
        dd      gdt
idtr:   dw      7
        dd      idt
        section .bss
idt:    resd    2
        resb    4096
stack_top:
`;

let folder: string;
const path = (name: string) => join(folder, name);
const lineOf = (text: string) => SOURCE.slice(0, SOURCE.indexOf(text)).split('\n').length;

function assembled(source: string, options: AssembleOptions): Uint8Array {
  const assembly = assemble(source, { debug: true, ...options });
  expect(assembly.diagnostics.map(formatDiagnostic)).toEqual([]);
  return assembly.bytes;
}

/** What gdb prints for the commands, connected to the image's first instruction. */
async function gdb(image: string, commands: readonly string[], cwd = folder): Promise<string> {
  const socket = `${image}.socket`;
  const qemu = spawn(
    referee('qemu-system-i386'),
    ['-kernel', image, '-display', 'none', '-S', '-no-reboot', '-gdb', `unix:${socket},server=on,wait=off`],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => qemu.once('exit', resolve));
  try {
    await expect.poll(() => existsSync(socket), { timeout: 20_000 }).toBe(true);
    const all = ['set confirm off', 'set pagination off', `target remote ${socket}`, ...commands];
    const args = all.flatMap((command) => ['-ex', command]);
    const { stdout, stderr } = spawnSync(referee('gdb'), ['-batch', '-nx', ...args, image], {
      cwd,
      encoding: 'utf8',
      timeout: 50_000,
    });
    return stdout + stderr;
  } finally {
    qemu.kill('SIGKILL');
    await ended;
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapgate-gdb-'));
  writeFileSync(path('trap.asm'), SOURCE);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('gdb lists source, breaks by line, and walks from the handler through the trap into what it interrupted', async () => {
  writeFileSync(path('trap.elf'), assembled(SOURCE, { file: 'trap.asm', format: 'multiboot' }));
  const told = await gdb(path('trap.elf'), [
    'list divide',
    `break trap.asm:${lineOf('inside: nop')}`,
    'continue',
    'backtrace',
    'frame 2',
    'info registers esi ebx',
    'frame 4',
    'print $ebx',
  ]);
  expect(told).toContain(`${lineOf('divide:  ')}\tdivide:                                 ; without one`);
  expect(told).toMatch(/Breakpoint 1, inside \(\) at trap\.asm:\d+/);
  const trace = told.split('\n').filter((line) => /^#\d/.test(line));
  const at = (text: string) => `trap.asm:${lineOf(text)}`;
  expect(trace.slice(0, 5).map((line) => line.replace(/0x0*[0-9a-f]+ in /, '').replace(/\s+/g, ' '))).toEqual([
    `#0 inside () at ${at('inside: nop')}`,
    '#1 <signal handler called>',
    // Not its second half, and not the line before: the instruction that faulted.
    `#2 faulting () at ${at('        div     ecx')}`,
    `#3 compute () at ${at('        call    divide')}`,
    `#4 _start () at ${at('        call    compute')}`,
  ]);
  expect(told).toMatch(/esi +0x1234/);
  expect(told).toMatch(/ebx +0x7\b/);
}, 90_000);

test('objects linked by our linker and by GNU ld keep it', async () => {
  const [before, after] = SOURCE.split('\nhandler:');
  const [handler, data] = after!.split('\n        section .data');
  const parts: Record<string, string> = {
    'main.asm': `extern handler\n${before}\n        section .data${data}`,
    'handler.asm': `section .text\nglobal handler\nhandler:${handler}`,
  };
  const objects = Object.entries(parts).map(([file, text]) => {
    writeFileSync(path(file), text);
    const object = { file: path(file.replace('.asm', '.o')), bytes: assembled(text, { file, format: 'elf32' }) };
    writeFileSync(object.file, object.bytes);
    return object;
  });
  const linked = link(objects, { format: 'multiboot' });
  expect(linked.diagnostics).toEqual([]);
  writeFileSync(path('ours.elf'), linked.bytes);
  spawnSync(referee('ld'), [
    ...['-m', 'elf_i386', '-z', 'noexecstack', '-Ttext', '0x100000', '--section-start', '.multiboot=0xff000'],
    ...['-o', path('theirs.elf'), ...objects.map((o) => o.file)],
  ]);
  for (const image of ['ours.elf', 'theirs.elf']) {
    const told = await gdb(path(image), ['break handler.asm:7', 'continue', 'backtrace', 'list']);
    expect(told, image).toMatch(/#0 +inside \(\) at handler\.asm:7/);
    expect(told, image).toMatch(/#2 .*faulting \(\) at main\.asm/);
    expect(told, image).toMatch(/#4 .*_start \(\) at main\.asm/);
    expect(told, image).toContain('7\tinside: nop');
  }
}, 120_000);

test('in the kernel, gdb walks from an interrupt handler into the idle loop it interrupted', async () => {
  copyFileSync('dist/guest/kernel.elf', path('kernel.elf'));
  // By then the shell waits for somebody to type, and ticks find the kernel idle.
  const commands = ['list do_IRQ', 'break do_IRQ', 'ignore 1 200', 'continue', 'backtrace'];
  const told = await gdb(path('kernel.elf'), commands, process.cwd());
  expect(told).toContain('proc do_IRQ, .regs');
  expect(told).toMatch(/#0 +do_IRQ \(\) at guest\/kernel\/irq\/flow\.asm:\d+/);
  expect(told).toMatch(/#1 +<signal handler called>/);
  expect(told).toMatch(/#2 .*\(\) at guest\/kernel\/main\.asm:\d+/);
  expect(told).toMatch(/start_kernel \(\) at guest\/kernel\/main\.asm:\d+/);
  expect(told).toMatch(/_start \(\) at guest\/kernel\/boot\.asm:\d+\n(?!Backtrace stopped)/);
}, 90_000);

test('readelf finds nothing to complain of', () => {
  writeFileSync(path('whole.elf'), assembled(SOURCE, { file: 'trap.asm', format: 'multiboot' }));
  const told = spawnSync('readelf', ['--debug-dump=decodedline,info,abbrev,Ranges,frames-interp', path('whole.elf')], {
    encoding: 'utf8',
  });
  expect(told.stderr).toBe('');
  expect(told.stdout).toContain('DW_TAG_compile_unit');
  expect(readFileSync(path('whole.elf')).length).toBeGreaterThan(0);
});
