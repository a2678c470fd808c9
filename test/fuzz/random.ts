/** A seeded source of numbers (xorshift32), so that what a test found can be found again. */
export class Random {
  constructor(private state: number) {
    if (state >>> 0 === 0) throw new RangeError('xorshift never leaves 0');
  }
  /** 0 to 2^32 - 1. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  }
  /** 0 to n - 1. */
  below(n: number): number {
    return this.next() % n;
  }
  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}
