/** The PC's chips, as they would answer if they were asked; nobody asks them, so nothing changes. */

import type { Pc } from '../../machine/pc.ts';
import { bits8, dim, hex, type Line, line, title } from './text.ts';

/** Hertz of the 8254's CLK: 14.31818 MHz / 12. */
const PIT_HERTZ = 14_318_180 / 12;
const PIT_MODES = [
  'interrupt on terminal count',
  'one-shot',
  'rate generator',
  'square wave',
  'software strobe',
  'hardware strobe',
];
const PIT_ACCESS = ['latch', 'low byte', 'high byte', 'low, high byte'];

/** The 8254's three counters. */
export function pitView(pc: Pc): Line[] {
  return [
    line(title('8254  mode                          count  reload  gate out  wave')),
    ...pc.pit.peek().counters.map((c, n) => {
      const mode = (c.control >> 1) & 7;
      const plainMode = mode > 5 ? mode - 4 : mode;
      const words = c.running || c.loadNext ? `${plainMode} ${PIT_MODES[plainMode]}` : 'not started';
      const hertz = pc.pit.wave(n);
      return line(
        `  ${n}   `,
        words.padEnd(29),
        ` ${hex(c.ce & 0xffff, 4)}   ${hex(c.cr, 4)}    ${c.gate ? 1 : 0}    ${c.out ? 1 : 0}   `,
        dim(hertz === 0 ? '' : `${hertz.toFixed(1)} Hz`),
        dim(
          ` ${PIT_ACCESS[(c.control >> 4) & 3]}${c.control & 1 ? ', BCD' : ''}${c.latch.length > 0 ? ', latched' : ''}`,
        ),
      );
    }),
    line(dim(`CLK is ${(PIT_HERTZ / 1e6).toFixed(6)} MHz`)),
  ];
}

const STATUS_8042 = ['OBF', 'IBF', 'SYS', 'CMD', 'KEYL', 'AUXB', 'TO', 'PARITY'];
const COMMAND_8042 = ['INT', 'INT2', 'SYS', 'INH', 'EN', 'EN2', 'XLAT', ''];
const namesOfBits = (value: number, names: readonly string[]) =>
  names.filter((name, bit) => name !== '' && (value >>> bit) & 1).join(' ');

/** The 8042, and the keyboard behind it. */
export function keyboardView(pc: Pc): Line[] {
  const s = pc.i8042.peek();
  const keys = pc.keyboard.peek();
  const { status } = pc.i8042;
  const command = s.ram[0] ?? 0;
  const bytes = (list: readonly number[]) => (list.length === 0 ? 'none' : list.map((byte) => hex(byte, 2)).join(' '));
  return [
    line(title('8042     '), `status ${hex(status, 2)} `, dim(namesOfBits(status, STATUS_8042))),
    line(`         command byte ${hex(command, 2)} `, dim(namesOfBits(command, COMMAND_8042))),
    line(
      `         output ${hex(s.output.byte, 2)} `,
      dim(`${s.full ? 'full' : 'read already'}, of the ${s.output.source}`),
      s.command === null ? undefined : `, waits for the data byte of command ${hex(s.command, 2)}`,
    ),
    line(
      `         output port ${bits8(s.outputPort)} `,
      dim(`A20 ${s.outputPort & 2 ? 'open' : 'closed'}`),
      s.transfer ? `, a byte comes from the ${s.transfer.source} until ${s.transfer.until}` : undefined,
    ),
    line(
      title('keyboard '),
      `set ${keys.set}, ${keys.scanning ? 'scanning' : 'not scanning'}, lights ${bits8(keys.lights).slice(5)}`,
    ),
    line(
      `         held ${keys.held.length === 0 ? 'none' : keys.held.join(' ')}`,
      `, to send ${bytes([...keys.answers, ...keys.buffer])}`,
    ),
  ];
}

const RTC_B = ['DSE', '24/12', 'DM', 'SQWE', 'UIE', 'AIE', 'PIE', 'SET'];
const RTC_C: readonly string[] = ['', '', '', '', 'UF', 'AF', 'PF', 'IRQF'];

