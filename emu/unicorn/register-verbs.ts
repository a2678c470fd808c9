/** The verbs about registers, and how every verb fails. */

import type { Cpu } from '../machine/cpu.ts';
import { type ErrorName, REGISTER_NAMES, UnicornError, CONSTANTS as uc } from './constants.ts';
import { REGISTERS, type RegisterAccess } from './registers.ts';

const TYPE_BYTES = { i8: 1, i16: 2, i32: 4, i64: 8, float: 4, double: 8 } as const;
export type TypeName = keyof typeof TYPE_BYTES;
type IntegerType = 1 | 2;

export abstract class RegisterVerbs {
  protected abstract readonly cpu: Cpu;
  private integerType: IntegerType = 1;
  private lastError = 0;

  protected abstract jump(): void;

  /** The register's bytes, lowest first, filled up to `size`. */
  reg_read(register: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    bytes.set(this.access('uc_reg_read', register).read(this.cpu).subarray(0, size));
    return bytes;
  }

  reg_write(register: number, bytes: ArrayLike<number>): void {
    const access = this.access('uc_reg_write', register);
    const whole = new Uint8Array(access.bytes);
    whole.set(Uint8Array.from(bytes).subarray(0, access.bytes));
    access.write(this.cpu, whole);
    if (register === uc.X86_REG_EIP || register === uc.X86_REG_IP) this.jump();
  }

  reg_read_type(register: number, type: TypeName): number | string {
    const view = new DataView(this.reg_read(register, TYPE_BYTES[type]).buffer);
    if (type === 'float') return view.getFloat32(0, true);
    if (type === 'double') return view.getFloat64(0, true);
    if (this.integerType === 2) {
      const digits = TYPE_BYTES[type] * 2;
      return [...new Uint8Array(view.buffer)]
        .reverse()
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('')
        .toUpperCase()
        .padStart(digits, '0');
    }
    if (type === 'i8') return view.getInt8(0);
    return type === 'i16' ? view.getInt16(0, true) : view.getInt32(0, true);
  }

  reg_write_type(register: number, type: TypeName, value: number | bigint | string): void {
    const view = new DataView(new ArrayBuffer(8));
    if (type === 'float') view.setFloat32(0, Number(value), true);
    else if (type === 'double') view.setFloat64(0, Number(value), true);
    else view.setBigUint64(0, BigInt.asUintN(64, BigInt(typeof value === 'number' ? Math.trunc(value) : value)), true);
    this.reg_write(register, new Uint8Array(view.buffer, 0, TYPE_BYTES[type]));
  }

  reg_read_i8 = (register: number) => this.reg_read_type(register, 'i8') as number;
  reg_read_i16 = (register: number) => this.reg_read_type(register, 'i16') as number;
  reg_read_i32 = (register: number) => this.reg_read_type(register, 'i32') as number;
  reg_read_i64 = (register: number) => this.reg_read_type(register, 'i64') as number;
  reg_read_float = (register: number) => this.reg_read_type(register, 'float') as number;
  reg_read_double = (register: number) => this.reg_read_type(register, 'double') as number;
  reg_write_i8 = (register: number, value: number) => this.reg_write_type(register, 'i8', value);
  reg_write_i16 = (register: number, value: number) => this.reg_write_type(register, 'i16', value);
  reg_write_i32 = (register: number, value: number) => this.reg_write_type(register, 'i32', value);
  reg_write_i64 = (register: number, value: number | bigint) => this.reg_write_type(register, 'i64', value);
  reg_write_float = (register: number, value: number) => this.reg_write_type(register, 'float', value);
  reg_write_double = (register: number, value: number) => this.reg_write_type(register, 'double', value);

  /** How integers are given: 1 as numbers (signed; of 64 bits the lower half), 2 as hexadecimal strings. */
  set_integer_type(type: IntegerType): void {
    this.integerType = type;
  }

  get_integer_type(): IntegerType {
    return this.integerType;
  }

  /** The code of the last failure; 0 the next time. */
  errno(): number {
    const code = this.lastError;
    this.lastError = 0;
    return code;
  }

  protected check(what: string, error: ErrorName | undefined): void {
    if (error) throw this.failure(what, error);
  }

  protected failure(what: string, error: ErrorName): UnicornError {
    this.lastError = uc[`ERR_${error}`];
    return new UnicornError(what, this.lastError);
  }

  private access(what: string, register: number): RegisterAccess {
    const name = REGISTER_NAMES.get(register);
    const access = name && REGISTERS[name];
    if (!access) throw this.failure(what, 'ARG');
    return access;
  }
}
