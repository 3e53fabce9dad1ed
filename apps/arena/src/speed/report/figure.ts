/** A figure as short as it stays honest: `7.4`, `142`, `12 300`, `1.4 M`. */
export function figure(value: number): string {
  if (value >= 1e7) return `${(value / 1e6).toFixed(1)} M`;
  if (value >= 10_000)
    return Math.round(value / 100)
      .toString()
      .replace(/(\d)$/, '$100')
      .replace(/\B(?=(\d{3})+$)/g, ' ');
  return value < 10 ? value.toFixed(1) : Math.round(value).toString();
}

/** Half of what lies between the best and the worst run, in percent of the median. */
export function spreadPercent({ low, high, median }: { low: number; high: number; median: number }): number {
  return median === 0 ? 0 : Math.round(((high - low) / 2 / median) * 100);
}
