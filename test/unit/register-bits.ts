/**
 * Which test covers which bit of which register.
 *
 * A row is a register, then for each run of its bits (7-0 of a byte, 31-0 of the GPIO block's words) the spec and the
 * beginning of a test's title in it. register-bits.spec.ts sees to it that every bit of every register is there once,
 * and every test exists.
 */
export type Coverage = readonly (readonly [bits: string, spec: string, test: string])[];

type Chip = Readonly<Record<string, Coverage>>;

const PIC: Chip = {
  'ICW1 (A0 = 0, D4 = 1)': [
    ['7-5', 'i8259', 'without IC4 the chip is in MCS-80 mode'],
    ['4', 'i8259', 'ICW1 clears the mask'],
    ['3', 'i8259', 'an input that stays high asks again in level mode'],
    ['2', 'i8259', 'without IC4 the chip is in MCS-80 mode'],
    ['1', 'i8259', 'ICW3 is asked for only when there is a cascade'],
    ['0', 'i8259', 'without IC4 the chip is in MCS-80 mode'],
  ],
  ICW2: [
    ['7-3', 'i8259', 'IRQ %i is vector 0x20 + n'],
    ['2-0', 'i8259', 'the low three bits of ICW2 do not matter'],
  ],
  'ICW3 of the master': [['7-0', 'i8259', 'IRQ %i comes through the cascade']],
  'ICW3 of the slave': [
    ['7-3', 'register-bits', '8259: ICW3 of a slave has three bits'],
    ['2-0', 'i8259', 'a slave with another id'],
  ],
  ICW4: [
    ['7-5', 'register-bits', '8259: ICW4 has five bits'],
    ['4', 'i8259', 'a second edge on the slave during service'],
    ['3-2', 'i8259', 'buffered mode names master and slave'],
    ['1', 'i8259', 'automatic EOI: nothing is ever seen'],
    ['0', 'i8259', 'without IC4 the chip is in MCS-80 mode'],
  ],
  'OCW1, IMR': [['7-0', 'register-bits', '8259: each mask bit masks its level and reads back']],
  'OCW2 (D4-3 = 00)': [
    ['7', 'i8259', 'rotate on non-specific EOI'],
    ['6', 'i8259', 'a specific EOI ends the level it names'],
    ['5', 'i8259', 'a non-specific EOI ends the highest level'],
    ['4-3', 'i8259', 'set priority: the level named becomes the lowest'],
    ['2-0', 'i8259', 'rotate on specific EOI'],
  ],
  'OCW3 (D4-3 = 01)': [
    ['7', 'register-bits', '8259: bit 7 of OCW3 does not matter'],
    ['6', 'i8259', 'OCW3 without ESMM leaves special mask mode'],
    ['5', 'i8259', 'special mask mode: a level in service'],
    ['4-3', 'i8259', 'OCW3 chooses IRR or ISR'],
    ['2', 'i8259', 'poll: the next read is an INTA'],
    ['1-0', 'i8259', 'OCW3 chooses IRR or ISR'],
  ],
  'IRR, ISR': [['7-0', 'i8259', 'IRQ %i is vector 0x20 + n']],
  'poll byte': [['7-0', 'i8259', 'poll: the next read is an INTA']],
  ELCR: [['7-0', 'i8259', 'the ELCR keeps IRQ 0, 1, 2, 8 and 13 edge triggered']],
};

const PIT: Chip = {
  'control word': [
    ['7-6', 'i8254', 'read-back latches several counters'],
    ['5-4', 'i8254', 'RW = 2 writes and reads the high byte alone'],
    ['3-1', 'i8254', 'mode %i with count %i'],
    ['0', 'i8254', 'BCD counts 9999 after 0'],
  ],
  'counter latch command': [
    ['7-4', 'i8254', 'a latched count is held'],
    ['3-0', 'register-bits', '8254: bits 3-0 of a counter latch command do not matter'],
  ],
  'read-back command': [
    ['7-6', 'i8254', 'read-back of count and status'],
    ['5-4', 'i8254', 'read-back of count and status'],
    ['3-1', 'i8254', 'read-back latches several counters'],
    ['0', 'register-bits', '8254: bit 0 of a read-back command does not matter'],
  ],
  'status byte': [['7-0', 'i8254', 'the status byte gives OUT, NULL COUNT']],
  'counts, low and high byte': [['7-0', 'i8254', 'a count of 0 is the longest']],
};

