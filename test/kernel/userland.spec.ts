import { afterEach, describe, expect, test } from 'vitest';
import { expectRest } from './behind.ts';
import { Guest } from './guest.ts';
import { type Exchange, files, language, programming, signals } from './userland.ts';

const matching = (answer: Exchange['answer']) =>
  answer.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line)));

describe('the shell’s language', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  test.each(language)('$command', ({ command, answer }) => {
    expect(guest.command(command)).toEqual(matching(answer));
  });
});

describe('the shell’s variables, patterns and loops', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  test.each(programming)('$command', ({ command, answer }) => {
    expect(guest.command(command)).toEqual(matching(answer));
  });

  test('what is not whole goes on in the next line', () => {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('for i in 1 2\ndo echo number $i\ndone\n'));
    guest.until('> done\nnumber 1\nnumber 2\n# ', from);
    guest.pc.serial.send(Buffer.from('echo one |\ncat &&\n\necho two\n'));
    guest.until('one\ntwo\n# ', from);
  });

  test('Ctrl-C ends a loop, whether a program runs in it or only the shell', () => {
    for (const body of ['sleep 100', 'true']) {
      const from = guest.console.length;
      guest.pc.serial.send(Buffer.from(`while true; do ${body}; done\n`));
      guest.pc.machine.run({ instructions: 30_000_000 });
      guest.type('\x03');
      guest.until('\n# ', guest.until('^C', from));
      expect(guest.command('echo alive')).toEqual(['alive']);
    }
  });

  test('a shell’s handlers are not its programs’', () => {
    expect(guest.command('grep SigCgt /proc/$$/status')).toEqual(['SigCgt:\t0000000000000002']);
    guest.command('spin &');
    expect(guest.command('grep SigCgt /proc/$!/status')).toEqual(['SigCgt:\t0000000000000000']);
    guest.command('kill $!');
  });
});

describe('signals and ports', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  test.each(signals)('$command', ({ command, answer }) => {
    expect(guest.command(command)).toEqual(matching(answer));
  });

  test('a handler runs in ring 3, and comes back by sigreturn', () => {
    const from = guest.traps.entries.length;
    guest.command('signals');
    const traps = guest.traps.entries.slice(from);
    const [DIVIDE, SYSCALL, SIGRETURN] = [0, 0x80, 119];
    expect(traps.filter(({ vector, cpl }) => vector === DIVIDE && cpl === 3)).toHaveLength(1);
    const returns = traps.filter(({ vector, eax }) => vector === SYSCALL && eax === SIGRETURN);
    // The code there was put onto the program's own stack.
    expect(returns.map(({ eip }) => eip >>> 16)).toEqual([0xbfff, 0xbfff]);
  });

  test('a port is open while it is asked for: one #GP, at the instruction behind the second ioperm', () => {
    const from = guest.traps.entries.length;
    guest.command('ports');
    const faults = guest.traps.entries.slice(from).filter(({ vector }) => vector === 13);
    expect(faults).toMatchObject([{ cpl: 3, errorCode: 0 }]);
  });

  test('Ctrl-C ends a whole pipeline', () => {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('spin | cat | cat\n'));
    guest.pc.machine.run({ instructions: 30_000_000 });
    guest.type('\x03');
    guest.until('^C\nInterrupt\n# ', from);
    expect(guest.command('ps | grep -c spin')).toEqual(['0']);
  });

  test('a writer whose reader has gone ends', () => {
    expect(guest.command('cat /dev/zero | head -1 | wc -l; ps | grep -c cat').at(-1)).toBe('0');
  });
});

