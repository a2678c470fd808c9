/** Assembles files of the project with its own assembler. */
import { readFileSync } from 'node:fs';
import { type AssembleOptions, type Assembly, assemble, formatDiagnostic } from '../../asm/index.ts';
import { BuildError } from './step.ts';

/** Files by their path; null where there is none. */
const files = {
  read: (path: string): Uint8Array | null => {
    try {
      return readFileSync(path);
    } catch {
      return null;
    }
  },
};

/** @throws BuildError with every message when the source has an error */
export function assembleFile(path: string, options: Omit<AssembleOptions, 'file' | 'reader'>): Assembly {
  const source = readFileSync(path, 'utf8');
  const assembly = assemble(source, { ...options, file: path, reader: files });
  const messages = assembly.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n');
  if (!assembly.ok) throw new BuildError(messages);
  if (messages) console.error(messages);
  return assembly;
}
