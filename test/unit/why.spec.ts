/** "Why has IRQ n not fired?" and "why did this fault?", each on a machine that was made so. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { monitor } from '../../emu/debug/monitor.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import type { Answer } from '../../emu/debug/why/chain.ts';
import { whyFault } from '../../emu/debug/why/fault.ts';
import { whyIrq } from '../../emu/debug/why/irq.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { bare, boot, type Program, ring0, ring3 } from '../../emu/testing/index.ts';
import { debugInfoOf } from '../../emu/trace/debug-info.ts';
import { SymbolTable } from '../../emu/trace/symbols.ts';

async function machineWith(program: Program) {
  const machine = await boot(program, { ramBytes: 4 * 2 ** 20 });
  const stepper = new Stepper(machine.pc, machine.symbols);
  return { machine, stepper, pc: machine.pc };
}

/** Programs from strings. */
const inRing0 = (source: string) => ring0`${source}`;
const inRing3 = (source: string) => ring3`${source}`;

/** Paging on, WP set: 4 MB at their own addresses, and nothing else. */
const PAGING = `
        mov   edi, tables
        mov   eax, tables + 4096 + 3
        mov   [edi], eax
        mov   ecx, 1024
        mov   edi, tables + 4096
        mov   eax, 3
fill:   stosd
        add   eax, 4096
        loop  fill
        mov   eax, tables
        mov   cr3, eax
        mov   eax, cr0
        or    eax, 0x80010000
        mov   cr0, eax
`;
const PAGE_TABLES = `
        align 4096
tables: times 8192 db 0
`;

/** Both 8259s as a PC's system sets them up; then `rest`. Ends at `end`. */
const WITH_PICS = (rest: string, { icw3 = 4, id = 2, icw4 = 1, masks = [0, 0] } = {}) => ring0`
  start:  nop
          mov   al, 0x11
          out   0x20, al
          out   0xa0, al
          mov   al, 0x20
          out   0x21, al
          mov   al, 0x28
          out   0xa1, al
          mov   al, ${icw3}
          out   0x21, al
          mov   al, ${id}
          out   0xa1, al
          mov   al, ${icw4}
          out   0x21, al
          out   0xa1, al
          mov   al, ${masks[0]!}
          out   0x21, al
          mov   al, ${masks[1]!}
          out   0xa1, al
          ${rest}
  end:    nop
          jmp   end
  handler: nop
          iretd
`;

/** Runs the program to `end`, puts a finger on the wire, and asks. */
async function obstacleOf(
  irq: number,
  program: Program,
  press: 'press' | 'leave' | 'press and let go' = 'press',
): Promise<string> {
  const { machine, stepper, pc } = await machineWith(program);
  stepper.add({ kind: 'address', address: machine.addressOf('end') }, { once: true });
  stepper.run();
  // The timer's output is high from power-on: IRQ 0 is let alone here.
  const input = (level: boolean) => pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line: irq, level });
  if (press !== 'leave') input(true);
  if (press === 'press and let go') input(false);
  pc.machine.run({ until: pc.machine.now });
  const answer = whyIrq(stepper, irq);
  expect(answer.text).toContain(answer.verdict);
  return answer.obstacle === undefined ? 'none' : `${answer.obstacle.name}: ${answer.obstacle.text}`;
}

