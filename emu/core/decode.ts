// Guest bytes to records. The table made from emu/isa says what to read and which case results.
import {
  FPU_REGISTERS, XMM, SLOT, EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI, ZERO, MODE, MODE_CODE32, MODE_STACK32, MODE_FLAT, ES, CS, SS, DS, FS, GS, SEGMENTS, SEGMENT, S_BASE,
  FRAMES, FRAME_MEMORY, FRAME_DATA, NO_PAGE, RECORD, R_CASE, R_DST, R_SRC, R_BASE, R_INDEX, R_SCALE, R_COUNT, R_IMM, R_DISP, R_EIP, R_SLOW_CASE, R_KIND, R_POSITION,
  R_TAKEN, R_NOT_TAKEN, R_NEXT, KIND_ENDS_BLOCK, KIND_REAL, KIND_ADDRESS16, KIND_REP, KIND_REPNE, NO_MEMORY, LEAVE, BLOCK_LIMIT, BLOCK, B_PHYSICAL,
  B_EIP, B_MODE, B_LIMIT, B_BYTES, B_SECOND, B_RECORDS,
} from './layout';
import {
  LINE, L_DST, L_SRC, L_IMM, L_BYTES, L_TRAITS, L_REGISTER, L_MEMORY, FROM_E, FROM_G, FROM_OPCODE, FROM_MOFFS, FROM_REG_NUMBER, FROM_RM_REGISTER,
  FROM_REG_SEGMENT, FROM_MODRM, FROM_REG_MMX, FROM_RM_MMX, FROM_REG_XMM, FROM_RM_XMM, FROM_SEGMENT, MAP_0F, MAP_66, MAP_F3, MAP_F2, MAPS, IMM_BYTE, IMM_SIGNED_BYTE, IMM_WORD, IMM_FULL, IMM_ONE, IMM_NEAR_BYTE, IMM_NEAR_FULL, IMM_FAR, IMM_WORD_BYTE, WRITES_FLAGS,
  KEEPS_SOME_FLAGS, READS_FLAGS, MAY_FAULT, ENDS_BLOCK, LINKS, CONDITIONAL, NEEDS_MODRM, STACK, CODE, LOCKABLE, COUNTS, LOAD_OFFSET,
} from './lines';
import {
  MAP, LINES, HOT, HOT_INDEXED, QUIET, QUIET_INDEXED, FUSED, FUSED_FAMILIES, FIRST_BRANCH, CASE_undefined, CASE_outside, CASE_link, CASE_bridge,
  CASE_onward, CASE_nop, CASE_call_16, CASE_call_32,
} from './generated/tables';
import { allocate, tryFetchAddress } from './blocks';
import { hasBreakpoint } from './attach';
import { fetchAddress } from './paging';
import { faulted, raise, GP } from './fault';

const PAGE_MASK: u32 = 0xfffff000;
/** SDM 2A, 2.3.11: an instruction of more than 15 bytes is #GP(0). */
const LONGEST: u32 = 15;

// ---- Reading code bytes

const WINDOW = memory.data(32, 4); // the bytes around a page's end, side by side
/** What a fetch finds where no memory is: FF FF is undefined, so nothing ever reads past these. */
const OPEN_BUS = memory.data<u8>([255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]);

let at: usize = 0; // next byte, in linear (wasm) memory
let eip: u32 = 0; // next byte's EIP
let start: u32 = 0; // this instruction's EIP
let pageEnds: u32 = 0; // EIP at which the current page ends
let limit: u32 = 0;
let second: u32 = 0; // physical address of the page the block runs over into, or NO_PAGE
let secondNeeded = false; // this instruction needs it
let trouble: u32 = 0; // the instruction cannot be read, because of ...
const TOO_LONG: u32 = 1, NOT_MAPPED: u32 = 2;
let required = false; // the first instruction of a block: if its bytes cannot be fetched, that is a fault now