/** The MC146818: its time as it stands in its bytes, and its four registers. */
export function rtcView(pc: Pc): Line[] {
  const { bytes, index, nmiMasked } = pc.rtc.peek();
  const byte = (n: number) => bytes[n] ?? 0;
  const pair = (n: number) => hex(byte(n), 2);
  const [a, b, c] = [byte(10), byte(11), byte(12)];
  const rate = a & 15;
  const hertz = rate === 0 ? 0 : 32_768 / (rate <= 2 ? 1 << (rate + 6) : 1 << (rate - 1));
  return [
    line(
      title('RTC      '),
      `${pair(0x32)}${pair(9)}-${pair(8)}-${pair(7)} ${pair(4)}:${pair(2)}:${pair(0)}`,
      dim(
        ` as in its bytes (${b & 4 ? 'binary' : 'BCD'}, ${b & 2 ? '24' : '12'} hours), alarm ${pair(5)}:${pair(3)}:${pair(1)}`,
      ),
    ),
    line(
      `         A ${hex(a, 2)} `,
      dim(`${hertz === 0 ? 'no periodic rate' : `periodic ${hertz} Hz`}${((a >> 4) & 7) >= 6 ? ', divider held' : ''}`),
    ),
    line(`         B ${hex(b, 2)} `, dim(namesOfBits(b, RTC_B))),
    line(
      `         C ${hex(c, 2)} `,
      dim(namesOfBits(c, RTC_C)),
      `  index ${hex(index, 2)}`,
      dim(nmiMasked ? ', NMI masked' : ''),
    ),
  ];
}

const LCR_BITS = [5, 6, 7, 8];
const LCR_PARITY = ['none', 'odd', 'none', 'even', 'none', 'mark', 'none', 'space'];
const IER = ['received', 'THR empty', 'line', 'modem'];
const LSR = ['DR', 'OE', 'PE', 'FE', 'BI', 'THRE', 'TEMT', 'FIFO'];
const MCR = ['DTR', 'RTS', 'OUT1', 'OUT2', 'LOOP'];
/** IIR bits 3-0. */
const IIR: Readonly<Record<number, string>> = {
  0: 'modem status',
  1: 'none',
  2: 'THR empty',
  4: 'received data',
  6: 'line status',
  12: 'time-out',
};

/** The four 16550s; those that nobody has set up in one line. */
export function serialView(pc: Pc): Line[] {
  return pc.com.flatMap((uart, n) => {
    const s = uart.peek();
    const baud = s.divisor === 0 ? 0 : Math.round(115_200 / s.divisor);
    const iir = uart.interrupt & 15;
    const format = `${baud} baud, ${LCR_BITS[s.lcr & 3]} bits, parity ${LCR_PARITY[(s.lcr >> 3) & 7]}, ${s.lcr & 4 ? 2 : 1} stop`;
    if (n > 0 && s.ier === 0 && s.mcr === 0) return [line(title(`COM${n + 1}     `), dim(`${format}, not in use`))];
    const held = (list: readonly unknown[]) => `${list.length} byte${list.length === 1 ? '' : 's'}`;
    return [
      line(title(`COM${n + 1}     `), format, dim(s.fcr & 1 ? ', FIFOs on' : ', FIFOs off')),
      line(
        `         IER ${hex(s.ier, 2)} `,
        dim(namesOfBits(s.ier, IER) || 'none'),
        `  interrupt: ${IIR[iir] ?? hex(iir, 2)}`,
      ),
      line(
        `         LSR ${hex(uart.lsr, 2)} `,
        dim(namesOfBits(uart.lsr, LSR)),
        `  MCR ${hex(s.mcr, 2)} `,
        dim(namesOfBits(s.mcr, MCR)),
      ),
      line(
        `         received ${held(s.received)}, to send ${held(s.holding)}`,
        dim(s.sending ? `, sends ${hex(s.sending.byte, 2)}` : ''),
      ),
    ];
  });
}

/** The VGA's CRT controller: the registers that a text screen uses by their names. */
export function crtcView(pc: Pc): Line[] {
  const { crtc } = pc.vga.peek();
  const screen = pc.vga.text();
  const r = crtc.registers.map((register) => register ?? 0);
  const word = (high: number) => ((r[high] ?? 0) << 8) | (r[high + 1] ?? 0);
  const { cursor } = screen;
  const place = cursor ? `row ${cursor.row}, column ${cursor.column}` : 'not shown';
  const rows = [0, 1].map((half) =>
    r
      .slice(half * 13, half * 13 + 13)
      .map((value) => hex(value, 2))
      .join(' '),
  );
  return [
    line(
      title('CRTC     '),
      `${screen.columns} x ${screen.rows} characters of ${screen.glyphs.width} x ${screen.glyphs.height} dots, index ${hex(crtc.index, 2)}`,
    ),
    line(
      `         start ${hex(word(0x0c), 4)}  cursor ${hex(word(0x0e), 4)} `,
      dim(`${place}, lines ${(r[10] ?? 0) & 31}-${(r[11] ?? 0) & 31}`),
    ),
    line(dim('         00-0c '), rows[0]!),
    line(dim('         0d-18 '), rows[1]!),
  ];
}
