/** What the adapter debugs, and whom it asks for it: the contract with whoever runs machines (emu/cli/dap.ts). */

import type { Stepper } from '../stepper/stepper.ts';

/** A launch.json configuration, as the client sends it: nothing in it has been checked. */
export type Configuration = Readonly<Record<string, unknown>>;

/** The configuration, or what it names, is no good. The message is for a person. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** A machine that stands until the adapter lets it go. */
export interface Debuggee {
  readonly stepper: Stepper;
  /** The image, for the list of processes. */
  readonly name: string;
  /** Folders in which names of sources are looked up, the best first. */
  readonly sourceFolders: readonly string[];
  /** It stood when it was found, and shall stand until the client lets it go. */
  readonly waits?: boolean;
  /** Another move was begun: whoever runs the machine looks at it now. */
  wake(): void;
  /** Type at COM1's other end. */
  sendSerial(text: string): void;
  /** Press the keys that make a text. */
  typeKeys(text: string): void;
  /** End it. */
  end(): Promise<void>;
  /** Let it run on, without a debugger. */
  release(): void;
}

/** Makes machines, or has one. */
export interface DebugHost {
  /** @throws ConfigurationError */
  launch(configuration: Configuration): Debuggee;
  /** @throws ConfigurationError */
  attach(configuration: Configuration): Debuggee;
}
