/**
 * Options as QEMU's users write them: `-append X`, `--append X` and `--append=X` are the same. The table that
 * parses them also prints them, so that help is never out of date.
 */

import { UsageError } from './command.ts';

/** One option. With `argument` it takes one; without, it is a switch. */
export interface OptionSpec {
  readonly name: string;
  readonly argument?: string;
  /** What it does; lines are broken where they stand. */
  readonly help: string;
  readonly many?: boolean;
}

/** What was on a command line. */
export class ParsedOptions<Name extends string> {
  constructor(
    private readonly values: ReadonlyMap<string, readonly string[]>,
    /** What was no option, in order. */
    readonly operands: readonly string[],
  ) {}

  has(name: Name): boolean {
    return this.values.has(name);
  }

  /** The option's argument; undefined when it was not given. */
  get(name: Name): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  /** The arguments of an option that may be given more than once. */
  all(name: Name): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** The option's argument as a whole number, decimal or 0x. @throws UsageError when it is none within the bounds */
  number(name: Name, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number | undefined {
    const text = this.get(name);
    if (text === undefined) return undefined;
    const value = /^(\d[\d_]*|0x[\da-f]+)$/i.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
      throw new UsageError(`--${name} ${text}: a whole number ${bounds} is wanted`);
    }
    return value;
  }
}

/**
 * Take a command line apart.
 * @throws UsageError for an unknown option, a missing argument, a switch with one, or an option given twice
 */
export function parseOptions<const Specs extends readonly OptionSpec[]>(
  args: readonly string[],
  specs: Specs,
): ParsedOptions<Specs[number]['name']> {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      operands.push(...rest.splice(0));
      break;
    }
    const match = /^--?([a-zA-Z][^=]*)(?:=(.*))?$/s.exec(arg);
    if (!match) {
      operands.push(arg);
      continue;
    }
    const spec = specs.find((candidate) => candidate.name === match[1]);
    if (!spec) throw new UsageError(`unknown option ${arg}`);
    let value = match[2];
    if (spec.argument === undefined) {
      if (value !== undefined) throw new UsageError(`--${spec.name} takes no argument`);
      value = '';
    } else {
      value ??= rest.shift();
      if (value === undefined) throw new UsageError(`--${spec.name} wants an argument: ${spec.argument}`);
    }
    const given = values.get(spec.name);
    if (given && !spec.many) throw new UsageError(`--${spec.name} is given twice`);
    if (given) given.push(value);
    else values.set(spec.name, [value]);
  }
  return new ParsedOptions(values, operands);
}

const COLUMN = 26;

/** The options as a block of help text. */
export function describeOptions(specs: readonly OptionSpec[]): string {
  return specs
    .map(({ name, argument, help }) => {
      const left = `  ${name.length === 1 ? '-' : '--'}${name}${argument === undefined ? '' : ` ${argument}`}`;
      const [first = '', ...more] = help.split('\n');
      const head = left.length < COLUMN ? left.padEnd(COLUMN) + first : `${left}\n${' '.repeat(COLUMN)}${first}`;
      return [head, ...more.map((line) => ' '.repeat(COLUMN) + line)].join('\n');
    })
    .join('\n');
}
