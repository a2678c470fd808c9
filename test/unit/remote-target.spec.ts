/** gdb's end of the wire: our client on our own stub, and on stubs that do worse. */
import { describe, expect, test } from 'vitest';
import { frame } from '../../emu/debug/gdb/packets.ts';
import { GdbStub } from '../../emu/debug/gdb/stub.ts';
import { GdbClient } from '../../emu/debug/remote/client.ts';
import { readDescription } from '../../emu/debug/remote/description.ts';
import { parseQemuRegisters } from '../../emu/debug/remote/qemu-monitor.ts';
import { RemoteTarget } from '../../emu/debug/remote/remote-target.ts';
import { Repl } from '../../emu/debug/repl.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { boot, paged0 } from '../../emu/testing/index.ts';
import { NO_DEBUG_INFO } from '../../emu/trace/debug-info.ts';

const bytesOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A client and a stub, each with the other at its end of the wire. */
async function attached() {
  const machine = await boot(paged0`
    start:  on    0x40, handler
            mov   ecx, 1000
    again:  call  bump
    after:  loop  again
    done:   int   0x40
    behind: mov   eax, [counter]
    spin:   jmp   spin
    bump:   inc   dword [counter]
    leave_: ret
    handler: iret
            align 4
    counter: dd   0
  `);
  const stepper = new Stepper(machine.pc, machine.symbols, { history: { interval: 10_000 } });
  let run = () => {};
  const client: GdbClient = new GdbClient((text) => stub.receive(bytesOf(text)));
  const stub = new GdbStub(
    stepper,
    (text) => client.receive(bytesOf(text)),
    () => run(),
  );
  run = () => {
    if (stub.run({ until: machine.pc.machine.now + 100_000, idle: 'jump' }) !== 'stopped') setImmediate(run);
  };
  stub.connect();
  const image = { symbols: machine.symbols, debugInfo: NO_DEBUG_INFO, source: () => undefined };
  const target = await RemoteTarget.connect(client, 'here', image);
  const talk = new Repl(target);
  return { machine, stepper, client, target, say: (line: string) => talk.answer(line) };
}

describe('on our own stub', () => {
  test('the same commands as on the machine itself', async () => {
    const { say, target, stepper } = await attached();
    expect(target.title).toBe('trapgate at here');
    expect(await say('at bump if ecx == 998')).toBe('stop 1: at bump if ecx == 998');
    expect(await say('run')).toMatch(/^stop 1: .*\n\d+ {2}0008:[\da-f]{8} <bump> {2}inc/);
    expect(stepper.pc.cpu.ecx).toBe(998);
    expect(await say('print [counter]')).toBe('0x00000002 = 2');
    expect(await say('out')).toContain('<after>');
    expect(await say('back-over')).toContain('<again>');
    expect(await say('delete 1')).toBe('');
    expect(await say('over')).toContain('<after>');
    expect(await say('step')).toContain('<again>');
    expect(await say('watch counter change after 3')).toMatch(/^stop \d+: change of 4 at counter, after 3 times$/);
    expect(await say('run')).toContain('<leave_>');
    expect(await say('print [counter]')).toBe('0x00000007 = 7');
    expect(await say('run-back')).toMatch(/^stop \d+/);
    expect(await say('trap 0x40')).toMatch(/^stop \d+: trap 0x40$/);
  });

  test('what the machine alone knows comes through the monitor; tables and pages are read', async () => {
    const { say } = await attached();
    await say('until behind');
    expect(await say('traps')).toContain('vector 0x40 (software)');
    expect(await say('pic')).toContain('master');
    expect(await say('idt 0x40')).toMatch(/interrupt gate, 32-bit, dpl 0, 0008:[\da-f]{8} <handler>/);
    expect(await say('segments')).toMatch(/cs {3}0008 .*32-bit code, dpl 0/);
    expect(await say('page start')).toMatch(/PDE .*\nPTE .*\nphysical 001[\da-f]{5}: /);
    expect(await say('timeline')).toMatch(/now at \d+/);
    expect(await say('goto 5')).toMatch(/^5 /);
  });

  test('registers and memory are changed at the far end', async () => {
    const { say, machine } = await attached();
    await say('set ebx 0x1234');
    await say('set word[counter] 0x5678');
    expect(machine.pc.cpu.ebx).toBe(0x1234);
    expect(await say('print [counter] + ebx')).toContain('0x000068ac');
    expect(await say('set byte[0xf0000000] 1')).toContain('cannot be written');
  });

  test('a run is interrupted', async () => {
    const { say, target } = await attached();
    const running = say('run');
    await new Promise((resolve) => setImmediate(resolve));
    expect(target.isMoving).toBe(true);
    expect(await say('step')).toContain('the machine runs');
    target.interrupt();
    expect(await running).toContain('<spin>');
    expect(target.isMoving).toBe(false);
  });

  test('what a stub has no packet for is refused in words', async () => {
    const { say } = await attached();
    expect(await say('irq-edge 1')).toContain('cannot stop at IRQ 1 edge');
    expect(await say('ring 3')).toContain('cannot stop at ring 3');
    expect(await say('run 100')).toContain('cannot be let run for so many instructions');
  });
});

