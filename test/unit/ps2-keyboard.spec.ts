import { describe, expect, test } from 'vitest';
import { strokesOf } from '../../devices/key-text.ts';
import { KEYS, type KeyName } from '../../devices/keys.ts';
import { Ps2Keyboard } from '../../devices/ps2-keyboard.ts';
import { FakeClock } from './fake-clock.ts';

function bench() {
  const clock = new FakeClock();
  const keyboard = new Ps2Keyboard({ clock });
  let woken = 0;
  keyboard.attach(() => void woken++);
  const take = () => {
    const bytes: number[] = [];
    while (keyboard.waiting) bytes.push(keyboard.send());
    return bytes;
  };
  return {
    clock,
    keyboard,
    take,
    woken: () => woken,
    /** What it answers to these bytes of the host's. */
    command(...bytes: number[]): number[] {
      return bytes.flatMap((byte) => {
        keyboard.receive(byte);
        return take();
      });
    },
    press(...keys: KeyName[]): number[] {
      for (const key of keys) keyboard.press(key);
      return take();
    },
    release(...keys: KeyName[]): number[] {
      for (const key of keys) keyboard.release(key);
      return take();
    },
  };
}

const hex = (text: string) => text.split(' ').map((byte) => Number.parseInt(byte, 16));

describe('scan codes', () => {
  test.each<[KeyName, string, string]>([
    ['a', '1c', 'f0 1c'],
    ['f7', '83', 'f0 83'],
    ['left-shift', '12', 'f0 12'],
    ['right-control', 'e0 14', 'e0 f0 14'],
    ['keypad-5', '73', 'f0 73'],
    ['delete', 'e0 71', 'e0 f0 71'],
    ['menu', 'e0 2f', 'e0 f0 2f'],
    ['print-screen', 'e0 12 e0 7c', 'e0 f0 7c e0 f0 12'],
  ])('set 2: %s is %s, and %s when it is let go', (key, make, gone) => {
    const b = bench();
    expect(b.press(key)).toEqual(hex(make));
    expect(b.release(key)).toEqual(hex(gone));
  });

  test.each<[KeyName, string, string]>([
    ['a', '1e', '9e'],
    ['escape', '01', '81'],
    ['f12', '58', 'd8'],
    ['right-control', 'e0 1d', 'e0 9d'],
    ['up', 'e0 48', 'e0 c8'],
    ['keypad-enter', 'e0 1c', 'e0 9c'],
    ['print-screen', 'e0 2a e0 37', 'e0 b7 e0 aa'],
  ])('set 1: %s is %s, and %s when it is let go', (key, make, gone) => {
    const b = bench();
    b.command(0xf0, 1);
    expect(b.press(key)).toEqual(hex(make));
    expect(b.release(key)).toEqual(hex(gone));
  });

  test.each<[KeyName, string, string | null]>([
    ['caps-lock', '14', 'f0 14'],
    ['left-alt', '19', 'f0 19'],
    ['print-screen', '57', null],
    ['pause', '62', null],
    ['a', '1c', null],
  ])('set 3: %s is %s', (key, make, gone) => {
    const b = bench();
    b.command(0xf0, 3);
    expect(b.press(key)).toEqual(hex(make));
    expect(b.release(key)).toEqual(gone === null ? [] : hex(gone));
  });

  test('Pause says all at once, and is Break with control', () => {
    const b = bench();
    expect(b.press('pause')).toEqual(hex('e1 14 77 e1 f0 14 f0 77'));
    expect(b.release('pause')).toEqual([]);
    b.press('left-control');
    expect(b.press('pause')).toEqual(hex('e0 7e e0 f0 7e'));
    b.release('left-control', 'pause');
    b.command(0xf0, 1);
    expect(b.press('pause')).toEqual(hex('e1 1d 45 e1 9d c5'));
  });

  test('Print Screen is SysRq with alt, and bare with control or shift', () => {
    const b = bench();
    b.press('left-alt');
    expect(b.press('print-screen')).toEqual([0x84]);
    b.release('left-alt');
    expect(b.release('print-screen')).toEqual([0xf0, 0x84]);
    b.press('left-shift');
    expect(b.press('print-screen')).toEqual(hex('e0 7c'));
  });

  test('the arrow keys lift a shift that is held, and put it back', () => {
    const b = bench();
    b.press('right-shift');
    expect(b.press('left')).toEqual(hex('e0 f0 59 e0 6b'));
    expect(b.release('left')).toEqual(hex('e0 f0 6b e0 59'));
  });

  test('with num lock they pretend a shift instead', () => {
    const b = bench();
    b.command(0xed, 2);
    expect(b.press('left')).toEqual(hex('e0 12 e0 6b'));
    expect(b.release('left')).toEqual(hex('e0 f0 6b e0 f0 12'));
    b.press('left-shift');
    expect(b.press('left')).toEqual(hex('e0 6b'));
  });

  test('there are 104 keys, no two with the same code in set 2 or 3', () => {
    expect(KEYS.length).toBe(104);
    expect(new Set(KEYS.map((key) => key.set2)).size).toBe(104);
    expect(new Set(KEYS.map((key) => key.set3)).size).toBe(104);
  });
});

