/** What a person types to see the shell, the files and the signals at work, and what the guest answers anywhere. */

export interface Exchange {
  readonly command: string;
  /** Patterns stand for what is another number each time. */
  readonly answer: readonly (string | RegExp)[];
}

const says = (command: string, ...answer: (string | RegExp)[]): Exchange => ({ command, answer });

/** The shell's language. Each may rely on those before. */
export const language: readonly Exchange[] = [
  says('echo one; echo two', 'one', 'two'),
  says(`echo 'a  $?' "b  $?" c\\ \\ d # no more`, 'a  $? b  0 c  d'),
  says('echo "x', 'sh: a " is not closed'),
  says('true && echo yes; false && echo no; false || echo else', 'yes', 'else'),
  says('nothing; echo $?', 'sh: nothing: not found', '127'),
  says('div_by_zero > /dev/null; echo $?', /^traps: div_by_zero/, 'Floating point exception', '136'),
  says('echo first > /f; echo second >> /f; cat /f', 'first', 'second'),
  says('cat < /f | grep -v first | wc -l', '1'),
  says('cat /none 2> /errors; cat /errors', 'cat: /none: No such file or directory'),
  says('ls /none 2>&1 | head -1', "ls: cannot access '/none': No such file or directory"),
  says('echo x > /none/x', 'sh: /none/x: No such file or directory'),
  says('cat readme | | wc', 'sh: syntax error: a command is missing'),
  says('echo x >', "sh: syntax error: a file's name is missing"),
  says('readme', 'sh: readme: Permission denied'),
  says('sh -c "echo in a shell; exit 3"; echo $?', 'in a shell', '3'),
  says(
    'mkdir /d; cd /d; pwd; echo x > y; ls; cd /; rm -d /d',
    '/d',
    'y',
    "rm: cannot remove '/d': Directory not empty",
  ),
  says('rm /d/y; rm -d /d; ls /d', "ls: cannot access '/d': No such file or directory"),
  says('echo out of the way > hello; cat hello', 'out of the way'),
  says('cat readme | head -2 | tail -1 | wc -l', '1'),
];

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the shell's
/** The shell's variables, patterns and loops. */
export const programming: readonly Exchange[] = [
  says('X=5; Y="a b  c"; echo $X ${X}th "$X $Y" $Y \'$X\' \\$X', '5 5th 5 a b  c a b c $X $X'),
  says('X=$X$X uname; echo $X; echo $none-; unset X; echo "<$X>"', 'trapgate', '5', '-', '<>'),
  says('N=1 sh -c \'echo $N $0 $1 $# $@\' name one two; echo "<$N>"', '1 name one 2 one two', '<>'),
  says('echo /bin/[l]s* /bin/?at /bin/[^a-z]* "/bin/*"', '/bin/ls /bin/lsmod /bin/cat /bin/[^a-z]* /bin/*'),
  says('echo /proc/*/comm | wc; cat /proc/[12]/comm', /^ +1 +\d /, 'init', 'ksoftirqd/0'),
  says('for i in 1 "2 3" *.none; do echo "<$i>"; done', '<1>', '<2 3>', '<*.none>'),
  says(
    'for i in a b; do for j in 1 2 3; do if [ $j = 2 ]; then continue; fi; echo $i$j; done; done',
    'a1',
    'a3',
    'b1',
    'b3',
  ),
  says('if false; then echo no; elif test 3 -lt 4 && [ ! -e /none ]; then echo yes; else echo no; fi', 'yes'),
  says('if [ -d /bin ]; then if [ -f /bin ]; then echo no; else echo a folder; fi; fi', 'a folder'),
  says('N=3; until [ $N = 0 ]; do echo $N; if [ $N = 3 ]; then N=1; else N=0; fi; done; echo $?', '3', '1', '0'),
  says(
    'while true; do echo once; break; done && echo after; false || for i in x; do echo $i; done',
    'once',
    'after',
    'x',
  ),
  says(
    'echo "for w in \\$@" > /s; echo "do echo \\$0 \\$w" >> /s; echo "done # the end" >> /s; sh /s p q',
    '/s p',
    '/s q',
  ),
  says('echo "if true" > /s; sh /s', 'sh: syntax error: the end came too early'),
  says('if true; echo; fi', '', 'sh: syntax error: then is missing'),
  says('echo $?', '2'),
  says('echo a; fi', 'a', 'sh: syntax error: fi is out of place'),
  says('for 1 in 2; do echo; done', 'sh: syntax error: for NAME in WORDS'),
  says('for i in 3 1 2; do echo $i; done | grep -v 1 | head -1', '3'),
  says(
    'if true; then echo x; cat; fi < readme > /o 2>&1; head -1 /o; for i in a; do false; done | cat && echo $?',
    'x',
    '0',
  ),
  says('echo a | while true; do cat; break; done; for i in 1; do exit 7; done > /dev/null; echo $?', 'a', '7'),
  says('for i in 1 2; do echo $i; done extra', 'sh: syntax error: no words may follow fi or done'),
  says(
    '[ 1 -eq 1; echo $?; test 2 -le 1; echo $?; test a b c; echo $?',
    '[: a ] is missing',
    '2',
    '1',
    'test: no such question',
    '2',
  ),
  says('seq 2; seq 5 -2 1 | wc -l', '1', '2', '3'),
  says('echo if then fi; echo done', 'if then fi', 'done'),
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the shell's

/** Signals and ports. */
export const signals: readonly Exchange[] = [
  says(
    'signals',
    ...['caught signal 10', 'The handler has returned, and we go on.', 'caught signal 8', 'Behind the division.'],
    'a handler for SIGKILL: -22',
  ),
  says(
    'ports',
    ...['ioperm: 0', 'One port is ours.', 'No longer.'],
    /^traps: ports\[\d+\] general protection fault ip:/,
    'Segmentation fault',
  ),
  says('ports iopl', 'iopl: 0', 'All ports are ours, and cli and sti.'),
  says('kill -0 1; echo $?; kill 999', '0', 'kill: (999): No such process'),
  says('kill 2; ps ax -o comm | grep -c ksoftirqd', '1'),
];

/** /proc, /sys and /dev. */
export const files: readonly Exchange[] = [
  says('ls -l /dev/null /dev/tty', /^crw-rw-rw- 1 root root {3}1, {3}3/, /^crw-rw-rw- 1 root root {3}5, {3}0/),
  says('echo x > /dev/full', 'echo: write error: No space left on device'),
  says('head -2 /proc/devices', 'Character devices:', '  1 mem'),
  says('cat /proc/2/comm; cat /proc/1/cmdline | wc', 'ksoftirqd/0', '      0       1      10'),
  says('grep State /proc/2/status', 'State:\tS (sleeping)'),
  says('cat /proc/3/stack', /^\[<0>\] interruptible_sleep_on\+/, /^\[<0>\] worker_thread\+/, /^\[<0>\] kthread\+/),
  says('cat /proc/irq/1/smp_affinity /proc/irq/1/smp_affinity_list /proc/irq/default_smp_affinity', '1', '0', '1'),
  says(
    'echo 1 > /proc/irq/1/smp_affinity; echo 0-7 > /proc/irq/1/smp_affinity_list; cat /proc/irq/1/smp_affinity',
    '1',
  ),
  says('echo 38 > /proc/irq/1/smp_affinity', 'echo: write error: Invalid argument'),
  says('echo 0 > /proc/irq/default_smp_affinity', 'echo: write error: Invalid argument'),
  says('echo x > /proc/uptime', 'sh: /proc/uptime: Permission denied'),
  says(
    'taskset -p 1; taskset -p 2 1',
    "pid 1's current affinity mask: 1",
    "pid 1's current affinity mask: 1",
    "taskset: failed to set pid 1's affinity: Invalid argument",
  ),
  says(
    'taskset -p 1 3',
    "pid 3's current affinity mask: 1",
    "taskset: failed to set pid 3's affinity: Invalid argument",
  ),
  says('nice -n 5 ps -o ni,cmd | grep "^ *5"', '  5 ps -o ni,cmd'),
  says('ls /sys/devices/virtual/workqueue', 'cpumask'),
  says('cat /proc/cmdline /proc/sys/kernel/ostype', '', 'trapgate'),
  says('echo "<5>from a program" > /dev/kmsg; dmesg | tail -1', 'from a program', 'from a program'),
  says('dmesg -n 4; echo quiet > /dev/kmsg; dmesg -n 7; dmesg | tail -1', 'quiet'),
];
