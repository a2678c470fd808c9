/** Wires between chips: the open end, the joint of several drivers, and a pulse. */
import type { IrqLine } from './device.ts';

/** A wire that leads nowhere. */
export const unconnected: IrqLine = { set: () => {} };

/**
 * Joins several drivers on one wire that is high while any of them drives it high: shared interrupt lines, the A20
 * gate. Each call of the function returned adds a driver, low at first.
 */
export function joinLines(wire: IrqLine): () => IrqLine {
  const drivers: boolean[] = [];
  let high = 0;
  return () => {
    const driver = drivers.push(false) - 1;
    return {
      set(level) {
        if (drivers[driver] === level) return;
        drivers[driver] = level;
        high += level ? 1 : -1;
        wire.set(high > 0);
      },
    };
  };
}

/** One wire that drives several others. */
export function splitLine(...wires: IrqLine[]): IrqLine {
  return {
    set(level) {
      for (const wire of wires) wire.set(level);
    },
  };
}

/** High and at once low again. */
export function pulse(line: IrqLine): void {
  line.set(true);
  line.set(false);
}
