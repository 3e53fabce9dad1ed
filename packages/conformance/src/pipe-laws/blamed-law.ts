import type { Host } from '../host.ts';
import type { LawId } from '../laws.ts';
import type { PipeViolation } from './pipe-judge.ts';
import type { PipeSubject } from './pipe-run.ts';
import type { Operation, PipeScript } from './pipe-script.ts';
import { parseOperation } from './pipe-script.ts';
import { runSchedule } from './run-schedule.ts';
import type { Schedule } from './run-schedule.ts';
import type { CodedSchedule } from './schedule-code.ts';

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
    return alone.violations.length === 0 ? 'P18' : violation.law;
  }
  const { law } = violation;
  if (law === 'P5' || law === 'P8' || law === 'P16') return law;
  const { producer, consumer } = schedule.script;
  const isCleanWith = (change: Partial<PipeScript>): Promise<boolean> =>
    keeps(law, subject, host, { ...schedule, script: { ...schedule.script, ...change } });
  const isAboutDelivery = ['P1', 'P2', 'P3', 'P6', 'P7'].includes(law);
  if (isAboutDelivery && producer.some(isEmptyWrite)) {
    const calmer = producer.map((operation) => (isEmptyWrite(operation) ? nothing : operation));
    if (await isCleanWith({ producer: calmer })) return 'P8';
  }
  if ((law === 'P1' || law === 'P6') && consumer.some(isOtherWay)) {
    const plainer = consumer.map((operation) => (isOtherWay(operation) ? plainWay(operation) : operation));
    if (await isCleanWith({ consumer: plainer })) return 'P16';
  }
  return law;
}

async function keeps(law: LawId, subject: PipeSubject, host: Host, schedule: Schedule): Promise<boolean> {
  const { violations } = await runSchedule(subject, schedule, { host });
  return violations.every((violation) => violation.law !== law);
}

function isEmptyWrite({ code, count }: Operation): boolean {
  return (code === 'w' || code === 'W') && count === 0;
}

function isOtherWay({ code }: Operation): boolean {
  return 'smikuKv'.includes(code);
}

function plainWay({ code, isEager }: Operation): Operation {
  if (code === 'k' || code === 'K') return nothing;
  return { code: 'r', count: undefined, isEager };
}
