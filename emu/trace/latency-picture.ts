/** Interrupt latencies as a picture: an SVG with a row for each line and measure, on a logarithmic scale of time. */

import { type LineLatencies, percentilesOf } from './latency.ts';

const WIDTH = 860;
const LEFT = 150;
const RIGHT = 40;
const TOP = 74;
const ROW = 22;
const GAP = 16;
const MEASURES = [
  ['handler', 'toHandler', '#2f6f9f'],
  ['EOI', 'toEoi', '#b8651b'],
  ['bottom half', 'toBottomHalf', '#7a4fa3'],
  ['iret', 'toReturn', '#4d8a3d'],
] as const;

/** @param frequency instructions in a virtual second */
export function latencyPicture(lines: readonly LineLatencies[], frequency: number): string {
  const longest = lines.reduce(
    (most, line) => Math.max(most, ...MEASURES.map(([, m]) => percentilesOf(line[m]).max)),
    10,
  );
  const decades = Math.ceil(Math.log10(longest));
  const x = (value: number) => LEFT + ((WIDTH - LEFT - RIGHT) * Math.log10(Math.max(1, value))) / decades;
  const height = TOP + lines.length * (MEASURES.length * ROW + GAP) + 30;
  const parts = [
    text(24, 30, 'Interrupt latency', 'title'),
    text(24, 50, 'from the rise of the line; bar: p50 to p99, dot: p50, tick: longest', 'note'),
  ];
  for (let decade = 0; decade <= decades; decade++) {
    const at = x(10 ** decade).toFixed(1);
    parts.push(`<line x1="${at}" y1="${TOP - 6}" x2="${at}" y2="${height - 30}" class="grid"/>`);
    parts.push(text(Number(at), height - 12, timeOf(10 ** decade, frequency), 'axis'));
  }
  lines.forEach((line, n) => {
    const top = TOP + n * (MEASURES.length * ROW + GAP);
    parts.push(text(24, top + 15, `IRQ ${line.irq}`, 'line'));
    for (const [i, [name, measure, colour]] of MEASURES.entries()) {
      const { count, p50, p99, max } = percentilesOf(line[measure]);
      const y = top + i * ROW + ROW / 2;
      parts.push(text(LEFT - 12, y + 4, name, 'measure'));
      if (count === 0) continue;
      const [from, to, end] = [x(p50), x(p99), x(max)].map((value) => Number(value.toFixed(1))) as [
        number,
        number,
        number,
      ];
      parts.push(
        `<g stroke="${colour}" fill="${colour}"><title>${name}: p50 ${p50}, p99 ${p99}, longest ${max} instructions, ${count} interrupts</title>` +
          `<line x1="${from}" y1="${y}" x2="${end}" y2="${y}" stroke-width="1"/>` +
          `<line x1="${from}" y1="${y}" x2="${to}" y2="${y}" stroke-width="7" stroke-linecap="round" opacity="0.55"/>` +
          `<line x1="${end}" y1="${y - 6}" x2="${end}" y2="${y + 6}" stroke-width="2"/><circle cx="${from}" cy="${y}" r="4.5"/></g>`,
      );
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<style>text{font-family:system-ui,sans-serif;font-size:12px;fill:#333}.title{font-size:18px;font-weight:600}.note{fill:#777}.axis{fill:#777;text-anchor:middle}.measure{text-anchor:end}.line{font-weight:600}.grid{stroke:#ddd}</style>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text x="${x}" y="${y}" class="${kind}">${content}</text>`;
}

/** Instructions as virtual time. */
function timeOf(instructions: number, frequency: number): string {
  const seconds = instructions / frequency;
  const [unit, name] =
    seconds >= 1 ? [1, 's'] : seconds >= 1e-3 ? [1e3, 'ms'] : seconds >= 1e-6 ? [1e6, 'µs'] : [1e9, 'ns'];
  return `${Number((seconds * Number(unit)).toPrecision(3))} ${name}`;
}