const RTC: Chip = {
  'index, 0x70': [
    ['7', 'mc146818', 'port 0x70 cannot be read, and its bit 7'],
    ['6-0', 'mc146818', 'the RAM keeps what it is given'],
  ],
  'seconds to year, 00-09': [['7-0', 'mc146818', 'goes over the end of a century']],
  'alarm bytes, 01 03 05': [
    ['7-6', 'mc146818', 'alarm bytes of C0 to FF match anything'],
    ['5-0', 'mc146818', 'alarm: once a day'],
  ],
  A: [
    ['7', 'mc146818', 'UIP rises 244 us before an update'],
    ['6-4', 'mc146818', 'a divider for a faster crystal'],
    ['3-0', 'mc146818', 'rate %i is %i Hz'],
  ],
  B: [
    ['7', 'mc146818', 'SET holds the time'],
    ['6', 'mc146818', 'rate %i is %i Hz'],
    ['5', 'mc146818', 'alarm: once a day'],
    ['4', 'mc146818', 'update ended: IRQ 8 each second'],
    ['3', 'register-bits', 'MC146818: SQWE is kept'],
    ['2', 'mc146818', 'DM counts in binary'],
    ['1', 'mc146818', 'in 12 hour mode'],
    ['0', 'mc146818', 'daylight saving'],
  ],
  C: [
    ['7-4', 'mc146818', 'the flags come without their interrupts too'],
    ['3-0', 'mc146818', 'the RAM keeps what it is given; registers C and D'],
  ],
  D: [['7-0', 'mc146818', 'the RAM keeps what it is given; registers C and D']],
  'RAM, 0E-7F': [['7-0', 'mc146818', 'the RAM keeps what it is given']],
};

const UART: Chip = {
  'RBR, THR': [['7-0', 'uart16550', 'bytes on their way arrive']],
  IER: [
    ['7-4', 'uart16550', 'IER keeps four bits'],
    ['3-0', 'uart16550', 'line status, received data, THR empty and modem status'],
  ],
  IIR: [
    ['7-6', 'uart16550', 'IIR shows whether FIFOs are on'],
    ['5-4', 'uart16550', 'IIR shows whether FIFOs are on'],
    ['3', 'uart16550', 'the time-out comes four characters after'],
    ['2-0', 'uart16550', 'line status, received data, THR empty and modem status'],
  ],
  FCR: [
    ['7-6', 'uart16550', 'FCR %i asks for the interrupt at %i bytes'],
    ['5-4', 'uart16550', 'IIR shows whether FIFOs are on; FCR bits'],
    ['3', 'register-bits', '16550: FCR bit 3 changes nothing without DMA'],
    ['2', 'register-bits', '16550: FCR bit 2 clears the transmitter'],
    ['1', 'uart16550', 'clearing the receiver FIFO'],
    ['0', 'uart16550', 'IIR shows whether FIFOs are on'],
  ],
  LCR: [
    ['7', 'uart16550', 'DLAB puts the divisor'],
    ['6', 'uart16550', 'break holds the wire'],
    ['5-4', 'uart16550', 'IER keeps four bits, MCR five, LCR and SCR all'],
    ['3-0', 'uart16550', 'a frame of %s takes its time'],
  ],
  MCR: [
    ['7-5', 'uart16550', 'IER keeps four bits, MCR five'],
    ['4', 'uart16550', 'in loopback MCR shows in MSR'],
    ['3', 'uart16550', 'OUT2 lets the interrupt out'],
    ['2', 'uart16550', 'in loopback MCR shows in MSR'],
    ['1-0', 'uart16550', 'MCR drives DTR and RTS'],
  ],
  LSR: [
    ['7', 'uart16550', 'errors travel with their byte'],
    ['6-5', 'uart16550', 'a byte leaves at the end of its frame'],
    ['4', 'uart16550', 'a break arrives as a zero with BI'],
    ['3', 'uart16550', 'framing errors show as FE'],
    ['2', 'uart16550', 'errors travel with their byte'],
    ['1', 'uart16550', 'without FIFOs a second byte overruns'],
    ['0', 'uart16550', 'a byte is there at the end of its frame'],
  ],
  MSR: [['7-0', 'uart16550', 'MSR shows levels, and changes since it was read']],
  SCR: [['7-0', 'uart16550', 'IER keeps four bits, MCR five, LCR and SCR all']],
  'DLL, DLM': [['7-0', 'uart16550', 'DLAB puts the divisor']],
};

