import { formatPipeScript, parsePipeScript } from './pipe-script.ts';
import type { CodedSchedule, Schedule } from './run-schedule.ts';

/** The replay code of a schedule: script, then word. `2!` in front of it: run on two pipes at once. */
export function formatSchedule({ script, word }: Schedule, isBeside: boolean = false): string {
  return `${isBeside ? '2!' : ''}${formatPipeScript(script)}~${word}`;
}

/** @throws SyntaxError when `code` is no schedule. */
export function parseSchedule(code: string): CodedSchedule {
  const isBeside = code.startsWith('2!');
  const [script, word, more] = (isBeside ? code.slice(2) : code).split('~');
  if (script === undefined || word === undefined || more !== undefined || !/^[PCpctDRX]*$/.test(word)) {
    throw new SyntaxError(`${JSON.stringify(code)} is no schedule`);
  }
  return { script: parsePipeScript(script), word, isBeside };
}
