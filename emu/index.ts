/**
 * The library: a PC to boot images on, look into and step through from a program.
 *
 *     import { ImageFile, Pc } from 'trapgate';
 *
 *     const pc = new Pc({ serial: (byte) => process.stdout.write(String.fromCharCode(byte)) });
 *     pc.boot({ file: new ImageFile('kernel.elf', bytes) });
 *     const stop = pc.machine.run({ instructions: 100_000_000 });
 */
export * from '../asm/index.ts';
export type * from '../devices/device.ts';
export { type Picture, pictureOf } from '../devices/vga-picture.ts';
export { ExpressionError, parseExpression } from './debug/sight/expression.ts';
export { History, type HistoryOptions } from './debug/stepper/history.ts';
export { Stepper, type StepperOptions } from './debug/stepper/stepper.ts';
export type { Reason, StopAt, StopOptions, StopPoint } from './debug/stepper/stops.ts';
export type { Answer, Check } from './debug/why/chain.ts';
export { whyFault } from './debug/why/fault.ts';
export { whyIrq } from './debug/why/irq.ts';
export type { BootImage } from './machine/boot.ts';
export {
  type ControlRegister,
  Cpu,
  type CpuHost,
  type GeneralRegister,
  RunExit,
  type SegmentRegister,
} from './machine/cpu.ts';
export type { Input, StampedInput } from './machine/input-log.ts';
export {
  type Capsule,
  type CapsuleOptions,
  type Cursor,
  checkCursor,
  formatCapsule,
  parseCapsule,
  scheduleInputs,
} from './machine/keeping/capsule.ts';
export { KeptFileError } from './machine/keeping/container.ts';
export {
  checkSetup,
  type InputLog,
  InputLogError,
  InputLogWriter,
  parseInputLog,
  type Setup,
} from './machine/keeping/input-log-file.ts';
export { type Listeners, pcOptionsOf, type Recipe, setupOf } from './machine/keeping/recipe.ts';
export { formatSnapshot, parseSnapshot, restoreSnapshot, type Snapshot } from './machine/keeping/snapshot.ts';
export { ImageError, ImageFile, type ImageSymbol, type LoadedImage } from './machine/loaders/image.ts';
export type { BootModule } from './machine/loaders/multiboot.ts';
export { Machine, type RunLimits } from './machine/machine.ts';
export { DEFAULT_RAM_BYTES, MAX_RAM_BYTES, Pc, type PcOptions, type WatchdogAction } from './machine/pc.ts';
export { stateHash } from './machine/state-hash.ts';
export { describeStop, nameOfVector, type Stop } from './machine/stop.ts';
export { type ChipEvent, formatChipEvent, listenToChips } from './trace/chip-events.ts';
export { formatAsQemu } from './trace/qemu-format.ts';
export { SymbolTable } from './trace/symbols.ts';
export { type TrapCause, type TrapEntry, TrapLog } from './trace/trap-log.ts';
