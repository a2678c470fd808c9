/** trapgate as a bench engine: the PC that `trapgate run` makes. */
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { describeStop } from '../../emu/machine/stop.ts';
import { Stopwatch, type Timing } from './engine.ts';

const RAM_BYTES = 32 << 20;

/** Runs a guest to its end. @throws Error when it ends otherwise than by isa-debug-exit */
export async function trapgateEngine(image: Uint8Array): Promise<Timing> {
  const watch = new Stopwatch(() => pc.machine.now);
  const pc = new Pc({ ramBytes: RAM_BYTES, debugConsole: (byte) => watch.byte(byte) });
  pc.boot({ file: new ImageFile('guest', image) });
  const stop = pc.machine.run();
  if (stop.kind !== 'exit') throw new Error(`the guest did not end well: ${describeStop(stop)}`);
  return watch.timing;
}
