/** The signals that ask a program to end. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * While something goes on, signals end it in good order rather than the program at once.
 * @param end is given the signal's number, and has `action` come to an end
 */
export async function onSignals<T>(end: (number: number) => void, action: () => Promise<T>): Promise<T> {
  const handler = (_: NodeJS.Signals, number: number) => end(number);
  for (const name of SIGNALS) process.on(name, handler);
  try {
    return await action();
  } finally {
    for (const name of SIGNALS) process.off(name, handler);
  }
}
