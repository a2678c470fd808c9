/**
 * A launch.json configuration as the options of a machine: `program`, and beside it the options of `trapgate run` by
 * their names, each as text, a number, a list or a switch.
 */

import { type Configuration, ConfigurationError } from '../../debug/dap/debuggee.ts';
import { CommandError, UsageError } from '../command.ts';
import { MACHINE_OPTIONS, type MachineOptions } from '../machine/plan.ts';
import { parseOptions } from '../options.ts';

/** Options that have no meaning under a debug adapter: it is the debugger, and time runs both ways. */
const NOT_HERE: readonly string[] = [
  ...['kernel', 's', 'S', 'gdb', 'dap', 'd', 'D', 'record', 'unfinished', 'save', 'exit-code', 'events', 'no-realtime'],
];

/** The options that a configuration may have. */
export const LAUNCH_OPTIONS = MACHINE_OPTIONS.filter(({ name }) => !NOT_HERE.includes(name));

/** What a configuration has beside the options. */
export const OWN_ATTRIBUTES: Readonly<Record<string, string>> = {
  program: 'the image to boot: a multiboot kernel, an ELF32 executable, or a flat binary',
  args: 'more options, as they stand behind `trapgate run`',
  cwd: 'the folder that relative paths count from (default: where the adapter was started)',
  sourceFolders: 'folders in which sources are looked up, when the image names them relative to its own build',
  stopOnEntry: 'stand before the first instruction',
};

/** What clients put there for themselves. */
const OF_CLIENTS =
  /^(type|request|name|noDebug|preLaunchTask|postDebugTask|presentation|internalConsoleOptions|debugServer|serverReadyAction|suppress\w+|console|env|envFile|windows|linux|osx|order|group|hidden|__.*)$/;

/** @throws ConfigurationError */
export function optionsOfConfiguration(configuration: Configuration): MachineOptions {
  const { program, hda, bios } = configuration;
  // A machine with a disk or firmware of its own boots from that.
  const bootsItself = program === undefined && (hda !== undefined || bios !== undefined);
  if (!bootsItself && (typeof program !== 'string' || program === '')) {
    throw new ConfigurationError('"program" must name the image to boot');
  }
  const args = LAUNCH_OPTIONS.flatMap(({ name, ...spec }) => {
    const value = configuration[name];
    if (value === undefined || value === null) return [];
    if ('argument' in spec) return textsOf(name, value).flatMap((text) => [`--${name}`, text]);
    if (typeof value !== 'boolean') throw new ConfigurationError(`"${name}" must be true or false`);
    return value ? [`--${name}`] : name === 'realtime' ? ['--no-realtime'] : [];
  });
  try {
    return parseOptions(
      [...args, ...textsOf('args', configuration.args ?? []), ...(bootsItself ? [] : ['--', String(program)])],
      MACHINE_OPTIONS,
    );
  } catch (error) {
    throw clearError(error);
  }
}

/** Attributes that nobody knows: most likely misspelt. */
export function unknownAttributes(configuration: Configuration): string[] {
  const known = [...LAUNCH_OPTIONS.map(({ name }): string => name), ...Object.keys(OWN_ATTRIBUTES)];
  return Object.keys(configuration).filter((name) => !known.includes(name) && !OF_CLIENTS.test(name));
}

/** Text, a number, or a list of them. @throws ConfigurationError */
export function textsOf(name: string, value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string' && typeof item !== 'number') {
      throw new ConfigurationError(`"${name}" must be text, a number, or a list of them`);
    }
    return String(item);
  });
}

/** What the command line complains of, as a complaint about the configuration. */
export function clearError(error: unknown): unknown {
  return error instanceof UsageError || error instanceof CommandError ? new ConfigurationError(error.message) : error;
}
