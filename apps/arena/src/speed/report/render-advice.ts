import type { Goal } from '../goals.ts';
import { judgeGoal } from '../judge-goal.ts';
import type { Results } from '../results.ts';
import { checkClaim } from './advice-claim.ts';
import { adviceForms } from './advice-forms.ts';
import { goalCounts } from './goal-counts.ts';

export interface RenderedAdvice {
  readonly text: string;
  /** The words that the record does not bear out, each with what it says instead. */
  readonly untrue: readonly string[];
}

/**
 * The advice with every `{{…}}` in it replaced by what the record says.
 *
 * @throws Error that names every placeholder which nothing in the record answers.
 */
export function renderAdvice(template: string, results: Results, goals: readonly Goal[]): RenderedAdvice {
  const untrue: string[] = [];
  const unanswered: string[] = [];
  const record = { results, goals: goalCounts(goals.map((goal) => judgeGoal(goal, results))) };
  const answer = (placeholder: string): string => {
    const claim = /^claim "([^"]+)" if (.+)$/.exec(placeholder);
    if (claim !== null) {
      const [, words = '', conditions = ''] = claim;
      untrue.push(...checkClaim(words, conditions, results));
      return words;
    }
    const [name = '', ...rest] = placeholder.split(' ');
    const form = adviceForms[name];
    if (form === undefined)
      throw new Error(`"${name}" is none of ${[...Object.keys(adviceForms), 'claim'].join(', ')}`);
    return form(rest.join(' '), record);
  };
  // Across lines: a long placeholder in a paragraph may be wrapped like the words around it.
  const text = template.replaceAll(/\{\{([^{}]*)\}\}/g, (_, inside: string) => {
    const placeholder = inside.trim().replaceAll(/\s+/g, ' ');
    try {
      return answer(placeholder);
    } catch (error) {
      unanswered.push(`{{${placeholder}}}: ${(error as Error).message}`);
      return '';
    }
  });
  if (/\{\{|\}\}/.test(text)) unanswered.push('{{ without }}, or }} without {{');
  if (unanswered.length > 0)
    throw new Error(`Nothing in the record answers\n${unanswered.map((one) => `- ${one}`).join('\n')}`);
  return { text, untrue };
}
