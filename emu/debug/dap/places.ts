/** From what the client calls a place (a line, an address, a piece of memory) to where the stepper can stop. */

import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Place } from './breakpoints.ts';
import type { Debuggee } from './debuggee.ts';
import { hex, RequestError } from './requests.ts';
import { Sources } from './sources.ts';

/** Code of a line, or of the next one that has some. Lines count from 1. @throws RequestError when there is none */
export function codeOfLine(debuggee: Debuggee, source: DebugProtocol.Source, line: number) {
  const file = new Sources(debuggee).fileOf(source);
  const name = source.path ?? source.name ?? 'this source';
  if (file === undefined) throw new RequestError(`${name} has no code in ${debuggee.name}`);
  const found = debuggee.stepper.debugInfo.lines.addressesOf(file, line);
  if (!found) throw new RequestError(`${name} has no code from line ${line} on`);
  return { file, ...found };
}

/** @param toClient a line as the client counts them */
export function linePlace(
  debuggee: Debuggee,
  source: DebugProtocol.Source,
  line: number,
  toClient: (line: number) => number,
): Place {
  const { addresses, file, line: found } = codeOfLine(debuggee, source, line);
  return {
    at: addresses.map((address) => ({ kind: 'address', address })),
    shown: {
      line: toClient(found),
      source: new Sources(debuggee).of(file),
      instructionReference: hex(addresses[0]!),
    },
  };
}

export function codePlace(debuggee: Debuggee, address: number, toClient: (line: number) => number): Place {
  const line = debuggee.stepper.debugInfo.lines.at(address);
  const shown = line ? { line: toClient(line.line), source: new Sources(debuggee).of(line.file) } : {};
  return { at: [{ kind: 'address', address }], shown: { instructionReference: hex(address), ...shown } };
}

/** @throws RequestError when the identifier is none that dataIdOf gave */
export function dataPlace({ dataId, accessType = 'write' }: DebugProtocol.DataBreakpoint): Place {
  const [, first, bytes] = /^(0x[\da-f]{8}):([1-9]\d{0,3})$/.exec(dataId) ?? [];
  if (first === undefined) throw new RequestError(`'${dataId}' is no place that dataBreakpointInfo gave`);
  const on = accessType === 'readWrite' ? 'access' : accessType;
  return { at: [{ kind: 'memory', first: Number(first), bytes: Number(bytes), on }] };
}

export function dataIdOf({ address, bytes }: { readonly address: number; readonly bytes: number }): string {
  return `${hex(address)}:${bytes}`;
}