function hostOf(physical: u32): usize {
  const frame = load<u32>(FRAMES + (physical >>> 12 << 2));
  return (frame & (FRAME_MEMORY | FRAME_DATA)) == FRAME_MEMORY ? <usize>((frame & PAGE_MASK) + (physical & 0xfff)) : OPEN_BUS;
}

/** The instruction goes on in the next page: put what is left of this one and the head of that one side by side. */
function crossPage(): void {
  const linear = load<u32>(SEGMENTS + CS * SEGMENT, S_BASE) + eip;
  const physical = required ? fetchAddress(linear) : tryFetchAddress(linear);
  if (faulted() || physical == NO_PAGE) { trouble = NOT_MAPPED; return; }
  second = physical;
  secondNeeded = true;
  const from = hostOf(physical);
  memory.copy(WINDOW, from, LONGEST);
  at = WINDOW;
  pageEnds = eip + LONGEST + 1;
}

function byte(): u32 {
  if (trouble) return 0;
  if (eip - start >= LONGEST || eip > limit) { trouble = TOO_LONG; return 0; }
  if (eip == pageEnds) { crossPage(); if (trouble) return 0; }
  eip++;
  return load<u8>(at++);
}
function signedByte(): u32 { return <u32><i32><i8>byte(); }
function word(): u32 { const low = byte(); return low | (byte() << 8); }
function dword(): u32 { const low = word(); return low | (word() << 16); }

// ---- One instruction

let opcode: u32 = 0;
let size16 = false, addressing16 = false;
let mod: u32 = 0, reg: u32 = 0, rm: u32 = 0;
let indexed = false; // the memory operand has an index register

function modrm(record: usize, overridden: u32): void {
  const b = byte();
  mod = b >>> 6; reg = (b >>> 3) & 7; rm = b & 7; indexed = false;
  if (mod == 3) return;
  const segment = addressing16 ? operand16(record) : operand32(record);
  store<u8>(record, load<u8>(record, R_KIND) | <u8>(overridden == NO_MEMORY ? segment : overridden), R_KIND);
}

function modrmOfRegisters(): void {
  const b = byte();
  mod = 3; reg = (b >>> 3) & 7; rm = b & 7; indexed = false;
}

/** SDM 2A, table 2-2 and 2-3. Gives the default segment: SS where ESP or EBP is the base (SDM 1, 3.7.4). */
function operand32(record: usize): u32 {
  let base: u32 = ZERO, index: u32 = ZERO, scale: u32 = 0, displacement: u32 = 0, segment = DS;
  let number = rm;
  if (rm == 4) {
    const sib = byte();
    scale = sib >>> 6;
    if (((sib >>> 3) & 7) != 4) index = ((sib >>> 3) & 7) * SLOT; else scale = 0;
    number = sib & 7;
  }
  if (number == 5 && mod == 0) displacement = dword();
  else {
    base = number * SLOT;
    if (base == ESP || base == EBP) segment = SS;
  }
  if (mod == 1) displacement = signedByte(); else if (mod == 2) displacement = dword();
  if (index != ZERO && scale == 0 && base == ZERO) { base = index; index = ZERO; }
  indexed = index != ZERO;
  storeAddress(record, base, index, scale, displacement);
  return segment;
}

const BASES16 = memory.data<u8>([<u8>EBX, <u8>EBX, <u8>EBP, <u8>EBP, <u8>ESI, <u8>EDI, <u8>EBP, <u8>EBX]);
const INDEXES16 = memory.data<u8>([<u8>ESI, <u8>EDI, <u8>ESI, <u8>EDI, <u8>ZERO, <u8>ZERO, <u8>ZERO, <u8>ZERO]);
/** SDM 2A, table 2-1. */
function operand16(record: usize): u32 {
  store<u8>(record, load<u8>(record, R_KIND) | <u8>KIND_ADDRESS16, R_KIND);
  let base: u32 = load<u8>(BASES16 + rm), displacement: u32 = 0;
  const index: u32 = load<u8>(INDEXES16 + rm);
  if (mod == 0 && rm == 6) { base = ZERO; displacement = word(); }
  else if (mod == 1) displacement = signedByte();
  else if (mod == 2) displacement = word();
  storeAddress(record, base, index, 0, displacement);
  return base == EBP ? SS : DS;
}
function storeAddress(record: usize, base: u32, index: u32, scale: u32, displacement: u32): void {
  store<u8>(record, <u8>base, R_BASE);
  store<u8>(record, <u8>index, R_INDEX);
  store<u8>(record, <u8>scale, R_SCALE);
  store<u32>(record, displacement, R_DISP);
}