describe('why has an interrupt not fired', () => {
  const cases: [string, number, Program, RegExp, ('press' | 'leave' | 'press and let go')?][] = [
    ['nothing is in its way', 5, WITH_PICS('on 0x25, handler\nsti\nnop'), /^none/],
    ['the 8259 was never set up', 5, inRing0('start: nop\nend: jmp end'), /no ICW2/],
    ['... or half', 5, inRing0('start: mov al, 0x11\nout 0x20, al\nend: jmp end'), /waits for ICW2/],
    ['nobody asks', 5, WITH_PICS('sti'), /master line: IRQ 5 is low/, 'leave'],
    ['the edge was lost', 5, WITH_PICS('cli'), /forgotten/, 'press and let go'],
    ['masked', 5, WITH_PICS('sti', { masks: [0x20, 0] }), /master IMR: .*bit 5/],
    ['masked at the slave', 10, WITH_PICS('sti', { masks: [0, 4] }), /slave IMR: .*bit 2/],
    ['the cascade is masked', 10, WITH_PICS('sti', { masks: [4, 0] }), /master IMR: .*bit 2/],
    ['the cascade was forgotten', 10, WITH_PICS('sti', { icw3: 0 }), /cascade was forgotten/],
    ['the slave has another number', 10, WITH_PICS('sti', { id: 3 }), /number 3/],
    ['MCS-80 mode', 5, WITH_PICS('nop', { icw4: 0 }), /MCS-80|IF/],
    ['interrupts are off', 5, WITH_PICS('cli'), /^IF: .*disabled/],
    ['the slave’s way is free', 10, WITH_PICS('sti'), /^none|gate/],
    ['the cascade itself', 2, WITH_PICS('sti'), /from the slave to the master/, 'leave'],
  ];
  for (const [name, irq, program, expected, press] of cases) {
    test(name, async () => {
      expect(await obstacleOf(irq, program, press)).toMatch(expected);
    });
  }

  /** Set up as WITH_PICS, then the line rises while interrupts are on, and the handler is entered. */
  async function inHandler(rest = '', irq = 5) {
    const { machine, stepper, pc } = await machineWith(WITH_PICS(`on ${0x20 + irq}, handler\n${rest}\nsti`));
    stepper.add({ kind: 'address', address: machine.addressOf('end') }, { once: true });
    stepper.run();
    const input = (line: number, level: boolean) => {
      pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line, level });
      pc.machine.run({ until: pc.machine.now });
    };
    input(irq, true);
    stepper.add({ kind: 'address', address: machine.addressOf('handler') }, { once: true });
    stepper.run();
    return { stepper, input };
  }

  test('in service: its EOI is missing', async () => {
    const { stepper, input } = await inHandler();
    input(5, false);
    input(5, true);
    expect(whyIrq(stepper, 5).verdict).toMatch(/in service already.*EOI/);
  });

  test('its edge was used up: the line has been high since', async () => {
    const { stepper } = await inHandler();
    expect(whyIrq(stepper, 5).verdict).toMatch(/edge has been used up/);
  });

  test('level triggered: it stays requested', async () => {
    const { stepper } = await inHandler('mov al, 0x20\nmov dx, 0x4d0\nout dx, al');
    expect(
      whyIrq(stepper, 5)
        .chain.map(({ text }) => text)
        .join(),
    ).toMatch(/level triggered/);
  });

  test('one of higher priority is in service', async () => {
    const { stepper, input } = await inHandler();
    input(6, true);
    expect(whyIrq(stepper, 6).verdict).toMatch(/IR5 of the master is in service/);
  });

  test('one of higher priority asks too', async () => {
    const { machine, stepper, pc } = await machineWith(WITH_PICS('cli'));
    stepper.add({ kind: 'address', address: machine.addressOf('end') }, { once: true });
    stepper.run();
    for (const line of [5, 6]) pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line, level: true });
    pc.machine.run({ until: pc.machine.now });
    expect(whyIrq(stepper, 6).verdict).toMatch(/IR5 of the master asks too/);
  });

  test('in the shadow of sti', async () => {
    const { machine, stepper, pc } = await machineWith(WITH_PICS('on 0x25, handler\nset: sti'));
    stepper.add({ kind: 'address', address: machine.addressOf('set') }, { once: true });
    stepper.run();
    pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line: 5, level: true });
    stepper.step();
    expect(whyIrq(stepper, 5).verdict).toMatch(/^The instruction before was sti/);
  });

  const GATES: [string, string, RegExp][] = [
    ['the gate is not present', 'mov byte [world_idt + 0x25 * 8 + 5], 0x0e', /not present \(#NP\)/],
    ['the gate is no gate', 'mov byte [world_idt + 0x25 * 8 + 5], 0x80', /type 0x0/],
    ['its selector is null', 'mov word [world_idt + 0x25 * 8 + 2], 0', /null/],
    ['its selector is beyond the GDT', 'mov word [world_idt + 0x25 * 8 + 2], 0x100', /beyond the GDT/],
    ['its selector is of data', 'mov word [world_idt + 0x25 * 8 + 2], 0x10', /no code segment but data/],
    ['its selector is of an outer ring', 'mov word [world_idt + 0x25 * 8 + 2], 0x18', /DPL 3.*outer ring/],
    ['the code segment is not present', 'and byte [world_gdt + 8 + 5], 0x7f', /not present \(#NP\)/],
  ];
  for (const [name, spoil, expected] of GATES) {
    test(name, async () => {
      const program = WITH_PICS(`on 0x25, handler\n${spoil}\nsti\nnop`);
      const { machine, stepper, pc } = await machineWith(program);
      stepper.add({ kind: 'address', address: machine.addressOf('end') }, { once: true });
      stepper.run();
      pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line: 5, level: true });
      pc.machine.run({ until: pc.machine.now });
      expect(whyIrq(stepper, 5).verdict).toMatch(expected);
    });
  }

  const ON_THE_WAY: [string, string, RegExp][] = [
    [
      'the handler’s page is not there',
      'on 0x25, 0xc0000000',
      /handler at 0xc0000000 is not mapped: PDE at .* not present/,
    ],
    ['the stack’s page is not there', 'on 0x25, handler\nmov esp, 0xc0001000', /present stack.*not mapped: PDE .*#DF/],
    [
      'the stack is read-only',
      'on 0x25, handler\nmov dword [tables + 4096 + 0x300 * 4], 0x300001\nmov eax, cr3\nmov cr3, eax\nmov esp, 0x301000',
      /present stack.*read-only: .*PTE at .* 0x00300001: read-only/,
    ],
    [
      'the stack lies beyond its segment’s limit',
      'on 0x25, handler\nmov word [world_gdt + 0x10], 0xfff\nmov byte [world_gdt + 0x16], 0x40\nmov eax, 0x10\nmov ss, ax',
      /beyond the limit of SS \(#SS/,
    ],
  ];
  for (const [name, spoil, expected] of ON_THE_WAY) {
    test(name, async () => {
      const program = WITH_PICS(`${PAGING}\n${spoil}\ncli\njmp set\n${PAGE_TABLES}\nset: sti\nnop`);
      const { machine, stepper, pc } = await machineWith(program);
      // Before the interrupt could be taken: asking does not deliver it.
      stepper.add({ kind: 'address', address: machine.addressOf('end') }, { once: true });
      expect(stepper.run().kind).toBe('stop');
      pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line: 5, level: true });
      pc.machine.run({ until: pc.machine.now });
      expect(whyIrq(stepper, 5).verdict).toMatch(expected);
    });
  }

  test('the master was told that it is alone', async () => {
    const program = WITH_PICS('sti');
    const { machine, stepper, pc } = await machineWith(program);
    stepper.add({ kind: 'address', address: machine.addressOf('end') }, { once: true });
    stepper.run();
    // ICW1 with SNGL, ICW2, ICW4, all enabled.
    for (const [port, value] of [
      [0x20, 0x13],
      [0x21, 0x20],
      [0x21, 0x01],
      [0x21, 0],
    ] as const) {
      pc.machine.ports.cpuWrite(port, value, 1);
    }
    pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line: 10, level: true });
    pc.machine.run({ until: pc.machine.now });
    expect(whyIrq(stepper, 10).chain.find(({ name }) => name === 'cascade of the master')?.text).toMatch(
      /alone \(SNGL\)/,
    );
  });

  test('waiting at HLT with interrupts off', async () => {
    const { machine, stepper, pc } = await machineWith(WITH_PICS('cli\nwait_: hlt'));
    stepper.add({ kind: 'address', address: machine.addressOf('wait_') }, { once: true });
    stepper.run();
    stepper.step();
    pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line: 5, level: true });
    pc.machine.run({ until: pc.machine.now });
    expect(whyIrq(stepper, 5).verdict).toMatch(/IF=0.*waits at HLT: only an NMI or a reset/);
  });

  test('the IDT is too short', async () => {
    const program = WITH_PICS('lidt [short_]\nsti\njmp end\nshort_: dw 0xff\ndd world_idt');
    expect(await obstacleOf(5, program)).toMatch(/beyond the IDT's limit/);
  });

  test('asking changes nothing', async () => {
    const { stepper } = await inHandler();
    const { pc } = stepper;
    const before = JSON.stringify([pcState(stepper), pc.machine.now]);
    for (let irq = 0; irq < 16; irq++) whyIrq(stepper, irq);
    whyFault(stepper);
    expect(JSON.stringify([pcState(stepper), pc.machine.now])).toBe(before);
    function pcState({ pc: { pic, cpu } }: Stepper) {
      return [pic.peek(), [...cpu.saveState()]];
    }
  });
});

