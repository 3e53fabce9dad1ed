import { figure } from './figure.ts';
import { element, escapeXml } from './svg.ts';

export interface Bar {
  readonly label: string;
  readonly colour: string;
  readonly value: number;
  /** The best and the worst run. */
  readonly low: number;
  readonly high: number;
}

const LABEL = 300;
const PLOT = 520;
const ROW = 20;

/**
 * Bars on a logarithmic scale, since peers lie orders of magnitude apart, with the spread of their runs as a thin line.
 * Bars begin at a tenth of the smallest, so their lengths say which is longer, and the figures by how much.
 */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const least = Math.min(...bars.map(({ low }) => low)) / 10;
  const most = Math.max(...bars.map(({ high }) => high));
  const x = (value: number): number =>
    LABEL + (PLOT * Math.log(Math.max(value, least) / least)) / Math.log(most / least);
  const height = bars.length * ROW + 30;
  const rows = bars.map(({ label, colour, value, low, high }, index) => {
    const y = 26 + index * ROW;
    const middle = y + ROW / 2 - 2;
    return [
      element('text', { x: LABEL - 8, y: middle + 4, 'text-anchor': 'end' }, escapeXml(label)),
      element('rect', { x: LABEL, y, width: x(value) - LABEL, height: ROW - 5, fill: colour, rx: 2 }),
      element('line', { x1: x(low), x2: x(high), y1: middle, y2: middle, class: 'spread' }),
      element('text', { x: Math.max(x(value), x(high)) + 6, y: middle + 4 }, figure(value)),
    ].join('');
  });
  return element(
    'svg',
    { viewBox: `0 0 ${LABEL + PLOT + 80} ${height}`, role: 'img', 'aria-label': `${title}, ${unit}` },
    `${element('text', { x: 0, y: 14, class: 'title' }, escapeXml(`${title} (${unit}, shorter is better)`))}${rows.join('')}`,
  );
}
