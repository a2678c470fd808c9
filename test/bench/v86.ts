/** v86 (npm) as a bench engine: multiboot image, no BIOS, with or without its x86-to-WebAssembly JIT. */
import { readFileSync } from 'node:fs';
import { V86 } from 'v86';
import { type Engine, Stopwatch } from './engine.ts';

/** What v86's types leave out: its port bus. `device` is the `this` of the handlers. */
interface WithPorts {
  readonly v86: {
    readonly cpu: {
      readonly io: {
        register_write(port: number, device: object, ...widths: ((value: number) => void)[]): void;
      };
    };
  };
}

const MEMORY = 32 << 20;
const VGA_MEMORY = 2 << 20;

/** One compiled module for all guests: V8 optimises its functions once. */
const wasm = new WebAssembly.Module(readFileSync(new URL('v86.wasm', import.meta.resolve('v86'))));

export function v86Engine(jit: boolean): Engine {
  return async (image) => {
    const emulator = new V86({
      wasm_fn: async (imports) => new WebAssembly.Instance(wasm, imports).exports,
      memory_size: MEMORY,
      vga_memory_size: VGA_MEMORY,
      multiboot: { buffer: Uint8Array.from(image).buffer },
      disable_jit: !jit,
      disable_speaker: true,
      disable_keyboard: true,
      disable_mouse: true,
      autostart: false,
    });
    await new Promise<void>((resolve) => emulator.add_listener('emulator-loaded', () => resolve()));
    const { io } = (emulator as unknown as WithPorts).v86.cpu;
    const watch = new Stopwatch();
    io.register_write(0xe9, {}, (value) => watch.byte(value));
    // v86 itself throws at a write to 0xf4; the guest's halt loop after it does no harm.
    const ignore = () => {};
    io.register_write(0xf4, {}, ignore, ignore, ignore);
    await emulator.run();
    await watch.finished;
    await emulator.stop();
    await emulator.destroy();
    return watch.timing;
  };
}
