import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One place in the suite's own source where a subject can be found wrong. */
export interface CheckSite {
  /** Stable as long as the check says the same: `pipe-laws/judge/writing-judge.ts P9 "write to answer true or false"`. */
  readonly id: string;
  /** Relative to `src`. */
  readonly file: string;
  /** The law that is written there; `null` where a variable holds it. */
  readonly law: string | null;
  /** The sentence a failure begins with, as far as it is always the same. */
  readonly text: string;
  /** Whether it is a call of `expect`, which can be seen failing. */
  readonly isExpect: boolean;
  readonly from: number;
  readonly to: number;
  /** What stands there instead when the check is switched off. */
  readonly off: string;
}

export const sourceFolder: string = fileURLToPath(new URL('../../src/', import.meta.url));

/** How checks are written. What is put in their place makes them answer that all is well. */
interface Form {
  readonly pattern: RegExp;
  readonly off: string;
  /** Where the check does not name its law. */
  readonly law?: string;
}

const forms: readonly Form[] = [
  { pattern: /\.expect\((?!\s*true,)/g, off: '.expect(true || ' },
  { pattern: /\bisRight: (?!true,|boolean|isRight)/g, off: 'isRight: true || ' },
  { pattern: /this\.#findings\.decidedLate\(/g, off: 'true || this.#findings.decidedLate(', law: 'P5' },
  { pattern: /this\.#findings\.suspect\(/g, off: 'true || this.#findings.suspect(', law: 'P12' },
];
/** A reader of a detached chunk answers what is wrong as a sentence. */
const sentence: Form = { pattern: /return (?=`)/g, off: 'if (false) return ' };

function filesWithChecks(): readonly string[] {
  const folders = ['pipe-laws/judge', 'pipe-laws/run', 'store-laws'];
  return folders.flatMap((folder) => {
    const names = readdirSync(`${sourceFolder}${folder}`).toSorted();
    return names.map((name) => `${folder}/${name}`);
  });
}

/** Every check of the suite, in the order of the source. */
export function checkSites(): readonly CheckSite[] {
  const seen = new Map<string, number>();
  return filesWithChecks().flatMap((file) => {
    const source = readFileSync(`${sourceFolder}${file}`, 'utf8');
    const all = file.endsWith('unsteady-memory.ts') ? [...forms, sentence] : forms;
    const found = all.flatMap(({ pattern, off, law }) =>
      [...source.matchAll(pattern)].map((match) => ({
        from: match.index,
        to: match.index + match[0].length,
        off,
        ownLaw: law,
      })),
    );
    return found
      .toSorted((a, b) => a.from - b.from)
      .map((site): CheckSite => {
        const { ownLaw, ...place } = site;
        const behind = described(source.slice(site.from, site.from + 700));
        const law = ownLaw ?? behind.law;
        const { text } = behind;
        const name = `${file} ${law ?? '–'} "${text}"`;
        const count = (seen.get(name) ?? 0) + 1;
        seen.set(name, count);
        return {
          id: count === 1 ? name : `${name} #${count}`,
          file,
          law,
          text,
          isExpect: site.off.startsWith('.expect'),
          ...place,
        };
      });
  });
}

/** The law and the first sentence behind a check. */
function described(code: string): { readonly law: string | null; readonly text: string } {
  const [, law = null] = /'([SP]\d{1,2})'/.exec(code) ?? [];
  const strings = [...code.matchAll(/'([^'\n]*)'|`([^`\n]*)/g)].map(
    ([, plain, template]) => plain ?? template ?? '',
  );
  const text = strings.find((candidate) => /[a-z]{2,} |^no |\$\{/.test(candidate)) ?? '';
  return { law, text };
}

/** `source` with one check switched off. */
export function withoutCheck(source: string, { from, to, off }: CheckSite): string {
  return source.slice(0, from) + off + source.slice(to);
}

/** The text of a module as a loader hook is given it. */
export function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}
