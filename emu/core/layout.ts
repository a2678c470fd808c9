// Where the machine's state lives in linear memory, and what a decoded record looks like.
// Both compilers read this file: asc builds the core from it, tsc the generator and the host.
// So it may hold only constants made of numbers and earlier constants (u32 is number to tsc: portable.d.ts).

// ---- One CPU: everything from 0 to STATE_END, so that a CPU can be saved or swapped as one block.
// General registers are 64-bit slots; 32-bit code uses the low halves. The hot words share the
// first 128 bytes with them, because x64 addresses those with a one-byte displacement.

export const SLOT: u32 = 8; // bytes per general register
export const EAX: u32 = 0 * SLOT, ECX: u32 = 1 * SLOT, EDX: u32 = 2 * SLOT, EBX: u32 = 3 * SLOT;
export const ESP: u32 = 4 * SLOT, EBP: u32 = 5 * SLOT, ESI: u32 = 6 * SLOT, EDI: u32 = 7 * SLOT;

export const RESULT: u32 = 0x40; // lazy flags, i64: low half is zero for ZF; bit 63 is SF; parity of bytes 0 and 4 together is PF
export const CARRIES: u32 = 0x48; // lazy flags, u32: carry out of each bit; 31 is CF, 31^30 OF, 3 AF
export const EFLAGS: u32 = 0x4c; // the flags that are not lazy (TF IF DF IOPL NT RF VM AC ...); arithmetic bits 0, bit 1 set
export const BUDGET: u32 = 0x50; // i32: instructions left at the current block's start, less MARGIN
export const INTR: u32 = 0x54; // level of the INTR pin: an interrupt controller wants an acknowledge cycle
export const ZERO: u32 = 0x58; // a slot that is always 0: "no base register", "no index register"
export const TLB: u32 = 0x60; // address of the translation cache of the current privilege (TLB_SUPERVISOR or TLB_USER)
export const JUMPS: u32 = 0x64; // address of the jump cache of the current privilege
export const GENERATION: u32 = 0x68; // grows whenever descriptor tables, or where they are, may have changed
export const CS_GENERATION: u32 = 0x6c; // GENERATION when CS was last checked against its descriptor
export const CPL: u32 = 0x70;
export const MODE: u32 = 0x74; // MODE_ bits that decoded code depends on
export const TRAPS: u32 = 0x78; // entries ever written to the trap ring
// 0x80 to 0xbf: R8 to R15, for the day of long mode
export const PC: u32 = 0xc0; // record to continue from
export const EIP: u32 = 0xc4; // valid whenever the core is not running
export const FAULT: u32 = 0xc8; // 0, or FAULT_RAISED | vector: the exception the current instruction raised
export const FAULT_CODE: u32 = 0xcc; // its error code
export const CURRENT: u32 = 0xd0; // record being executed by the slow step (for exact time inside callbacks)
export const HALTED: u32 = 0xd4; // 1 after HLT until an interrupt
export const SHADOW: u32 = 0xd8; // instructions for which interrupts stay blocked after sti, mov ss and pop ss
export const EXIT_REQUEST: u32 = 0xdc; // the host wants control after the current instruction
export const SHUTDOWN: u32 = 0xe0; // 1: triple fault
export const NMI: u32 = 0xe4; // 1: an NMI is latched
export const NMI_BLOCKED: u32 = 0xe8; // 1: between NMI delivery and iret
export const END_TIME: u32 = 0xf0; // f64: virtual time at which the current budget is spent
export const SEGMENTS: u32 = 0x100; // ES CS SS DS FS GS LDTR TR, in the manual's numbering
export const SEGMENT: u32 = 32; // bytes each
export const ES: u32 = 0, CS: u32 = 1, SS: u32 = 2, DS: u32 = 3, FS: u32 = 4, GS: u32 = 5, LDTR: u32 = 6, TR: u32 = 7;
export const S_SELECTOR: u32 = 0, S_BASE: u32 = 4;
export const S_LIMIT: u32 = 8; // last valid offset (or last invalid one, expand-down), granularity applied
export const S_ACCESS: u32 = 12; // bits 8 to 23 of the descriptor's second dword, at their places: type S DPL P AVL D G
export const S_USABLE: u32 = 16; // 0: loaded with a null selector
export const CR0: u32 = 0x200, CR2: u32 = 0x204, CR3: u32 = 0x208, CR4: u32 = 0x20c;
export const GDT_BASE: u32 = 0x210, GDT_LIMIT: u32 = 0x214, IDT_BASE: u32 = 0x218, IDT_LIMIT: u32 = 0x21c;
export const DR: u32 = 0x220; // DR0 to DR7, 4 bytes each
export const TRAP_STOP: u32 = 0x240; // leave run() when TRAPS reaches this (0: never); the host drains the ring then
export const TIME_NOW: u32 = 0x248; // f64: virtual time; exact whenever the core is not running
export const SHUTDOWN_VECTOR: u32 = 0x250, SHUTDOWN_CODE: u32 = 0x254; // the exception whose delivery led to the triple fault
export const DEBUG_TRAPS: u32 = 0x258; // debug traps that wait for the end of the instruction, as bits of DR6
export const WATCHING: u32 = 0x25c; // WATCH_ bits: what DR7 has enabled
export const SHADOW_OF_STACK: u32 = 0x260; // 1: the SHADOW is that of mov ss or pop ss, which holds off debug exceptions too
export const REPEATING: u32 = 0x264; // 1: the next instruction is a repeated string instruction with some iterations done
export const TIME_STAMP: u32 = 0x268; // i64: what wrmsr added to the time-stamp counter, which is else the virtual time
export const SYSENTER_CS: u32 = 0x270, SYSENTER_ESP: u32 = 0x274, SYSENTER_EIP: u32 = 0x278; // MSRs 174H to 176H
export const EFER: u32 = 0x27c; // MSR C0000080H; NXE is all there is of it
export const DIRECTORY_POINTERS: u32 = 0x280; // u64 x 4: with PAE, what mov cr3 loaded from the page directory pointer table
export const PAGE_ATTRIBUTES: u32 = 0x2a0; // u64: MSR 277H
export const MISC_ENABLE: u32 = 0x2a8; // MSR 1A0H
export const A20_MASKED: u32 = 0x2ac; // address bits that the A20M# pin holds low: bit 20, or none
// What could last not be delivered, for who asks why: TRAIL_TRAPS is TRAPS as it was then; each entry is
// vector | cause << 8 | fault on the way << 16, the error code, and that of the fault on the way.
export const TRAIL_COUNT: u32 = 0x2b0, TRAIL_TRAPS: u32 = 0x2b4, TRAIL: u32 = 0x2b8, TRAIL_ENTRY: u32 = 12, TRAIL_ENTRIES: u32 = 4;
// The one record that says "decode what lies at R_EIP"; every jump to code not decoded yet goes to it.
export const FETCH: u32 = 0x3c0;
// ---- x87, MMX and SSE (SDM 1, 8.1, 10.2)
export const FPU_CONTROL: u32 = 0x400, FPU_STATUS: u32 = 0x404; // u32 each; TOP lives in the status word
export const FPU_TAGS: u32 = 0x408; // a bit per register R0 to R7: it is not empty
export const FPU_OPCODE: u32 = 0x40c, FPU_IP: u32 = 0x410, FPU_CS: u32 = 0x414, FPU_DP: u32 = 0x418, FPU_DS: u32 = 0x41c; // of the last instruction
export const MXCSR: u32 = 0x420;
export const FERR: u32 = 0x424; // level of the FERR# pin: an x87 exception waits for the host's IRQ 13 (CR0.NE clear)
export const IGNNE: u32 = 0x428; // level of the IGNNE# pin: ... and is to be ignored
export const FPU_REGISTERS: u32 = 0x440; // R0 to R7 in 16 bytes each: significand (also MM0 to MM7), then sign and exponent
export const XMM: u32 = 0x500; // XMM0 to XMM7 in 16 bytes each; room for 16
export const STATE_END: u32 = 0x600;