describe('why did this fault', () => {
  const cases: [string, Program, RegExp][] = [
    ['division', inRing0('start: xor ecx, ecx\ndiv ecx'), /#DE: Division by zero/],
    ['an opcode', inRing0('start: ud2'), /#UD: /],
    ['a selector beyond the GDT', inRing0('start: mov eax, 0x100\nmov ds, ax'), /#GP\(0x100\).*beyond the GDT's limit/],
    ['a null selector used', inRing0('start: xor eax, eax\nmov ds, ax\nmov eax, [0x100]'), /null selector/],
    ['a system descriptor', inRing0('start: mov eax, 0x28\nmov ds, ax'), /#GP\(0x28\).*TSS/],
    ['code as a stack', inRing0('start: mov eax, 8\nmov ss, ax'), /#GP\(0x8\).*code/],
    [
      'a descriptor that is not present',
      inRing0('start: and byte [world_gdt + 0x15], 0x7f\nmov eax, 0x10\nmov ds, ax'),
      /#NP\(0x10\).*not present/,
    ],
    ['privileged', inRing3('start: hlt'), /privileged: ring 0 only, and this is ring 3/],
    ['guarded by IOPL', inRing3('start: cli'), /IOPL is 0: ring 3 may not use cli/],
    ['a gate that software may not use', inRing3('start: int 0x30'), /Gate 0x30 has a DPL below 3/],
  ];
  for (const [name, program, expected] of cases) {
    test(name, async () => {
      const { stepper } = await machineWith(program);
      stepper.add({ kind: 'trap', cause: 'fault' });
      expect(stepper.run().kind).toBe('stop');
      const answer = whyFault(stepper);
      expect(answer.verdict).toMatch(expected);
      expect(answer.chain[0]?.text).toMatch(/^0x[\da-f]{4}:0x[\da-f]{8}/);
    });
  }

  const RULES: [string, Program, RegExp, RegExp][] = [
    [
      'SS with another RPL',
      inRing0('start: mov eax, 0x13\nmov ss, ax'),
      /#GP\(0x10\).*RPL 0 and DPL 0/,
      /SS register.*5\.7/,
    ],
    ['SS null', inRing0('start: xor eax, eax\nmov ss, ax'), /null selector/, /null segment selector checking.*5\.4\.1/],
    [
      'SS that is not present',
      inRing0('start: and byte [world_gdt + 0x15], 0x7f\nmov eax, 0x10\nmov ss, ax'),
      /#SS\(0x10\).*not present/,
      /segment-present/,
    ],
    [
      'read-only data as a stack',
      inRing0('start: mov byte [world_gdt + 0x15], 0x91\nmov eax, 0x10\nmov ss, ax'),
      /a stack is writable data/,
      /type checking.*5\.4/,
    ],
    [
      'a segment of ring 0',
      inRing3('start: mov eax, 0x10\nmov ds, ax'),
      /ring 3 may not use it/,
      /data segments.*5\.6/,
    ],
    ['ltr with data', inRing0('start: mov eax, 0x10\nltr ax'), /ltr wants an available TSS/, /type checking/],
    ['lldt with a TSS', inRing0('start: mov eax, 0x28\nlldt ax'), /lldt wants an LDT/, /type checking/],
    ['a far jump to data', inRing0('start: jmp 0x10:start'), /CS is only loaded with code/, /type checking/],
    ['a far jump to an outer ring', inRing0('start: jmp 0x18:start'), /code of another ring/, /program control.*5\.8/],
    ['a far jump to null', inRing0('start: jmp 0:start'), /null selector/, /5\.4\.1/],
    [
      'a selector of an LDT that is not there',
      inRing0('start: xor eax, eax\nlldt ax\nmov al, 0x0c\nmov ds, ax'),
      /LDT, and there is none/,
      /limit/,
    ],
    [
      'int n through a gate that is not present',
      inRing0('start: mov byte [world_idt + 0x40 * 8 + 5], 0x0e\nint 0x40'),
      /#NP\(0x202\): The gate of vector 0x40 is not present/,
      /interrupt descriptor table/,
    ],
    [
      'beyond the limit of a segment',
      inRing0(
        'start: mov word [world_gdt + 0x10], 0xff\nmov byte [world_gdt + 0x16], 0x40\nmov eax, 0x10\nmov fs, ax\nmov eax, [fs:0x1000]',
      ),
      /through FS lies beyond its limit, 0xff/,
      /limit checking/,
    ],
    [
      'a port in ring 3',
      inRing3('start: in al, 0x60'),
      /may not use in, and no I\/O permission bitmap/,
      /I\/O privilege level/,
    ],
    [
      'the FPU of another task',
      inRing0('start: mov eax, cr0\nor eax, 8\nmov cr0, eax\nfld1'),
      /CR0\.TS is set/,
      /interrupt 7/,
    ],
  ];
  for (const [name, program, verdict, rule] of RULES) {
    test(`${name}: with the manual's name for the check`, async () => {
      const { stepper } = await machineWith(program);
      stepper.add({ kind: 'trap', cause: 'fault' });
      stepper.run();
      const answer = whyFault(stepper);
      expect(answer.verdict).toMatch(verdict);
      expect(answer.obstacle?.rule).toMatch(rule);
    });
  }

  test('the descriptor that was walked is shown as it lies', async () => {
    const { stepper } = await machineWith(inRing0('start: mov eax, 8\nmov ss, ax'));
    stepper.add({ kind: 'trap', cause: 'fault' });
    stepper.run();
    const walked = whyFault(stepper).chain.find(({ name }) => name === 'descriptor');
    expect(walked?.text).toMatch(
      /Entry 1 of the GDT, at 0x[\da-f]{8}, is 0x00cf9b00 0x0000ffff: code, 32-bit, base 0x00000000/,
    );
  });

  test('a fault on the way of an interrupt says what was being delivered', async () => {
    const program = WITH_PICS('on 0x25, handler\nmov byte [world_idt + 0x25 * 8 + 5], 0x0e\nsti\nnop');
    const { machine, stepper, pc } = await machineWith(program);
    stepper.add({ kind: 'address', address: machine.addressOf('end') }, { once: true });
    stepper.run();
    pc.machine.inputs.schedule(pc.machine.now, { kind: 'line', line: 5, level: true });
    stepper.add({ kind: 'trap', cause: 'fault' });
    stepper.run();
    const { text, verdict } = whyFault(stepper);
    expect(verdict).toMatch(/#NP\(0x12b\): The gate of vector 0x25 is not present/);
    expect(text).toMatch(/\(EXT\)[\s\S]*while vector 0x25 was delivered/);
  });

  test('a double fault as the tree that led to it', async () => {
    const source = 'start: mov byte [world_idt + 13 * 8 + 5], 0x0e\nmov eax, 0x1000\nmov ds, ax';
    const { stepper } = await machineWith(inRing0(source));
    stepper.add({ kind: 'trap', cause: 'fault' });
    stepper.run();
    const { chain, verdict, text } = whyFault(stepper);
    expect(verdict).toMatch(/^#DF\(0x0\): while #GP\(0x1000\) was delivered came #NP\(0x6[ab]\).*not present/);
    const [delivery] = chain.at(-1)!.because!;
    expect(delivery).toMatchObject({ name: 'delivery', text: expect.stringMatching(/^#GP\(0x1000\) could not be/) });
    expect(delivery!.because![0]!.text).toMatch(/selector 0x1000 lies beyond the GDT's limit/);
    expect(text).toMatch(/ {2}NO {4}#GP\(0x1000\) could not be delivered, because of #NP/);
  });

  test('a stack fault on delivery, up to the shutdown', async () => {
    const source = `
      start:  mov   word [world_gdt + 0x10], 0xfff
              mov   byte [world_gdt + 0x16], 0x40
              mov   eax, 0x10
              mov   ss, ax
              ud2
    `;
    const { stepper } = await machineWith(inRing0(source));
    expect(stepper.run()).toMatchObject({ kind: 'machine', stop: { kind: 'shutdown' } });
    const { chain, text } = whyFault(stepper);
    expect(chain.map(({ name }) => name)).toEqual(['exception', 'delivery', 'delivery', 'double fault']);
    expect(text).toMatch(
      /#UD could not be delivered, because of #SS\(0x[01]\): The present stack.*beyond the limit of SS/,
    );
    expect(text).toMatch(/#DF\(0x0\) could not be delivered, because of #SS/);
  });

  test('the same as JSON, with lines of source', async () => {
    const assembly = assemble('global _start\n_start: lidt [table]\nud2\ntable: dw 0\ndd 0\n', {
      format: 'multiboot',
      debug: true,
      file: 'boot.asm',
    });
    const file = new ImageFile('boot.elf', assembly.bytes);
    const pc = new Pc({ ramBytes: 4 * 2 ** 20 });
    const loaded = pc.boot({ file });
    const stepper = new Stepper(pc, new SymbolTable(loaded.symbols), { debugInfo: debugInfoOf(file) });
    stepper.run();
    const json = JSON.parse(monitor(stepper, 'why fault json')) as Answer;
    const names = ['exception', 'source', 'delivery', 'delivery', 'double fault'];
    expect(json.chain.map(({ name }) => name)).toEqual(names);
    expect(json.chain[1]).toMatchObject({ passes: true, text: 'Line 3 of boot.asm.' });
    expect(json.verdict).toBe(whyFault(stepper).verdict);
    expect(JSON.parse(monitor(stepper, 'why irq 1 json'))).toMatchObject({ obstacle: expect.any(String) });
    expect(monitor(stepper, 'why irq 1 xml')).toContain('usage');
  });

  test('a page that is not there, told by the entry that is missing', async () => {
    const program = inRing0(`
      start:  ${PAGING}
              mov   dword [tables + 4096 + 0x300 * 4], 0x300001
      one:    mov   eax, [0xc0000123]
      two:    mov   [0x300000], eax
              ${PAGE_TABLES}
    `);
    const { machine, stepper, pc } = await machineWith(program);
    stepper.add({ kind: 'trap', cause: 'fault' });
    stepper.run();
    expect(whyFault(stepper).verdict).toMatch(/#PF\(0x0\).*0xc0000123: its PDE is not present/);
    pc.cpu.eip = machine.addressOf('two');
    stepper.history.changed();
    stepper.run();
    expect(whyFault(stepper).verdict).toMatch(/#PF\(0x3\).*0x00300000 is read-only, and it was written to/);
  });

  test('a triple fault, with what was in the way of both deliveries', async () => {
    const { stepper } = await machineWith(bare`bits 32
start: int3`);
    expect(stepper.run()).toMatchObject({ kind: 'machine', stop: { kind: 'shutdown' } });
    const { text, chain } = whyFault(stepper);
    // #BP, the #GP that came of it, and the #DF that came of that.
    expect(chain.map(({ name }) => name)).toEqual(['exception', 'delivery', 'delivery', 'double fault']);
    expect(text).toMatch(/beyond the IDT's limit/);
  });
});
