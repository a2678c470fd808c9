/** Snapshots and time capsules: what they take along, and how they refuse what is damaged. */
import { describe, expect, test } from 'vitest';
import { strokesOf } from '../../devices/key-text.ts';
import { checkCursor, formatCapsule, parseCapsule, scheduleInputs } from '../../emu/machine/keeping/capsule.ts';
import { keptKind, packSections, unpackSections } from '../../emu/machine/keeping/container.ts';
import { pcOptionsOf, setupOf } from '../../emu/machine/keeping/recipe.ts';
import { formatSnapshot, parseSnapshot, restoreSnapshot } from '../../emu/machine/keeping/snapshot.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc, type PcOptions } from '../../emu/machine/pc.ts';
import { stateHash } from '../../emu/machine/state-hash.ts';
import { assembleProgram, ring0 } from '../../emu/testing/program.ts';
import { pics } from '../pics.ts';

const MB = 2 ** 20;
/** Counts timer ticks and keeps the last scan code, on interrupts. */
const PROGRAM = assembleProgram(ring0`
      start:  ${pics()}
              on      0x20, tick
              on      0x21, key
              on      0x25, tick
              mov     al, 0x36
              out     0x43, al
              mov     al, 0x10
              out     0x40, al
              mov     al, 0x01
              out     0x40, al
              fild    dword [three]
              sti
      wait:   hlt
              jmp     wait
      tick:   push    eax
              inc     dword [ticks]
              mov     al, 0x20
              out     0x20, al
              pop     eax
              iretd
      key:    push    eax
              in      al, 0x60
              mov     [code], al
              add     [codes], eax
              mov     al, 0x20
              out     0x20, al
              pop     eax
              iretd
              section .data
      three:  dd      3
      ticks:  dd      0
      codes:  dd      0
      code:   db      0
`);

function machine(options: PcOptions = {}): Pc {
  const pc = new Pc({ ramBytes: 4 * MB, ...options });
  pc.boot({ file: new ImageFile('program', PROGRAM.bytes), address: PROGRAM.address });
  return pc;
}

/** At work, with a key pressed and a line held high by a finger. */
function busy(options: PcOptions = {}): Pc {
  const pc = machine(options);
  pc.machine.inputs.schedule(20_000, { kind: 'key', key: 'a', down: true });
  pc.machine.inputs.schedule(25_000, { kind: 'line', line: 5, level: true });
  pc.machine.run({ until: 100_003 });
  return pc;
}

/** Turn one bit of a byte. */
function damaged(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 0x10;
  return copy;
}

describe('a snapshot', () => {
  test('is the machine: restored, it is the same to the last bit, and stays so', () => {
    const pc = busy();
    const other = restoreSnapshot('s', parseSnapshot('s', formatSnapshot(pc)));
    expect(other.machine.now).toBe(100_003);
    expect(stateHash(other)).toBe(stateHash(pc));
    for (const one of [pc, other]) {
      one.machine.inputs.schedule(150_000, { kind: 'line', line: 5, level: false });
      one.machine.inputs.schedule(160_000, { kind: 'key', key: 'a', down: false });
      one.machine.run({ until: 400_000 });
    }
    expect(stateHash(other)).toBe(stateHash(pc));
  });

  test('brings the way the PC was built', () => {
    const options: PcOptions = {
      ramBytes: 3 * MB,
      frequency: 5_000_000,
      startTime: 86_400,
      watchdog: 'nmi',
      serialPaced: false,
      serial: [() => {}, undefined, () => {}],
      parallel: () => {},
    };
    const pc = busy(options);
    const other = restoreSnapshot('s', parseSnapshot('s', formatSnapshot(pc)));
    expect(other.configuration).toEqual({
      ramBytes: 3 * MB,
      frequency: 5_000_000,
      startTime: 86_400,
      watchdog: 'nmi',
      serialPaced: false,
      cables: [1, 3],
      parallel: 'printer',
    });
    expect(setupOf(other)).toEqual(setupOf(pc));
    expect(stateHash(other)).toBe(stateHash(pc));
  });

  test('knows its image, so that a reset boots it again', () => {
    const other = restoreSnapshot('s', parseSnapshot('s', formatSnapshot(busy())));
    const fresh = machine();
    other.machine.reset();
    expect(other.cpu.eip).toBe(fresh.cpu.eip);
    expect(other.image?.file.name).toBe('program');
  });

  test('every chip’s state is plain enough to be written', () => {
    const { machine: m } = busy({ parallel: () => {} });
    for (const chip of m.devices) {
      expect(JSON.parse(JSON.stringify(chip.peek())), chip.name).toStrictEqual({ ...(chip.save() as object) });
    }
  });

  const file = formatSnapshot(busy());
  const text = (change: (line: string) => string) => {
    const end = file.indexOf(0x0a);
    const first = Buffer.from(file.subarray(0, end)).toString('latin1');
    return Buffer.concat([Buffer.from(change(first)), file.subarray(end)]);
  };
  const sections = unpackSections('s', file, 'snapshot');
  const without = (name: string) => packSections('snapshot', new Map([...sections].filter(([key]) => key !== name)));
  const with_ = (name: string, bytes: Uint8Array) => packSections('snapshot', new Map([...sections, [name, bytes]]));
  const stateWith = (change: object) => {
    const state = JSON.parse(Buffer.from(sections.get('state')!).toString()) as object;
    return with_('state', Buffer.from(JSON.stringify({ ...state, ...change })));
  };
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 's: not a trapgate snapshot'],
    ['another file', Buffer.from('hello'), 's: not a trapgate snapshot'],
    ['a capsule', formatCapsule(busy()), 's: a capsule, not a snapshot'],
    [
      'a later version',
      text((line) => line.replace(' 1 ', ' 2 ')),
      's: version 2 of the snapshot format; this program',
    ],
    ['a first line alone', file.subarray(0, 30), 's: the file is damaged: its first line is incomplete'],
    ['one cut short', file.subarray(0, file.length - 7), 's: the file is cut short: 7 of '],
    ['one with more behind it', Buffer.concat([file, Buffer.from('x')]), 's: the file is damaged: its checksum'],
    ['a changed list of sections', damaged(file, 100), 's: the file is damaged: its checksum'],
    ['a changed byte in memory', damaged(file, file.length - 9), 's: the file is damaged: its checksum'],
    ['a changed checksum', damaged(file, 40), 's: the file is damaged: its checksum'],
    ['one without a processor', without('processor'), "s: it has no section 'processor'"],
    ['one of another layout', stateWith({ layout: '0' }), 's: made by another version of trapgate'],
    ['pages that are not there', stateWith({ pages: [1, 99_999] }), 's: its memory is not that of its machine'],
    ['a state that is not JSON', with_('state', Buffer.from('{')), "s: section 'state' is not JSON"],
    ['memory that is not packed', with_('memory', Buffer.from('xx')), "s: section 'memory' cannot be unpacked"],
    ['a machine that is none', with_('machine', Buffer.from('{}')), "s: section 'machine' does not describe one"],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseSnapshot('s', bytes)).toThrow(message);
  });

  test('refuses chips that this program does not have', () => {
    const odd = parseSnapshot('s', stateWith({ chips: [{ name: 'i8259', state: {} }] }));
    expect(() => restoreSnapshot('s', odd)).toThrow('s: its machine has other chips: i8259');
  });

  test('tells what kind of file it is by its first line, sound or not', () => {
    expect(keptKind(file)).toBe('snapshot');
    expect(keptKind(file.subarray(0, 20))).toBe('snapshot');
    expect(keptKind(Buffer.from('trapgate spoon 1'))).toBeUndefined();
    expect(keptKind(PROGRAM.bytes)).toBeUndefined();
  });
});

