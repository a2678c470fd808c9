/** trapgate as a bench engine: the PC that `trapgate run` makes; alone, and with a debugger attached. */
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { describeStop } from '../../emu/machine/stop.ts';
import { SymbolTable } from '../../emu/trace/symbols.ts';
import { type Engine, Stopwatch } from './engine.ts';

const RAM_BYTES = 32 << 20;

function bootGuest(image: Uint8Array): { pc: Pc; watch: Stopwatch } {
  const watch = new Stopwatch(() => pc.machine.now);
  const pc = new Pc({ ramBytes: RAM_BYTES, debugConsole: (byte) => watch.byte(byte) });
  pc.boot({ file: new ImageFile('guest', image) });
  return { pc, watch };
}

/** Runs a guest to its end. @throws Error when it ends otherwise than by isa-debug-exit */
export const trapgateEngine: Engine = async (image) => {
  const { pc, watch } = bootGuest(image);
  const stop = pc.machine.run();
  if (stop.kind !== 'exit') throw new Error(`the guest did not end well: ${describeStop(stop)}`);
  return watch.timing;
};

/**
 * The same with a stepper attached that has nothing to stop at: it logs every trap.
 * @param history whether it saves the machine now and then, as it usually does; else only at the start
 */
export function steppedEngine(history: boolean): Engine {
  return async (image) => {
    const { pc, watch } = bootGuest(image);
    const stepper = new Stepper(pc, new SymbolTable([], 0), { history: history ? {} : { interval: Infinity } });
    const reason = stepper.run();
    if (reason.kind !== 'machine' || reason.stop.kind !== 'exit') throw new Error(`the guest ended by ${reason.kind}`);
    return watch.timing;
  };
}