/** Address of register n; ah, ch, dh and bh are second bytes of the first four slots. */
function slot(n: u32, isByte: bool): u32 { return isByte && n >= 4 ? (n - 4) * SLOT + 1 : n * SLOT; }
function operand(from: u32, isByte: bool): u32 {
  if (from >= FROM_SEGMENT) return from - FROM_SEGMENT;
  switch (from) {
    case FROM_E: return mod == 3 ? slot(rm, isByte) : 0;
    case FROM_G: return slot(reg, isByte);
    case FROM_OPCODE: return slot(opcode & 7, isByte);
    case FROM_REG_NUMBER: case FROM_REG_SEGMENT: return reg;
    case FROM_RM_REGISTER: return slot(rm, false);
    case FROM_MODRM: return mod << 6 | reg << 3 | rm;
    case FROM_REG_MMX: return (FPU_REGISTERS >>> 4) + reg;
    case FROM_RM_MMX: return mod == 3 ? (FPU_REGISTERS >>> 4) + rm : 0;
    case FROM_REG_XMM: return (XMM >>> 4) + reg;
    case FROM_RM_XMM: return mod == 3 ? (XMM >>> 4) + rm : 0;
    default: return 0;
  }
}

function undefined_(record: usize): u32 {
  store<u16>(record, <u16>CASE_undefined, R_SLOW_CASE);
  return ENDS_BLOCK | MAY_FAULT;
}

