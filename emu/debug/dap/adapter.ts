/**
 * The stepper as a debug adapter: what editors speak to, in Microsoft's Debug Adapter Protocol. One adapter serves one
 * client and one machine. Requests are answered between two pieces of a move, so a machine that runs can be paused, and
 * breakpoints can be set; whoever runs the machine calls run() and refresh().
 *
 * Source: Debug Adapter Protocol 1.68 (https://microsoft.github.io/debug-adapter-protocol/specification).
 */

import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { RunLimits } from '../../machine/machine.ts';
import { describeStop, type Stop } from '../../machine/stop.ts';
import type { Move } from '../stepper/move.ts';
import type { Verb } from '../stepper/stepper.ts';
import { describeStopAt, type Reason } from '../stepper/stops.ts';
import { AnsweringSession } from './answering.ts';
import { Breakpoints, type Wanted } from './breakpoints.ts';
import { CAPABILITIES } from './capabilities.ts';
import { completionsOf, consoleLine, valueText } from './console.ts';
import type { Configuration, Debuggee, DebugHost } from './debuggee.ts';
import { exceptionInfo, exceptionStop } from './exceptions.ts';
import { Inspection } from './inspection.ts';
import {
  BreakpointEvent,
  ExitedEvent,
  InitializedEvent,
  InvalidatedEvent,
  StoppedEvent,
  TerminatedEvent,
  Thread,
} from './library.ts';
import { codeOfLine, codePlace, dataIdOf, dataPlace, linePlace } from './places.ts';
import { addressOf, hex, RequestError, valueOfText } from './requests.ts';
import { Sources } from './sources.ts';

/** The processor is the one thread there is. */
const CPU = 1;
const BACKWARDS: readonly Verb[] = ['back', 'backOver', 'runBack'];

export class DebugAdapter extends AnsweringSession {
  private debuggee: Debuggee | undefined;
  private configuration: Configuration = {};
  private attached = false;
  private configured = false;
  private move: { readonly verb: Verb; readonly move: Move } | undefined;
  private inspection: Inspection | undefined;
  private nextId = 1;
  private pending: P.StoppedEvent | undefined;
  private clientHearsInvalidated = false;
  private readonly breakpoints = new Breakpoints(
    (text) => this.output('console', text),
    () => this.move !== undefined && BACKWARDS.includes(this.move.verb),
  );

  /** @param closed the client has gone, and wants nothing more */
  constructor(
    private readonly host: DebugHost,
    private readonly closed: () => void,
  ) {
    super();
  }

  // ---- for whoever runs the machine

  /** Let the machine run for so long, if it was let go. 'stopped': it stands until it is woken. */
  run(limits: Pick<RunLimits, 'until' | 'idle'>): Stop | 'stopped' {
    if (!this.move) return 'stopped';
    const reason = this.move.move.proceed(limits);
    if (reason.kind === 'under way') return reason.stop;
    this.move = undefined;
    if (reason.kind === 'machine' && isEnd(reason.stop)) return reason.stop;
    this.stopped(reason);
    return 'stopped';
  }

  /** What the guest said has been handed on: now a stop may be told. */
  refresh(): void {
    if (!this.pending) return;
    this.sendEvent(this.pending);
    this.pending = undefined;
  }

  get isStanding(): boolean {
    return this.move === undefined;
  }

  get isDebugging(): boolean {
    return this.debuggee !== undefined;
  }

  /** Somebody is about to do something to the machine. */
  touched(): void {
    this.debuggee?.stepper.history.fork();
  }

  /** The machine has ended by itself. */
  machineEnded(debuggee: Debuggee, status: number, text: string): void {
    if (this.debuggee !== debuggee) return;
    this.leave();
    this.output('console', `${text}\n`);
    this.sendEvent(new ExitedEvent(status));
    this.sendEvent(new TerminatedEvent());
  }

  /** The client is gone: what was launched ends, what was attached to runs on. */
  override shutdown(): void {
    const { debuggee } = this;
    if (debuggee) {
      if (this.attached) this.letGo(debuggee);
      else void debuggee.end();
      this.leave();
    }
    this.closed();
  }

  // ---- requests: beginning and end

