/**
 * A guest that does nothing but touch ports and chips' memory at random, with all widths, and takes every interrupt
 * that comes of it; and hands that press keys, move the mouse, push buttons and send bytes meanwhile.
 */
import { createHash } from 'node:crypto';
import { assemble } from '../../asm/index.ts';
import { KEYS } from '../../devices/keys.ts';
import type { Input } from '../../emu/machine/input-log.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { Random } from './random.ts';

const MB = 2 ** 20;
/** In an even megabyte, like all that the guest touches: it lives on when a random write closes the A20 gate. */
const IMAGE = 0x20_0000;
/** Where the guest keeps what outlives a reset: its random state, its counts, and the ports that have chips. */
const SEED = 0x28_0000;
const ACCESSES = SEED + 4;
const INTERRUPTS = SEED + 8;
const PORT_COUNT = SEED + 12;
const PORTS = SEED + 16;
/** Slow, so that chips do much between two instructions. */
const FREQUENCY = 5_000_000;
const SLICE = 50_000;
const NMI = 2;

const SOURCE = `
        bits    32
        org     ${IMAGE}
        lgdt    [gdtr]
        mov     esp, 0x9f000
        xor     ecx, ecx
gate:   mov     eax, interrupt
        mov     [idt + ecx * 8], ax
        mov     word [idt + ecx * 8 + 2], 0x08
        mov     word [idt + ecx * 8 + 4], 0x8e00
        shr     eax, 16
        mov     [idt + ecx * 8 + 6], ax
        inc     ecx
        cmp     ecx, 256
        jb      gate
        lidt    [idtr]
        mov     ebx, pic_words
pics:   movzx   edx, byte [ebx]
        mov     al, [ebx + 1]
        out     dx, al
        add     ebx, 2
        cmp     ebx, pic_words_end
        jb      pics
        sti
storm:  call    access
        jmp     storm

; One more access, so that there is progress in an interrupt that never ends; then the ends of interrupt.
interrupt:
        pushad
        inc     dword [${INTERRUPTS}]
        call    access
        mov     al, 0x20
        out     0xa0, al
        out     0x20, al
        popad
        iretd

random: mov     eax, [${SEED}]          ; xorshift32
        mov     edx, eax
        shl     edx, 13
        xor     eax, edx
        mov     edx, eax
        shr     edx, 17
        xor     eax, edx
        mov     edx, eax
        shl     edx, 5
        xor     eax, edx
        mov     [${SEED}], eax
        ret

access: inc     dword [${ACCESSES}]
        call    random
        mov     ebx, eax                ; bits 0-2 what, 3 where, 8-31 which
        call    random
        mov     ecx, eax                ; the value
        mov     eax, ebx
        shr     eax, 8
        test    bl, 8
        jz      any
        xor     edx, edx
        div     dword [${PORT_COUNT}]
        movzx   edx, word [${PORTS} + edx * 2]
        jmp     chosen
any:    movzx   edx, ax
chosen: mov     eax, ebx
        and     eax, 7
        jmp     [ways + eax * 4]
in1:    in      al, dx
        ret
in2:    in      ax, dx
        ret
in4:    in      eax, dx
        ret
out1:   mov     eax, ecx
        out     dx, al
        ret
out2:   mov     eax, ecx
        out     dx, ax
        ret
out4:   mov     eax, ecx
        out     dx, eax
        ret
peek:   call    memory
        mov     eax, [edx]
        mov     al, [edx + 1]
        ret
poke:   call    memory
        mov     [edx], ecx
        mov     [edx + 2], cl
        ret
memory: test    ebx, 0x10               ; the GPIO block's registers, or the screen's 128 KB
        jz      screen
        and     edx, 0xfc
        add     edx, 0x3f200000
        ret
screen: movzx   edx, dx
        lea     edx, [edx * 2 + 0xa0000]
        ret

        align   8
ways:   dd      in1, in2, in4, out1, out2, out4, peek, poke
gdt:    dq      0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:   dw      $ - gdt - 1
        dd      gdt
idtr:   dw      256 * 8 - 1
        dd      idt
pic_words:
        db      0x20, 0x11, 0xa0, 0x11, 0x21, 0x20, 0xa1, 0x28, 0x21, 4, 0xa1, 2, 0x21, 1, 0xa1, 1, 0x21, 0, 0xa1, 0
pic_words_end:
        align   8
idt:    times   256 * 8 db 0
`;

