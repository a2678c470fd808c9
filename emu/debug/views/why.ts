/** A chain of checks: the verdict, and each check with whether it passes; below a check, what led to it. */

import { type Answer, type Check, checkText } from '../why/chain.ts';
import { bad, good, type Line, line, strong } from './text.ts';

export function answerView({ verdict, chain }: Pick<Answer, 'verdict' | 'chain'>): Line[] {
  return [line(strong(verdict)), ...lines(chain, '')];
}

function lines(checks: readonly Check[], indent: string): Line[] {
  return checks.flatMap((check) => [
    line(check.passes ? good('  ok ') : bad('  NO '), indent, checkText(check)),
    ...lines(check.because ?? [], `${indent}  `),
  ]);
}
