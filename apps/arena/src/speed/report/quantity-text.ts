import { figure } from './figure.ts';

export type Quantity = 'time' | 'memory';

const steps = {
  time: { base: 1000, units: ['ns', 'µs', 'ms', 's'] },
  memory: { base: 1024, units: ['bytes', 'KiB', 'MiB', 'GiB'] },
} as const;

/** `135 ns`, `1.5 µs`, `584 bytes`, `1.2 MiB`: as short as a figure in the tables, in the largest unit that leaves 1 or more. */
export function quantityText(value: number, quantity: Quantity): string {
  return parts(value, quantity).join(' ');
}

/** `72 to 135 ns`; `740 ns to 1.7 µs`; `584 bytes` where both read the same. */
export function rangeText(low: number, high: number, quantity: Quantity): string {
  const [from, fromUnit] = parts(low, quantity);
  const [to, toUnit] = parts(high, quantity);
  if (fromUnit !== toUnit) return `${from} ${fromUnit} to ${to} ${toUnit}`;
  return from === to ? `${to} ${toUnit}` : `${from} to ${to} ${toUnit}`;
}

function parts(value: number, quantity: Quantity): readonly [string, string] {
  const { base, units } = steps[quantity];
  // What rounds to the next unit is written in it: 999.6 ns are 1.0 µs.
  let [left, at] = [value, 0];
  for (; Math.abs(Math.round(left)) >= base && at < units.length - 1; at++) left /= base;
  // A count of bytes has no tenths, and neither has a nanosecond that anybody trusts.
  return [at === 0 ? Math.round(left).toString() : figure(left), units[at] ?? ''];
}