// MODE
export const MODE_CODE32: u32 = 1, MODE_STACK32: u32 = 2; // CS.D, SS.B
export const MODE_FLAT: u32 = 4; // << segment number: base 0, limit 4 GB, readable and (but for CS) writable
export const FAULT_RAISED: u32 = 0x100;

// WATCHING
export const WATCH_CODE: u32 = 1, WATCH_DATA: u32 = 2, WATCH_PORTS: u32 = 4;

// ---- Caches

// Gate cache: an entry per vector, good while its generation is the current one.
export const GATES: u32 = 0x1000, GATE: u32 = 32;

// Translation caches, direct mapped by linear page. Tags are page addresses; TLB_NEVER matches no access.
export const TLB_SUPERVISOR: u32 = 0x4000, TLB_USER: u32 = 0x6000;
export const TLB_ENTRIES: u32 = 512, TLB_ENTRY: u32 = 16, TLB_ENTRY_SHIFT: u32 = 4;
export const T_READ: u32 = 0, T_WRITE: u32 = 4; // tag under which the page may be read, written
export const T_ADDEND: u32 = 8; // linear address + this = address in linear (wasm) memory
export const T_FRAME: u32 = 12; // physical address of the page | MARK_ bits (paging.ts)
export const TLB_NEVER: u32 = 1;

