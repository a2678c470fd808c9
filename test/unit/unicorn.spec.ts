/** The adapter for Unicorn.js: what can be said without libunicorn beside it (that is in test/conformance). */
import { describe, expect, test, vi } from 'vitest';
import unicorn, { type Hook, MUnicorn, type Unicorn, UnicornError, uc } from '../../emu/unicorn/index.ts';

const CODE = 0x10000;

function engine(code: readonly number[], mode: number = uc.MODE_32): Unicorn {
  const e = new uc.Unicorn(uc.ARCH_X86, mode);
  e.mem_map(CODE, 4 * 1024, uc.PROT_ALL);
  e.mem_write(CODE, code);
  return e;
}

describe('an ordinary program for Unicorn.js', () => {
  test('runs with another import', () => {
    const addr = 0x10000;
    const code = [
      0x01,
      0xd8, // add eax, ebx
      0x0f,
      0xaf,
      0xc1, // imul eax, ecx
    ];
    // Initialize engine
    const e = new uc.Unicorn(uc.ARCH_X86, uc.MODE_32);
    // Write registers and memory
    e.reg_write_i32(uc.X86_REG_EAX, 0x456);
    e.reg_write_i32(uc.X86_REG_EBX, 0x123);
    e.reg_write_i32(uc.X86_REG_ECX, 2);
    e.mem_map(addr, 4 * 1024, uc.PROT_ALL);
    e.mem_write(addr, code);
    // Start emulator
    e.emu_start(addr, addr + code.length, 0, 0);
    // Read registers
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(0xaf2);
    e.close();
  });

  test('may wait for its module, as since Unicorn.js is one', async () => {
    const loaded = await MUnicorn();
    expect(loaded).toBe(unicorn);
    expect(loaded.version()).toBe(0x02000000);
    expect(loaded.arch_supported(loaded.ARCH_X86)).toBe(true);
    expect(loaded.arch_supported(loaded.ARCH_ARM)).toBe(false);
  });
});

describe('errors', () => {
  test('are thrown in Unicorn.js’s words, with their code, and errno says it once', () => {
    const e = engine([0xa1, 0, 0, 0, 0x20]);
    const message = 'Unicorn.js: Function uc_emu_start failed with code 6:\nInvalid memory read (UC_ERR_READ_UNMAPPED)';
    expect(() => e.emu_start(CODE, CODE + 5, 0, 0)).toThrow(message);
    expect(e.errno()).toBe(uc.ERR_READ_UNMAPPED);
    expect(e.errno()).toBe(uc.ERR_OK);
    expect(String(new UnicornError('uc_x', 1))).toMatch(/^Unicorn\.js: Function uc_x failed with code 1:/);
  });

  test.each([
    ['another architecture', () => new uc.Unicorn(uc.ARCH_ARM, 0), uc.ERR_ARCH],
    ['64 bits', () => new uc.Unicorn(uc.ARCH_X86, uc.MODE_64), uc.ERR_MODE],
    ['a register that is not there', () => engine([]).reg_read_i32(uc.X86_REG_R8), uc.ERR_ARG],
    ['a hook of no type', () => engine([]).hook_add(1 << 20, () => {}), uc.ERR_HOOK],
    [
      'a hook on an instruction that cannot be hooked',
      () => engine([]).hook_add(uc.HOOK_INSN, () => {}, {}, 1, 0, 7),
      uc.ERR_HOOK,
    ],
    ['more memory than there is', () => engine([]).mem_map(0x10000000, 0x40000000, uc.PROT_ALL), uc.ERR_NOMEM],
    ['a context that was never saved', () => engine([]).context_restore(engine([]).context_alloc()), uc.ERR_ARG],
  ])('%s', (_, action, code) => {
    let caught: unknown;
    try {
      action();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UnicornError);
    expect(caught).toMatchObject({ code });
  });

  test('after close there is no starting and no closing', () => {
    const e = engine([0x90]);
    e.close();
    expect(() => e.emu_start(CODE, CODE + 1)).toThrow('UC_ERR_HANDLE');
    expect(() => e.close()).toThrow('UC_ERR_HANDLE');
  });
});

