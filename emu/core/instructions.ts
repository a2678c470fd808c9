// Every function the instruction table names, in one place: what emu/isa writes as `value` and `flags` is found here.
export * from './semantics/arithmetic';
export * from './semantics/shifts';
export * from './semantics/bits';
export * from './semantics/moves';
export * from './semantics/branches';
export * from './model';
export * from './sysenter';
export * from './blocks';
export * from './eflags';
export * from './stack';
export * from './far';
export * from './iret';
export * from './strings';
export * from './ports';
export * from './system';
export * from './x87/escape';
export * from './sse/save';