describe('/proc, /sys and /dev', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  test.each(files)('$command', ({ command, answer }) => {
    expect(guest.command(command)).toEqual(matching(answer));
  });

  test('/proc/stat counts what /proc/interrupts shows', () => {
    const of = (text: readonly string[], pattern: RegExp) => Number(pattern.exec(text.join('\n'))![1]);
    const before = of(guest.command('cat /proc/interrupts'), /^ {2}0: +(\d+)/m);
    const stat = guest.command('cat /proc/stat');
    expect(of(stat, /^intr \d+ (\d+)/m) - before).toBeLessThan(20);
    expect(of(stat, /^cpu {2}(\d+) /m)).toBeLessThanOrEqual(before);
    expect(stat.find((line) => line.startsWith('softirq '))!.split(' ')).toHaveLength(13);
  });

  test('/proc/PID goes with the process', () => {
    const pid = /\d+$/.exec(guest.command('spin &')[0]!)![0];
    expect(guest.command(`cat /proc/${pid}/comm`)).toEqual(['spin']);
    guest.command('kill %1');
    expect(guest.command(`cat /proc/${pid}/comm`)).toEqual([`cat: /proc/${pid}/comm: No such file or directory`]);
  });

  test('a queue with WQ_SYSFS has a folder while it lives; its mask takes CPUs that there are', () => {
    const folder = '/sys/devices/virtual/workqueue/my_queue';
    guest.command('insmod wq_sysfs.ko');
    expect(guest.command(`ls ${folder}`)).toEqual(['cpumask     max_active  nice        per_cpu']);
    expect(guest.command(`cat ${folder}/cpumask ${folder}/per_cpu ${folder}/nice`)).toEqual(['1', '0', '0']);
    expect(guest.command(`echo 2 > ${folder}/cpumask`)).toEqual(['echo: write error: Invalid argument']);
    expect(guest.command(`echo 3 > ${folder}/cpumask; cat ${folder}/cpumask`)).toEqual(['1']);
    expect(guest.command('echo 1 > /sys/devices/virtual/workqueue/cpumask')).toEqual(['']);
    guest.command('rmmod wq_sysfs');
    expect(guest.command('ls /sys/devices/virtual/workqueue')).toEqual(['cpumask']);
  });

  test('a module’s parameters are in /sys/module, and go with it', () => {
    guest.command('insmod irq_counter.ko irq=10');
    expect(guest.command('cat /sys/module/irq_counter/parameters/irq')).toEqual(['10']);
    expect(guest.command('grep irq_counter /proc/interrupts')[0]).toMatch(/^ 10: {10}0 {4}XT-PIC {6}irq_counter$/);
    guest.command('rmmod irq_counter');
    expect(guest.command('ls /sys/module')).toEqual(['']);
  });

  test('dmesg -W waits for what comes', () => {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('dmesg -W > /log &\n'));
    guest.until('\n# ', from);
    guest.command('echo news > /dev/kmsg');
    guest.command('kill %1');
    expect(guest.command('cat /log')).toEqual(['news']);
  });

  test('watch draws again and again, and marks what changed', () => {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('watch -n 0.1 -d grep timer /proc/interrupts\n'));
    const shown = guest.until('Every 0.1s: grep timer /proc/interrupts\x1b[K\n', from);
    guest.until('\x1b[7m', shown);
    expect(guest.screen()[0]).toBe('Every 0.1s: grep timer /proc/interrupts');
    expect(guest.screen()[2]).toMatch(/^ {2}0: +\d+ {4}XT-PIC {6}timer$/);
    const { cells } = guest.pc.vga.text();
    expect([...cells.slice(160, 240)].some((cell) => cell >> 8 === 0x70)).toBe(true);
    guest.type('\x03');
    guest.until('Interrupt\n# ', shown);
  });

  test('watch -t has no headline', () => {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('watch -n 0.1 -t echo hi\n'));
    guest.until('\x1b[Hhi\x1b[K\n', from);
    guest.type('\x03');
    guest.until('Interrupt\n# ', from);
    expect(guest.console.slice(from)).not.toContain('Every');
  });

  test('procinfo sums it up', () => {
    const lines = guest.command('procinfo');
    expect(lines[1]).toMatch(/^RAM: +\d+ +\d+ +\d+$/);
    expect(lines.at(-1)).toMatch(/^irq .*\d+: +\d+ /);
  });
});

test('IRQF_NOBALANCING: the line’s affinity cannot be written', () => {
  const guest = Guest.shell();
  guest.command('insmod irq_counter.ko irq=10 flags=0x800');
  expect(guest.command('echo 1 > /proc/irq/10/smp_affinity')).toEqual(['echo: write error: Input/output error']);
  guest.command('rmmod irq_counter');
  guest.command('insmod irq_counter.ko irq=10');
  expect(guest.command('echo 1 > /proc/irq/10/smp_affinity')).toEqual(['']);
});
