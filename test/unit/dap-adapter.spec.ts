/** The debug adapter against clients that say nonsense: every request is answered, and the adapter lives on. */
import { PassThrough } from 'node:stream';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { describe, expect, test } from 'vitest';
import { DebugAdapter } from '../../emu/debug/dap/adapter.ts';
import { ConfigurationError, type Debuggee } from '../../emu/debug/dap/debuggee.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { boot, ring0 } from '../../emu/testing/index.ts';

const PROGRAM = ring0`
  start:  mov   eax, 1
  again:  inc   dword [cell]
          jmp   again
          align 4
  cell:   dd    0
`;

async function adapterOn() {
  const machine = await boot(PROGRAM, { ramBytes: 4 * 2 ** 20 });
  const stepper = new Stepper(machine.pc, machine.symbols, { history: { interval: 100_000 } });
  const input = new PassThrough();
  const output = new PassThrough();
  let closed = 0;
  const debuggee: Debuggee = {
    stepper,
    name: 'test',
    sourceFolders: [],
    wake: () => {},
    sendSerial: () => {},
    typeKeys: () => {},
    end: async () => {},
    release: () => {},
  };
  const attach = () => {
    throw new ConfigurationError('nothing to attach to');
  };
  const adapter = new DebugAdapter({ launch: () => debuggee, attach }, () => closed++);
  adapter.start(input, output);
  const messages: P.ProtocolMessage[] = [];
  output.on('data', (bytes: Buffer) => {
    for (const part of bytes.toString().split(/Content-Length: \d+\r\n\r\n/)) if (part) messages.push(JSON.parse(part));
  });
  const say = (text: string) => input.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  let seq = 0;
  /** Streams hand on in later turns: a request is over when its answer is there. */
  const ask = async (command: string, args?: unknown): Promise<P.Response> => {
    const number = ++seq;
    say(JSON.stringify({ seq: number, type: 'request', command, arguments: args }));
    for (let i = 0; i < 1000; i++) {
      const answer = messages.find(
        (m): m is P.Response => m.type === 'response' && 'request_seq' in m && m.request_seq === number,
      );
      if (answer) return answer;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`${command} was not answered`);
  };
  return { adapter, stepper, ask, say, messages, closed: () => closed };
}

const REQUESTS = [
  ...['attach', 'configurationDone', 'setBreakpoints', 'setFunctionBreakpoints', 'setInstructionBreakpoints'],
  ...['setDataBreakpoints', 'dataBreakpointInfo', 'setExceptionBreakpoints', 'exceptionInfo', 'breakpointLocations'],
  ...['pause', 'stackTrace', 'scopes', 'variables', 'setVariable', 'setExpression', 'evaluate', 'completions'],
  ...[
    'readMemory',
    'writeMemory',
    'disassemble',
    'gotoTargets',
    'goto',
    'loadedSources',
    'threads',
    'source',
    'cancel',
  ],
  ...['restartFrame', 'stepInTargets', 'terminateThreads', 'modules', 'reverseContinue', 'stepBack', 'next', 'stepIn'],
];
const ARGUMENTS: readonly unknown[] = [
  undefined,
  null,
  {},
  [],
  'text',
  { breakpoints: 'none', source: 7, filters: 1, frameId: 'x', variablesReference: -1, expression: 5, text: 5, name: 5 },
  {
    breakpoints: [null, {}],
    source: { path: '' },
    filters: [1],
    filterOptions: [{}],
    line: 'one',
    memoryReference: '',
  },
  { memoryReference: '0x', count: -1, instructionCount: 1e9, data: '~', expression: '((', context: 'repl', name: '[' },
  {
    memoryReference: '0',
    count: 1e12,
    instructionCount: 5,
    instructionOffset: -1e9,
    expression: '',
    text: '',
    column: -5,
  },
];

describe('nonsense', () => {
  test('every request with every kind of arguments is answered', async () => {
    const { ask } = await adapterOn();
    await ask('initialize', {});
    // Before there is a machine, and with one.
    for (const launched of [false, true]) {
      if (launched) expect((await ask('launch', { program: 'x' })).success).toBe(true);
      for (const command of REQUESTS) {
        for (const args of ARGUMENTS) {
          const { success, message } = await ask(command, args);
          if (!success) expect(message).toBeTypeOf('string');
        }
      }
    }
    const { body } = await ask('threads');
    expect(body).toEqual({ threads: [{ id: 1, name: 'CPU 0' }] });
  });

  test('what is no JSON, or no message, is passed over', async () => {
    const { ask, say, messages, closed } = await adapterOn();
    await ask('initialize', {});
    for (const text of ['{', 'null', '[]', '"text"', '7', '{"type":"request"}', '{"type":"response"}']) say(text);
    expect((await ask('threads')).success).toBe(true);
    const complaints = messages.filter((m) => m.type === 'event' && 'event' in m && m.event === 'output');
    expect(JSON.stringify(complaints)).toContain('Error handling data');
    expect(closed()).toBe(0);
  });
});

describe('moving', () => {
  test('a breakpoint that is set while the machine runs backwards is found', async () => {
    const { adapter, ask, stepper, messages } = await adapterOn();
    await ask('initialize', {});
    await ask('launch', { stopOnEntry: true });
    await ask('configurationDone');
    adapter.refresh();
    stepper.run({ until: stepper.pc.machine.now + 2_000_000 });
    await ask('reverseContinue', { threadId: 1 });
    // One piece of the way, as whoever runs the machine would go it.
    adapter.run({ until: stepper.pc.machine.now + 1000 });
    await ask('setFunctionBreakpoints', { breakpoints: [{ name: 'again' }] });
    for (let i = 0; i < 100 && !adapter.isStanding; i++) adapter.run({ until: stepper.pc.machine.now + 1000 });
    adapter.refresh();
    await ask('threads');
    const stops = messages.filter((m): m is P.StoppedEvent => m.type === 'event' && (m as P.Event).event === 'stopped');
    expect(stops.at(-1)!.body).toMatchObject({ reason: 'function breakpoint' });
    expect(stepper.symbols.nameOf(stepper.here)).toBe('again');
  });
});
