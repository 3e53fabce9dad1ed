import { isFailing } from '../failure-text.ts';
import { laws } from '../laws.ts';
import type { Law } from '../laws.ts';
import { reportOf } from '../report.ts';
import type { Counterexample, Status } from '../result.ts';
import { replayCommand } from '../run-record.ts';
import type { LawRecord, RunRecord, SubjectRecord } from '../run-record.ts';
import { pageScript } from './html-script.ts';
import { pageStyle } from './html-style.ts';
import { lostBytes } from './lost-bytes.ts';
import { explain, marks } from './marks.ts';

interface Shown {
  readonly subject: SubjectRecord;
  readonly record: LawRecord;
  readonly counterexample: Counterexample;
  readonly anchor: string;
}

/** One file without anything from elsewhere: the matrix, and each counterexample as a timeline to step through. */
export function htmlReport(record: RunRecord): string {
  const { subjects, seed, profile } = record;
  const shown = subjects.flatMap(counterexamplesOf);
  const data = {
    report: reportOf(record),
    timelines: shown.map(({ counterexample: { timeline } }) => ({
      steps: timeline,
      lost: lostBytes(timeline),
    })),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance: ${html(subjects.map(({ name }) => name).join(', '))}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>Conformance</h1>
<p>Contract 1, profile ${html(profile)}, seed ${seed}</p>
<ul class="verdicts">
${subjects.map(verdictOf).join('\n')}
</ul>
</header>
<main>
<h2 id="matrix">Laws</h2>
<p class="legend">${statusesOf(subjects)
    .map((status) => `<span class="${status}"><b aria-hidden="true">${marks[status]}</b> ${status}</span>`)
    .join(' ')}</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="matrix"><table aria-labelledby="matrix">
<thead><tr><th scope="col">law</th>${subjects
    .map(({ name }) => `<th scope="col">${html(name)}</th>`)
    .join('')}</tr></thead>
<tbody>
${laws.flatMap((law) => rowOf(law, subjects)).join('\n')}
</tbody>
</table></div>
${shown.map(sectionOf).join('\n')}
</main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003C')}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

function statusesOf(subjects: readonly SubjectRecord[]): readonly Status[] {
  const used = new Set(subjects.flatMap((subject) => subject.laws.map(({ result }) => result.status)));
  return (Object.keys(marks) as Status[]).filter((status) => used.has(status));
}

function verdictOf(subject: SubjectRecord): string {
  const { name, verdict, schedules, laws: records } = subject;
  const counts = statusesOf([subject]).map((status) => {
    const count = records.filter(({ result }) => result.status === status).length;
    return `${count} ${status}`;
  });
  const figures = `${counts.join(', ')}; ${grouped(schedules)} distinct schedules`;
  return `<li class="${verdict}"><b>${html(name)}</b> <span class="verdict">${verdict}</span> <span class="figures">${figures}</span></li>`;
}

function counterexamplesOf(subject: SubjectRecord, index: number): readonly Shown[] {
  return subject.laws.flatMap((record) => {
    const { counterexample } = record.result;
    const anchor = anchorOf(index, record.law);
    return counterexample === undefined ? [] : [{ subject, record, counterexample, anchor }];
  });
}

function anchorOf(subject: number, { id }: Law): string {
  return `s${subject}-${id}`;
}

function rowOf(law: Law, subjects: readonly SubjectRecord[]): readonly string[] {
  const found = subjects.map((subject) => subject.laws.find((record) => record.law.id === law.id));
  if (found.every((record) => record === undefined)) return [];
  const cells = found.map((record, index) => (record === undefined ? '<td></td>' : cellOf(record, index)));
  const head = `<th scope="row"><span class="law"><b>${law.id}</b> <span>${html(law.title)}</span></span></th>`;
  return [`<tr>${head}${cells.join('')}</tr>`];
}

/** Leads to the counterexample, or else opens a note that says how the law fared. */
function cellOf({ law, result }: LawRecord, subject: number): string {
  const { status, message, counterexample, evidence } = result;
  const mark = `<span aria-hidden="true">${marks[status]}</span><span class="spoken">${status}</span>`;
  const anchor = anchorOf(subject, law);
  if (counterexample !== undefined) return `<td class="${status}"><a href="#${anchor}">${mark}</a></td>`;
  const reason =
    status === 'pass'
      ? `Checked ${grouped(evidence.checks)} times in ${grouped(evidence.schedules)} schedules.`
      : explain(status, message);
  return `<td class="${status}"><button type="button" popovertarget="${anchor}">${mark}</button><div popover id="${anchor}"><p><b class="${status}">${law.id} ${status}</b></p><p>${html(law.title)}</p><p class="soft">${html(reason)}</p></div></td>`;
}

function sectionOf({ subject, record, counterexample, anchor }: Shown, index: number): string {
  const { law, result } = record;
  const { status, message } = result;
  const { expected, got, replay, timeline } = counterexample;
  const command = replayCommand(subject, replay);
  const about = status === 'fail' ? '' : `<dt>${status}</dt><dd>${html(explain(status, message))}</dd>\n`;
  return `<section id="${anchor}" class="counterexample" aria-labelledby="${anchor}-title">
<p class="where">${html(subject.name)} <a href="#matrix">all laws</a></p>
<h2 id="${anchor}-title"><span class="${status}">${isFailing(result) ? '✗' : marks[status]} ${law.id}</span> ${html(law.title)}</h2>
<dl>
${about}<dt>expected</dt><dd>${html(expected)}</dd>
<dt>got</dt><dd class="fail">${html(got)}</dd>
<dt>replay</dt><dd><code>${html(command)}</code> <button type="button" class="copy" data-copy="${html(command)}">copy</button></dd>
</dl>
${timeline.length === 0 ? '<p class="soft">A measurement: there are no steps to show.</p>' : playerOf(counterexample, law, index)}
</section>`;
}

function playerOf({ timeline }: Counterexample, { id }: Law, index: number): string {
  const hasSides = timeline.some(({ side }) => side !== 'store' && side !== 'turns');
  return `<div class="player" data-timeline="${index}" role="group" tabindex="0" aria-label="Steps of the counterexample to ${id}; arrow keys move">
<div class="controls">
<button type="button" class="back" aria-label="Step back">◀</button>
<input type="range" min="1" max="${timeline.length}" value="${timeline.length}" aria-label="Step">
<button type="button" class="on" aria-label="Step on">▶</button>
<output></output>
</div>
<div class="state" aria-live="polite"></div>
<ol class="timeline${hasSides ? ' sides' : ''}">
${hasSides ? '<li class="heads" aria-hidden="true"><span>producer and source</span><span>consumer</span></li>' : ''}
</ol>
</div>`;
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
