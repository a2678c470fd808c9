/** The interleaving explorer and the sanitizer find the bugs that drivers have, without being told where. */
import { describe, expect, test } from 'vitest';
import {
  at,
  boot,
  edge,
  explore,
  type FindingKind,
  key,
  line,
  type Program,
  type Progress,
  ring0,
  sanitize,
  type TestMachine,
} from '../../emu/testing/index.ts';
import { pics } from '../pics.ts';

const EOI = 'mov al, 0x20\n out 0x20, al\n';
const found = (m: TestMachine): FindingKind[] => [...new Set(sanitize(m).map(({ kind }) => kind))];

/** Explore a program from `begin` to `end` with IRQ 5, and run each schedule to `end`. */
const exploreRegion = (program: Program, check: (m: TestMachine) => void, deliveries = 1) =>
  explore({
    boot: () => boot(program),
    from: 'begin',
    to: 'end',
    irqs: [5],
    deliveries,
    check: (m) => {
      m.runTo('end', { instructions: 20_000 });
      check(m);
    },
  });

describe('seeded bugs', () => {
  /** Waits for its interrupt, which may come before it sleeps. */
  const driver = (wait: string) => ring0`
      start:  ${pics()}
              on      0x25, handler
              sti
      begin:  mov     byte [sleeping], 0
              ${wait}
      end:    jmp     end
      handler: mov    byte [ready], 1
              push    eax
              ${EOI}
              pop     eax
              iretd
              section .data
      ready:  db      0
      sleeping: db    0
  `;

  test('a lost wake-up: the flag is looked at with interrupts on, and then it sleeps', async () => {
    const waits = (inside: string) => `
      again:  ${inside}
              cmp     byte [ready], 1
              je      done
              times 3 nop
      asleep: sti
              hlt
              jmp     again
      done:`;
    // One interrupt comes anyway, long after; the check is that nobody waits for it when one came before.
    const check = (program: Program) =>
      explore({
        boot: () => boot(program),
        from: 'begin',
        to: 'asleep',
        irqs: [5],
        check: (m) => {
          m.input(edge(5), at(1_000_000));
          m.runTo('end');
          if (m.eventsOf('inta').length > 1) throw new Error('slept although the interrupt had come');
        },
      });
    const bad = await check(driver(waits('nop')));
    expect(bad.failures.map(({ message }) => message)).toEqual(['slept although the interrupt had come']);
    expect(await check(driver(waits('cli')))).toHoldEverywhere();
  });

  test('a missing cli around a counter that the handler counts too', async () => {
    const counter = (before: string, after: string) => ring0`
      start:  ${pics()}
              on      0x25, handler
              sti
              nop
      begin:  ${before}
              mov     eax, [count]
              inc     eax
              mov     [count], eax
              ${after}
              times 3 nop
      end:    jmp     end
      handler: inc    dword [count]
              push    eax
              ${EOI}
              pop     eax
              iretd
              section .data
      count:  dd      0
    `;
    const check = (m: TestMachine) => {
      const wanted = 1 + m.eventsOf('inta').length;
      if (m.dword('count') !== wanted) throw new Error(`counted ${m.dword('count')}, not ${wanted}`);
    };
    const bad = await exploreRegion(counter('', ''), check);
    expect(bad).not.toHoldEverywhere();
    expect(bad.failures).toHaveLength(1);
    expect(bad.failures[0]!.schedule[0]!.place).toContain('inc     eax');
    expect(bad.failures[0]!.test).toContain('m.input(edge(5), at(');
    expect(await exploreRegion(counter('cli', 'sti'), check)).toHoldEverywhere();
  });

  test('two interrupts that only fail together are both needed, a third one is shrunk away', async () => {
    const program = ring0`
      start:  ${pics()}
              on      0x25, handler
              sti
              nop
      begin:  times 4 nop
      end:    jmp     end
      handler: inc    dword [count]
              push    eax
              ${EOI}
              pop     eax
              iretd
              section .data
      count:  dd      0
    `;
    const result = await exploreRegion(
      program,
      (m) => {
        if (m.dword('count') >= 2) throw new Error('twice');
      },
      3,
    );
    expect(result.failures[0]!.schedule).toHaveLength(2);
  });

  test('an EOI before the device is quiet, on a level line', async () => {
    const keyboard = (handler: string) => ring0`
      start:  ${pics(0, 0, 0x19)}
              on      0x21, handler
              sti
      idle:   nop
              jmp     idle
      handler: push   eax
              inc     dword [entries]
              ${handler}
              pop     eax
              iretd
              section .data
      entries: dd     0
    `;
    const typed = async (handler: string) => {
      const m = await boot(keyboard(handler));
      m.input(key('a')[0]!, at(5000));
      m.run({ instructions: 100_000 });
      return m;
    };
    const bad = await typed(`${EOI} sti\n nop\n nop\n in al, 0x60\n cli`);
    expect(bad).not.toAcknowledge(0x21, 1);
    expect(bad).not.toNestAtMost(1);
    const good = await typed(`in al, 0x60\n ${EOI}`);
    expect(good).toAcknowledge(0x21, 1);
    expect(good).toHaveCleanInterrupts();
  });

  test('a handler that clobbers a register', async () => {
    const sum = (save: string, restore: string) => ring0`
      start:  ${pics()}
              on      0x25, handler
              sti
              nop
      begin:  mov     ecx, 5
              xor     edx, edx
      .add:   add     edx, ecx
              loop    .add
      end:    jmp     end
      handler: ${save}
              ${EOI}
              mov     ecx, 1
              ${restore}
              iretd
    `;
    const check = (m: TestMachine) => {
      expect(m).toHaveCleanInterrupts();
      if (m.pc.cpu.edx !== 15) throw new Error('a wrong sum');
    };
    const bad = await exploreRegion(sum('push eax', 'pop eax'), check);
    expect(bad.failures[0]!.message).toContain('changed ecx');
    expect(await exploreRegion(sum('push eax\n push ecx', 'pop ecx\n pop eax'), check)).toHoldEverywhere();
  });

  test('a stack overflow by nesting', async () => {
    const program = (unmask: string) => ring0`
      start:  ${pics()}
              on      0x25, handler
              mov     esp, stack_top
              sti
              nop
      begin:  times 20 nop
      end:    jmp     end
      handler: pushad
              ${EOI}
              ${unmask}
              sub     esp, 64
              times 40 nop
              add     esp, 64
              popad
              iretd
              section .bss
              resb    4096
      stack:  resb    260
      stack_top:
    `;
    const clean = (m: TestMachine) => {
      expect(m).toHaveCleanInterrupts({ stacks: [{ low: 'stack', high: 'stack_top' }], except: ['lost-edge'] });
    };
    const bad = await exploreRegion(program('sti'), clean, 2);
    expect(bad.failures[0]!.message).toContain('stack-overflow');
    expect(bad.failures[0]!.schedule).toHaveLength(2);
    expect(await exploreRegion(program(''), clean, 2)).toHoldEverywhere();
  });
});

