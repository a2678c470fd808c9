/** The numbers of ELF32 files for the i386. Source: System V ABI, chapter 4, and its i386 supplement. */

export const EHDR_SIZE = 52;
export const PHDR_SIZE = 32;
export const SHDR_SIZE = 40;
export const SYM_SIZE = 16;
export const REL_SIZE = 8;

export const EM_386 = 3;
export const PT_LOAD = 1;

export const ET = { REL: 1, EXEC: 2 } as const;

export const SHT = {
  NULL: 0,
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  NOTE: 7,
  NOBITS: 8,
  REL: 9,
  INIT_ARRAY: 14,
  FINI_ARRAY: 15,
  GROUP: 17,
} as const;

export const SHF = { WRITE: 1, ALLOC: 2, EXEC: 4, TLS: 0x400, COMPRESSED: 0x800 } as const;
export const SHN = { UNDEF: 0, ABS: 0xfff1, COMMON: 0xfff2 } as const;
export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const;
export const STT = { NONE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4 } as const;
export const R_386 = { ABS32: 1, PC32: 2, PLT32: 4, ABS16: 20, PC16: 21, ABS8: 22, PC8: 23 } as const;

/** What becomes of a field: its size in bytes, and whether it counts from its own address. */
export interface RelocatedField {
  readonly size: number;
  readonly relative: boolean;
}

/** The relocations that put an address, or a distance, into a field. */
export const RELOCATED_FIELDS: Readonly<Record<number, RelocatedField>> = {
  [R_386.ABS32]: { size: 4, relative: false },
  [R_386.PC32]: { size: 4, relative: true },
  // Without shared libraries: the procedure itself.
  [R_386.PLT32]: { size: 4, relative: true },
  [R_386.ABS16]: { size: 2, relative: false },
  [R_386.PC16]: { size: 2, relative: true },
  [R_386.ABS8]: { size: 1, relative: false },
  [R_386.PC8]: { size: 1, relative: true },
};