const KBC: Chip = {
  status: [
    ['7', 'register-bits', '8042: there are no parity errors'],
    ['6', 'i8042', 'with nothing plugged in, the answer is FE with the time-out bit'],
    ['5', 'i8042', 'D2 and D3 put a byte into the buffer'],
    ['4', 'i8042', 'a locked keyboard is not heard'],
    ['3-2', 'i8042', 'status tells command from data'],
    ['1', 'i8042', 'status bit 1, IBF'],
    ['0', 'i8042', 'the byte arrives after its eleven bits'],
  ],
  'command byte': [
    ['7', 'i8042', '20-3F and 60-7F read and write the RAM'],
    ['6', 'i8042', 'without translation the keyboard'],
    ['5', 'i8042', 'A7 and A8 switch the aux port'],
    ['4', 'i8042', 'a disabled keyboard keeps its bytes'],
    ['3', 'i8042', 'a locked keyboard is not heard, unless the lock is overridden'],
    ['2', 'i8042', 'status tells command from data, and has the system flag'],
    ['1', 'ps2-mouse', 'through the 8042 it comes by IRQ 12'],
    ['0', 'i8042', 'with INT off there is OBF but no IRQ 1'],
  ],
  'input port': [['7-0', 'i8042', 'C0 reads the input port']],
  'output port': [
    ['7-6', 'register-bits', '8042: output port bits 7-6 are kept'],
    ['5-4', 'register-bits', '8042: output port bits 5-4 are the interrupts'],
    ['3-2', 'register-bits', '8042: output port bits 7-6 are kept, and 3-2'],
    ['1-0', 'i8042', 'D0 and D1: the output port drives A20'],
  ],
  'test inputs': [['7-0', 'i8042', 'E0 reads the clock lines']],
};

const PS2: Chip = {
  'keyboard lights, ED': [
    ['7-3', 'ps2-keyboard', 'a command in place of a parameter'],
    ['2-0', 'ps2-keyboard', 'lights'],
  ],
  'typematic, F3': [
    ['7', 'ps2-keyboard', 'a command in place of a parameter'],
    ['6-0', 'ps2-keyboard', 'F3 sets delay and rate'],
  ],
  'mouse status, first byte': [['7-0', 'ps2-mouse', 'status has modes, buttons, resolution and rate']],
  'mouse report, first byte': [
    ['7-6', 'ps2-mouse', 'more than nine bits can say is an overflow'],
    ['5-0', 'ps2-mouse', 'reports movement and buttons in three bytes'],
  ],
  'mouse report, wheel byte': [['7-0', 'ps2-mouse', 'the knock makes it a wheel mouse']],
};