/** An interrupt of line 5 is handled, and nothing else happens. */
const program = ring0`
      start:  ${pics()}
            on      0x25, handler
            sti
            nop
    begin:  times 30 nop
    end:    jmp     end
    handler: push   eax
            ${EOI}
            pop     eax
            iretd
`;

describe('the explorer', () => {
  test('tries every boundary of the region, both ends included', async () => {
    const seen: number[] = [];
    const result = await exploreRegion(program, (m) => {
      const [interrupt] = m.eventsOf('interrupt');
      if (interrupt) seen.push(interrupt.trap.eip - m.addressOf('begin'));
    });
    expect(result).toMatchObject({ tried: 31, possible: 31, boundaries: 31 });
    expect([...new Set(seen)].sort((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_, i) => i));
  });
  test('draws when there are too many, the same ones for the same seed', async () => {
    const run = async (seed: number) => {
      const times: number[] = [];
      const result = await explore({
        boot: () => boot(program),
        from: 'begin',
        to: 'end',
        irqs: [5],
        deliveries: 2,
        most: 10,
        seed,
        check: (m) => {
          m.runTo('end');
          times.push(...m.eventsOf('interrupt').map(({ time }) => time));
        },
      });
      expect(result).toMatchObject({ tried: 10, possible: (31 * 30) / 2 });
      return times;
    };
    expect(await run(7)).toEqual(await run(7));
    expect(await run(7)).not.toEqual(await run(8));
  });
  test('what enters by name comes as much earlier as it takes', async () => {
    const seen: number[] = [];
    const result = await explore({
      boot: () => boot(program),
      from: 'begin',
      to: 'end',
      inputs: { 'a slow line': { enters: edge(5), lead: 3 }, 'a quick one': { enters: edge(5) } },
      check: (m) => {
        m.runTo('end');
        seen.push(...m.eventsOf('interrupt').map(({ trap }) => trap.eip - m.addressOf('begin')));
      },
    });
    expect(result).toMatchObject({ tried: 62, boundaries: 31, failures: [] });
    for (let place = 1; place <= 27; place++) expect(seen.filter((other) => other === place)).toHaveLength(2);
  });
  test('a schedule is told by the name of what came, and its test repeats it', async () => {
    const result = await explore({
      boot: () => boot(program),
      from: 'begin',
      to: 'end',
      inputs: { 'a pulse': { enters: [...edge(5), line(5, false)] } },
      check: (m) => {
        m.runTo('end');
        if (m.events.some(({ kind }) => kind === 'line')) throw new Error('moved');
      },
    });
    const [{ test: source, schedule } = { test: '', schedule: [] }] = result.failures;
    expect(schedule[0]).toMatchObject({ what: 'a pulse' });
    expect(source).toMatch(/^test\("a pulse before .*begin/);
    expect(source).toContain('m.input([{"kind":"line","line":5,"level":false},');
  });
  test('begins where the machine stands, when that is the place', async () => {
    const result = await explore({
      boot: async () => {
        const m = await boot(program);
        m.runTo('begin');
        return m;
      },
      from: 'begin',
      to: 'end',
      irqs: [5],
      check: (m) => {
        m.runTo('end');
        if (m.now > 100_000) throw new Error('far away');
      },
    });
    expect(result).toMatchObject({ tried: 31, boundaries: 31, failures: [] });
  });
  test('a region may be one of time', async () => {
    const m = await boot(program);
    m.runTo('begin');
    const begin = m.now;
    const result = await explore({
      boot: () => boot(program),
      from: at(begin + 5),
      to: at(begin + 10),
      irqs: [5],
      check: (machine) => machine.runTo('end'),
    });
    expect(result).toMatchObject({ tried: 6, boundaries: 6 });
  });
  test('what boot scheduled enters in each run', async () => {
    const entered: number[] = [];
    const { boundaries } = await explore({
      boot: async () => {
        const m = await boot(program);
        m.runTo('begin');
        m.input(edge(5), m.now + 20);
        return m;
      },
      from: 'begin',
      to: 'end',
      irqs: [],
      inputs: { nothing: { enters: [] } },
      check: (m) => {
        m.runTo('end');
        entered.push(m.eventsOf('inta').length);
      },
    });
    expect(entered).toHaveLength(1 + boundaries);
    expect(new Set(entered)).toEqual(new Set([1]));
  });
  test('what a run leaves behind does not enter the next one', async () => {
    const result = await exploreRegion(program, (m) => {
      if (m.eventsOf('inta').length > 1) throw new Error('from another run');
      m.input(edge(5), m.now + 5);
    });
    expect(result.failures).toEqual([]);
  });
  test('a run that does not end has failed', async () => {
    const result = await explore({
      boot: () => boot(program),
      from: 'begin',
      to: 'end',
      irqs: [5],
      budget: 1000,
      check: (m) => {
        m.runTo('end');
        while (m.eventsOf('inta').length > 0) m.run({ instructions: 100 });
      },
    });
    expect(result.failures.map(({ message }) => message.split('\n')[0])).toEqual([
      expect.stringMatching(/^still running at its deadline, instruction \d+$/),
    ]);
  });
  test('tells how far it is, and ends when it is told to', async () => {
    const ending = new AbortController();
    const told: Progress[] = [];
    const exploration = explore({
      boot: () => boot(program),
      from: 'begin',
      to: 'end',
      irqs: [5],
      check: (m) => m.runTo('end'),
      progress: (progress) => {
        told.push(progress);
        if (progress.tried === 7) ending.abort(new Error('enough'));
      },
      signal: ending.signal,
    });
    await expect(exploration).rejects.toThrow('enough');
    expect(told).toHaveLength(7);
    expect(told[6]).toEqual({ tried: 7, planned: 31, failures: 0 });
  });
  test('a check that fails by itself is no finding', async () => {
    const wrong = () => {
      throw new Error('always');
    };
    await expect(exploreRegion(program, wrong)).rejects.toThrow('the check fails without any interrupt: always');
  });
});

test('a record that was forgotten hears nothing more', async () => {
  const m = await boot(program);
  m.input(edge(5), at(3000));
  m.run({ instructions: 5000 });
  const { events } = m;
  const known = events.length;
  m.forgetEvents();
  m.input(edge(5));
  m.run({ instructions: 1000 });
  expect(m.eventsOf('inta')).toHaveLength(1);
  expect(events).toHaveLength(known);
});

describe('the sanitizer', () => {
  const handled = async (handler: string, prepare: (m: TestMachine) => void = (m) => m.input(edge(5), at(5000))) => {
    const m = await boot(ring0`
      start:  ${pics()}
              on      0x25, handler
              on      0x2c, handler
              sti
      idle:   nop
              jmp     idle
      handler: push   eax
              ${handler}
              pop     eax
              iretd
    `);
    m.run({ instructions: 4000 });
    prepare(m);
    m.run({ instructions: 200_000 });
    return m;
  };
  const slave = (m: TestMachine) => m.input(edge(12), at(5000));
  test.each<[string, string, FindingKind[], ((m: TestMachine) => void)?]>([
    ['nothing, when all is well', EOI, []],
    ['nothing, for the slave', `${EOI} out 0xa0, al`, [], slave],
    ['a missing EOI', '', ['missing-eoi']],
    ['a missing EOI at the master', 'mov al, 0x20\n out 0xa0, al', ['missing-eoi'], slave],
    ['a second EOI', `${EOI}${EOI}`, ['stray-eoi']],
    ['an EOI to the wrong chip', 'mov al, 0x20\n out 0xa0, al', ['stray-eoi', 'missing-eoi']],
    ['a specific EOI for an IRQ that is not in service', 'mov al, 0x63\n out 0x20, al', ['stray-eoi', 'missing-eoi']],
    ['a register changed', `${EOI} inc ebx`, ['clobbered-register']],
    ['a segment register changed', `${EOI} mov ax, 0x23\n mov gs, ax`, ['clobbered-register']],
    ['a stack out of balance', `${EOI} push eax`, ['unbalanced-stack']],
    ['interrupts off for too long', `${EOI} push ecx\n mov ecx, 30000\n loop $\n pop ecx`, ['interrupts-off']],
    [
      'sleep',
      `${EOI} sti\n hlt`,
      ['sleeping'],
      (m) => {
        m.input(edge(5), at(5000));
        m.input(edge(5), at(9000));
      },
    ],
    [
      'an edge that nobody saw',
      EOI,
      ['lost-edge'],
      (m) => {
        m.pc.cpu.eflags = m.pc.cpu.eflags & ~0x200;
        m.input(edge(5), at(5000));
        m.input(edge(5), at(6000));
      },
    ],
    [
      'a write to the IDT',
      `${EOI} on 0x40, idle`,
      ['idt-write'],
      (m) => {
        m.watchIdt();
        m.input(edge(5), at(5000));
      },
    ],
  ])('finds %s', async (_, handler, kinds, prepare) => {
    const m = await handled(handler, prepare);
    for (const kind of kinds) expect(found(m)).toContain(kind);
    if (kinds.length === 0) expect(found(m)).toEqual([]);
  });

  test('finds an EOI for the IRQ of somebody else', async () => {
    const m = await boot(ring0`
      start:  irqs    5, 7
              on      0x25, five
              on      0x27, seven
              sti
      idle:   jmp     idle
      five:   push    eax
              mov     al, 0x67                ; specific, of IRQ 7
              out     0x20, al
              pop     eax
              iretd
      seven:  sti
              times 50 nop
              eoi     7
              iretd
    `);
    m.input(edge(7), at(5000));
    m.input(edge(5), at(5010));
    m.run({ instructions: 10_000 });
    const told = sanitize(m).map(({ kind, text }) => `${kind}: ${text}`);
    expect(told).toContain('foreign-eoi: the handler of IRQ 5 ended IRQ 7');
    expect(told).toContain('missing-eoi: the handler of IRQ 5 returned without EOI');
  });

  test('what it finds is told with time and place', async () => {
    const m = await handled('');
    const told = sanitize(m).map(({ time, kind, text }) => `${time}: ${kind}: ${text}`);
    expect(told).toEqual(['5004: missing-eoi: the handler of IRQ 5 returned without EOI']);
    expect(() => expect(m).toHaveCleanInterrupts()).toThrow(/5004: missing-eoi/);
    expect(m).toHaveCleanInterrupts({ except: ['missing-eoi'] });
  });
});
