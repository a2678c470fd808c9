/** target.xml (GDB manual, appendix G): which registers a stub has, in the order of their numbers. */

import { TargetError } from '../stepper/target.ts';

export interface RemoteRegister {
  readonly name: string;
  readonly number: number;
  readonly bytes: number;
}

export interface Description {
  readonly registers: readonly RemoteRegister[];
  readonly features: readonly string[];
}

/** What gdb takes an i386 for that does not describe itself (its i386 core feature). */
const CORE = 'eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs'.split(' ');
export const UNDESCRIBED: Description = {
  registers: CORE.map((name, number) => ({ name, number, bytes: 4 })),
  features: [],
};

const MOST_DOCUMENTS = 32;

/**
 * Read a description and what it includes.
 * @param read gives a document of the stub's by its name
 * @throws TargetError when it is no description of an i386
 */
export async function readDescription(read: (name: string) => Promise<string>): Promise<Description> {
  let documents = 0;
  const whole = async (name: string): Promise<string> => {
    if (++documents > MOST_DOCUMENTS) throw new TargetError('the description of the target includes itself');
    const text = (await read(name)).replace(/<!--[\s\S]*?-->/g, '');
    const parts = text.split(/<xi:include\s+href="([^"]+)"\s*\/?>/);
    for (let i = 1; i < parts.length; i += 2) parts[i] = await whole(parts[i]!);
    return parts.join('');
  };
  const text = await whole('target.xml');
  const architecture = /<architecture>([^<]*)<\/architecture>/.exec(text)?.[1]?.trim();
  if (architecture !== undefined && !/^i[3-6]86(:x86-64)?$/.test(architecture)) {
    throw new TargetError(`the machine at the far end is ${architecture}, not i386`);
  }
  if (architecture === 'i386:x86-64')
    throw new TargetError('the machine at the far end runs 64-bit code, which is not known here');
  const registers: RemoteRegister[] = [];
  let number = 0;
  for (const [, attributes = ''] of text.matchAll(/<reg\s([^>]*)>/g)) {
    const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
    const [name, size] = [attribute('name'), Number(attribute('bitsize'))];
    number = Number(attribute('regnum') ?? number);
    if (name === undefined || !(size > 0)) throw new TargetError('the description of the target cannot be understood');
    registers.push({ name, number, bytes: Math.ceil(size / 8) });
    number++;
  }
  const features = Array.from(text.matchAll(/<feature\s[^>]*name="([^"]*)"/g), ([, name]) => name!);
  return { registers: registers.sort((a, b) => a.number - b.number), features };
}
