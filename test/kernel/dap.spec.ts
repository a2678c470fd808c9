/** `trapgate dap`, driven by the protocol's official test client: the kernel under it, forwards and backwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { afterEach, describe, expect, test } from 'vitest';
import { GUEST_FOLDER } from './guest.ts';

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;
const SOURCES = new URL('../..', import.meta.url).pathname;
const KERNEL = { program: `${GUEST_FOLDER}/kernel.elf`, m: 32, realtime: false, sourceFolders: SOURCES };
const FLOW = `${SOURCES}guest/kernel/irq/flow.asm`;
const PATIENCE_MS = 60_000;

let client: DebugClient | undefined;
let running: ChildProcess | undefined;
afterEach(async () => {
  await client?.stop();
  client = undefined;
  running?.kill();
  running = undefined;
});

/** A client with an adapter. */
async function start(): Promise<DebugClient> {
  const dc = newClient();
  await dc.start();
  return dc;
}

function newClient(): DebugClient {
  // The client gives its runtime one argument: the shell makes two of it.
  const dc = new DebugClient('node', `${PROGRAM} dap`, 'trapgate', { shell: true });
  dc.defaultTimeout = PATIENCE_MS;
  client = dc;
  return dc;
}

interface Setup {
  readonly lines?: P.SourceBreakpoint[];
  readonly file?: string;
  readonly filters?: string[];
  readonly functions?: P.FunctionBreakpoint[];
}

/** Launch, set breakpoints, go; gives where it stops. */
async function launch(configuration: object, { lines = [], file = FLOW, filters = [], functions = [] }: Setup = {}) {
  const dc = await start();
  await dc.initializeRequest();
  const initialized = dc.waitForEvent('initialized');
  await dc.launchRequest({ ...KERNEL, ...configuration } as P.LaunchRequestArguments);
  await initialized;
  const set = await dc.setBreakpointsRequest({ source: { path: file }, breakpoints: lines });
  await dc.setFunctionBreakpointsRequest({ breakpoints: functions });
  await dc.setExceptionBreakpointsRequest({ filters });
  const stopped = dc.waitForEvent('stopped') as Promise<P.StoppedEvent>;
  // Not every test waits for it.
  stopped.catch(() => {});
  await dc.configurationDoneRequest();
  return { dc, breakpoints: set.body.breakpoints, stopped };
}

async function top(dc: DebugClient): Promise<P.StackFrame> {
  const { body } = await dc.stackTraceRequest({ threadId: 1 });
  return body.stackFrames[0]!;
}

/** Do a request that ends in a stop. */
async function stop(dc: DebugClient, request: Promise<unknown>): Promise<P.StoppedEvent['body']> {
  const [{ body }] = await Promise.all([dc.waitForEvent('stopped') as Promise<P.StoppedEvent>, request]);
  return body;
}

async function scope(dc: DebugClient, name: string): Promise<P.Variable[]> {
  const { body } = await dc.scopesRequest({ frameId: (await top(dc)).id });
  const found = body.scopes.find((candidate) => candidate.name === name)!;
  return children(dc, found.variablesReference);
}

async function children(dc: DebugClient, variablesReference: number): Promise<P.Variable[]> {
  return (await dc.variablesRequest({ variablesReference })).body.variables;
}

async function evaluate(dc: DebugClient, expression: string, context: 'repl' | 'watch' = 'watch'): Promise<string> {
  return (await dc.evaluateRequest({ expression, context })).body.result;
}

/** The line of a source that begins so. */
function lineOf(file: string, text: string): number {
  const found = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.startsWith(text));
  if (found < 0) throw new Error(`${file} has no line with ${text}`);
  return found + 1;
}