/** Decode the instruction at `eip` into an empty record; gives its traits. Sets `trouble` when it cannot be read. */
function decodeOne(record: usize): u32 {
  const code32 = (load<u32>(MODE) & MODE_CODE32) != 0;
  let overridden: u32 = NO_MEMORY, kind: u32 = 0, mandatory: u32 = 0, locked = false;
  size16 = !code32; addressing16 = !code32;
  mod = 3; reg = 0; rm = 0; indexed = false;
  start = eip; trouble = 0; secondNeeded = false;
  store<u8>(record, <u8>NO_MEMORY, R_BASE);
  store<u8>(record, <u8>ZERO, R_INDEX);

  // SDM 2A, 2.1.1: prefixes, in any order; of two from one group the last counts.
  while (true) {
    opcode = byte();
    if (opcode == 0x66) { size16 = code32; mandatory = MAP_66; }
    else if (opcode == 0x67) addressing16 = code32;
    else if (opcode == 0xf0) locked = true;
    else if (opcode == 0xf2) kind = KIND_REPNE;
    else if (opcode == 0xf3) kind = KIND_REP;
    else if ((opcode & 0xe7) == 0x26) overridden = (opcode >>> 3) & 3; // es cs ss ds
    else if ((opcode & 0xfe) == 0x64) overridden = FS + (opcode & 1);
    else break;
    if (trouble) return 0;
  }
  let map: u32 = 0;
  if (opcode == 0x0f) {
    opcode = byte();
    // SDM 2A, 2.1.2: a mandatory prefix is part of the opcode; F2 and F3 go before 66.
    map = MAP_0F + (kind == KIND_REPNE ? MAP_F2 : kind == KIND_REP ? MAP_F3 : mandatory);
  }
  if (trouble) return 0;
  const place: u32 = ((size16 ? MAPS : 0) + map) << 8 | opcode;
  let number: u32 = load<u16>(MAP + (place << 1));
  if (number == 0) return undefined_(record);
  let seen = false;
  if (number & 0x8000) { modrm(record, overridden); seen = true; number = (number & 0x7fff) + reg; }
  const line = LINES + number * LINE, traits: u32 = load<u16>(line, L_TRAITS);
  if (traits & NEEDS_MODRM && !seen) {
    // SDM 2B, MOV to and from control and debug registers: rm is a register whatever mod says.
    if (load<u8>(line, L_DST) == FROM_REG_NUMBER || load<u8>(line, L_SRC) == FROM_REG_NUMBER) modrmOfRegisters();
    else modrm(record, overridden);
  }
  const isMemory = traits & NEEDS_MODRM && mod != 3;
  const slow: u32 = load<u16>(line + (isMemory ? L_MEMORY : L_REGISTER));
  if (trouble) return 0;
  if (slow == 0) return undefined_(record);
  // SDM 2A, LOCK: #UD unless the instruction is one of a few and its destination is memory.
  if (locked && !(isMemory && traits & LOCKABLE)) return undefined_(record);

  const from = <u32>load<u8>(line, L_DST), other = <u32>load<u8>(line, L_SRC), bytes = <u32>load<u8>(line, L_BYTES);
  if (from == FROM_MOFFS || other == FROM_MOFFS) {
    storeAddress(record, ZERO, ZERO, 0, addressing16 ? word() : dword());
    kind |= overridden == NO_MEMORY ? DS : overridden;
  }
  if (!isMemory && from != FROM_MOFFS && other != FROM_MOFFS) kind |= overridden == NO_MEMORY ? DS : overridden; // strings, xlat, maskmov
  if (addressing16) kind |= KIND_ADDRESS16;
  store<u8>(record, <u8>operand(from, (bytes & 1) != 0), R_DST);
  store<u8>(record, <u8>operand(other, (bytes & 2) != 0), R_SRC);
  // SDM 2B, MOV: #UD for a segment register that does not exist, and for loading CS.
  if ((from == FROM_REG_SEGMENT || other == FROM_REG_SEGMENT) && reg > GS) return undefined_(record);
  if (from == FROM_REG_SEGMENT && reg == CS) return undefined_(record);
  immediate(record, load<u8>(line, L_IMM));
  if (trouble) return 0;
  store<u8>(record, <u8>(<u32>load<u8>(record, R_KIND) | kind), R_KIND);
  store<u16>(record, <u16>slow, R_SLOW_CASE);
  return traits | (isMemory && !(traits & LOAD_OFFSET) ? MAY_FAULT : 0);
}

function immediate(record: usize, kind: u32): void {
  switch (kind) {
    case IMM_BYTE: store<u32>(record, byte(), R_IMM); break;
    case IMM_SIGNED_BYTE: store<u32>(record, signedByte(), R_IMM); break;
    case IMM_WORD: store<u32>(record, word(), R_IMM); break;
    case IMM_FULL: store<u32>(record, size16 ? word() : dword(), R_IMM); break;
    case IMM_ONE: store<u32>(record, 1, R_IMM); break;
    case IMM_NEAR_BYTE: near(record, signedByte()); break;
    case IMM_NEAR_FULL: near(record, size16 ? word() : dword()); break;
    case IMM_FAR: store<u32>(record, size16 ? word() : dword(), R_IMM); store<u32>(record, word(), R_DISP); break;
    case IMM_WORD_BYTE: store<u32>(record, word(), R_IMM); store<u32>(record, byte(), R_DISP); break;
    default: break;
  }
}
/** SDM 2A, Jcc: with a 16-bit operand size the upper half of EIP is cleared. */
function near(record: usize, distance: u32): void {
  const target = eip + distance;
  store<u32>(record, size16 ? target & 0xffff : target, R_TAKEN);
}

// ---- A block

const TRAITS = memory.data(64 * 4, 4); // of each record of the block being made

@inline function slowCase(record: usize): u32 { return load<u16>(record, R_SLOW_CASE); }