describe('a capsule', () => {
  /** Open it as another person would: from power-on, or its snapshot, to its cursor. */
  function open(bytes: Uint8Array): Pc {
    const { recipe, start, inputs, cursor } = parseCapsule('c', bytes);
    const pc = start ? restoreSnapshot('c', start) : new Pc(pcOptionsOf(recipe));
    if (!start) pc.boot(recipe.image);
    scheduleInputs(pc, inputs);
    pc.machine.run({ until: cursor.time });
    checkCursor('c', pc, cursor);
    return pc;
  }

  test('reopens at the same instruction, with what entered and what was still to enter', () => {
    const pc = busy();
    pc.machine.inputs.schedule(170_000, { kind: 'key', key: 'b', down: true });
    const sources = new Map([['program.asm', 'start: hlt\n']]);
    const bytes = formatCapsule(pc, { note: 'a bug', sources });
    expect(parseCapsule('c', bytes)).toMatchObject({ cursor: { time: 100_003, note: 'a bug' }, sources });
    const other = open(bytes);
    expect(other.cpu.eip).toBe(pc.cpu.eip);
    expect(stateHash(other)).toBe(stateHash(pc));
    for (const one of [pc, other]) one.machine.run({ until: 300_000 });
    expect(other.machine.inputs.events).toEqual(pc.machine.inputs.events);
    expect(stateHash(other)).toBe(stateHash(pc));
  });

  test('typing is in it, stroke by stroke', () => {
    const pc = machine();
    pc.typist.type(strokesOf('Hello'));
    pc.machine.run({ until: 9_000_000 });
    expect(pc.machine.inputs.events).toHaveLength(12);
    expect(stateHash(open(formatCapsule(pc)))).toBe(stateHash(pc));
  });

  test('begins with a snapshot when the run did', () => {
    const start = formatSnapshot(busy());
    const pc = restoreSnapshot('s', parseSnapshot('s', start));
    pc.machine.inputs.schedule(120_000, { kind: 'key', key: 'b', down: true });
    pc.machine.run({ until: 200_001 });
    expect(stateHash(open(formatCapsule(pc, { start })))).toBe(stateHash(pc));
  });

  test('says so when the machine was changed by something that is not in its log', () => {
    const pc = busy();
    pc.cpu.ebx = 7;
    expect(() => open(formatCapsule(pc))).toThrow(
      'c: at instruction 100003 the machine is not what it was when this was made.',
    );
  });

  const file = formatCapsule(busy());
  const sections = unpackSections('c', file, 'capsule');
  const inputs = (lines: string) => packSections('capsule', new Map([...sections, ['inputs', Buffer.from(lines)]]));
  const withStart = (start: Uint8Array) => packSections('capsule', new Map([...sections, ['snapshot', start]]));
  test.each<[string, Uint8Array, string]>([
    ['a snapshot', formatSnapshot(busy()), 'c: a snapshot, not a capsule'],
    ['one cut short', file.subarray(0, 1000), 'c: the file is cut short'],
    ['a changed byte', damaged(file, file.length - 2), 'c: the file is damaged: its checksum'],
    ['an input there is none like', inputs('{"at":1,"kind":"spoon"}\n'), 'c: c (its inputs):1: no input is like this'],
    ['a damaged snapshot in it', withStart(Buffer.from('x')), 'c (its snapshot): not a trapgate snapshot'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseCapsule('c', bytes)).toThrow(message);
  });
});
