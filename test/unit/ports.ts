import type { Device } from '../../devices/device.ts';

/** A port bus of one chip, for specs: byte accesses to whichever of its windows decodes the port. */
export function portsOf(chip: Device): { read(port: number): number; write(port: number, ...values: number[]): void } {
  const windowOf = (port: number) => {
    const window = chip.ports?.find((candidate) => candidate.first <= port && port <= candidate.last);
    if (window === undefined) throw new RangeError(`${chip.name} does not decode port 0x${port.toString(16)}`);
    return window;
  };
  return {
    read: (port) => windowOf(port).read?.(port) ?? 0xff,
    write: (port, ...values) => {
      for (const value of values) windowOf(port).write?.(port, value);
    },
  };
}