/** Decode from here to the next jump, page end or BLOCK_LIMIT. Raises what fetching the first instruction raises. */
export function decodeBlock(physical: u32, firstEip: u32, csLimit: u32): usize {
  const block = allocate(BLOCK), first = block + BLOCK;
  const linear = load<u32>(SEGMENTS + CS * SEGMENT, S_BASE) + firstEip;
  eip = firstEip; limit = csLimit; at = hostOf(physical); second = NO_PAGE;
  pageEnds = eip + (0x1000 - (linear & 0xfff));
  const ends = pageEnds;
  let n: u32 = 0, last: u32 = eip;
  for (let done = false; !done; n++) {
    const record = allocate(RECORD);
    last = eip;
    let traits: u32 = 0, kind = KIND_REAL;
    let full = n != 0 && (n >= BLOCK_LIMIT || eip == ends || secondNeeded || eip > limit);
    if (!full) {
      required = n == 0;
      traits = decodeOne(record);
      if (trouble == NOT_MAPPED) {
        if (required) return block; // the fault has been raised
        full = true;
      } else if (trouble == TOO_LONG) {
        clear(record);
        store<u16>(record, <u16>CASE_outside, R_SLOW_CASE);
        traits = ENDS_BLOCK | MAY_FAULT;
        eip = max(eip, last + 1);
      }
      if (full) { eip = last; secondNeeded = false; second = NO_PAGE; clear(record); }
    }
    if (full) { // go on in another block
      store<u16>(record, <u16>CASE_onward, R_SLOW_CASE);
      store<u32>(record, eip, R_TAKEN);
      traits = ENDS_BLOCK | LINKS; kind = 0;
    }
    done = (traits & ENDS_BLOCK) != 0;
    store<u32>(record, last, R_EIP);
    store<u8>(record, <u8>n, R_POSITION);
    store<u8>(record, <u8>(<u32>load<u8>(record, R_KIND) | kind | (done ? KIND_ENDS_BLOCK : 0)), R_KIND);
    if (done) store<u8>(record, <u8>(kind ? n + 1 : n), R_COUNT);
    if (!(traits & LINKS)) store<u32>(record, eip, R_NEXT);
    store<u32>(TRAITS + n * 4, traits);
  }
  const ending = first + (n - 1) * RECORD;
  if (load<u32>(TRAITS + (n - 1) * 4) & LINKS) linkExits(ending, load<u32>(TRAITS + (n - 1) * 4));
  chooseCases(first, n);
  fuse(first, n);
  store<u32>(block, physical, B_PHYSICAL);
  store<u32>(block, firstEip, B_EIP);
  store<u32>(block, load<u32>(MODE), B_MODE);
  store<u32>(block, csLimit, B_LIMIT);
  store<u32>(block, max<u32>(eip - firstEip, 1), B_BYTES);
  store<u32>(block, second, B_SECOND);
  store<u32>(block, n, B_RECORDS);
  return block;
}
function clear(record: usize): void {
  memory.fill(record, 0, RECORD);
  store<u8>(record, <u8>NO_MEMORY, R_BASE);
  store<u8>(record, <u8>ZERO, R_INDEX);
}