const VGA: Chip = {
  'miscellaneous output': [
    ['7-1', 'register-bits', 'VGA: miscellaneous output keeps all bits but 4'],
    ['0', 'vga-text', 'bit 0 of the miscellaneous register'],
  ],
  'input status 1': [
    ['7-4', 'register-bits', 'VGA: input status 1 has two bits'],
    ['3', 'vga-text', 'input status 1 shows seventy vertical retraces'],
    ['2-1', 'register-bits', 'VGA: input status 1 has two bits'],
    ['0', 'register-bits', 'VGA: input status 1 has two bits'],
  ],
  'CRTC 00-08, 10, 12-18': [['7-0', 'register-bits', 'VGA: each CRTC register keeps the bits it has']],
  'CRTC 09': [
    ['7-5', 'register-bits', 'VGA: each CRTC register keeps the bits it has'],
    ['4-0', 'vga-text', 'eight-line rows make 50'],
  ],
  'CRTC 0A': [
    ['7-6', 'register-bits', 'VGA: each CRTC register keeps the bits it has'],
    ['5-0', 'vga-text', 'its shape is in 0A and 0B'],
  ],
  'CRTC 0B': [
    ['7-5', 'register-bits', 'VGA: each CRTC register keeps the bits it has'],
    ['4-0', 'vga-picture', 'the cursor has the lines that the CRTC says'],
  ],
  'CRTC 0C, 0D': [['7-0', 'vga-text', 'the start address scrolls the screen']],
  'CRTC 0E, 0F': [['7-0', 'vga-text', 'the cursor goes where registers 0E and 0F say']],
  'CRTC 11': [
    ['7', 'vga-text', 'registers 00-07 are protected'],
    ['6-0', 'register-bits', 'VGA: each CRTC register keeps the bits it has'],
  ],
  'sequencer 1': [
    ['7-1', 'vga-text', 'sequencer and graphics controller keep'],
    ['0', 'vga-picture', 'lines join through the ninth dot'],
  ],
  'sequencer 2': [['7-0', 'vga-picture', 'are loaded through plane 2']],
  'sequencer 3': [['7-0', 'vga-picture', 'character map select']],
  'sequencer 0 and 4': [['7-0', 'vga-text', 'sequencer and graphics controller keep']],
  'graphics 0-5, 7, 8': [['7-0', 'vga-text', 'sequencer and graphics controller keep']],
  'graphics 6': [
    ['7-4', 'vga-text', 'sequencer and graphics controller keep'],
    ['3-2', 'vga-picture', 'while the memory is at 0xa0000'],
    ['1-0', 'vga-text', 'sequencer and graphics controller keep'],
  ],
  'attribute index': [['7-0', 'vga-text', 'the palette is closed while it is on the screen']],
  'attribute 00-0F': [['7-0', 'vga-text', 'the attribute controller takes index and data by turns']],
  'attribute 10': [
    ['7-4', 'register-bits', 'VGA: attribute controller bits'],
    ['3', 'vga-picture', 'bit 7 blinks, or brightens'],
    ['2', 'vga-picture', 'bit 7 blinks, or brightens'],
    ['1-0', 'register-bits', 'VGA: attribute controller bits'],
  ],
  'attribute 11-14': [['7-0', 'register-bits', 'VGA: attribute controller bits']],
  'DAC mask, indexes, data': [['7-0', 'vga-text', 'the DAC takes and gives three parts']],
};

const PORTS: Chip = {
  'port 0x61': [
    ['7-6', 'small-ports', 'IOCHK and parity errors raise NMI'],
    ['5', 'small-ports', 'bit 5 is OUT of counter 2'],
    ['4', 'small-ports', 'bit 4 toggles with each refresh'],
    ['3-2', 'small-ports', 'IOCHK and parity errors raise NMI'],
    ['1-0', 'small-ports', 'bits 0 and 1 are the gate of counter 2'],
  ],
  'port 0x80': [['7-0', 'board-ports', 'shows the last code']],
  'port 0x92': [
    ['7-2', 'register-bits', 'port 0x92 keeps bits 7, 6 and 3'],
    ['1', 'small-ports', 'bit 1 is the A20 gate'],
    ['0', 'small-ports', 'bit 0 resets the processor'],
  ],
  'port 0xe9': [['7-0', 'small-ports', 'hands on what is written']],
  'port 0xf0': [['7-0', 'board-ports', 'FERR# raises IRQ 13']],
  'port 0xf4': [['7-0', 'small-ports', 'writing %i exits with %i']],
  'port 0x441': [['7-0', 'board-ports', 'starting again begins anew']],
  'port 0x443': [
    ['7-4', 'board-ports', 'starting again begins anew, bits 7-4 do not count'],
    ['3-0', 'board-ports', '%i acts after %i s'],
  ],
  'PM1a_CNT, low byte': [['7-0', 'small-ports', 'the sleeping types that are no power-off']],
  'PM1a_CNT, high byte': [
    ['7-6', 'small-ports', 'the sleeping types that are no power-off'],
    ['5', 'small-ports', '0x2000 switches the machine off'],
    ['4-0', 'small-ports', 'the sleeping types that are no power-off'],
  ],
  'port 0xcf9': [
    ['7-3', 'board-ports', 'the other bits do not exist'],
    ['2-1', 'board-ports', 'bit 2 resets when it rises'],
    ['0', 'board-ports', 'the other bits do not exist'],
  ],
};

