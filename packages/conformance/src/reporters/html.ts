import { isFailing } from '../failure-text.ts';
import { laws } from '../laws.ts';
import { reportOf } from '../report.ts';
import type { Counterexample } from '../result.ts';
import type { LawRecord, RunRecord, SubjectRecord } from '../run-record.ts';
import { pageScript } from './html-script.ts';
import { pageStyle } from './html-style.ts';
import { explain, marks } from './marks.ts';

interface Shown {
  readonly subject: string;
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
    timelines: shown.map(({ counterexample }) => counterexample.timeline),
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
<p>Contract 1, profile ${html(profile)}, seed ${seed}.</p>
</header>
<main>
<h2 id="matrix">Laws</h2>
<p class="legend">${Object.entries(marks)
    .map(([status, mark]) => `<span class="${status}"><b aria-hidden="true">${mark}</b> ${status}</span>`)
    .join(' ')}</p>
<div class="scroll"><table aria-labelledby="matrix">
<thead><tr><th scope="col" colspan="2">law</th>${subjects
    .map(({ name }) => `<th scope="col">${html(name)}</th>`)
    .join('')}</tr></thead>
<tbody>
${laws.flatMap(({ id, title }) => rowOf(id, title, subjects)).join('\n')}
</tbody>
<tfoot>
<tr><th scope="row" colspan="2">verdict</th>${subjects
    .map(({ verdict }) => `<td class="verdict ${verdict}">${verdict}</td>`)
    .join('')}</tr>
<tr><th scope="row" colspan="2">distinct schedules</th>${subjects
    .map(({ schedules }) => `<td class="figure">${schedules.toLocaleString('en')}</td>`)
    .join('')}</tr>
</tfoot>
</table></div>
${shown.map(sectionOf).join('\n')}
</main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003C')}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

function counterexamplesOf({ name, laws: records }: SubjectRecord, index: number): readonly Shown[] {
  return records.flatMap((record) => {
    const { counterexample } = record.result;
    const anchor = anchorOf(index, record);
    return counterexample === undefined ? [] : [{ subject: name, record, counterexample, anchor }];
  });
}

function anchorOf(subject: number, { law }: LawRecord): string {
  return `s${subject}-${law.id}`;
}

function rowOf(id: string, title: string, subjects: readonly SubjectRecord[]): readonly string[] {
  const found = subjects.map((subject) => subject.laws.find(({ law }) => law.id === id));
  if (found.every((record) => record === undefined)) return [];
  const cells = found.map((record, index) => (record === undefined ? '<td></td>' : cellOf(record, index)));
  return [`<tr><th scope="row">${id}</th><td class="title">${html(title)}</td>${cells.join('')}</tr>`];
}

function cellOf(record: LawRecord, subject: number): string {
  const { status, message, counterexample, evidence } = record.result;
  const reason =
    status === 'pass' ? `${evidence.checks.toLocaleString('en')} checks` : explain(status, message);
  const mark = `<span aria-hidden="true">${marks[status]}</span><span class="spoken">${status}</span>`;
  const inner = counterexample === undefined ? mark : `<a href="#${anchorOf(subject, record)}">${mark}</a>`;
  return `<td class="cell ${status}" title="${html(reason)}">${inner}</td>`;
}

function sectionOf({ subject, record, counterexample, anchor }: Shown, index: number): string {
  const { law, result } = record;
  const { expected, got, replay, timeline } = counterexample;
  const hasSides = timeline.some(({ side }) => side !== 'store' && side !== 'turns');
  const player = `<div class="player" data-timeline="${index}">
<div class="controls">
<button type="button" class="back" aria-label="Step back">◀</button>
<input type="range" min="0" max="${timeline.length - 1}" value="${timeline.length - 1}" aria-label="Step">
<button type="button" class="on" aria-label="Step on">▶</button>
<output></output>
</div>
<div class="state" aria-live="polite"></div>
<ol class="timeline${hasSides ? ' sides' : ''}">
${hasSides ? '<li class="heads" aria-hidden="true"><span>producer and source</span><span>consumer</span></li>' : ''}
</ol>
</div>`;
  return `<section id="${anchor}" class="counterexample">
<h2><span class="${result.status}">${isFailing(result) ? '✗' : marks[result.status]} ${law.id}</span> ${html(subject)}</h2>
<p>${html(law.title)}</p>
<dl>
<dt>expected</dt><dd>${html(expected)}</dd>
<dt>got</dt><dd class="fail">${html(got)}</dd>
<dt>replay</dt><dd><code>${html(replay)}</code> <button type="button" class="copy" data-copy="${html(replay)}">copy</button></dd>
</dl>
${timeline.length === 0 ? '<p>A measurement: there are no steps to show.</p>' : player}
</section>`;
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
