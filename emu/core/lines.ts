// One line of the decoder's table: how to read the operands of an opcode, and what it then is.
// Both compilers read this file, like layout.ts: isa/generate writes the lines, decode.ts reads them.

export const LINE: u32 = 16;
export const L_DST: u32 = 0, L_SRC: u32 = 1; // u8: FROM_
export const L_IMM: u32 = 2; // u8: IMM_
export const L_BYTES: u32 = 3; // u8: 1 when dst is a byte register, 2 when src is
export const L_TRAITS: u32 = 4; // u16
export const L_REGISTER: u32 = 6, L_MEMORY: u32 = 8; // u16: slow case when E is a register (or there is no E); when it is memory. 0: undefined

// Where an operand comes from. E, G and so on are the letters of the manual's opcode maps (SDM 2D, appendix A.2).
export const FROM_NONE: u32 = 0, FROM_E: u32 = 1, FROM_G: u32 = 2, FROM_OPCODE: u32 = 3, FROM_EAX: u32 = 4, FROM_MOFFS: u32 = 5;
export const FROM_REG_NUMBER: u32 = 6; // the reg field itself: a control or debug register
export const FROM_REG_SEGMENT: u32 = 7; // the reg field itself: a segment register
export const FROM_RM_REGISTER: u32 = 8; // a general register in rm, whatever mod says
export const FROM_MODRM: u32 = 9; // the whole modrm byte: an x87 instruction is told by it
export const FROM_REG_MMX: u32 = 10, FROM_RM_MMX: u32 = 11, FROM_REG_XMM: u32 = 12, FROM_RM_XMM: u32 = 13; // by 16-byte slot: address / 16
export const FROM_SEGMENT: u32 = 14; // + number: a segment register the opcode names

/** Opcode maps: one byte; then 0F with its mandatory prefix (SDM 2A, 2.1.2): none, 66, F3, F2. */
export const MAP_ONE_BYTE: u32 = 0, MAP_0F: u32 = 1, MAP_66: u32 = 1, MAP_F3: u32 = 2, MAP_F2: u32 = 3; // the last three: added to MAP_0F
export const MAPS: u32 = 5;

export const IMM_NONE: u32 = 0, IMM_BYTE: u32 = 1, IMM_SIGNED_BYTE: u32 = 2, IMM_WORD: u32 = 3, IMM_FULL: u32 = 4, IMM_ONE: u32 = 5;
export const IMM_NEAR_BYTE: u32 = 6, IMM_NEAR_FULL: u32 = 7; // relative jumps
export const IMM_FAR: u32 = 8; // offset, then selector into R_DISP
export const IMM_WORD_BYTE: u32 = 9; // enter: size, then level into R_DISP

// Traits
export const WRITES_FLAGS: u32 = 1; // all of them
export const KEEPS_SOME_FLAGS: u32 = 2; // writes some
export const READS_FLAGS: u32 = 4;
export const MAY_FAULT: u32 = 8;
export const ENDS_BLOCK: u32 = 16;
export const LINKS: u32 = 32; // has a target known when decoded
export const CONDITIONAL: u32 = 64; // ... and goes on behind when it is not taken
export const NEEDS_MODRM: u32 = 128;
export const STACK: u32 = 256; // hot only with a flat 32-bit stack
export const CODE: u32 = 512; // hot only with flat 32-bit code
export const LOCKABLE: u32 = 1024; // may carry LOCK when its destination is memory
export const COUNTS: u32 = 2048; // the immediate is a shift count
export const LOAD_OFFSET: u32 = 4096; // takes the memory operand's offset and touches no memory
