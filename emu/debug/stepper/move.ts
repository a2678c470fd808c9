/**
 * A move of the stepper while it is under way: it goes on in pieces, so that whoever drives it can look at keys, sockets
 * and clocks in between, and can give it up.
 */

import type { RunLimits } from '../../machine/machine.ts';
import type { Stop } from '../../machine/stop.ts';
import type { Reason } from './stops.ts';

/** How far a piece goes: to which virtual time at most, and what HLT does. */
export type Slice = Required<Pick<RunLimits, 'until' | 'idle'>>;

/** All the way in one piece. */
export const WHOLE: Slice = { until: Infinity, idle: 'jump' };

/** How a move is written: each yield gives back what the machine came back for before the move was over. */
export type Steps = Generator<Stop, Reason>;

export class Move {
  /** @param begin tells how far the next piece may go */
  constructor(
    private readonly steps: Steps,
    private readonly begin: (slice: Slice) => void,
  ) {}

  /** Go on for a piece. @returns why the move is over; 'under way' when it is not */
  proceed({ until = Infinity, idle = 'jump' }: Pick<RunLimits, 'until' | 'idle'>): Reason | UnderWay {
    this.begin({ until, idle });
    const { done, value } = this.steps.next();
    return done ? value : { kind: 'under way', stop: value };
  }

  /** All the rest at once. What only somebody outside could end (a wait) ends the move. */
  finish(idle: Slice['idle'] = 'jump'): Reason {
    this.begin({ ...WHOLE, idle });
    for (;;) {
      const { done, value } = this.steps.next();
      if (done) return value;
      if (value.kind === 'idle') {
        this.cancel();
        return { kind: 'paused', stop: value };
      }
    }
  }

  /** Give it up. After a search backwards the machine is where it began; else it stands where it is. */
  cancel(): void {
    this.steps.return({ kind: 'paused' });
  }
}

/** Not over: the machine came back to be answered (idle, a wait for input), or the piece is done. */
export interface UnderWay {
  readonly kind: 'under way';
  readonly stop: Stop;
}