const PARALLEL: Chip = {
  data: [['7-0', 'parallel-port', 'data reads back what was written']],
  status: [
    ['7-3', 'parallel-port', 'status shows the wires'],
    ['2', 'parallel-port', 'comes with the end of nACK'],
    ['1-0', 'parallel-port', 'status shows the wires'],
  ],
  control: [
    ['7-6', 'parallel-port', 'control reads back bits 0-5, and ones above'],
    ['5', 'parallel-port', 'with bit 5 of control set'],
    ['4', 'parallel-port', 'does not come while bit 4 of control is clear'],
    ['3', 'parallel-port', 'the wrap plug leads each output'],
    ['2', 'parallel-port', 'nINIT makes it ready'],
    ['1', 'parallel-port', 'the wrap plug leads each output'],
    ['0', 'parallel-port', 'takes a byte at the strobe'],
  ],
};

const GPIO: Chip = {
  'GPFSEL0-5': [['31-0', 'bcm2835-gpio', 'three bits a pin']],
  'GPSET0-1, GPCLR0-1, GPLEV0-1': [['31-0', 'register-bits', 'GPIO: each pin can be set, cleared and seen']],
  'GPEDS0-1': [['31-0', 'register-bits', 'GPIO: each pin has its event, by each of six ways']],
  'GPREN0-1, GPFEN0-1, GPHEN0-1, GPLEN0-1, GPAREN0-1, GPAFEN0-1': [
    ['31-0', 'register-bits', 'GPIO: each pin has its event, by each of six ways'],
  ],
  GPPUD: [
    ['31-2', 'register-bits', 'GPIO: each pin takes each pull'],
    ['1-0', 'register-bits', 'GPIO: each pin takes each pull'],
  ],
  'GPPUDCLK0-1': [['31-0', 'register-bits', 'GPIO: each pin takes each pull']],
};

const ATA: Chip = {
  data: [['7-0', 'ata-disk', 'the data register is sixteen bits wide']],
  error: [
    ['7-5', 'ata-disk', 'after power-on they have the signature'],
    ['4', 'ata-disk', 'beyond the end there is no sector'],
    ['3', 'ata-disk', 'after power-on they have the signature'],
    ['2', 'ata-disk', '%i is none of its'],
    ['1-0', 'ata-disk', 'after power-on they have the signature'],
  ],
  features: [['7-0', 'ata-disk', '%i is done']],
  'sector count': [['7-0', 'ata-disk', 'hold what is written']],
  'sector number, cylinder low, cylinder high': [['7-0', 'ata-disk', 'hold what is written']],
  'device/head': [
    ['7', 'ata-disk', 'hold what is written; device/head has two ones'],
    ['6', 'ata-disk', 'by cylinder, head and sector'],
    ['5', 'ata-disk', 'hold what is written; device/head has two ones'],
    ['4', 'ata-disk', 'device 1 is not there'],
    ['3-0', 'ata-disk', 'by cylinder, head and sector'],
  ],
  status: [
    ['7', 'ata-disk', 'a sector: busy, then data and INTRQ'],
    ['6-4', 'ata-disk', 'after power-on they have the signature'],
    ['3', 'ata-disk', 'a sector: busy, then data and INTRQ'],
    ['2-1', 'ata-disk', 'after power-on they have the signature'],
    ['0', 'ata-disk', 'beyond the end there is no sector'],
  ],
  command: [['7-0', 'ata-disk', '%i is none of its']],
  'device control': [
    ['7-3', 'ata-disk', 'SRST stops what is going on'],
    ['2', 'ata-disk', 'SRST stops what is going on'],
    ['1', 'ata-disk', 'nIEN holds INTRQ back'],
    ['0', 'ata-disk', 'SRST stops what is going on'],
  ],
};

export const REGISTER_BITS: Readonly<Record<string, Chip>> = {
  '8259A': PIC,
  '8254': PIT,
  MC146818: RTC,
  PC16550D: UART,
  '8042': KBC,
  'keyboard and mouse': PS2,
  VGA,
  'small ports': PORTS,
  'parallel port': PARALLEL,
  'ATA disk': ATA,
  'BCM2835 GPIO': GPIO,
};