describe('a session', () => {
  test('tells what it can', async () => {
    const dc = await start();
    const { body } = await dc.initializeRequest();
    const filters = body?.exceptionBreakpointFilters?.map(({ filter }) => filter) ?? [];
    for (const filter of ['vector-0', 'vector-13', 'vector-14', 'irq-1', 'software']) expect(filters).toContain(filter);
    for (const request of ['StepBack', 'DisassembleRequest', 'ReadMemoryRequest', 'DataBreakpoints', 'LogPoints']) {
      expect(body).toHaveProperty(`supports${request}`, true);
    }
  });

  test('stops on entry, shows registers, flags, segments, chips, and disassembles both ways', async () => {
    const { dc, stopped } = await launch({ stopOnEntry: true });
    expect((await stopped).body).toMatchObject({ reason: 'entry', threadId: 1 });
    expect((await dc.threadsRequest()).body.threads).toEqual([{ id: 1, name: 'CPU 0' }]);
    const frame = await top(dc);
    expect(frame).toMatchObject({ name: '_start', source: { path: `${SOURCES}guest/kernel/boot.asm` } });

    const registers = await scope(dc, 'Registers');
    expect(registers.find(({ name }) => name === 'eax')?.value).toMatch(/^0x2badb002/);
    const flags = await scope(dc, 'Flags');
    expect(flags.find(({ name }) => name === 'IF')).toMatchObject({ value: '0', type: 'interrupts enabled' });
    const segments = await scope(dc, 'Segments');
    const cs = await children(dc, segments.find(({ name }) => name === 'cs')!.variablesReference);
    expect(cs.find(({ name }) => name === 'base')?.value).toMatch(/^0x00000000/);
    const chips = await scope(dc, 'Chips');
    const pic = await children(dc, chips.find(({ name }) => name === 'i8259')!.variablesReference);
    const master = await children(dc, pic.find(({ name }) => name === 'master')!.variablesReference);
    expect(master.find(({ name }) => name === 'imr')).toBeDefined();

    const memoryReference = frame.instructionPointerReference!;
    const code = await dc.disassembleRequest({ memoryReference, instructionCount: 3 });
    expect(code.body!.instructions[0]).toMatchObject({ address: memoryReference, symbol: '_start', line: frame.line });
    const third = code.body!.instructions[2]!.address;
    const back = await dc.disassembleRequest({ memoryReference: third, instructionOffset: -2, instructionCount: 4 });
    expect(back.body!.instructions.slice(0, 3)).toEqual(code.body!.instructions);
    const nowhere = await dc.disassembleRequest({
      memoryReference: '0xfff00000',
      instructionOffset: -5,
      instructionCount: 9,
    });
    expect(nowhere.body!.instructions.length).toBe(9);
  });

  test('a source line, the call stack through the interrupt, stepping by lines and by instructions, and back', async () => {
    const line = lineOf(FLOW, 'proc do_IRQ');
    const { dc, breakpoints, stopped } = await launch({}, { lines: [{ line }] });
    expect(breakpoints[0]).toMatchObject({ verified: true });
    expect((await stopped).body).toMatchObject({ reason: 'breakpoint', hitBreakpointIds: [breakpoints[0]!.id] });
    const { stackFrames } = (await dc.stackTraceRequest({ threadId: 1 })).body;
    expect(stackFrames[0]).toMatchObject({ name: 'do_IRQ', source: { path: FLOW }, line: breakpoints[0]!.line });
    expect(stackFrames.some(({ name }) => name.endsWith('(interrupted)'))).toBe(true);
    expect(stackFrames.at(-1)!.name).toMatch(/^_start/);

    const hash = await evaluate(dc, 'hash', 'repl');
    const now = await evaluate(dc, 'now');
    expect(await stop(dc, dc.nextRequest({ threadId: 1 }))).toMatchObject({ reason: 'step' });
    expect((await top(dc)).line).not.toBe(stackFrames[0]!.line);
    await stop(dc, dc.stepInRequest({ threadId: 1, granularity: 'instruction' }));
    await stop(dc, dc.stepBackRequest({ threadId: 1, granularity: 'instruction' }));
    await stop(dc, dc.stepBackRequest({ threadId: 1 }));
    expect(await evaluate(dc, 'now')).toBe(now);
    expect(await evaluate(dc, 'hash', 'repl')).toBe(hash);

    await stop(dc, dc.stepOutRequest({ threadId: 1 }));
    expect((await top(dc)).name).not.toBe('do_IRQ');
    expect(await stop(dc, dc.reverseContinueRequest({ threadId: 1 }))).toMatchObject({ reason: 'breakpoint' });
    expect(await evaluate(dc, 'hash', 'repl')).toBe(hash);
    // Nothing before the first interrupt.
    expect(await stop(dc, dc.reverseContinueRequest({ threadId: 1 }))).toMatchObject({
      reason: 'entry',
      description: 'the history begins here',
    });
  });

  test('conditions, hit counts and log points', async () => {
    const line = lineOf(FLOW, 'proc do_IRQ');
    const { dc, breakpoints, stopped } = await launch(
      {},
      {
        lines: [
          { line, hitCondition: '3' },
          { line: line + 1, condition: 'no_such_name == 1' },
          { line, hitCondition: 'often' },
        ],
        functions: [{ name: 'timer_interrupt', condition: 'cpl == 3' }, { name: 'no_such_function' }],
      },
    );
    expect(breakpoints.map(({ verified }) => verified)).toEqual([true, false, false]);
    expect(breakpoints[1]!.message).toContain('no_such_name');
    expect(breakpoints[2]!.message).toContain('a number is wanted');
    await stopped;
    expect(Number(await evaluate(dc, '[jiffies]'))).toBe(2);

    const output = dc.waitForEvent('output') as Promise<P.OutputEvent>;
    const wanted = { source: { path: FLOW }, breakpoints: [{ line, logMessage: 'at {[jiffies]} \\{esp\\} {esp}' }] };
    await dc.setBreakpointsRequest(wanted);
    await dc.setDataBreakpointsRequest({ breakpoints: [{ dataId: await watch(dc, 'jiffies') }] });
    await stop(dc, dc.continueRequest({ threadId: 1 }));
    await stop(dc, dc.continueRequest({ threadId: 1 }));
    expect((await output).body).toMatchObject({
      category: 'console',
      output: expect.stringMatching(/^at 0x3 \{esp\} 0x/),
    });
  });

  test('data breakpoints find the same writes forwards and backwards', async () => {
    const { dc, stopped } = await launch({}, { functions: [{ name: 'timer_interrupt' }] });
    await stopped;
    await dc.setFunctionBreakpointsRequest({ breakpoints: [] });
    await dc.setDataBreakpointsRequest({ breakpoints: [{ dataId: await watch(dc, 'jiffies'), accessType: 'write' }] });
    const forwards: string[] = [];
    for (let i = 0; i < 3; i++) {
      expect(await stop(dc, dc.continueRequest({ threadId: 1 }))).toMatchObject({ reason: 'data breakpoint' });
      forwards.push(`${await evaluate(dc, 'now')} ${await evaluate(dc, '[jiffies]')}`);
    }
    const backwards: string[] = [];
    for (let i = 0; i < 2; i++) {
      await stop(dc, dc.reverseContinueRequest({ threadId: 1 }));
      backwards.push(`${await evaluate(dc, 'now')} ${await evaluate(dc, '[jiffies]')}`);
    }
    expect(backwards).toEqual([forwards[1], forwards[0]]);
    await expect(watch(dc, 'eax')).rejects.toThrow(/no place in memory/);
  });

  test('exception filters: one a vector, one an interrupt line; what is told of a fault', async () => {
    const { dc, stopped } = await launch({ append: 'tour', keys: 'h@1s' }, { filters: ['vector-14', 'irq-1'] });
    const first = (await stopped).body;
    const seen = [first];
    for (let i = 0; i < 8 && new Set(seen.map(({ description }) => description)).size < 2; i++) {
      seen.push(await stop(dc, dc.continueRequest({ threadId: 1 })));
    }
    expect(seen.every(({ reason }) => reason === 'exception')).toBe(true);
    const fault = seen.find(({ description }) => /#PF/.test(description ?? ''));
    expect(fault?.text).toMatch(/#PF.*not present/);
    await dc.setExceptionBreakpointsRequest({
      filters: [],
      filterOptions: [{ filterId: 'vector-14', condition: 'cr2 == 1' }],
    });
    const info = (await dc.customRequest('exceptionInfo', { threadId: 1 })).body as P.ExceptionInfoResponse['body'];
    expect(info.breakMode).toBe('always');
  });
});

/** The dataId of a place. */
async function watch(dc: DebugClient, name: string): Promise<string> {
  const { body } = await dc.dataBreakpointInfoRequest({ name });
  return body.dataId!;
}

describe('changing things', () => {
  test('registers, flags and memory; going on elsewhere; and the past is forked', async () => {
    const { dc, stopped } = await launch({ stopOnEntry: true });
    await stopped;
    const { body } = await dc.scopesRequest({ frameId: (await top(dc)).id });
    const { variablesReference } = body.scopes.find(({ name }) => name === 'Registers')!;
    const set = await dc.customRequest('setVariable', { variablesReference, name: 'ecx', value: '0x1000 + 0x234' });
    expect(set.body).toEqual({ value: '0x00001234' });
    await expect(dc.customRequest('setVariable', { variablesReference, name: 'cpl', value: '3' })).rejects.toThrow(
      /cpl cannot be changed/,
    );
    await dc.customRequest('setExpression', { expression: 'CF', value: '1' });
    expect(await evaluate(dc, 'cf')).toMatch(/^0x00000001/);
    await dc.customRequest('setExpression', { expression: 'word[0x9000]', value: '0xbeef' });
    expect(await evaluate(dc, '[0x9000]')).toBe('0x0000beef');

    const data = Buffer.from('hello').toString('base64');
    const written = await dc.customRequest('writeMemory', { memoryReference: '0x9000', offset: 4, data });
    expect(written.body).toEqual({ bytesWritten: 5 });
    const read = await dc.customRequest('readMemory', { memoryReference: '0x9004', count: 5 });
    expect(Buffer.from(read.body.data, 'base64').toString()).toBe('hello');
    // The last page of the address space is no memory here.
    const beyond = await dc.customRequest('readMemory', { memoryReference: '0xfffffff0', count: 32 });
    expect(beyond.body).toMatchObject({ unreadableBytes: 32 });

    // The step is forgotten with the past that it was in.
    await stop(dc, dc.stepInRequest({ threadId: 1, granularity: 'instruction' }));
    await stop(dc, dc.stepBackRequest({ threadId: 1, granularity: 'instruction' }));
    await dc.customRequest('setExpression', { expression: 'edi', value: '7' });
    expect(await evaluate(dc, 'history', 'repl')).toMatch(/from 0 to 0/);

    const boot = `${SOURCES}guest/kernel/boot.asm`;
    const line = (await top(dc)).line + 2;
    const targets = (await dc.customRequest('gotoTargets', { source: { path: boot }, line })).body
      .targets as P.GotoTarget[];
    expect(await stop(dc, dc.gotoRequest({ threadId: 1, targetId: targets[0]!.id }))).toMatchObject({ reason: 'goto' });
    expect((await top(dc)).line).toBe(targets[0]!.line);
  });

  test('an instruction breakpoint, the console, and the kernel’s threads', async () => {
    const { dc, stopped } = await launch({ stopOnEntry: true });
    await stopped;
    const instructionReference = await evaluate(dc, 'uart_interrupt');
    const address = instructionReference.split(' ')[0]!;
    await dc.customRequest('setInstructionBreakpoints', { breakpoints: [{ instructionReference: address }] });
    // COM1's end of the cable is the console.
    await evaluate(dc, '> help', 'repl');
    expect(await stop(dc, dc.continueRequest({ threadId: 1 }))).toMatchObject({ reason: 'instruction breakpoint' });
    const kernel = await scope(dc, 'Kernel');
    const threads = await children(dc, kernel.find(({ name }) => name === 'threads')!.variablesReference);
    expect(threads.map(({ name }) => name)).toContain('0 swapper/0');
    const fields = await children(dc, threads[0]!.variablesReference);
    expect(fields.find(({ name }) => name === 'preempt_count')?.value).toMatch(/^0x/);
    const irqs = await children(dc, kernel.find(({ name }) => name === 'irq_desc')!.variablesReference);
    expect(irqs.find(({ name }) => name === 'IRQ 4')?.value).toContain('uart_interrupt');
    expect(await evaluate(dc, 'why irq 4', 'repl')).toMatch(/in service|ok/);
    expect(await evaluate(dc, 'info pic', 'repl')).toMatch(/master/);
    const completions = (await dc.completionsRequest({ text: 'why ir', column: 4 })).body.targets;
    expect(completions.length).toBeGreaterThan(0);
    // goto moves the machine, so a stop is told.
    expect(await stop(dc, evaluate(dc, 'goto 1000', 'repl'))).toMatchObject({ reason: 'goto' });
    expect(await evaluate(dc, 'now')).toMatch(/^0x000003e8/);
  });
});

/** A machine of its own, to which a client may attach; gives the port. */
async function machine(...args: string[]): Promise<number> {
  const child = spawn('node', [PROGRAM, 'run', KERNEL.program, '-dap', 'tcp::0', ...args]);
  running = child;
  return new Promise((resolve, reject) => {
    let told = '';
    child.stderr.on('data', (bytes: Buffer) => {
      told += bytes.toString('latin1');
      const port = /127\.0\.0\.1:(\d+)/.exec(told)?.[1];
      if (port) resolve(Number(port));
    });
    child.on('close', () => reject(new Error(`it ended: ${told}`)));
  });
}

describe('attaching', () => {
  async function attach(port: number, straight: boolean, configuration = {}): Promise<DebugClient> {
    const dc = newClient();
    await dc.start(straight ? port : undefined);
    await dc.initializeRequest();
    const initialized = dc.waitForEvent('initialized');
    await dc.attachRequest({ port, ...configuration } as P.AttachRequestArguments);
    await initialized;
    return dc;
  }

  test('to a machine that stands; let go, it runs on, and one can come again', async () => {
    const port = await machine('-S');
    const dc = await attach(port, true);
    expect(await stop(dc, dc.configurationDoneRequest())).toMatchObject({ reason: 'entry' });
    expect((await top(dc)).name).toBe('_start');
    await dc.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'timer_interrupt' }] });
    expect(await stop(dc, dc.continueRequest({ threadId: 1 }))).toMatchObject({ reason: 'function breakpoint' });
    // Where the number happens to be an address, its name stands behind it.
    const before = Number.parseInt((await evaluate(dc, 'now'))!, 16);
    await expect(dc.restartRequest({})).rejects.toThrow('launched from here');
    await dc.stop();
    client = undefined;

    const again = await attach(port, true, { stopOnEntry: true });
    expect(await stop(again, again.configurationDoneRequest())).toMatchObject({ reason: 'entry' });
    expect(Number.parseInt((await evaluate(again, 'now'))!, 16)).toBeGreaterThanOrEqual(before);
  });

  test('through an adapter of one’s own, and ending the machine', async () => {
    const dc = await attach(await machine('-S'), false);
    expect(await stop(dc, dc.configurationDoneRequest())).toMatchObject({ reason: 'entry' });
    expect((await top(dc)).name).toBe('_start');
    const ended = new Promise((resolve) => running!.on('close', resolve));
    await dc.terminateRequest();
    client = undefined;
    expect(await ended).toBe(0);
  });
});

