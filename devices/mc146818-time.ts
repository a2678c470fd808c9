/**
 * The time bytes of the MC146818 and how they go on by a second, in whichever format register B chooses: BCD or
 * binary, 24 hours or 12 with bit 7 for the afternoon.
 *
 * Source: Motorola MC146818 data sheet, "Time, calendar, and alarm locations", "Daylight savings".
 */
import { type DateTime, daysInMonth } from './calendar.ts';

export interface ClockFormat {
  binary: boolean;
  hours24: boolean;
  daylight: boolean;
}

export const SECONDS = 0x00;
export const MINUTES = 0x02;
export const HOURS = 0x04;
export const WEEKDAY = 0x06;
export const DAY = 0x07;
export const MONTH = 0x08;
export const YEAR = 0x09;
/** Not the chip's but the PC's: where its BIOS keeps the first two digits of the year, in BCD whatever DM says. */
export const CENTURY = 0x32;

const AFTERNOON = 0x80;
/** An alarm byte with both upper bits set matches anything. */
const DONT_CARE = 0xc0;
const SUNDAY = 1;
const APRIL = 4;
const OCTOBER = 10;

function encode(n: number, binary: boolean): number {
  return binary ? n : (Math.floor(n / 10) << 4) | (n % 10);
}

function decode(byte: number, binary: boolean): number {
  return binary ? byte : (byte >> 4) * 10 + (byte & 15);
}

function encodeHours(hours: number, { binary, hours24 }: ClockFormat): number {
  if (hours24) return encode(hours, binary);
  return encode(hours % 12 === 0 ? 12 : hours % 12, binary) | (hours >= 12 ? AFTERNOON : 0);
}

function decodeHours(byte: number, { binary, hours24 }: ClockFormat): number {
  if (hours24) return decode(byte, binary);
  return (decode(byte & 0x7f, binary) % 12) + (byte & AFTERNOON ? 12 : 0);
}

/** Sets the time bytes, the century included; with `before`, only those that have changed since. */
export function writeTime(bytes: number[], time: DateTime, format: ClockFormat, before?: DateTime): void {
  const { binary } = format;
  const put = (part: keyof DateTime, at: number, byte: number) => {
    if (time[part] !== before?.[part]) bytes[at] = byte & 0xff;
  };
  put('seconds', SECONDS, encode(time.seconds, binary));
  put('minutes', MINUTES, encode(time.minutes, binary));
  put('hours', HOURS, encodeHours(time.hours, format));
  put('weekday', WEEKDAY, encode(time.weekday, binary));
  put('day', DAY, encode(time.day, binary));
  put('month', MONTH, encode(time.month, binary));
  put('year', YEAR, encode(time.year % 100, binary));
  put('year', CENTURY, encode(Math.floor(time.year / 100) % 100, false));
}

/** What the bytes say; bytes that a program has set to nonsense say nonsense. */
function readTime(bytes: readonly number[], format: ClockFormat): DateTime {
  const at = (index: number) => decode(bytes[index] ?? 0, format.binary);
  return {
    seconds: at(SECONDS),
    minutes: at(MINUTES),
    hours: decodeHours(bytes[HOURS] ?? 0, format),
    weekday: at(WEEKDAY),
    day: at(DAY),
    month: at(MONTH),
    year: decode(bytes[CENTURY] ?? 0, false) * 100 + at(YEAR),
  };
}

/**
 * One second later. `setBack` says that daylight saving has already set the clock back this autumn, and so does the
 * result.
 */
export function advanceSecond(bytes: number[], format: ClockFormat, setBack: boolean): boolean {
  const before = readTime(bytes, format);
  const time = { ...before };
  const carry = (part: 'seconds' | 'minutes' | 'hours', limit: number) => {
    time[part]++;
    if (time[part] < limit) return false;
    time[part] = 0;
    return true;
  };
  if (carry('seconds', 60) && carry('minutes', 60)) {
    if (carry('hours', 24)) {
      nextDay(time);
      setBack = false;
    } else if (format.daylight) {
      setBack = changeClocks(time, setBack);
    }
  }
  writeTime(bytes, time, format, before);
  return setBack;
}

/** At 2 o'clock of the last Sunday in April it is 3, and of the last one in October it is 1 again, once. */
function changeClocks(time: DateTime, setBack: boolean): boolean {
  const isLastSunday = time.weekday === SUNDAY && time.day + 7 > daysInMonth(time.month, time.year);
  if (!isLastSunday || time.hours !== 2) return setBack;
  if (time.month === APRIL) time.hours = 3;
  if (time.month !== OCTOBER || setBack) return setBack;
  time.hours = 1;
  return true;
}

function nextDay(time: DateTime): void {
  time.weekday = (time.weekday % 7) + 1;
  time.day++;
  if (time.day <= daysInMonth(time.month, time.year)) return;
  time.day = 1;
  time.month++;
  if (time.month <= 12) return;
  time.month = 1;
  time.year = (time.year + 1) % 10_000;
}

/** Whether the three alarm bytes match the time; each may be a "don't care". */
export function alarmMatches(bytes: readonly number[]): boolean {
  return [SECONDS, MINUTES, HOURS].every((at) => {
    const alarm = bytes[at + 1] ?? 0;
    return (alarm & DONT_CARE) === DONT_CARE || alarm === bytes[at];
  });
}