describe('commands', () => {
  test('echo, identify, and what it does not know', () => {
    const b = bench();
    expect(b.command(0xee)).toEqual([0xee]);
    expect(b.command(0xf2)).toEqual([0xfa, 0xab, 0x83]);
    expect(b.command(0x00)).toEqual([0xfe]);
  });

  test('lights', () => {
    const b = bench();
    expect(b.command(0xed, 0x05)).toEqual([0xfa, 0xfa]);
    expect(b.keyboard.lights).toBe(5);
  });

  test('a command in place of a parameter is taken as the command', () => {
    const b = bench();
    expect(b.command(0xed, 0xee)).toEqual([0xfa, 0xee]);
    expect(b.keyboard.lights).toBe(0);
  });

  test('the set can be chosen and asked for', () => {
    const b = bench();
    expect(b.command(0xf0, 0)).toEqual([0xfa, 0xfa, 2]);
    expect(b.command(0xf0, 3)).toEqual([0xfa, 0xfa]);
    expect(b.command(0xf0, 0)).toEqual([0xfa, 0xfa, 3]);
  });

  test('F5 stops scanning, F4 starts it again, F6 sets defaults', () => {
    const b = bench();
    b.command(0xf0, 1);
    expect(b.command(0xf5)).toEqual([0xfa]);
    expect(b.press('a')).toEqual([]);
    b.release('a');
    expect(b.command(0xf4)).toEqual([0xfa]);
    expect(b.press('b')).toEqual([0x32]);
  });

  test('resend gives the last byte again', () => {
    const b = bench();
    b.press('a');
    expect(b.command(0xfe, 0xfe)).toEqual([0x1c, 0x1c]);
  });

  test('reset answers, then tests itself, and nothing is typed meanwhile', () => {
    const b = bench();
    b.command(0xed, 7);
    expect(b.command(0xff)).toEqual([0xfa]);
    expect(b.press('a')).toEqual([]);
    b.clock.runMicroseconds(1000);
    expect(b.take()).toEqual([0xaa]);
    expect(b.keyboard.lights).toBe(0);
  });

  test('set 3 keys report as they are told to', () => {
    const b = bench();
    b.command(0xf0, 3);
    expect(b.command(0xf8)).toEqual([0xfa]);
    b.press('a');
    expect(b.release('a')).toEqual(hex('f0 1c'));
    expect(b.command(0xfd, 0x1c, 0x32)).toEqual([0xfa, 0xfa, 0xfa]);
    b.press('a');
    expect(b.release('a')).toEqual([]);
    b.press('c');
    expect(b.release('c')).toEqual(hex('f0 21'));
    b.command(0xfa);
    b.press('a');
    b.clock.runMicroseconds(500_000);
    expect(b.take()).toEqual([0x1c]);
    expect(b.release('a')).toEqual(hex('f0 1c'));
  });

  test('the next byte from the host cuts a longer answer short, but not acknowledgements', () => {
    const b = bench();
    for (const byte of [0xf2, 0xed, 0x00]) b.keyboard.receive(byte);
    expect(b.take()).toEqual([0xfa, 0xfa, 0xfa]);
  });

  test('an answer goes before scan codes that wait', () => {
    const b = bench();
    b.keyboard.press('a');
    b.keyboard.receive(0xee);
    expect(b.take()).toEqual([0xee, 0x1c]);
    expect(b.woken()).toBe(2);
  });
});