  protected override initializeRequest(response: P.InitializeResponse, args: P.InitializeRequestArguments): void {
    this.clientHearsInvalidated = args.supportsInvalidatedEvent === true;
    this.answer(response, () => CAPABILITIES);
  }

  protected override launchRequest(response: P.LaunchResponse, args: P.LaunchRequestArguments): void {
    this.startDebugging(response, { ...args }, false);
  }

  protected override attachRequest(response: P.AttachResponse, args: P.AttachRequestArguments): void {
    this.startDebugging(response, { ...args }, true);
  }

  protected override configurationDoneRequest(response: P.ConfigurationDoneResponse): void {
    this.answer(response, () => {
      this.theDebuggee();
      this.configured = true;
      this.begin();
    });
  }

  protected override restartRequest(response: P.RestartResponse, { arguments: again }: P.RestartArguments): void {
    void this.restart(response, (again ?? this.configuration) as Configuration);
  }

  protected override terminateRequest(response: P.TerminateResponse): void {
    this.answer(response, () => {
      const { debuggee } = this;
      if (!debuggee) return;
      this.leave();
      void debuggee.end();
      this.sendEvent(new TerminatedEvent());
    });
  }

  protected override disconnectRequest(response: P.DisconnectResponse, args: P.DisconnectArguments): void {
    const { debuggee } = this;
    this.answer(response, () => {
      if (!debuggee) return;
      if (args.terminateDebuggee ?? !this.attached) void debuggee.end();
      else this.letGo(debuggee);
      this.leave();
    });
    this.closed();
  }

  // ---- requests: moving

  protected override continueRequest(response: P.ContinueResponse): void {
    this.answer(response, () => {
      this.go('run');
      return { allThreadsContinued: true };
    });
  }

  protected override reverseContinueRequest(response: P.ReverseContinueResponse): void {
    this.answer(response, () => this.go('runBack'));
  }

  protected override nextRequest(response: P.NextResponse, { granularity }: P.NextArguments): void {
    this.answer(response, () => this.go('over', granularity));
  }

  protected override stepInRequest(response: P.StepInResponse, { granularity }: P.StepInArguments): void {
    this.answer(response, () => this.go('step', granularity));
  }

  protected override stepOutRequest(response: P.StepOutResponse): void {
    this.answer(response, () => this.go('out'));
  }

  protected override stepBackRequest(response: P.StepBackResponse, { granularity }: P.StepBackArguments): void {
    this.answer(response, () => this.go(granularity === 'instruction' ? 'back' : 'backOver', granularity));
  }

  protected override pauseRequest(response: P.PauseResponse): void {
    this.answer(response, () => {
      this.theDebuggee();
      if (!this.move) throw new RequestError('the machine stands already');
      this.halt();
      this.tell('pause');
    });
  }

  protected override gotoTargetsRequest(response: P.GotoTargetsResponse, args: P.GotoTargetsArguments): void {
    this.answer(response, () => {
      const line = this.convertClientLineToDebugger(args.line);
      const found = codeOfLine(this.theDebuggee(), args.source, line);
      const targets = found.addresses.map((address) => ({
        // An address is a number that is unique.
        id: address,
        label: `${found.file}:${found.line} (${hex(address)})`,
        line: this.convertDebuggerLineToClient(found.line),
        instructionPointerReference: hex(address),
      }));
      return { targets };
    });
  }

  protected override gotoRequest(response: P.GotoResponse, { targetId }: P.GotoArguments): void {
    this.answer(response, () => {
      const { stepper } = this.standing();
      const { cpu } = stepper.pc;
      cpu.eip = (targetId - cpu.segment('cs').base) >>> 0;
      stepper.history.changed();
      this.tell('goto');
    });
  }

  // ---- requests: breakpoints

  protected override setBreakPointsRequest(response: P.SetBreakpointsResponse, args: P.SetBreakpointsArguments): void {
    this.answer(response, () => {
      const wanted = (args.breakpoints ?? []).map((breakpoint): Wanted => {
        const line = this.convertClientLineToDebugger(breakpoint.line);
        return { ...breakpoint, place: (debuggee) => linePlace(debuggee, args.source, line, this.toClient) };
      });
      return { breakpoints: this.setBreakpoints('breakpoint', args.source.path ?? args.source.name ?? '', wanted) };
    });
  }

