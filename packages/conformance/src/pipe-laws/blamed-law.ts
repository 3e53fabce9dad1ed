import type { Host } from '../host.ts';
import type { LawId } from '../laws.ts';
import type { PipeViolation } from './judge/findings.ts';
import type { PipeSubject } from './pipe-subject.ts';
import type { Operation, PipeScript } from './pipe-script.ts';
import { parseOperation } from './pipe-script.ts';
import { runSchedule } from './run-schedule.ts';
import type { CodedSchedule, Schedule } from './run-schedule.ts';

const nothing = parseOperation('z');

/**
 * The law a violation belongs to. On two pipes at once: what one of them keeps when it is alone breaks P18.
 * Where the script does something that must make no difference (an empty write, another way to read), the same
 * run without it decides: if that one is clean, this is what matters.
 */
export async function blamedLaw(
  subject: PipeSubject,
  host: Host,
  schedule: CodedSchedule,
  violation: PipeViolation,
): Promise<LawId> {
  if (schedule.isBeside) {
    const alone = await runSchedule(subject, schedule, { host });
    if (alone.violation === null) return 'P18';
    return blamedLaw(subject, host, { ...schedule, isBeside: false }, alone.violation);
  }
  const { law } = violation;
  const { producer, consumer } = schedule.script;
  const isCleanWith = (change: Partial<PipeScript>): Promise<boolean> =>
    isClean(subject, host, { ...schedule, script: { ...schedule.script, ...change } });
  if (producer.some(isEmptyWrite)) {
    const calmer = producer.map((operation) => (isEmptyWrite(operation) ? nothing : operation));
    if (await isCleanWith({ producer: calmer })) return 'P8';
  }
  if (law === 'P1' && consumer.some(isOtherWay)) {
    const plainer = consumer.map((operation) => (isOtherWay(operation) ? plainWay(operation) : operation));
    if (await isCleanWith({ consumer: plainer })) return 'P16';
  }
  return law;
}

async function isClean(subject: PipeSubject, host: Host, schedule: Schedule): Promise<boolean> {
  const { violation } = await runSchedule(subject, schedule, { host });
  return violation === null;
}

function isEmptyWrite({ code, count }: Operation): boolean {
  return (code === 'w' || code === 'W') && count === 0;
}

function isOtherWay({ code, count }: Operation): boolean {
  return 'smMiIkuKv'.includes(code) || (code === 'a' && count !== undefined);
}

/** A read that waits where the other way would wait; what never waits, or takes nothing, is left out. */
function plainWay({ code, isEager }: Operation): Operation {
  if (code === 'a') return { code, count: undefined, isEager };
  return 'mMiIv'.includes(code) ? { code: 'r', count: undefined, isEager } : nothing;
}