// Jump caches: where jumps have gone before. EIP, record.
export const JUMPS_SUPERVISOR: u32 = 0x8000, JUMPS_USER: u32 = 0xc000;
export const JUMP_ENTRIES: u32 = 2048, JUMP_ENTRY: u32 = 8;

/** A bit per linear page (hashed): something found through its mapping is remembered (a jump, a descriptor). */
export const REMEMBERED_PAGES: u32 = 0x10000, REMEMBERED_PAGES_BYTES: u32 = 512;

// ---- The debugger's: written by the host, read in attach.ts. Not part of the CPU's state: it belongs to no moment of it.
export const BREAKPOINT_COUNT: u32 = 0x11000, WATCH_COUNT: u32 = 0x11004;
export const WATCH_HIT: u32 = 0x11008, WATCH_HIT_AT: u32 = 0x1100c; // 1 + number of the watch met in this run, 0 none; linear address
export const PASS_TIME: u32 = 0x11010; // f64: at this virtual time no breakpoint stops (the host goes on from one)
export const EVENT_STOPS: u32 = 0x11018; // EVENT_ bits: what to stop after besides
export const EVENT_HIT: u32 = 0x1101c; // EVENT_ bits: what of it was met in this run
export const EVENT_MSR: u32 = 0x11020; // whose access it was: ECX of rdmsr or wrmsr
export const WATCH_HITS: u32 = 0x11028; // u64: a bit for each watch met in this run, when WATCH_HIT says that there is one
export const EVENT_RING: u32 = 1, EVENT_RDMSR: u32 = 2, EVENT_WRMSR: u32 = 4; // the CPL changed; a model-specific register was read, written
export const WATCHES: u32 = 0x12000, WATCH: u32 = 16, WATCH_MOST: u32 = 64;
export const WATCH_FIRST: u32 = 0, WATCH_LAST: u32 = 4, WATCH_KINDS: u32 = 8; // linear addresses, both included; WATCH_READ, WATCH_WRITE
export const WATCH_READ: u32 = 1, WATCH_WRITE: u32 = 2;
export const BREAKPOINTS: u32 = 0x14000, BREAKPOINT_SLOTS: u32 = 4096; // linear addresses, hashed by their low bits
export const BREAKPOINT_NONE: u32 = 0xffffffff; // a free slot

// asc puts its static data (the decoder's tables) from here on: see --memoryBase in emu/build.
export const STATIC_DATA: u32 = 0x20000;
export const BLOCK_HASH: u32 = 0x80000, BLOCK_BUCKETS: u32 = 16384;

// ---- The trap ring: one entry for each exception and interrupt delivered.
export const TRAP_RING: u32 = 0xa0000, TRAP_ENTRIES: u32 = 4096, TRAP_ENTRY: u32 = 32;
export const TRAP_TIME: u32 = 0; // f64: virtual time of delivery
export const TRAP_VECTOR: u32 = 8, TRAP_CAUSE: u32 = 9, TRAP_CPL: u32 = 10, TRAP_HAS_CODE: u32 = 11; // u8 each
export const TRAP_CODE: u32 = 12; // u16: error code
export const TRAP_CS: u32 = 14; // u16
export const TRAP_EIP: u32 = 16, TRAP_ESP: u32 = 20; // u32: what is (or would be) pushed
export const TRAP_DETAIL: u32 = 24; // u32: CR2 for #PF, else EAX
export const TRAP_SS: u32 = 28; // u16
export const TRAP_FLAGS: u32 = 30; // u16: low half of EFLAGS
export const CAUSE_FAULT: u32 = 0, CAUSE_SOFTWARE: u32 = 1, CAUSE_EXTERNAL: u32 = 2, CAUSE_NMI: u32 = 3, CAUSE_TRAP: u32 = 4;

