/** Guest code for specs: both 8259s at 20h and 28h; masks, and ICW1: 11h edge, 19h level triggered (8259A data sheet 231468-003). */
export const pics = (mask = 0, slaveMask = 0, icw1 = 0x11) => `
        mov     al, ${icw1}
        out     0x20, al
        out     0xa0, al
        mov     al, 0x20
        out     0x21, al
        mov     al, 0x28
        out     0xa1, al
        mov     al, 4
        out     0x21, al
        mov     al, 2
        out     0xa1, al
        mov     al, 1
        out     0x21, al
        out     0xa1, al
        mov     al, ${mask}
        out     0x21, al
        mov     al, ${slaveMask}
        out     0xa1, al
`;