describe('a stub that', () => {
  /** A stub of nothing but these answers; what is not among them it does not know. */
  const answering = (answers: Readonly<Record<string, string>>) => {
    const client: GdbClient = new GdbClient((text) => {
      const packet = /\$([^#]*)#/.exec(text)?.[1];
      if (packet === undefined) return;
      const key = Object.keys(answers).find((start) => packet.startsWith(start));
      queueMicrotask(() => client.receive(bytesOf(`+${frame(key === undefined ? '' : answers[key]!)}`)));
    });
    return client;
  };

  test('tells little: sixteen registers and no tables', async () => {
    const registers = Array.from({ length: 16 }, (_, i) => `${(i + 1).toString(16).padStart(2, '0')}000000`).join('');
    const target = await RemoteTarget.connect(answering({ '?': 'S05', g: registers, m: 'E01' }), 'there');
    const talk = new Repl(target);
    expect(target.title).toBe('a gdb stub at there');
    expect(await talk.answer('print ebx')).toBe('0x00000004 = 4');
    expect(await talk.answer('idt')).toBe('the stub does not tell where the IDT is');
    expect(await talk.answer('chips')).toBe('this stub does not tell');
    expect(await talk.answer('back')).toBe('this stub cannot go backwards');
    expect(await talk.answer('at 0x1000')).toContain('it does not know how');
    expect(await talk.answer('x 0')).toContain('nothing can be seen');
    expect(await talk.answer('info registers')).toContain('eip 00000009');
  });

  test('is none is told apart', async () => {
    await expect(RemoteTarget.connect(answering({ '?': 'HTTP/1.1 400' }), 'there')).rejects.toThrow('no gdb stub');
  });

  test('is one of another machine is refused', async () => {
    const xml = '<target><architecture>aarch64</architecture></target>';
    const answers = { qSupported: 'qXfer:features:read+', 'qXfer:features:read:target.xml:0': `l${xml}` };
    await expect(RemoteTarget.connect(answering(answers), 'there')).rejects.toThrow('aarch64, not i386');
  });

  test('dies in the middle of a move ends it with the reason', async () => {
    const { say, client } = await attached();
    const running = say('run');
    await new Promise((resolve) => setImmediate(resolve));
    client.close('the far end has hung up');
    expect(await running).toBe('the far end has hung up');
    expect(await say('print ecx')).toMatch(/^0x/);
    expect(await say('step')).toBe('the far end has hung up');
    expect(await say('x start 4096')).toBe('the far end has hung up');
  });

  test('shortens runs of characters is understood', async () => {
    const sent: string[] = [];
    const client = new GdbClient((text) => sent.push(text));
    const answer = client.request('g');
    await Promise.resolve();
    client.receive(bytesOf(frameOfRaw('0* ab1*"x')));
    expect(await answer).toBe('0000ab1111111x'.replace('0000', '0'.repeat(4)).replace('1111111', '1'.repeat(6)));
    expect(sent.at(-1)).toBe('+');
  });

  test('sends a damaged packet is asked for it again', async () => {
    const sent: string[] = [];
    const client = new GdbClient((text) => sent.push(text));
    const answer = client.request('?');
    await Promise.resolve();
    client.receive(bytesOf('$S05#00'));
    expect(sent.at(-1)).toBe('-');
    client.receive(bytesOf(frame('S05')));
    expect(await answer).toBe('S05');
  });
});

/** A packet whose data is as it stands, runs and all. */
function frameOfRaw(data: string): string {
  const sum = [...data].reduce((total, char) => total + char.charCodeAt(0), 0) & 0xff;
  return `$${data}#${sum.toString(16).padStart(2, '0')}`;
}

describe('descriptions', () => {
  const documents: Readonly<Record<string, string>> = {
    'target.xml':
      '<target><architecture>i386</architecture><xi:include href="core.xml"/><xi:include href="more.xml"/></target>',
    'core.xml':
      '<feature name="org.gnu.gdb.i386.core"><reg name="eax" bitsize="32"/><reg name="st0" bitsize="80"/></feature>',
    'more.xml':
      '<!-- <reg name="no" bitsize="8"/> --><reg bitsize="32" regnum="40" name="cr0" type="int"/><reg name="cr2" bitsize="32"/>',
  };
  const read = async (name: string) => documents[name] ?? '';

  test('are put together from their parts; numbers go on from those that are given', async () => {
    const { registers, features } = await readDescription(read);
    expect(registers).toEqual([
      { name: 'eax', number: 0, bytes: 4 },
      { name: 'st0', number: 1, bytes: 10 },
      { name: 'cr0', number: 40, bytes: 4 },
      { name: 'cr2', number: 41, bytes: 4 },
    ]);
    expect(features).toEqual(['org.gnu.gdb.i386.core']);
  });

  test('that include themselves, or say nothing sensible, are refused', async () => {
    await expect(readDescription(async () => '<xi:include href="target.xml"/>')).rejects.toThrow('includes itself');
    await expect(readDescription(async () => '<reg name="eax"/>')).rejects.toThrow('cannot be understood');
  });
});

test("QEMU's registers are read from its monitor", () => {
  const told = parseQemuRegisters(
    [
      'EIP=0000fff0 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=1',
      'CS =0060 00000000 ffffffff 00cf9a00 DPL=0 CS32 [-R-]',
      'FS =0000 00000000 ffffffff 00000000',
      'LDT=0000 00000000 00000000 00008200 DPL=0 LDT',
      'GDT=     00111000 000000ff',
      'IDT=     001125f0 000007ff',
    ].join('\r\n'),
  )!;
  expect(told.segments.get('cs')).toEqual({ selector: 0x60, base: 0, limit: 0xffffffff, access: 0xc09a, usable: true });
  expect(told.segments.get('fs')?.usable).toBe(false);
  expect([told.gdtr, told.idtr]).toEqual([
    { base: 0x111000, limit: 0xff },
    { base: 0x1125f0, limit: 0x7ff },
  ]);
  expect(told.isHalted).toBe(true);
  expect(parseQemuRegisters('unknown command')).toBeUndefined();
});
