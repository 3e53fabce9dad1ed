// @ts-check
import uPlot from './uplot.js';
import { HISTORY_SECONDS } from './history.js';

/** @typedef {import('./history.js').Sample} Sample */

/**
 * @typedef {object} Line
 * @property {Exclude<keyof Sample, 'atMs'>} key
 * @property {string} label
 * @property {string} color A custom property of the style sheet.
 * @property {boolean} [isFilled]
 * @property {boolean} [isDashed]
 */

/**
 * @typedef {object} ChartOptions
 * @property {HTMLElement} root Filled in width and height.
 * @property {HTMLElement} readout Says what is under the pointer.
 * @property {readonly Line[]} lines
 * @property {(value: number) => string} format
 */

/** The least that the vertical axis spans, so that nothing does not look like something. */
const LEAST_SPAN = 1024;
const POWERS_OF_TWO = Array.from({ length: 54 }, (_, power) => 2 ** power);
const AXIS_FONT = '11px system-ui, sans-serif';

/** Lines over the last two minutes, up to now. */
export class Chart {
  #options;
  #plot;
  /** @type {readonly Sample[]} */
  #samples = [];

  /** @param {ChartOptions} options */
  constructor(options) {
    this.#options = options;
    const { root } = options;
    this.#plot = new uPlot(this.#uplotOptions(), this.#data(), root);
    new ResizeObserver(() => this.#plot.setSize(sizeOf(root))).observe(root);
    // A canvas does not follow the style sheet by itself.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot.redraw());
  }

  /** @param {readonly Sample[]} samples The oldest first. */
  show(samples) {
    this.#samples = samples;
    this.#plot.setData(this.#data());
    this.#options.root.dataset.samples = String(samples.length);
  }

  /** @returns {uPlot.AlignedData} */
  #data() {
    const nowMs = this.#samples.at(-1)?.atMs ?? 0;
    return [
      this.#samples.map(({ atMs }) => (atMs - nowMs) / 1000),
      ...this.#options.lines.map(({ key }) => this.#samples.map((sample) => sample[key])),
    ];
  }

  /** @returns {uPlot.Options} */
  #uplotOptions() {
    const { root, lines, format } = this.#options;
    /** @type {(name: string) => () => string} */
    const color = (name) => () => getComputedStyle(root).getPropertyValue(name);
    /** @type {uPlot.Axis} */
    const axis = {
      font: AXIS_FONT,
      stroke: color('--muted'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
    };
    return {
      ...sizeOf(root),
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: [-HISTORY_SECONDS, 0] },
        y: { range: (_plot, _least, most) => [0, Math.max(LEAST_SPAN, (most ?? 0) * 1.15)] },
      },
      axes: [
        {
          ...axis,
          size: 24,
          gap: 6,
          grid: { show: false },
          splits: () => [-120, -90, -60, -30, 0],
          values: (_plot, splits) => splits.map((seconds) => (seconds === 0 ? 'now' : `−${-seconds} s`)),
        },
        {
          ...axis,
          size: 72,
          gap: 8,
          space: 36,
          incrs: POWERS_OF_TWO,
          values: (_plot, splits) => splits.map((value) => format(value)),
        },
      ],
      series: [
        {},
        ...lines.map(({ label, color: name, isFilled = false, isDashed = false }) => ({
          label,
          stroke: color(name),
          width: isDashed ? 1 : 1.75,
          points: { show: false },
          ...(isFilled ? { fill: color(`${name}-soft`) } : undefined),
          ...(isDashed ? { dash: [5, 4] } : undefined),
        })),
      ],
      hooks: { setCursor: [(plot) => this.#read(plot.cursor.idx)] },
    };
  }

  /** @param {number | null | undefined} index */
  #read(index) {
    const { readout, lines, format } = this.#options;
    const sample = this.#samples[index ?? -1];
    readout.textContent = sample
      ? lines.map(({ key, label }) => `${label} ${format(sample[key] ?? 0)}`).join(' · ')
      : '';
  }
}

/** @param {HTMLElement} element */
function sizeOf({ clientWidth, clientHeight }) {
  return { width: clientWidth, height: clientHeight };
}
