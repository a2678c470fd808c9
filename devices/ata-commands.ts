/**
 * The commands of an ATA disk: their codes, and what each does with data and address.
 *
 * Source: ATA/ATAPI-4, NCITS 317-1998, clause 8.
 */

/** What a command does when its time has come; `in` and `out` move data through the data register. */
export type Transfer = 'none' | 'in' | 'out';

export interface Command {
  readonly transfer: Transfer;
  /** The registers name a sector, which must exist. */
  readonly addressed?: boolean;
  /** Moves a block at a time rather than a sector. */
  readonly multiple?: boolean;
}

const RECALIBRATE = 0x10;
const READ = 0x20;
const WRITE = 0x30;
export const VERIFY = 0x40;
export const SEEK = 0x70;
export const DIAGNOSTIC = 0x90;
export const INITIALIZE = 0x91;
const READ_MULTIPLE = 0xc4;
const WRITE_MULTIPLE = 0xc5;
export const SET_MULTIPLE = 0xc6;
export const CHECK_POWER_MODE = 0xe5;
const FLUSH = 0xe7;
export const IDENTIFY = 0xec;
const SET_FEATURES = 0xef;
export const READ_NATIVE_MAX = 0xf8;
/** STANDBY IMMEDIATE, IDLE IMMEDIATE, STANDBY, IDLE, CHECK POWER MODE, SLEEP. */
const POWER = [0xe0, 0xe1, 0xe2, 0xe3, CHECK_POWER_MODE, 0xe6];
export const ACTIVE = 0xff;

export const COMMANDS: ReadonlyMap<number, Command> = new Map([
  ...each([READ, READ | 1], { transfer: 'in', addressed: true }),
  ...each([WRITE, WRITE | 1], { transfer: 'out', addressed: true }),
  ...each([VERIFY, VERIFY | 1], { transfer: 'none', addressed: true }),
  ...each(upFrom(SEEK), { transfer: 'none', addressed: true }),
  ...each([READ_MULTIPLE], { transfer: 'in', addressed: true, multiple: true }),
  ...each([WRITE_MULTIPLE], { transfer: 'out', addressed: true, multiple: true }),
  ...each([IDENTIFY], { transfer: 'in' }),
  ...each([...upFrom(RECALIBRATE), DIAGNOSTIC, INITIALIZE, SET_MULTIPLE, ...POWER, FLUSH], { transfer: 'none' }),
  ...each([SET_FEATURES, READ_NATIVE_MAX], { transfer: 'none' }),
]);

function each(codes: readonly number[], command: Command): [number, Command][] {
  return codes.map((code) => [code, command]);
}

function upFrom(first: number): number[] {
  return Array.from({ length: 16 }, (_, i) => first + i);
}
