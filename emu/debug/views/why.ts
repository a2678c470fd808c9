/** A chain of checks: the verdict, and each check with whether it passes. */

import type { Answer } from '../why.ts';
import { bad, good, type Line, line, strong } from './text.ts';

export function answerView({ verdict, chain }: Pick<Answer, 'verdict' | 'chain'>): Line[] {
  return [line(strong(verdict)), ...chain.map(({ passes, text }) => line(passes ? good('  ok ') : bad('  NO '), text))];
}
