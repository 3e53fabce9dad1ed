/** Text inside of an element or an attribute. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A colour for each kind of line: ours are blue to green, peers warm, limits grey. */
export function colourOf(kind: string, index: number): string {
  if (kind === 'ours') return ['#0b6bcb', '#0a8f6a', '#5b4bd6'][index % 3] ?? '#0b6bcb';
  if (kind === 'limit' || kind === 'by-hand') return '#8a8f98';
  return `hsl(${(index * 47) % 70} 75% ${40 + (index % 3) * 10}%)`;
}

/** `<rect x="1" …/>` and the like. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = '',
): string {
  const text = Object.entries(attributes)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === 'number' ? Math.round(value * 10) / 10 : escapeXml(value)}"`,
    )
    .join('');
  return `<${name}${text}>${content}</${name}>`;
}
