/** gdb's remote protocol without gdb: packets in, packets out. */
import { describe, expect, test } from 'vitest';
import { parseTcpAddress } from '../../emu/cli/session/tcp-address.ts';
import { frame, PacketReader } from '../../emu/debug/gdb/packets.ts';
import { targetDescription } from '../../emu/debug/gdb/registers.ts';
import { GdbStub } from '../../emu/debug/gdb/stub.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { boot, type Program, real, ring0 } from '../../emu/testing/index.ts';

const bytesOf = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

const COUNTING = ring0`
      start:  mov   eax, 0x11223344
              mov   [cell], eax
      again:  inc   dword [cell]
              jmp   again
              align 4
      cell:   dd    0
`;

async function stub(program: Program = COUNTING) {
  const machine = await boot(program, { ramBytes: 4 * 2 ** 20 });
  const stepper = new Stepper(machine.pc, machine.symbols, { history: { interval: 100_000 } });
  let sent = '';
  const gdb = new GdbStub(stepper, (text) => {
    sent += text;
  });
  const reader = new PacketReader();
  /** Sends raw bytes; gives the packets that came back. */
  const raw = (text: string): string[] => {
    sent = '';
    gdb.receive(bytesOf(text));
    return [...reader.read(bytesOf(sent))].flatMap((a) => (a.kind === 'packet' ? [a.data] : []));
  };
  const ask = (data: string): string | undefined => raw(frame(data))[0];
  /** What comes when a running machine has stopped by itself. */
  const run = (): string | undefined => {
    sent = '';
    for (let i = 0; i < 100 && gdb.isRunning; i++) gdb.run({ until: stepper.pc.machine.now + 100_000 });
    return [...reader.read(bytesOf(sent))].flatMap((a) => (a.kind === 'packet' ? [a.data] : []))[0];
  };
  const address = (label: string) => machine.addressOf(label).toString(16);
  return { machine, stepper, gdb, raw, ask, run, address, lastSent: () => sent };
}

describe('the wire', () => {
  test('packets come through however they are cut, escaped or damaged', () => {
    const reader = new PacketReader();
    const text = `+${frame('m100,4')}junk\x03${frame('X1,1:}#$*')}$abc#00`;
    const found = [...text].flatMap((c) => [...reader.read(bytesOf(c))]);
    expect(found).toEqual([
      { kind: 'packet', data: 'm100,4', intact: true },
      { kind: 'interrupt' },
      { kind: 'packet', data: 'X1,1:}#$*', intact: true },
      { kind: 'packet', data: 'abc', intact: false },
    ]);
  });

  test('what is damaged is asked for again, and what was not heard is said again', async () => {
    const { raw, lastSent, ask } = await stub();
    raw('$qC#00');
    expect(lastSent()).toBe('-');
    ask('qC');
    raw('-');
    expect(lastSent()).toBe(frame('QC1'));
    expect(ask('QStartNoAckMode')).toBe('OK');
    raw(frame('qC'));
    expect(lastSent()).toBe(frame('QC1'));
  });

  test('nonsense gets an error or nothing, and the stub lives on', async () => {
    const { raw, ask } = await stub();
    const packets = [
      '',
      'm',
      'mzz,4',
      'm-1,4',
      'm0,-5',
      'mfffffffff,4',
      'M0,4:0',
      'X',
      'Z',
      'Z0',
      'Z9,0,0',
      'Z0,x,1',
      'P',
      'Pff=0',
    ];
    packets.push(
      'p',
      'pffffffff',
      'G',
      'G00',
      'vCont',
      'vCont;',
      'vCont;x',
      'qXfer',
      'qXfer:features:read:target.xml:zz,1',
      'qRcmd,zz',
    );
    packets.push('qRcmd,', 'b', 'bx', 'H', '\0\0\0', 'x'.repeat(20_000), 'qRcmd,6869', '?', 'T', '!');
    for (const packet of packets) raw(frame(packet));
    let seed = 5;
    for (let i = 0; i < 3000; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const length = seed % 23;
      // Not k, D, or anything that runs.
      const body = Array.from({ length }, (_, n) => String.fromCharCode((seed >>> (n % 24)) & 0xff)).join('');
      if (!/^[kDcCsSbv]/.test(body)) raw(i % 2 ? frame(body) : body);
    }
    raw('#00');
    expect(ask('qC')).toBe('QC1');
  });
});