// ---- Physical memory: one u32 per 4 KB frame of the 4 GB.
export const FRAMES: u32 = 0x100000; // address of the frame in linear (wasm) memory | FRAME_ bits; 0: nothing there
export const FRAME_MEMORY: u32 = 1; // RAM or ROM is there
export const FRAME_WRITABLE: u32 = 2; // ... and it is RAM
export const FRAME_MMIO: u32 = 4; // a chip is there
export const FRAME_CODE: u32 = 8; // decoded code lies in it
export const FRAME_TABLES: u32 = 16; // descriptor tables lie in it: a store bumps GENERATION
export const FRAME_SAVED: u32 = 32; // unchanged since the host took a copy of it: the first store takes the mark away
export const FRAME_HEARD: u32 = 64; // memory that is read through the host, as a chip is; fetched from it is as ever
export const FRAME_DATA: u32 = 128; // memory that nothing is fetched from: to a fetch it is as if nothing were there
export const CODE_PAGES: u32 = 0x500000; // per frame: the page's list of blocks, 0 when none
export const ARENA: u32 = 0x900000, ARENA_END: u32 = 0x1900000; // records
// What `in` of a byte gives, and perhaps `out` of one changes, without asking the host: u16 for each port, and one for INTA
// cycles. devices/port-latch.ts tells when.
export const LATCHES: u32 = 0x1900000, PORTS: u32 = 0x10000;
export const LATCHED: u32 = 0x100; // there is a byte, in the low half; else ask
export const LATCH_FREE: u32 = 0x200; // and a write changes it, and nothing else; else tell
export const LATCH_WAITS: u32 = 0x400, LATCH_MADE: u32 = 0x800; // a write of exactly this byte need only be marked as made
export const INTA_LATCH: u32 = LATCHES + (PORTS << 1); // the INTA cycle likewise: the byte is what it gives, and INTR falls
export const RAM: u32 = 0x2000000; // guest RAM from physical address 0
export const RAM_MAX: u32 = 0x70000000; // bytes

// ---- One decoded instruction.
export const RECORD: u32 = 32;
export const R_CASE: u32 = 0; // u16: case of the hot switch, or LEAVE
export const R_DST: u32 = 2, R_SRC: u32 = 3; // u8: register slots, as addresses
export const R_BASE: u32 = 4, R_INDEX: u32 = 5, R_SCALE: u32 = 6; // u8: memory operand: register slots, shift
export const R_COUNT: u32 = 7; // u8: in a record that ends its block, the block's instructions
export const R_IMM: u32 = 8, R_DISP: u32 = 12; // u32
export const R_EIP: u32 = 16; // u32: of this instruction
export const R_SLOW_CASE: u32 = 20; // u16
export const R_KIND: u32 = 22; // u8: KIND_ bits and the operand's segment
export const R_POSITION: u32 = 23; // u8: instructions before this one in its block
export const R_TAKEN: u32 = 24; // u32: record to go on from when a branch is taken
export const R_NOT_TAKEN: u32 = 28; // u32: ... and when not. In records that are not links: EIP of the next instruction
export const R_NEXT: u32 = R_NOT_TAKEN;
export const KIND_SEGMENT: u32 = 7; // mask: the memory operand's segment
export const KIND_ENDS_BLOCK: u32 = 8;
export const KIND_REAL: u32 = 16; // an instruction of the guest, not glue
export const KIND_ADDRESS16: u32 = 32; // the memory operand's offset wraps at 64 KB
export const KIND_REP: u32 = 64, KIND_REPNE: u32 = 128; // F3, F2
export const NO_MEMORY: u32 = 0xff; // R_BASE of a record without a memory operand
export const LEAVE: u32 = 0xffff; // R_CASE: the hot switch has nothing for this record
/** More than a block can hold: with this many instructions left, a whole block may run unchecked. */
export const MARGIN: u32 = 64;
export const BLOCK_LIMIT: u32 = 48; // instructions in a block, at most

// ---- A block: this header, then its records. Found by what it was decoded from.
export const BLOCK: u32 = 64;
export const B_PHYSICAL: u32 = 0, B_EIP: u32 = 4, B_MODE: u32 = 8, B_LIMIT: u32 = 12; // key: where, and under which MODE and CS limit
export const B_BYTES: u32 = 16; // guest bytes decoded
export const B_SECOND: u32 = 20; // physical page its last instruction runs over into, or NO_PAGE
export const B_RECORDS: u32 = 24; // records, glue included
export const B_BUCKET: u32 = 28; // next block in its hash bucket
export const B_NEXT: u32 = 32, B_NEXT_SECOND: u32 = 36; // next block in its page's list; in its second page's
export const NO_PAGE: u32 = 0xffffffff;

// ---- A page with decoded code: which 16-byte granules hold some, and its blocks.
export const CODE_PAGE: u32 = 64;
export const C_GRANULES: u32 = 0; // 256 bits
export const C_BLOCKS: u32 = 32, C_FRAME: u32 = 36, C_NEXT: u32 = 40; // first block; page number; next page with code
