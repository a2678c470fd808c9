/** What requests have in common: errors with a message for the client, and references to memory. */

import { parseExpression } from '../sight/expression.ts';
import type { Debuggee } from './debuggee.ts';

/** A request that cannot be done; the message goes to the person. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

export const hex = (value: number, digits = 8) => `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

/** A client's memoryReference, as we give them, or any expression. @throws RequestError, ExpressionError */
export function addressOf(debuggee: Debuggee, reference: string, offset = 0): number {
  const address = valueOfText(debuggee, reference);
  if (address === undefined) throw new RequestError(`${reference} reads memory that cannot be seen`);
  return (address + offset) >>> 0;
}

/** What an expression is worth now. @throws ExpressionError */
export function valueOfText(debuggee: Debuggee, text: string): number | undefined {
  return expressionOf(debuggee, text)(debuggee.stepper.pc);
}

/** An expression over registers, symbols, and the image's constants. @throws ExpressionError */
export function expressionOf({ stepper }: Debuggee, text: string) {
  return parseExpression(text, (name) => stepper.symbols.addressOf(name) ?? stepper.debugInfo.constants.get(name));
}

/** A number, with the symbol that lies there. */
export function described({ stepper }: Debuggee, value: number): string {
  const symbol = stepper.symbols.nameOf(value);
  return symbol === undefined ? hex(value) : `${hex(value)} <${symbol}>`;
}
