/** Our side of a comparison: a case on a rig. */
import { GENERAL, type General, SEGMENT_NAMES, type SegmentName } from '../formats.ts';
import { Rig } from '../rig.ts';
import { vectorOf } from '../trap-cases.ts';
import { type Case, type End, type Outcome, type Range, world } from './case.ts';

const PAGE = 4096;

export class Ours {
  private readonly rig = new Rig();
  private readonly ranges: readonly Range[] = world().ranges;
  /** What memory holds before a case, as dwords. */
  private readonly before: readonly Uint32Array[];
  private readonly now: readonly Uint32Array[];
  private readonly memory: Buffer;
  private readonly pristine: readonly Buffer[];
  /** Pages that are not as they should be before a case. */
  private readonly touched = new Set<number>();

  constructor() {
    const { memory } = this.rig;
    this.memory = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
    this.pristine = this.ranges.map(({ bytes }) => Buffer.from(bytes.buffer));
    this.before = this.ranges.map(({ bytes }) => new Uint32Array(bytes.buffer));
    this.now = this.ranges.map(
      ({ address, bytes }) => new Uint32Array(memory.buffer, memory.byteOffset + address, bytes.length / 4),
    );
    for (const { address, bytes } of this.ranges) this.rig.write(address, bytes);
  }

  run(test: Case): Outcome {
    const { rig } = this;
    this.restore();
    rig.restart();
    for (const [address, bytes] of test.mem) {
      rig.write(address, bytes);
      for (let at = address & -PAGE; at < address + bytes.length; at += PAGE) this.touched.add(at);
    }
    rig.setState(test.init, world().env);
    const begun = rig.now;
    const exit = rig.run();
    const landing = exit === 'halted' ? vectorOf(world().env, rig.eip - 1) : exit;
    const end: End = typeof landing === 'number' || landing === 'shutdown' ? landing : 'running away';
    const control = Object.fromEntries(
      (['cr0', 'cr2', 'cr3', 'cr4', 'dr6', 'dr7'] as const).map((name) => [name, rig.control(name) >>> 0]),
    );
    const general = Object.fromEntries(GENERAL.map((name) => [name, rig.register(name) >>> 0]));
    const segments = Object.fromEntries(SEGMENT_NAMES.map((name) => [name, rig.selector(name)]));
    return {
      end,
      instructions: rig.now - begun,
      general: general as Record<General, number>,
      segments: segments as Record<SegmentName, number>,
      eflags: rig.eflags >>> 0,
      control: { ...control, tr: rig.selector('tr'), ldt: rig.selector('ldtr') } as Outcome['control'],
      changes: this.findChanges(),
    };
  }

  private findChanges(): Map<number, number> {
    const changes = new Map<number, number>();
    for (const [n, { address, bytes }] of this.ranges.entries()) {
      const [before, now] = [this.before[n]!, this.now[n]!];
      for (let at = 0; at < bytes.length; at += PAGE) {
        const from = address + at;
        if (this.memory.compare(this.pristine[n]!, at, at + PAGE, from, from + PAGE) === 0) continue;
        this.touched.add(from);
        for (let i = at / 4; i < (at + PAGE) / 4; i++) if (now[i] !== before[i]) changes.set(address + 4 * i, now[i]!);
      }
    }
    return changes;
  }

  private restore(): void {
    for (const page of this.touched) {
      const range = this.ranges.find(({ address, bytes }) => address <= page && page < address + bytes.length)!;
      this.rig.write(page, range.bytes.subarray(page - range.address, page - range.address + PAGE));
    }
    this.touched.clear();
  }
}
