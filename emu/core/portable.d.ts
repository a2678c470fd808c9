// asc's integer type, for the constants in layout.ts that both compilers read.
type u32 = number;