describe('registers', () => {
  test('are signed, as in Unicorn.js, or strings', () => {
    const e = engine([]);
    e.reg_write_i32(uc.X86_REG_EAX, 0xfffffffe);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(-2);
    expect(e.reg_read_i8(uc.X86_REG_AL)).toBe(-2);
    e.set_integer_type(2);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe('FFFFFFFE');
    expect(e.reg_read_i64(uc.X86_REG_EAX)).toBe('00000000FFFFFFFE');
  });

  test('of the FPU and SSE are bytes', () => {
    const e = engine([0xd9, 0xe8, 0xdd, 0xd8, 0xd9, 0xe8]); // fld1; fstp st0; fld1
    const value = Uint8Array.from({ length: 16 }, (_, i) => i);
    e.reg_write(uc.X86_REG_XMM3, value);
    e.emu_start(CODE, CODE + 6);
    expect(e.reg_read(uc.X86_REG_XMM3, 16)).toEqual(value);
    expect([...e.reg_read(uc.X86_REG_ST0, 10)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f]);
    e.reg_write_float(uc.X86_REG_XMM0, 1.5);
    expect(e.reg_read_float(uc.X86_REG_XMM0)).toBe(1.5);
    e.reg_write_double(uc.X86_REG_XMM0, -2.25);
    expect(e.reg_read_double(uc.X86_REG_XMM0)).toBe(-2.25);
  });

  test('a segment’s base is used; a selector is looked up in the GDT that the program has', () => {
    const e = engine([0x64, 0xa1, 4, 0, 0, 0]); // mov eax, fs:[4]
    e.mem_map(0x20000, 0x1000, uc.PROT_READ);
    e.mem_write(0x20004, [0x78, 0x56, 0x34, 0x12]);
    e.reg_write_i32(uc.X86_REG_FS_BASE, 0x20000);
    e.emu_start(CODE, CODE + 6);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(0x12345678);
    // 8: data at 0x20000
    e.mem_write(0x20108, [0xff, 0xff, 0, 0, 2, 0x93, 0xcf, 0]);
    e.reg_write(uc.X86_REG_GDTR, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0]);
    e.reg_write_i32(uc.X86_REG_FS_BASE, 0);
    e.reg_write_i32(uc.X86_REG_FS, 8);
    expect(e.reg_read_i32(uc.X86_REG_FS_BASE)).toBe(0x20000);
    e.reg_write_i32(uc.X86_REG_EAX, 0);
    e.emu_start(CODE, CODE + 6);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(0x12345678);
  });

  test('a context keeps them, not the memory', () => {
    const e = engine([0x40, 0xa3, 0, 8, 1, 0]); // inc eax; mov [0x10800], eax
    const context = e.context_save();
    e.emu_start(CODE, CODE + 6);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(1);
    e.context_restore(context);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(0);
    expect([...e.mem_read(0x10800, 1)]).toEqual([1]);
  });
});

