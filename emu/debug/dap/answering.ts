/** A debug session that answers every request: with a body, or with an error that a person can read. */

import type { Response } from '@vscode/debugadapter';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { ExpressionError } from '../sight/expression.ts';
import { ConfigurationError } from './debuggee.ts';
import { DebugSession, OutputEvent } from './library.ts';
import { RequestError } from './requests.ts';

/** What requests fail with when it is not our mistake. */
const EXPECTED = [RequestError, ExpressionError, ConfigurationError, RangeError];

export class AnsweringSession extends DebugSession {
  constructor() {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
    // A message that is no JSON is told about and passed over; a stream that breaks ends the session.
    this.removeAllListeners('error');
    this.on('error', ({ body }: { body?: string }) => {
      if (/^Error handling data/.test(String(body))) this.output('stderr', `${body}\n`);
      else this.shutdown();
    });
  }

  /** Text for the client's console: the guest's ('stdout') or ours. */
  output(category: 'stdout' | 'stderr' | 'console', text: string): void {
    if (text !== '') this.sendEvent(new OutputEvent(text, category));
  }

  protected override dispatchRequest(request: P.Request): void {
    request.arguments ??= {};
    // 'path' is the protocol's default.
    if (request.command === 'initialize') request.arguments.pathFormat ??= 'path';
    super.dispatchRequest(request);
  }

  protected override customRequest(command: string, response: P.Response): void {
    this.answer(response, () => {
      throw new RequestError(`there is no request '${command}'`);
    });
  }

  /** Answer a request. @returns whether it could be done */
  protected answer<R extends P.Response>(response: R, make: () => R['body'] | undefined): boolean {
    try {
      const body = make();
      if (body !== undefined) response.body = body;
      this.sendResponse(response);
      return true;
    } catch (error) {
      const expected = EXPECTED.some((kind) => error instanceof kind);
      const { message, stack } = error as Error;
      if (!expected) this.output('stderr', `${stack}\n`);
      const showUser = response.command === 'launch' || response.command === 'attach';
      const format = { id: expected ? 1 : 2, format: '{_message}', variables: { _message: message }, showUser };
      this.sendErrorResponse(response as unknown as Response, format);
      return false;
    }
  }
}