describe('the wire, at random', () => {
  /** What gdb sends, whole and in part, and what it does not. */
  const WORDS = [
    'm',
    'M',
    'X',
    'g',
    'G',
    'p',
    'P',
    'Z0',
    'Z2',
    'z1',
    'vCont',
    ';c',
    ';s:1',
    's',
    'c',
    'bs',
    'bc',
    'qRcmd,',
  ];
  const MORE = [
    'qXfer:features:read:',
    'target.xml:',
    '0,ff',
    ',4',
    ':',
    '=',
    '00',
    '7fffffff',
    '-1',
    '#',
    '}',
    '*',
    '\x03',
  ];
  const ALL = [...WORDS, ...MORE, '', 'vKil', 'QStartNoAck', '?', 'H', 'Tp1.-1', '\0', '\xff', '6869'];

  for (const seed of [1, 2, 3]) {
    test(`nothing that comes hangs the stub or breaks it, seed ${seed}`, async () => {
      const { raw, ask, gdb, stepper } = await stub();
      let x = seed;
      const next = (n: number) => {
        x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
        return (x >>> 8) % n;
      };
      for (let i = 0; i < 400; i++) {
        const body = Array.from({ length: next(6) }, () => ALL[next(ALL.length)]).join('');
        raw(next(4) === 0 ? body : frame(body));
        if (gdb.isRunning && next(3) > 0) gdb.run({ until: stepper.pc.machine.now + 100 });
      }
      raw('#00');
      raw('\x03');
      expect(gdb.isRunning).toBe(false);
      raw('$#00');
      expect(ask('qC')).toBe('QC1');
    });
  }
});

describe('real mode', () => {
  const PROGRAM = real`
        start:  jmp   0x1000:(far_ - 0x10000)
                times 0x10000 - ($ - $$) - 0x7c00 db 0x90
        far_:   inc   eax
                mov   bx, 5
                jmp   far_
  `;

  test('code in a segment with a base is where gdb looks for it', async () => {
    const { ask, run, stepper } = await stub(PROGRAM);
    stepper.run({ until: stepper.pc.machine.now + 10_000 });
    const { cpu } = stepper.pc;
    expect(cpu.segment('cs').base).toBe(0x10000);
    const linear = (0x10000 + cpu.eip) >>> 0;
    const le = (value: number) => Buffer.from(Uint32Array.of(value).buffer).toString('hex');
    expect(ask('p8')).toBe(le(linear));
    let xml = '';
    for (let part = 'm'; part.startsWith('m'); xml += part.slice(1)) {
      part = ask(`qXfer:features:read:target.xml:${xml.length.toString(16)},3f0`)!;
    }
    expect(xml).toContain('<architecture>i8086</architecture>');
    ask('Z0,10000,1');
    expect(ask('c') ?? run()).toMatch(/^T05swbreak:;08:00000100;/);
    expect(ask('P8=00000100')).toBe('OK');
    expect(cpu.eip).toBe(0);
  });
});

test('without a host, only this machine may come', () => {
  expect(parseTcpAddress('-gdb', 'tcp::1234')).toEqual({ host: '127.0.0.1', port: 1234 });
  expect(parseTcpAddress('-gdb', 'tcp:[::1]:99')).toEqual({ host: '::1', port: 99 });
  for (const text of ['tcp:1234', 'udp::1', 'tcp::70000', '1234']) {
    expect(() => parseTcpAddress('-gdb', text)).toThrow(`-gdb ${text}: tcp::PORT`);
  }
});

