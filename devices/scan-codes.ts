/**
 * The bytes that a key sends when it goes down or up, in scan code sets 1, 2 and 3.
 *
 * The keys that the 101-key board added to the 84 of the AT pretend to be keypad keys for software that knows only
 * those: they put a make or break of a shift around themselves, so that the keypad key means what is printed on them.
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and 102-Key)", "Scan Codes".
 */
import { type KeyName, keyNamed, set1Of } from './keys.ts';

export type ScanCodeSet = 1 | 2 | 3;

/** What changes a key's bytes. */
export interface Modifiers {
  leftShift: boolean;
  rightShift: boolean;
  control: boolean;
  alt: boolean;
  /** The light is on. */
  numLock: boolean;
  /** Print Screen went down together with alt. */
  sysRq: boolean;
}

/** A movement of a key, or of one that is pretended, by its code in set 2. */
interface Movement {
  code: number;
  down: boolean;
}

const LEFT_SHIFT = 0xe012;
const RIGHT_SHIFT = 0xe059;
const PRINT_SCREEN = 0xe07c;
const SYS_RQ = 0x84;
const BREAK_KEY = 0xe07e;
const BREAK = 0xf0;

const PAUSE_SET_1 = [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5];
const PAUSE_SET_2 = [0xe1, 0x14, 0x77, 0xe1, BREAK, 0x14, BREAK, 0x77];

const NAVIGATION: ReadonlySet<KeyName> = new Set([
  'insert',
  'home',
  'page-up',
  'delete',
  'end',
  'page-down',
  'up',
  'left',
  'down',
  'right',
]);

/** The bytes of one movement of `key`. */
export function strokesFor(key: KeyName, down: boolean, set: ScanCodeSet, modifiers: Modifiers): number[] {
  const { set2, set3 } = keyNamed(key);
  if (set === 3) return down ? [set3] : [BREAK, set3];
  if (key === 'pause' && !modifiers.control) {
    if (!down) return [];
    return set === 1 ? PAUSE_SET_1 : PAUSE_SET_2;
  }
  return movements(key, set2, down, modifiers).flatMap((movement) => bytesOf(movement, set));
}

function movements(key: KeyName, code: number, down: boolean, modifiers: Modifiers): Movement[] {
  const { control, leftShift, rightShift, numLock, sysRq } = modifiers;
  const shift = leftShift || rightShift;
  switch (key) {
    case 'pause': // With control it is the Break key, which makes and breaks at once.
      return down ? [make(BREAK_KEY), { code: BREAK_KEY, down: false }] : [];
    case 'print-screen':
      if (sysRq) return [{ code: SYS_RQ, down }];
      return control || shift ? [{ code, down }] : around({ code: PRINT_SCREEN, down }, [make(LEFT_SHIFT)]);
    case 'keypad-slash':
      return around({ code, down }, liftedShifts(modifiers));
    default:
      if (!NAVIGATION.has(key)) return [{ code, down }];
      if (numLock) return around({ code, down }, shift ? [] : [make(LEFT_SHIFT)]);
      return around({ code, down }, liftedShifts(modifiers));
  }
}

function make(code: number): Movement {
  return { code, down: true };
}

/** The shifts that are held, let go for the moment. */
function liftedShifts({ leftShift, rightShift }: Modifiers): Movement[] {
  return [
    ...(leftShift ? [{ code: LEFT_SHIFT, down: false }] : []),
    ...(rightShift ? [{ code: RIGHT_SHIFT, down: false }] : []),
  ];
}

/** What is pretended comes before the make of a key, and is taken back after its break. */
function around(movement: Movement, pretended: Movement[]): Movement[] {
  if (movement.down) return [...pretended, movement];
  return [movement, ...pretended.toReversed().map(({ code, down }) => ({ code, down: !down }))];
}

function bytesOf({ code, down }: Movement, set: 1 | 2): number[] {
  const prefix = code > 0xff ? [code >> 8] : [];
  const byte = code & 0xff;
  if (set === 1) return [...prefix, set1Of(byte) | (down ? 0 : 0x80)];
  return down ? [...prefix, byte] : [...prefix, BREAK, byte];
}
