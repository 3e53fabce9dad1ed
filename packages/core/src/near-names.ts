/** The names that `name` may have been meant to be: it is misspelt; or else it is a part of them, or has them as one. */
export function nearNames(name: string, known: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase();
  let fewest = Math.max(1, Math.floor(wanted.length / 3));
  let misspelt: string[] = [];
  const related: string[] = [];
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const edits = editsBetween(wanted, other);
    if (edits < fewest) misspelt = [];
    if (edits <= fewest) {
      fewest = edits;
      misspelt.push(candidate);
    }
    // A part of a few letters is a part of everything.
    if (Math.min(wanted.length, other.length) < 4) continue;
    if (other.includes(wanted) || wanted.includes(other)) related.push(candidate);
  }
  return misspelt.length > 0 ? misspelt : related;
}

/** Letters to insert, drop or replace until one is the other (Levenshtein). */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 0; at < from.length; at += 1) {
    const next = [at + 1];
    for (let index = 0; index < to.length; index += 1) {
      const isSame = from[at] === to[index];
      const [above = 0, aside = 0, left = 0] = [row[index + 1], row[index], next[index]];
      next.push(Math.min(above + 1, left + 1, aside + (isSame ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