  protected override setFunctionBreakPointsRequest(
    response: P.SetFunctionBreakpointsResponse,
    { breakpoints }: P.SetFunctionBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      const wanted = breakpoints.map(
        (breakpoint): Wanted => ({
          ...breakpoint,
          place: (debuggee) => codePlace(debuggee, addressOf(debuggee, breakpoint.name), this.toClient),
        }),
      );
      return { breakpoints: this.setBreakpoints('function breakpoint', '', wanted) };
    });
  }

  protected override setInstructionBreakpointsRequest(
    response: P.SetInstructionBreakpointsResponse,
    { breakpoints }: P.SetInstructionBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      const wanted = breakpoints.map(
        (breakpoint): Wanted => ({
          ...breakpoint,
          place: (debuggee) =>
            codePlace(debuggee, addressOf(debuggee, breakpoint.instructionReference, breakpoint.offset), this.toClient),
        }),
      );
      return { breakpoints: this.setBreakpoints('instruction breakpoint', '', wanted) };
    });
  }

  protected override dataBreakpointInfoRequest(
    response: P.DataBreakpointInfoResponse,
    args: P.DataBreakpointInfoArguments,
  ): void {
    this.answer(response, () => {
      const place = this.look().watchable(args);
      if (!place) return { dataId: null, description: `${args.name} is not in memory` };
      const where = this.theDebuggee().stepper.symbols.nameOf(place.address) ?? hex(place.address);
      return {
        dataId: dataIdOf(place),
        description: `${place.bytes} bytes at ${where}`,
        accessTypes: ['read' as const, 'write' as const, 'readWrite' as const],
        canPersist: true,
      };
    });
  }

  protected override setDataBreakpointsRequest(
    response: P.SetDataBreakpointsResponse,
    { breakpoints }: P.SetDataBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      const wanted = breakpoints.map((breakpoint): Wanted => ({ ...breakpoint, place: () => dataPlace(breakpoint) }));
      return { breakpoints: this.setBreakpoints('data breakpoint', '', wanted) };
    });
  }

  protected override setExceptionBreakPointsRequest(
    response: P.SetExceptionBreakpointsResponse,
    { filters, filterOptions = [] }: P.SetExceptionBreakpointsArguments,
  ): void {
    this.answer(response, () => {
      const wanted = [
        ...filters.map((filter) => exceptionStop(filter)),
        ...filterOptions.map(({ filterId, condition }) => exceptionStop(filterId, condition)),
      ];
      return { breakpoints: this.setBreakpoints('exception', '', wanted) };
    });
  }

  protected override breakpointLocationsRequest(
    response: P.BreakpointLocationsResponse,
    args: P.BreakpointLocationsArguments,
  ): void {
    this.answer(response, () => {
      const debuggee = this.theDebuggee();
      const file = new Sources(debuggee).fileOf(args.source);
      const first = this.convertClientLineToDebugger(args.line);
      const last = this.convertClientLineToDebugger(args.endLine ?? args.line);
      const lines = file === undefined ? [] : debuggee.stepper.debugInfo.lines.linesIn(file, first, last);
      return { breakpoints: lines.map((line) => ({ line: this.convertDebuggerLineToClient(line) })) };
    });
  }

  protected override exceptionInfoRequest(response: P.ExceptionInfoResponse): void {
    this.answer(response, () => exceptionInfo(this.standing()));
  }

  // ---- requests: looking

  protected override threadsRequest(response: P.ThreadsResponse): void {
    this.answer(response, () => ({ threads: [new Thread(CPU, 'CPU 0')] }));
  }

  protected override stackTraceRequest(response: P.StackTraceResponse, args: P.StackTraceArguments): void {
    this.answer(response, () => {
      const trace = this.look().stackTrace(args);
      const stackFrames = trace.stackFrames.map((frame) => ({
        ...frame,
        line: frame.source ? this.convertDebuggerLineToClient(frame.line) : 0,
      }));
      return { ...trace, stackFrames };
    });
  }

  protected override scopesRequest(response: P.ScopesResponse, { frameId }: P.ScopesArguments): void {
    this.answer(response, () => ({ scopes: this.look().scopes(frameId) }));
  }

  protected override variablesRequest(response: P.VariablesResponse, args: P.VariablesArguments): void {
    this.answer(response, () => ({ variables: this.look().variables(args) }));
  }

  protected override setVariableRequest(response: P.SetVariableResponse, args: P.SetVariableArguments): void {
    this.answer(response, () => this.look().setVariable(args));
  }

  protected override setExpressionRequest(response: P.SetExpressionResponse, args: P.SetExpressionArguments): void {
    this.answer(response, () => this.look().setExpression(args));
  }

  protected override evaluateRequest(response: P.EvaluateResponse, args: P.EvaluateArguments): void {
    this.answer(response, () => {
      const debuggee = this.theDebuggee();
      if (args.context !== 'repl') {
        const value = valueOfText(debuggee, args.expression);
        return {
          result: valueText(debuggee, args.expression),
          variablesReference: 0,
          ...(value === undefined ? {} : { memoryReference: hex(value) }),
        };
      }
      if (this.move && /^\s*goto\b/.test(args.expression)) throw new RequestError('the machine runs: pause it first');
      const before = placeOf(debuggee);
      const result = consoleLine(debuggee, args.expression);
      debuggee.wake();
      if (!this.move && placeOf(debuggee) !== before) this.tell('goto');
      else if (!this.move && this.clientHearsInvalidated) this.sendEvent(new InvalidatedEvent(['all']));
      return { result, variablesReference: 0 };
    });
  }

  protected override completionsRequest(response: P.CompletionsResponse, args: P.CompletionsArguments): void {
    this.answer(response, () => {
      const line = args.text.split('\n')[Math.max(0, (args.line ?? 1) - 1)] ?? '';
      const before = line.slice(0, Math.max(0, this.convertClientColumnToDebugger(args.column) - 1));
      return { targets: completionsOf(this.theDebuggee(), before).map((label) => ({ label })) };
    });
  }

  protected override readMemoryRequest(response: P.ReadMemoryResponse, args: P.ReadMemoryArguments): void {
    this.answer(response, () => this.look().readMemory(args));
  }

  protected override writeMemoryRequest(response: P.WriteMemoryResponse, args: P.WriteMemoryArguments): void {
    this.answer(response, () => this.look().writeMemory(args));
  }

  protected override disassembleRequest(response: P.DisassembleResponse, args: P.DisassembleArguments): void {
    this.answer(response, () => ({ instructions: this.look().disassemble(args) }));
  }

  protected override loadedSourcesRequest(response: P.LoadedSourcesResponse): void {
    this.answer(response, () => ({ sources: new Sources(this.theDebuggee()).all }));
  }

  // ---- how: beginning and end

  private startDebugging(response: P.Response, configuration: Configuration, attach: boolean): void {
    const done = this.answer(response, () => {
      if (this.debuggee) throw new RequestError('a machine is being debugged already');
      this.debuggee = attach ? this.host.attach(configuration) : this.host.launch(configuration);
      this.configuration = configuration;
      this.attached = attach;
    });
    if (done) this.sendEvent(new InitializedEvent());
  }

  private begin(): void {
    const { stopOnEntry = this.debuggee?.waits } = this.configuration;
    if (stopOnEntry === true) this.tell('entry');
    else this.go('run');
  }

  private async restart(response: P.RestartResponse, configuration: Configuration): Promise<void> {
    const { debuggee } = this;
    if (debuggee && !this.attached) {
      this.leave();
      await debuggee.end();
    }
    this.answer(response, () => {
      if (this.attached) throw new RequestError('only a machine that was launched from here can be started anew');
      if (!debuggee) throw new RequestError('nothing is being debugged');
      this.debuggee = this.host.launch(configuration);
      this.configuration = configuration;
      for (const breakpoint of this.breakpoints.rebind(this.debuggee)) {
        this.sendEvent(new BreakpointEvent('changed', breakpoint));
      }
      if (this.configured) this.begin();
    });
  }

  private letGo(debuggee: Debuggee): void {
    this.halt();
    this.breakpoints.clear(debuggee);
    debuggee.release();
  }

  private leave(): void {
    this.move = undefined;
    this.inspection = undefined;
    this.pending = undefined;
    this.debuggee = undefined;
  }

  private theDebuggee(): Debuggee {
    if (!this.debuggee) throw new RequestError('nothing is being debugged: launch or attach comes first');
    return this.debuggee;
  }

  private standing(): Debuggee {
    const debuggee = this.theDebuggee();
    if (this.move) throw new RequestError('the machine runs: pause it first');
    return debuggee;
  }

  // ---- how: moving

  private go(verb: Verb, granularity?: P.SteppingGranularity): undefined {
    const { stepper, wake } = this.standing();
    this.forget();
    const lines = granularity === 'instruction' ? undefined : stepper.debugInfo.lines;
    this.move = { verb, move: stepper.begin(verb, lines) };
    wake();
  }

  /** End a move that is under way; a search backwards ends where it began. */
  private halt(): void {
    this.move?.move.cancel();
    this.move = undefined;
  }

  private stopped(reason: Reason): void {
    switch (reason.kind) {
      case 'step':
        this.tell('step');
        break;
      case 'start':
        this.tell('entry', { description: 'the history begins here' });
        break;
      case 'stop': {
        const owner = this.breakpoints.ownerOf(reason.stop);
        const { symbols } = this.theDebuggee().stepper;
        const met = [reason.stop, ...(reason.others ?? [])];
        const text = met.map(({ at }) => describeStopAt(at, (address) => symbols.nameOf(address))).join(', ');
        this.tell(owner?.kind ?? 'breakpoint', {
          text,
          ...(owner && owner.kind !== 'exception' ? { hitBreakpointIds: [owner.id] } : {}),
          ...(owner?.kind === 'exception' ? this.exceptionText() : {}),
        });
        break;
      }
      case 'machine': {
        const { symbols } = this.theDebuggee().stepper;
        const text = describeStop(reason.stop, (address) => symbols.nameOf(address));
        this.output('console', `${text}\n`);
        this.tell('exception', {
          description: reason.stop.kind === 'shutdown' ? 'triple fault' : reason.stop.kind,
          text,
        });
        break;
      }
      default:
        this.tell('pause');
    }
  }

  private exceptionText(): { description: string; text: string } {
    const { exceptionId, description = '' } = exceptionInfo(this.theDebuggee());
    return { description: exceptionId, text: description };
  }

  /** It stands; the client is told when the guest's words before it have been handed on. */
  private tell(reason: string, more: Partial<P.StoppedEvent['body']> = {}): void {
    this.forget();
    const event: P.StoppedEvent = new StoppedEvent(reason, CPU);
    Object.assign(event.body, { allThreadsStopped: true }, more);
    this.pending = event;
    this.debuggee?.wake();
  }

  /** References of the last stop end. */
  private forget(): void {
    this.nextId = this.inspection?.end ?? this.nextId;
    this.inspection = undefined;
  }

  private look(): Inspection {
    const debuggee = this.standing();
    this.inspection ??= new Inspection(debuggee, new Sources(debuggee), this.nextId);
    return this.inspection;
  }

  // ---- how: breakpoints

  private setBreakpoints(
    kind: Parameters<Breakpoints['set']>[1],
    group: string,
    wanted: readonly Wanted[],
  ): P.Breakpoint[] {
    const debuggee = this.theDebuggee();
    if (this.configuration.noDebug === true)
      return wanted.map(() => ({ verified: false, message: 'run without debugging' }));
    // A search backwards looks for what was set when it began: it begins again.
    const { move } = this;
    const again = move && BACKWARDS.includes(move.verb);
    if (again) this.halt();
    const breakpoints = this.breakpoints.set(debuggee, kind, group, wanted);
    if (again) this.go(move.verb);
    return breakpoints;
  }

  private readonly toClient = (line: number) => this.convertDebuggerLineToClient(line);
}

/** Nothing can follow these. */
function isEnd({ kind }: Stop): boolean {
  return kind === 'exit' || kind === 'power-off' || kind === 'reset';
}

/** What tells that an evaluation has moved the machine. */
function placeOf({ stepper }: Debuggee): string {
  return `${stepper.pc.machine.now}:${stepper.here}`;
}
