/**
 * Microsoft's library for debug adapters. It is loaded when somebody debugs from an editor, and not before: whatever
 * imports this must itself be imported dynamically, or every command waits for it.
 */

export const {
  BreakpointEvent,
  DebugSession,
  ExitedEvent,
  InitializedEvent,
  InvalidatedEvent,
  OutputEvent,
  Source,
  StoppedEvent,
  TerminatedEvent,
  Thread,
} = await import('@vscode/debugadapter');