describe('the machine behind it', () => {
  test('tells what it can, and describes every register', async () => {
    const { ask } = await stub();
    expect(ask('qSupported:multiprocess+')).toMatch(/qXfer:features:read\+.*ReverseStep\+/);
    let xml = '';
    for (let part = 'm'; part.startsWith('m'); xml += part.slice(1)) {
      part = ask(`qXfer:features:read:target.xml:${xml.length.toString(16)},3f0`)!;
    }
    expect(xml).toBe(targetDescription(32));
    for (const name of ['eax', 'cs', 'st0', 'xmm7', 'mxcsr', 'cr3', 'gdtr_base'])
      expect(xml).toContain(`name="${name}"`);
    expect(ask('qXfer:memory-map:read::0,1000')).toMatch(/^l[\s\S]*type="ram"/);
  });

  test('registers and memory, read and written', async () => {
    const { ask, address, machine } = await stub();
    expect(ask('P3=78563412')).toBe('OK');
    expect(machine.pc.cpu.ebx).toBe(0x12345678);
    expect(ask('p3')).toBe('78563412');
    expect(ask(`M${address('cell')},4:01020304`)).toBe('OK');
    expect(ask(`m${address('cell')},4`)).toBe('01020304');
    expect(ask(`X${address('cell')},1:}`)).toBe('OK');
    expect(ask(`m${address('cell')},1`)).toBe('7d');
    const all = ask('g')!;
    expect(ask(`G${all.slice(0, 8)}efbeadde${all.slice(16)}`)).toBe('OK');
    expect(machine.pc.cpu.ecx).toBe(0xdeadbeef);
    // The screen is a chip: looking would change it.
    expect(ask('mb8000,4')).toBe('E0e');
  });

  test('steps, runs to a breakpoint, goes back, stops at a watch', async () => {
    const { ask, run, address } = await stub();
    const move = (packet: string) => ask(packet) ?? run();
    expect(move('vCont;s:1')).toMatch(/^T05/);
    ask(`Z0,${address('again')},1`);
    expect(ask('vCont;c')).toBeUndefined();
    expect(run()).toMatch(/^T05swbreak:;/);
    ask(`z0,${address('again')},1`);
    ask(`Z2,${address('cell')},4`);
    ask('c');
    expect(run()).toMatch(new RegExp(`^T05watch:${address('cell')};`));
    expect(move('bs')).toMatch(/^T05/);
    ask('c');
    expect(run()).toMatch(/^T05watch/);
    // The store before the loop; nothing before that.
    expect(move('bc')).toMatch(/^T05watch/);
    expect(move('bc')).toMatch(/^T05replaylog:begin;/);
  });

  test('an interrupt stops it where it is', async () => {
    const { ask, gdb, raw, stepper } = await stub();
    ask('c');
    for (let i = 0; i < 5; i++) gdb.run({ until: stepper.pc.machine.now + 1000 });
    expect(raw('\x03')[0]).toMatch(/^T02/);
    expect(gdb.isRunning).toBe(false);
    expect(gdb.run({})).toBe('stopped');
  });

  test('monitor commands answer with text', async () => {
    const { ask } = await stub();
    const monitor = (text: string) =>
      Buffer.from(ask(`qRcmd,${Buffer.from(text).toString('hex')}`)!, 'hex').toString('latin1');
    expect(monitor('info pic')).toMatch(/^pic +IRR[\s\S]*master[\s\S]*slave/);
    expect(monitor('info idt 0x20')).toMatch(/interrupt gate|trap gate|beyond/);
    expect(monitor('why irq 1')).toContain('8259');
    expect(monitor('history')).toMatch(/^from 0 to/);
    expect(monitor('help')).toContain('snapshot');
    expect(monitor('key nonsense')).toContain('no key');
    expect(monitor('goto 999999')).toMatch(/^at 999999/);
  });
});