describe('running', () => {
  test('a time-out is virtual: 100 instructions a microsecond, the same every time', () => {
    const e = engine([0x40, 0xeb, 0xfd]); // inc eax; jmp back
    e.emu_start(CODE, CODE + 3, 10, 0);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(500);
    expect(e.query_i32(uc.QUERY_TIMEOUT)).toBe(1);
    e.emu_start(CODE, CODE + 3, 10, 20);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(510);
    expect(e.query_i32(uc.QUERY_TIMEOUT)).toBe(0);
    expect(e.query_i32(uc.QUERY_MODE)).toBe(uc.MODE_32);
  });

  test('a hook may set EIP: it goes on from there', () => {
    const e = engine([0x40, 0x41, 0x42, 0x43]);
    e.hook_add(
      uc.HOOK_CODE,
      (engine: Unicorn) => engine.reg_write_i32(uc.X86_REG_EIP, CODE + 3),
      {},
      CODE + 1,
      CODE + 1,
    );
    e.emu_start(CODE, CODE + 4);
    const read = (name: 'EAX' | 'ECX' | 'EDX' | 'EBX') => e.reg_read_i32(uc[`X86_REG_${name}`]);
    expect([read('EAX'), read('ECX'), read('EDX'), read('EBX')]).toEqual([1, 0, 0, 1]);
  });

  test('a hook that is taken away is not called', () => {
    const e = engine([0x90, 0x90]);
    const called = vi.fn<(e: Unicorn, low: number) => void>();
    const hook: Hook = e.hook_add(uc.HOOK_CODE, called);
    e.emu_start(CODE, CODE + 2);
    e.hook_del(hook);
    e.emu_start(CODE, CODE + 2);
    expect(called).toHaveBeenCalledTimes(2);
    expect(() => e.hook_del(hook)).toThrow('UC_ERR_HOOK');
  });

  test('user data reaches the callback', () => {
    const e = engine([0x90]);
    const seen: unknown[] = [];
    e.hook_add(uc.HOOK_CODE, (_: Unicorn, _low, _high, _size, data: { name: string }) => seen.push(data.name), {
      name: 'mine',
    });
    e.emu_start(CODE, CODE + 1);
    expect(seen).toEqual(['mine']);
  });

  test('a read hook sees where, and may change what is read', () => {
    const e = engine([0xa1, 0, 8, 1, 0]); // mov eax, [0x10800]
    const seen: number[] = [];
    e.hook_add(uc.HOOK_MEM_READ, (engine: Unicorn, type, low, _high, size) => {
      seen.push(type, low, size);
      engine.mem_write(low, [7, 0, 0, 0]);
    });
    e.emu_start(CODE, CODE + 5);
    expect(seen).toEqual([uc.MEM_READ, 0x10800, 4]);
    expect(e.reg_read_i32(uc.X86_REG_EAX)).toBe(7);
  });

  test('an invalid instruction, a cpuid, a sysenter can be dealt with by a hook', () => {
    const e = engine([0x0f, 0x0b, 0x0f, 0xa2, 0x0f, 0x34]); // ud2; cpuid; sysenter
    const said: string[] = [];
    e.hook_add(uc.HOOK_INSN_INVALID, (engine: Unicorn) => {
      said.push('ud2');
      engine.reg_write_i32(uc.X86_REG_EIP, CODE + 2);
      return true;
    });
    const cpuid = (engine: Unicorn) => {
      said.push('cpuid');
      engine.reg_write_i32(uc.X86_REG_EBX, 99);
      return true;
    };
    e.hook_add(uc.HOOK_INSN, cpuid, {}, 1, 0, uc.X86_INS_CPUID);
    e.hook_add(uc.HOOK_INSN, () => said.push('sysenter'), {}, 1, 0, uc.X86_INS_SYSENTER);
    e.emu_start(CODE, CODE + 6);
    expect(said).toEqual(['ud2', 'cpuid', 'sysenter']);
    expect(e.reg_read_i32(uc.X86_REG_EBX)).toBe(99);
  });

  test('with an IDT of its own, the processor delivers', () => {
    const e = engine([0xcd, 0x80]); // int 0x80
    e.mem_map(0x20000, 0x1000, uc.PROT_ALL);
    e.mem_write(0x20400, [0, 1, 8, 0, 0, 0x8e, 1, 0]); // gate 80h: 8:0x10100
    e.mem_write(0x20008, [0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0]); // selector 8
    e.mem_write(CODE + 0x100, [0x43, 0xf4]); // inc ebx; hlt
    const table = (at: number, limit: number) => {
      const bytes = new Uint8Array(24);
      new DataView(bytes.buffer).setUint32(8, at, true);
      new DataView(bytes.buffer).setUint32(16, limit, true);
      return bytes;
    };
    e.reg_write(uc.X86_REG_GDTR, table(0x20000, 0xff));
    e.reg_write(uc.X86_REG_IDTR, table(0x20000, 0x7ff));
    e.reg_write_i32(uc.X86_REG_ESP, 0x21000);
    const hooked = vi.fn();
    e.hook_add(uc.HOOK_INTR, hooked);
    e.emu_start(CODE, CODE + 2);
    expect(e.reg_read_i32(uc.X86_REG_EBX)).toBe(1);
    expect(hooked).not.toHaveBeenCalled();
  });

  test('regions: neighbours with the same rights are one', () => {
    const e = engine([]);
    e.mem_map(0x20000, 0x2000, uc.PROT_READ);
    e.mem_protect(0x21000, 0x1000, uc.PROT_ALL);
    expect(e.mem_regions()).toEqual([
      { begin: 0x10000, end: 0x10fff, perms: 7 },
      { begin: 0x20000, end: 0x20fff, perms: 1 },
      { begin: 0x21000, end: 0x21fff, perms: 7 },
    ]);
  });
});
