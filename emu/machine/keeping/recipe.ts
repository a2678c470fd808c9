/**
 * What makes a machine that has just been switched on: how the PC is built, and what it boots. The same recipe and the
 * same inputs make the same run.
 */

import { createHash } from 'node:crypto';
import type { BootImage } from '../boot.ts';
import type { Firmware } from '../firmware.ts';
import { ImageFile } from '../loaders/image.ts';
import type { Pc, PcConfiguration, PcOptions } from '../pc.ts';
import { jsonOf, jsonSection, KeptFileError, type Sections, sectionOf } from './container.ts';
import type { Setup } from './input-log-file.ts';

export interface Recipe {
  readonly configuration: PcConfiguration;
  readonly image: BootImage;
  /** Its `bios` may be what is booted: then it is `image.file`. */
  readonly firmware?: Firmware;
  readonly disk?: ImageFile;
}

/** @throws Error when the PC has booted nothing */
export function recipeOf({ configuration, image, firmware, diskFile }: Pc): Recipe {
  if (!image) throw new Error('this PC has booted nothing yet');
  return { configuration, image, ...(firmware && { firmware }), ...(diskFile && { disk: diskFile }) };
}

/** What a replay must share with its recording, in short: how the PC is built, a digest of its files, its words. */
export function setupOf(pc: Pc): Setup {
  const { configuration, image, firmware, disk } = recipeOf(pc);
  const { cmos, cables, serialPaced, ...rest } = configuration;
  const digest = createHash('sha256').update(image.file.bytes);
  for (const module of image.modules ?? []) digest.update(module.commandLine).update(module.bytes);
  for (const file of [firmware?.bios, firmware?.optionRom, disk]) if (file) digest.update(file.bytes);
  return {
    ...rest,
    serialPaced: serialPaced ? 'yes' : 'no',
    cables: cables.map((number) => `COM${number}`).join(' '),
    ...(cmos === undefined ? {} : { cmos: Buffer.from(cmos).toString('hex') }),
    image: digest.digest('hex'),
    ...(image.address === undefined ? {} : { address: image.address }),
    commandLine: image.commandLine ?? '',
  };
}

/** Who listens at the outputs of a PC; what they hear changes nothing in it. */
export type Listeners = Pick<PcOptions, 'debugConsole' | 'tone' | 'lamp'> & {
  /** COM1 to COM4. */
  readonly serial?: readonly (((byte: number) => void) | undefined)[];
  readonly printer?: (byte: number) => void;
};

/** The options for a PC like the one that the recipe is of. */
export function pcOptionsOf(recipe: Recipe, { serial, printer, ...listeners }: Listeners = {}): PcOptions {
  const { configuration, firmware, disk } = recipe;
  const { cables, parallel, ...options } = configuration;
  const mute = () => {};
  return {
    ...options,
    ...listeners,
    ...(firmware && { firmware }),
    ...(disk && { disk }),
    serial: [1, 2, 3, 4].map((number) => (cables.includes(number) ? (serial?.[number - 1] ?? mute) : undefined)),
    ...(parallel === 'none' ? {} : { parallel: parallel === 'wrap' ? 'wrap' : (printer ?? mute) }),
  };
}

interface Written {
  readonly configuration: PcConfiguration;
  readonly image: { readonly name: string; readonly commandLine?: string; readonly address?: number };
  readonly modules: readonly string[];
  /** Names of the other files; the BIOS is left out when it is the image. */
  readonly firmware?: { readonly bios?: string; readonly optionRom?: string };
  readonly disk?: string;
}

/** As sections of a file: 'machine', 'image', 'module 0' ..., 'bios', 'option rom', 'disk'. */
export function recipeSections({ configuration, image, firmware, disk }: Recipe): [string, Uint8Array][] {
  const { file, modules = [], commandLine, address } = image;
  const written: Written = {
    configuration,
    image: {
      name: file.name,
      ...(commandLine === undefined ? {} : { commandLine }),
      ...(address === undefined ? {} : { address }),
    },
    modules: modules.map((module) => module.commandLine),
    ...(firmware && {
      firmware: {
        ...(firmware.bios === file ? {} : { bios: firmware.bios.name }),
        ...(firmware.optionRom && { optionRom: firmware.optionRom.name }),
      },
    }),
    ...(disk && { disk: disk.name }),
  };
  const section = (name: string, file: ImageFile | undefined): [string, Uint8Array][] =>
    file ? [[name, file.bytes]] : [];
  return [
    ['machine', jsonSection(written)],
    ['image', file.bytes],
    ...modules.map(({ bytes }, n): [string, Uint8Array] => [`module ${n}`, bytes]),
    ...section('bios', firmware?.bios === file ? undefined : firmware?.bios),
    ...section('option rom', firmware?.optionRom),
    ...section('disk', disk),
  ];
}

/** The inverse of recipeSections. @param file what messages call the file @throws KeptFileError */
export function readRecipe(file: string, sections: Sections): Recipe {
  const written = jsonOf(file, sections, 'machine') as Partial<Written> | null;
  if (!written?.configuration || typeof written.image?.name !== 'string' || !Array.isArray(written.modules)) {
    throw new KeptFileError(file, "section 'machine' does not describe one");
  }
  const { name, ...image } = written.image;
  const { firmware, disk } = written;
  const imageFile = new ImageFile(name, sectionOf(file, sections, 'image'));
  const fileOf = (name: string, section: string) => new ImageFile(name, sectionOf(file, sections, section));
  return {
    configuration: written.configuration,
    ...(firmware && {
      firmware: {
        bios: firmware.bios === undefined ? imageFile : fileOf(firmware.bios, 'bios'),
        ...(firmware.optionRom !== undefined && { optionRom: fileOf(firmware.optionRom, 'option rom') }),
      },
    }),
    ...(disk !== undefined && { disk: fileOf(disk, 'disk') }),
    image: {
      ...image,
      file: imageFile,
      modules: written.modules.map((commandLine: string, n) => ({
        commandLine,
        bytes: sectionOf(file, sections, `module ${n}`),
      })),
    },
  };
}