describe('typematic', () => {
  test('a key held for half a second repeats 10.9 times a second', () => {
    const b = bench();
    b.press('x');
    b.clock.runMicroseconds(499_999);
    expect(b.take()).toEqual([]);
    b.clock.runMicroseconds(1);
    expect(b.take()).toEqual([0x22]);
    b.clock.runMicroseconds(91_740 * 3);
    expect(b.take()).toEqual([0x22, 0x22, 0x22]);
    expect(b.release('x')).toEqual([0xf0, 0x22]);
    b.clock.runMicroseconds(1_000_000);
    expect(b.take()).toEqual([]);
  });

  test('F3 sets delay and rate: 250 ms and 30 a second at the fastest', () => {
    const b = bench();
    expect(b.command(0xf3, 0x00)).toEqual([0xfa, 0xfa]);
    b.press('x');
    b.clock.runMicroseconds(250_000 + 33_360 * 2);
    expect(b.take()).toEqual([0x22, 0x22, 0x22]);
  });

  test('the key pressed last is the one that repeats', () => {
    const b = bench();
    b.press('x');
    b.press('y');
    b.clock.runMicroseconds(500_000);
    expect(b.take()).toEqual([0x35]);
    b.release('y');
    b.clock.runMicroseconds(2_000_000);
    expect(b.take()).toEqual([]);
  });

  test('a held key is not pressed again', () => {
    const b = bench();
    b.press('x');
    expect(b.press('x')).toEqual([]);
  });
});

describe('the buffer', () => {
  test('holds 16 bytes; what does not fit is lost, and a zero says so', () => {
    const b = bench();
    for (const key of [
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'g',
      'h',
      'i',
      'j',
      'k',
      'l',
      'm',
      'n',
      'o',
      'p',
      'q',
      'r',
    ] as const) {
      b.keyboard.press(key);
    }
    const bytes = b.take();
    expect(bytes.length).toBe(17);
    expect(bytes[16]).toBe(0);
  });

  test('save and load keep keys, bytes and repetition', () => {
    const first = bench();
    first.keyboard.press('left-shift');
    first.keyboard.press('z');
    const second = bench();
    second.keyboard.load(first.keyboard.save());
    expect(second.take()).toEqual([0x12, 0x1a]);
    second.clock.runMicroseconds(500_000);
    expect(second.take()).toEqual([0x1a]);
  });
});

describe('text as strokes', () => {
  test('capitals and signs are typed with shift, control characters with control', () => {
    const names = strokesOf('a!\n\x03').map(({ key, down }) => (down ? '+' : '-') + key);
    expect(names.join(' ')).toBe('+a -a +left-shift +1 -1 -left-shift +enter -enter +left-control +c -c -left-control');
  });

  test('every printable character has a key', () => {
    for (let code = 0x20; code < 0x7f; code++) expect(strokesOf(String.fromCharCode(code)).length).toBeGreaterThan(0);
  });

  test('what no key types is refused', () => {
    expect(() => strokesOf('ä')).toThrow(RangeError);
  });
});
