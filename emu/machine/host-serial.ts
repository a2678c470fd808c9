/**
 * The far end of a serial cable, where the host is: its bytes wait until the guest asserts RTS and its receiver has
 * room, so that nothing typed early is lost; the guest's bytes come out as they are sent.
 *
 * A byte enters the machine through the input gate and is logged there; a replay delivers it at the same
 * instruction without any of this.
 */

import type { SerialPeer } from '../../devices/serial-peer.ts';
import type { Uart16550 } from '../../devices/uart16550.ts';
import type { InputGate } from './input-log.ts';

export class HostSerial implements SerialPeer {
  private readonly queue: number[] = [];
  private uart: Uart16550 | undefined;
  /** A byte is at the gate: wait for its answer. */
  private offering = false;

  /**
   * @param number as in the input log: 1 for COM1
   * @param transmitted gets each byte the guest sends
   */
  constructor(
    private readonly number: number,
    private readonly inputs: InputGate,
    private readonly now: () => number,
    private readonly transmitted: (byte: number) => void,
  ) {
    inputs.onPresent(() => this.offer());
  }

  /** Plug the cable in. */
  connect(uart: Uart16550): void {
    this.uart = uart;
  }

  /** Bytes that have not entered yet. */
  get waiting(): number {
    return this.queue.length;
  }

  /** The host sends bytes. */
  send(bytes: Iterable<number>): void {
    this.queue.push(...bytes);
    this.offer();
  }

  /** Bytes that have not entered by now never do. */
  forgetWaiting(): void {
    this.queue.length = 0;
    this.offering = false;
  }

  /** The gate hands a byte over. @returns false when the receiver has no room; ready() follows when it has */
  deliver(byte: number): boolean {
    const accepted = this.uart!.receive(byte);
    if (this.inputs.isPast) return accepted;
    const wasOffered = this.offering;
    this.offering = false;
    if (wasOffered && accepted) this.queue.shift();
    // Somebody scheduled it for this time; it waits behind the others, as what was sent does.
    if (!wasOffered && !accepted) this.queue.push(byte);
    if (accepted) this.offer();
    return accepted;
  }

  transmit(byte: number): void {
    this.transmitted(byte);
  }

  modem(): void {
    this.offer();
  }

  ready(): void {
    this.offer();
  }

  private offer(): void {
    const byte = this.queue[0];
    if (byte === undefined || this.offering || this.inputs.isPast || !this.uart?.rts) return;
    this.offering = true;
    this.inputs.schedule(this.now(), { kind: 'serial', port: this.number, byte });
  }
}
