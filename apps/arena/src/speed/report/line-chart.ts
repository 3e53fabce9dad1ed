import { figure } from './figure.ts';
import { element, escapeXml } from './svg.ts';

export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly isThick: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Axes {
  readonly title: string;
  readonly unit: string;
  readonly xText: (x: number) => string;
}

const LEFT = 76;
const WIDTH = 480;
const TOP = 26;
const HEIGHT = 300;
const LEGEND = 320;

/** Lines over two logarithmic axes: ours thick, everybody named at the right, in the order in which they end. */
export function lineChart({ title, unit, xText }: Axes, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(({ x }) => x))].sort((one, other) => one - other);
  const scaleX = scale(Math.min(...xs), Math.max(...xs), LEFT, LEFT + WIDTH);
  const [low, high] = [Math.min(...all.map(({ y }) => y)), Math.max(...all.map(({ y }) => y))];
  const scaleY = scale(low, high, TOP + HEIGHT, TOP);
  const grid = [
    ...xs.map((x) => [
      element('line', { x1: scaleX(x), x2: scaleX(x), y1: TOP, y2: TOP + HEIGHT, class: 'grid' }),
      element('text', { x: scaleX(x), y: TOP + HEIGHT + 16, 'text-anchor': 'middle' }, escapeXml(xText(x))),
    ]),
    ...powersOfTen(low, high).map((y) => [
      element('line', { x1: LEFT, x2: LEFT + WIDTH, y1: scaleY(y), y2: scaleY(y), class: 'grid' }),
      element('text', { x: LEFT - 6, y: scaleY(y) + 4, 'text-anchor': 'end' }, figure(y)),
    ]),
  ];
  const ordered = [...lines].sort(
    (one, other) => (other.points.at(-1)?.y ?? 0) - (one.points.at(-1)?.y ?? 0),
  );
  const drawn = ordered.map(({ label, colour, isThick, points }, index) => {
    const path = points.map(({ x, y }) => `${scaleX(x).toFixed(1)},${scaleY(y).toFixed(1)}`).join(' ');
    const y = TOP + 8 + index * 16;
    return [
      element('polyline', { points: path, stroke: colour, 'stroke-width': isThick ? 3 : 1.2, fill: 'none' }),
      element('line', {
        x1: LEFT + WIDTH + 20,
        x2: LEFT + WIDTH + 40,
        y1: y - 4,
        y2: y - 4,
        stroke: colour,
        'stroke-width': isThick ? 3 : 1.2,
      }),
      element('text', { x: LEFT + WIDTH + 46, y }, escapeXml(label)),
    ];
  });
  const height = Math.max(TOP + HEIGHT + 24, TOP + ordered.length * 16 + 10);
  return element(
    'svg',
    {
      viewBox: `0 0 ${LEFT + WIDTH + LEGEND + 40} ${height}`,
      role: 'img',
      'aria-label': `${title}, ${unit}`,
    },
    `${element('text', { x: 0, y: 14, class: 'title' }, escapeXml(`${title} (${unit})`))}${[...grid, ...drawn].flat().join('')}`,
  );
}

function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  const range = Math.log(to / from) || 1;
  return (value) => start + ((end - start) * Math.log(value / from)) / range;
}

function powersOfTen(low: number, high: number): readonly number[] {
  const first = Math.ceil(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}
