/** What the commands share: the target, the values of what is typed, and how the outcome of a move is said. */

import { disassemble } from '../../../asm/index.ts';
import { describeStop as describeMachineStop } from '../../machine/stop.ts';
import { type Expression, parseExpression } from '../sight/expression.ts';
import { peekBytes } from '../sight/memory-view.ts';
import { codeBits } from '../stepper/instruction-kind.ts';
import type { Reason, StopPoint } from '../stepper/stops.ts';
import { settled, type Target, TargetError } from '../stepper/target.ts';
import { describeStop } from '../views/record.ts';
import { type RegisterValues, registerValues } from '../views/registers.ts';
import { hereOf, type Scene } from '../views/scene.ts';
import { bad, dim, hex, type Line, line, named, strong } from '../views/text.ts';

const LONGEST = 15;

export class Conversation {
  private before: RegisterValues | undefined;

  constructor(readonly target: Target) {}

  get scene(): Scene {
    return this.target.scene(this.before);
  }

  /** Look at the scene as often as the far end has more of it. */
  look<T>(make: (scene: Scene) => T): Promise<T> {
    return settled(this.target, () => make(this.scene));
  }

  /** Keep the registers: what is other after the next move has changed. */
  async remember(): Promise<void> {
    this.before = await this.look(({ sight }) => registerValues(sight));
  }

  // ---- what is typed

  expression(text: string): Expression {
    const { symbols, debugInfo } = this.scene;
    return parseExpression(text, (name) => symbols.addressOf(name) ?? debugInfo.constants.get(name));
  }

  /** @returns undefined when nothing was typed. @throws ExpressionError, TargetError when it reads what cannot be seen */
  async value(text: string | undefined): Promise<number | undefined> {
    if (text === undefined || text === '') return undefined;
    const ask = this.expression(text);
    const value = await this.look(({ sight }) => ask(sight));
    if (value === undefined) throw new TargetError(`${text} reads memory that cannot be seen`);
    return value;
  }

  /** Where an expression, a line of source (FILE:LINE) or a far address of real mode (f000:fff0) is. */
  async places(text: string | undefined): Promise<readonly number[]> {
    if (text === undefined) return [];
    const far = /^([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(text);
    if (far) return [Number.parseInt(far[1]!, 16) * 16 + Number.parseInt(far[2]!, 16)];
    const source = /^(.+):(\d+)$/.exec(text);
    if (!source) {
      const value = await this.value(text);
      return value === undefined ? [] : [value];
    }
    const { lines } = this.scene.debugInfo;
    const file = lines.fileLike(source[1]!);
    if (file === undefined) throw new TargetError(`no source file is called ${source[1]}, or several are`);
    const found = lines.addressesOf(file, Number(source[2]));
    if (!found) throw new TargetError(`${file} has no code from line ${source[2]} on`);
    return found.addresses;
  }

  nameOf(address: number): string | undefined {
    return this.scene.symbols.nameOf(address);
  }

  // ---- what is said

  /** Why the machine stands, and where. */
  async moved(reason: Reason): Promise<Line[]> {
    return [...this.why(reason), ...(await this.where())];
  }

  private why(reason: Reason): Line[] {
    const nameOf = (address: number) => this.nameOf(address);
    switch (reason.kind) {
      case 'stop':
        return [reason.stop, ...(reason.others ?? [])].map((stop) =>
          line(strong(`stop ${stop.id}: ${describeStop(stop, nameOf)}`)),
        );
      case 'machine':
        return [line(bad(describeMachineStop(reason.stop, nameOf)))];
      case 'start':
        return [line('the history begins here')];
      case 'paused':
        return reason.stop?.kind === 'idle' ? [line('the processor waits')] : [];
      case 'step':
        return [];
    }
  }

  where(): Promise<Line[]> {
    return this.look((scene) => {
      const { sight, stepper } = scene;
      const here = hereOf(sight);
      const [next] = disassemble(peekBytes(sight, here, LONGEST), { bits: codeBits(sight), address: here, limit: 1 });
      const tags = [stepper?.history.isPast ? 'past' : '', sight.cpu.isHalted ? 'waiting' : ''].filter(
        (tag) => tag !== '',
      );
      const time = sight.now === undefined ? '' : `${sight.now}${tags.length === 0 ? '' : ` (${tags.join(', ')})`}  `;
      const place = `${hex(sight.cpu.segment('cs').selector, 4)}:${hex(sight.cpu.eip)}`;
      return [line(dim(time), place, named(this.nameOf(here)), `  ${next?.text ?? '(no code can be seen here)'}`)];
    });
  }

  stopLine(point: StopPoint): Line {
    return line(`stop ${point.id}: ${describeStop(point, (address) => this.nameOf(address))}`);
  }
}
