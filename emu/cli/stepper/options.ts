/** Options of the debugger's faces, and which of them is wanted. */

export const FACE_OPTIONS = [
  { name: 'plain', help: 'commands and answers in lines, also at a terminal' },
  { name: 'source', argument: 'FOLDER', help: 'where the sources are that the debug information names', many: true },
] as const;

/** Whether there is a terminal to fill, and somebody who wants it filled. */
export function wantsFullScreen(plain: boolean): boolean {
  const { TERM } = process.env;
  // A dumb terminal cannot move its cursor.
  const canFill = TERM !== undefined && TERM !== '' && TERM !== 'dumb';
  return !plain && process.stdin.isTTY === true && process.stdout.isTTY === true && canFill;
}