/** Exits become glue: records that find out, when reached, where they lead. */
function linkExits(record: usize, traits: u32): void {
  const slow = slowCase(record), target = load<u32>(record, R_TAKEN);
  if (slow == CASE_call_16 || slow == CASE_call_32) {
    store<u32>(record, eip, R_IMM);
    // The push must not happen when the jump cannot.
    if (target > limit) { store<u16>(record, <u16>CASE_outside, R_SLOW_CASE); return; }
  }
  exit(record, R_TAKEN);
  if (traits & CONDITIONAL) {
    store<u32>(record, eip, R_NOT_TAKEN);
    exit(record, R_NOT_TAKEN);
  }
}
function exit(record: usize, field: u32): void {
  const glue = allocate(RECORD), target = load<u32>(record + field);
  const eip = load<u32>(record, R_EIP), beyond = target > limit && field == R_TAKEN && slowCase(record) != CASE_onward;
  const base = load<u32>(SEGMENTS + CS * SEGMENT, S_BASE);
  const samePage = ((eip + base) ^ (target + base)) >>> 12 == 0;
  const slow = beyond ? CASE_outside : samePage ? CASE_link : CASE_bridge;
  clear(glue);
  store<u16>(glue, load<u16>(HOT + slow * 2), R_CASE);
  store<u16>(glue, <u16>slow, R_SLOW_CASE);
  store<u32>(glue, <u32>record + field, R_IMM);
  store<u32>(glue, beyond ? eip : target, R_EIP);
  store<u32>(record + field, <u32>glue);
}

/** Backwards: flags that are overwritten before anyone can see them need not be made. */
function chooseCases(first: usize, n: u32): void {
  let live = true;
  for (let i: i32 = n - 1; i >= 0; i--) {
    const record = first + i * RECORD, traits = load<u32>(TRAITS + i * 4);
    store<u16>(record, <u16>hotCase(record, traits, !live && (traits & (WRITES_FLAGS | KEEPS_SOME_FLAGS)) != 0), R_CASE);
    if (traits & WRITES_FLAGS && !(traits & COUNTS && load<u32>(record, R_IMM) == 0)) live = false;
    if (traits & (READS_FLAGS | MAY_FAULT)) live = true;
    if (hasBreakpoint(load<u32>(record, R_EIP))) { store<u16>(record, <u16>LEAVE, R_CASE); live = true; }
  }
}
function hotCase(record: usize, traits: u32, quiet: bool): u32 {
  const mode = load<u32>(MODE), kind = <u32>load<u8>(record, R_KIND), isMemory = load<u8>(record, R_BASE) != NO_MEMORY;
  const flatStack = (MODE_FLAT << SS) | MODE_STACK32, flatCode = (MODE_FLAT << CS) | MODE_CODE32;
  if (traits & STACK && (mode & flatStack) != flatStack) return LEAVE;
  if (traits & CODE && (mode & flatCode) != flatCode) return LEAVE;
  const base = <u32>load<u8>(record, R_BASE), index = <u32>load<u8>(record, R_INDEX);
  if (isMemory) {
    if (kind & KIND_ADDRESS16) return LEAVE;
    // What lea computes has no segment.
    if (!(traits & LOAD_OFFSET) && (mode & (MODE_FLAT << (kind & 7))) == 0) return LEAVE;
  }
  if (traits & COUNTS) {
    const count = load<u32>(record, R_IMM) & 31;
    store<u32>(record, count, R_IMM);
    if (count == 0) return isMemory ? LEAVE : load<u16>(HOT + CASE_nop * 2);
  }
  const table = index != ZERO && isMemory ? (quiet ? QUIET_INDEXED : HOT_INDEXED) : quiet ? QUIET : HOT;
  return load<u16>(table + slowCase(record) * 2);
}

/** Compare and branch become one case where the hot switch has it. The branch keeps its own record and case. */
function fuse(first: usize, n: u32): void {
  if (n < 2) return;
  const record = first + (n - 2) * RECORD, branch = slowCase(record + RECORD);
  if (branch < FIRST_BRANCH || branch >= FIRST_BRANCH + 16) return;
  if (<u32>load<u16>(record, R_CASE) == LEAVE || <u32>load<u16>(record + RECORD, R_CASE) == LEAVE) return;
  const isIndexed = <u32>load<u8>(record, R_INDEX) != ZERO ? 1 : 0;
  const family = <u32>load<u8>(FUSED_FAMILIES + slowCase(record) * 2 + isIndexed);
  if (family == 0) return;
  const fused = <u32>load<u16>(FUSED + ((family - 1) * 16 + branch - FIRST_BRANCH) * 2);
  if (fused) store<u16>(record, <u16>fused, R_CASE);
}
