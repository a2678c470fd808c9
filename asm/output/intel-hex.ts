/**
 * Intel HEX: an image as text, for programmers of ROMs. Each record is `:` length, address, type,
 * data, and a sum that makes all bytes zero. Source: Intel Hexadecimal Object File Format
 * Specification, revision A (1988).
 */

import type { LinkedImage } from '../link/link.ts';

const DATA = 0x00;
const END = 0x01;
/** The upper 16 bits of the addresses that follow. */
const UPPER_ADDRESS = 0x04;
/** Where execution begins (EIP). */
const START = 0x05;

const BYTES_A_RECORD = 16;

/** Sections with bytes at their addresses; room is left out. */
export function writeIntelHex(image: LinkedImage, entry: number): Uint8Array {
  const records: string[] = [];
  let upper = 0;
  for (const { load, bytes, emitted } of image.pieces) {
    if (!emitted.section.allocate) continue;
    for (let at = 0; at < bytes.length; ) {
      const address = load + at;
      if (address >>> 16 !== upper) {
        upper = address >>> 16;
        records.push(record(UPPER_ADDRESS, 0, [upper >> 8, upper & 0xff]));
      }
      // A record stays within its 64 KB.
      const length = Math.min(BYTES_A_RECORD, bytes.length - at, 0x1_0000 - (address & 0xffff));
      records.push(record(DATA, address & 0xffff, bytes.subarray(at, at + length)));
      at += length;
    }
  }
  records.push(record(START, 0, [entry >>> 24, (entry >> 16) & 0xff, (entry >> 8) & 0xff, entry & 0xff]));
  records.push(record(END, 0, []));
  return new TextEncoder().encode(records.map((line) => `${line}\n`).join(''));
}

function record(type: number, address: number, data: ArrayLike<number>): string {
  const bytes = [data.length, address >> 8, address & 0xff, type, ...Array.from(data)];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  const all = [...bytes, -sum & 0xff];
  return `:${all.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')}`;
}
