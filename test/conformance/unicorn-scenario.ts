/** A scenario for an engine with Unicorn's verbs, as lines of text; native-unicorn.c runs the same lines on libunicorn. */
import { type Hook, type Unicorn, UnicornError, uc } from '../../emu/unicorn/index.ts';

const GENERAL = ['EAX', 'ECX', 'EDX', 'EBX', 'ESP', 'EBP', 'ESI', 'EDI', 'EIP'] as const;
/** CF PF AF ZF SF DF OF. */
const COMPARED_FLAGS = 0xcd5;
const PAGE = 4096;

const hex = (value: number) => (value >>> 0).toString(16);

/** Run the lines. @returns what happened, a line each */
export function runScenario(lines: readonly string[]): string[] {
  const said: string[] = [];
  let e: Unicorn | undefined;
  const engine = () => {
    if (!e) throw new Error('no mode was given');
    return e;
  };
  const attempt = (what: string, action: () => void) => {
    try {
      action();
    } catch (error) {
      if (!(error instanceof UnicornError)) throw error;
      said.push(`${what}: error ${error.code}`);
    }
  };
  for (const line of lines) {
    const [verb = '', ...words] = line.split(' ');
    const [a = 0, b = 0, c = 0, d = 0] = words.map(Number);
    switch (verb) {
      case 'mode':
        e = new uc.Unicorn(uc.ARCH_X86, a === 16 ? uc.MODE_16 : uc.MODE_32);
        break;
      case 'map':
        attempt('map', () => engine().mem_map(a, b, c));
        break;
      case 'unmap':
        attempt('unmap', () => engine().mem_unmap(a, b));
        break;
      case 'protect':
        attempt('protect', () => engine().mem_protect(a, b, c));
        break;
      case 'write':
        attempt('write', () => engine().mem_write(a, Buffer.from(words[1]!, 'hex')));
        break;
      case 'read':
        attempt('read', () => said.push(`read ${Buffer.from(engine().mem_read(a, b)).toString('hex')}`));
        break;
      case 'reg':
        attempt('reg', () => engine().reg_write_i32(a, b));
        break;
      case 'show':
        attempt('show', () => said.push(`show ${Buffer.from(engine().reg_read(a, b)).toString('hex')}`));
        break;
      case 'hook':
        attempt('hook', () => addHook(engine(), said, { type: a, begin: b, end: c, instruction: d }));
        break;
      case 'start':
        attempt('start', () => {
          engine().emu_start(a, b, c, d);
          said.push('start: ok');
        });
        break;
      case 'regs': {
        const values = GENERAL.map((name) => `${name} ${hex(engine().reg_read_i32(uc[`X86_REG_${name}`]))}`);
        said.push(`${values.join(' ')} flags ${hex(engine().reg_read_i32(uc.X86_REG_EFLAGS) & COMPARED_FLAGS)}`);
        break;
      }
      default:
        throw new Error(`no verb is called ${verb}`);
    }
  }
  e?.close();
  return said;
}

interface HookLine {
  readonly type: number;
  readonly begin: number;
  readonly end: number;
  readonly instruction: number;
}

/** A hook that tells of its calls; of bad memory it maps the page. Code that is a nop of two bytes (66 90) stops it. */
function addHook(e: Unicorn, said: string[], { type, begin, end, instruction }: HookLine): Hook {
  if (type === uc.HOOK_INTR) {
    return e.hook_add(type, (_, vector: number) => {
      said.push(`intr ${vector}`);
    });
  }
  if (type === uc.HOOK_INSN_INVALID) {
    return e.hook_add(type, (engine: Unicorn) => {
      said.push('invalid');
      engine.reg_write_i32(uc.X86_REG_EIP, engine.reg_read_i32(uc.X86_REG_EIP) + 2);
      return true;
    });
  }
  if (type === uc.HOOK_INSN && instruction === uc.X86_INS_IN) {
    const callback = (_: Unicorn, port: number, size: number) => {
      said.push(`in ${hex(port)} ${size}`);
      return port + 0x12340000;
    };
    return e.hook_add(type, callback, {}, begin, end, instruction);
  }
  if (type === uc.HOOK_INSN) {
    const callback = (_: Unicorn, port: number, size: number, value: number) => {
      said.push(`out ${hex(port)} ${size} ${hex(value)}`);
    };
    return e.hook_add(type, callback, {}, begin, end, instruction);
  }
  if (type === uc.HOOK_CODE || type === uc.HOOK_BLOCK) {
    const name = type === uc.HOOK_CODE ? 'code' : 'block';
    const callback = (engine: Unicorn, low: number, _high: number, size: number) => {
      said.push(`${name} ${hex(low)} ${size}`);
      const code = engine.mem_read(low, 2);
      if (name === 'code' && code[0] === 0x66 && code[1] === 0x90) engine.emu_stop();
    };
    return e.hook_add(type, callback, {}, begin, end);
  }
  const callback = (
    engine: Unicorn,
    kind: number,
    low: number,
    _high: number,
    size: number,
    value: number,
    _valueHigh: number,
  ) => {
    said.push(`mem ${kind} ${hex(low)} ${kind === uc.MEM_FETCH_UNMAPPED ? '-' : size} ${hex(value)}`);
    const page = low - (low % PAGE);
    if (type === uc.HOOK_MEM_PROT) engine.mem_protect(page, PAGE, uc.PROT_ALL);
    else if (type & uc.HOOK_MEM_UNMAPPED) engine.mem_map(page, PAGE, uc.PROT_ALL);
    return true;
  };
  return e.hook_add(type, callback, {}, begin, end);
}