describe('beginning and end', () => {
  test('what is wrong with a configuration is said', async () => {
    const dc = await start();
    await dc.initializeRequest();
    const launching = (configuration: object) => dc.launchRequest(configuration as P.LaunchRequestArguments);
    await expect(dc.continueRequest({ threadId: 1 })).rejects.toThrow(/launch or attach comes first/);
    await expect(launching({})).rejects.toThrow(/"program" must name/);
    await expect(launching({ program: '/no/such/image' })).rejects.toThrow('cannot read /no/such/image: no such file');
    await expect(launching({ ...KERNEL, m: '1 elephant' })).rejects.toThrow(/-m 1 elephant/);
    await expect(launching({ ...KERNEL, realtime: 'no' })).rejects.toThrow('"realtime" must be true or false');
    await expect(launching({ ...KERNEL, cwd: '/no/such/folder' })).rejects.toThrow('no folder /no/such/folder');
    await expect(launching({ program: `${SOURCES}package.json`, m: 'x' })).rejects.toThrow();
    await expect(dc.attachRequest({})).rejects.toThrow(/trapgate run -dap/);
    await expect(dc.attachRequest({ port: 1 } as P.AttachRequestArguments)).rejects.toThrow(
      /cannot attach to 127.0.0.1:1/,
    );
    await expect(dc.customRequest('brew')).rejects.toThrow("there is no request 'brew'");
    // After all that it still works.
    await launching(KERNEL);
    await expect(launching(KERNEL)).rejects.toThrow('already');
  });

  test('a machine that runs can be paused, started anew, and ended', async () => {
    const { dc } = await launch({});
    await expect(dc.stackTraceRequest({ threadId: 1 })).rejects.toThrow('the machine runs');
    expect(await stop(dc, dc.pauseRequest({ threadId: 1 }))).toMatchObject({ reason: 'pause' });
    await expect(dc.pauseRequest({ threadId: 1 })).rejects.toThrow('stands already');
    // Where the number happens to be an address, its name stands behind it.
    const before = Number.parseInt((await evaluate(dc, 'now'))!, 16);
    expect(before).toBeGreaterThan(0);
    const { scopes } = (await dc.scopesRequest({ frameId: (await top(dc)).id })).body;
    await dc.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'timer_interrupt' }] });
    const again = { arguments: { ...KERNEL, stopOnEntry: true } as P.LaunchRequestArguments };
    expect(await stop(dc, dc.restartRequest(again))).toMatchObject({ reason: 'entry' });
    expect(await evaluate(dc, 'now')).toBe('0x00000000');
    // References of an earlier stop are not taken for this one's; breakpoints are set again.
    await expect(children(dc, scopes[0]!.variablesReference)).rejects.toThrow('at this stop');
    expect(await stop(dc, dc.continueRequest({ threadId: 1 }))).toMatchObject({ reason: 'function breakpoint' });
    await Promise.all([dc.waitForEvent('terminated'), dc.terminateRequest()]);
    await expect(dc.continueRequest({ threadId: 1 })).rejects.toThrow('nothing is being debugged');
  });

  test('the guest’s words, and its end', async () => {
    const { dc } = await launch({ initrd: `${GUEST_FOLDER}/programs.cpio`, keys: '"poweroff\\n"@1s' });
    let said = '';
    dc.on('output', ({ body }: P.OutputEvent) => {
      said += body.output;
    });
    const exited = (await dc.waitForEvent('exited')) as P.ExitedEvent;
    expect(exited.body.exitCode).toBe(0);
    expect(said).toContain('switched the power off');
  });
});