const DISK = new Uint8Array(64 * 512).map((_, i) => i * 7);

let image: Uint8Array | undefined;

export class PortStorm {
  readonly pc: Pc;
  /** All that came out: serial bytes, paper, tones. */
  readonly output = createHash('sha1');
  private readonly hands: Random;

  constructor(seed: number) {
    image ??= assemble(SOURCE).bytes;
    this.hands = new Random(seed ^ 0x4a4d5eed || 1);
    const hear = (from: string) => (byte: number) => void this.output.update(`${from}${byte};`);
    this.pc = new Pc({
      ramBytes: 4 * MB,
      frequency: FREQUENCY,
      serial: [hear('a'), hear('b'), undefined, hear('d')],
      parallel: hear('p'),
      debugConsole: hear('e'),
      tone: ({ time, frequency }) => void this.output.update(`${time}:${frequency};`),
      disk: new ImageFile('disk', DISK),
      watchdog: seed & 1 ? 'nmi' : 'reset',
    });
    this.pc.boot({ file: new ImageFile('storm', image), address: IMAGE });
    const ports = this.pc.machine.ports
      .map()
      .flatMap(({ window: { first, last } }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
    const { memory } = this.pc.machine;
    memory.write(SEED, words(seed, 0, 0, ports.length));
    memory.write(PORTS, new Uint8Array(Uint16Array.from(ports).buffer));
  }

  /** Port and memory accesses done so far. */
  get accesses(): number {
    return this.word(ACCESSES);
  }

  get interrupts(): number {
    return this.word(INTERRUPTS);
  }

  /** Run on for a while. Whatever stops the machine is answered; what nothing of this may bring about is an error. */
  slice(): void {
    const { machine } = this.pc;
    for (let i = this.hands.below(4); i > 0; i--) machine.inputs.schedule(machine.now, this.input());
    const end = machine.now + SLICE;
    while (machine.now < end) {
      const stop = machine.run({ until: end });
      // An NMI before the guest has its IDT is a triple fault, and a PC's answer to that is a reset.
      const tooEarly = stop.kind === 'shutdown' && stop.vector === NMI;
      if (stop.kind === 'reset' || tooEarly) machine.reset();
      else if (!['budget', 'exit', 'power-off'].includes(stop.kind))
        throw new Error(`stopped: ${JSON.stringify(stop)}`);
    }
  }

  /** Save every chip and load it again, by way of JSON; the 8259s last, which take the lines as the others leave them. */
  saveAndLoad(): void {
    const { machine, pic } = this.pc;
    const states = new Map(machine.devices.map((chip) => [chip, JSON.stringify(chip.save())]));
    const order = [...machine.devices.filter((chip) => chip !== pic), pic];
    for (const chip of order) chip.load(JSON.parse(states.get(chip)!));
  }

  /** Everything that can be seen of it, for comparing. */
  describe(): Record<string, unknown> {
    const { cpu, machine, wires } = this.pc;
    return {
      now: machine.now,
      accesses: this.accesses,
      interrupts: this.interrupts,
      traps: cpu.trapCount,
      registers: [cpu.eax, cpu.ebx, cpu.ecx, cpu.edx, cpu.esp, cpu.eip, cpu.eflags],
      lines: wires.map((wire) => wire?.level),
      alarms: machine.clock.alarms.map(({ name, at }) => `${name} ${at}`),
      output: this.output.copy().digest('hex'),
      chips: machine.devices.map((chip) => [chip.name, chip.save()]),
    };
  }

  private word(address: number): number {
    return new DataView(this.pc.machine.memory.read(address, 4).buffer).getUint32(0, true);
  }

  private input(): Input {
    const { hands } = this;
    const around = () => hands.below(41) - 20;
    switch (hands.below(6)) {
      case 0:
      case 1:
        return { kind: 'key', key: hands.pick(KEYS).name, down: hands.chance(2) };
      case 2:
        return { kind: 'mouse', right: around(), away: around(), wheel: hands.below(3) - 1 };
      case 3:
        return { kind: 'serial', port: 1 + hands.below(4), byte: hands.below(256) };
      case 4:
        return { kind: 'gpio', pin: hands.below(54), down: hands.chance(2) };
      default:
        return hands.chance(50)
          ? { kind: 'button', button: hands.chance(2) ? 'nmi' : 'reset' }
          : { kind: 'mouse-button', button: hands.pick(['left', 'middle', 'right']), down: hands.chance(2) };
    }
  }
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}
