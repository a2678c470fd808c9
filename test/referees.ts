/** The programs that the specs named *.referee.spec.ts compare with. `make test-all` sees that they are installed. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The referee's path. Throws, saying what to do, when it is not installed: a comparison that did not happen must not pass. */
export function referee(
  program: 'qemu-system-i386' | 'qemu-system-arm' | 'nasm' | 'bochs' | 'gdb' | 'gcc' | 'clang' | 'as' | 'ld' | 'script',
): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${program} is not installed: run 'make install-deps'`);
}
