/** The rules of the house that a machine can check: who may import whom, what may not read the host's clock, and size. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const LONGEST_FILE = 600; // lines
const LONGEST_KERNEL_FILE = 400;

/**
 * Folder or file, and what it may import besides itself and the constants that both compilers read; the most specific
 * entry counts. 'type x': only types.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  devices: [],
  asm: [],
  'emu/core': [],
  'emu/isa': [],
  // A machine is given its chips through their interface; only the wiring file knows which they are.
  'emu/machine': ['type devices', 'devices/keys.ts', 'emu/core/generated/image.ts'],
  'emu/machine/pc.ts': ['emu/machine', 'devices'],
  'emu/trace': ['emu/machine', 'devices/device.ts', 'asm'],
  'emu/debug': ['emu/trace', 'emu/machine', 'devices/device.ts', 'asm'],
  'emu/testing': ['emu/debug', 'emu/trace', 'emu/machine', 'devices', 'asm'],
  'emu/unicorn': ['emu/machine', 'asm'],
  'emu/cli': ['package.json', 'emu/debug', 'emu/trace', 'emu/machine', 'devices', 'asm'],
  // The BIOS's ROM has the font that the VGA has at power-on.
  'emu/build': ['emu/isa', 'asm', 'devices/vga-font.ts'],
  // Shows what the command shows.
  'emu/build/stepper-picture.ts': ['emu/build', 'emu/cli', 'emu/debug', 'emu/trace', 'emu/machine'],
  'emu/index.ts': ['emu/debug', 'emu/trace', 'emu/machine', 'devices', 'asm'],
};
const FOR_ALL = ['emu/core/layout.ts', 'emu/core/lines.ts'];

const filesIn = (folder: string, suffix: RegExp): string[] =>
  !existsSync(join(ROOT, folder))
    ? []
    : (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
        .map((name) => join(folder, name))
        .filter((path) => suffix.test(path) && !path.includes('/generated/'));

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const sources = ['emu', 'devices', 'asm'].flatMap((folder) => filesIn(folder, /\.ts$/));
const within = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

/** The most specific place with a rule for this file. */
function ruleFor(path: string): string {
  const places = Object.keys(MAY_IMPORT).filter((place) => within(path, place));
  const best = places.sort((a, b) => b.length - a.length)[0];
  if (best === undefined) throw new Error(`${path} is in no folder this test knows`);
  return best;
}

/** What a file imports: paths from the root, 'type ' before those it only takes types from. */
function importsOf(path: string): string[] {
  const statements = read(path).matchAll(/^(?:import|export) (type )?(?:[^';]* from )?'(\.[^']+)'/gm);
  const absolute = (target: string) => relative(ROOT, resolve(join(ROOT, path), '..', target));
  return [...statements].map(([, type = '', target]) => `${type}${absolute(target!)}`);
}

/** 'devices' permits 'devices/x.ts' and 'type devices/x.ts', 'type devices' only the latter. */
const permits = (allowed: string, target: string) => within(target, allowed) || within(target, `type ${allowed}`);

describe('the house', () => {
  test('imports run one way: cli, testing -> debug, trace -> machine -> core', () => {
    const strays = sources.flatMap((path) => {
      const place = ruleFor(path);
      const allowed = [place, ...FOR_ALL, ...MAY_IMPORT[place]!];
      return importsOf(path)
        .filter((target) => !allowed.some((place) => permits(place, target)))
        .map((target) => `${path} imports ${target}`);
    });
    expect(strays).toEqual([]);
  });

  test('nothing that makes virtual time reads the clock or the dice of the host', () => {
    const pure = sources.filter((path) => /^(emu\/(core|isa|machine)|devices)\//.test(path));
    const strays = pure.filter((path) => /Date\.now|new Date\(|performance\.|hrtime|Math\.random/.test(read(path)));
    expect(strays).toEqual([]);
  });

  test(`no source has more than ${LONGEST_FILE} lines`, () => {
    const all = [...sources, ...filesIn('test', /\.ts$/), ...filesIn('guest', /\.(asm|inc)$/)];
    expect(all.filter((path) => read(path).split('\n').length - 1 > LONGEST_FILE)).toEqual([]);
  });

  test(`no file of the kernel has more than ${LONGEST_KERNEL_FILE} lines, and docs/kernel.md names each`, () => {
    const kernel = filesIn('guest/kernel', /\.asm$/);
    expect(kernel.filter((path) => read(path).split('\n').length - 1 > LONGEST_KERNEL_FILE)).toEqual([]);
    const map = read('docs/kernel.md');
    const named = (path: string) =>
      map.includes(path.replace('guest/kernel/', '')) || /\/(lib|kernel)\/[\w]+\.asm$/.test(path);
    expect(kernel.filter((path) => !named(path))).toEqual([]);
  });

  test('docs/architecture.md mentions every folder', () => {
    const text = read('docs/architecture.md');
    const folders = readdirSync(join(ROOT, 'emu'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `emu/${entry.name}`);
    expect([...folders, 'devices', 'asm', 'guest', 'test'].filter((folder) => !text.includes(folder))).toEqual([]);
  });

  test('what the maps in docs name exists', () => {
    const maps = ['docs/architecture.md', 'README.md'];
    const missing = maps.flatMap((map) => {
      const paths = read(map).matchAll(/`((?:emu|devices|asm|guest|test|docs)(?:\/[\w.-]+)*)`/g);
      return [...paths].filter(([, path]) => !existsSync(join(ROOT, path!))).map(([, path]) => `${map}: ${path}`);
    });
    expect(missing).toEqual([]);
  });
});
