/** Of the HTML report. One size of text, one colour for each status, light and dark. */
export const pageStyle: string = `
:root { color-scheme: light dark; --ink: #1c1f24; --soft: #57606c; --line: #d9dee5; --page: #fbfcfd; --raised: #fff;
  --good: #1a7f43; --bad: #bd2018; --odd: #8a4bbf; --warn: #8a5a00; --accent: #1f5fbf; --held: #cfe0fa; --past: #e8ebef; }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e9ef; --soft: #9aa5b3; --line: #333b46; --page: #14171b;
  --raised: #1b1f25; --good: #58c482; --bad: #ff7b72; --odd: #c79bf2; --warn: #e0ad4d; --accent: #7fb1ff;
  --held: #24446f; --past: #2a3038; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 6rem; max-width: 72rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; letter-spacing: -.01em; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem; scroll-margin-top: 1rem; }
p { margin: .25rem 0; } a { color: var(--accent); }
header > p, .legend, .soft, .figures, .where { color: var(--soft); }
.legend span { margin-right: 1rem; white-space: nowrap; }
code, .timeline, .cells, .key { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, monospace; font-size: 13px; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.pass, .conformant .verdict { color: var(--good); } .fail, .unexpected-pass, .violations .verdict { color: var(--bad); }
.unknown, .unknown .verdict { color: var(--odd); } .known-failure { color: var(--warn); }
.vacuous, .not-claimed { color: var(--soft); }
.verdicts { list-style: none; margin: 1.2rem 0 0; padding: 0; display: grid; gap: .5rem; }
.verdicts li { padding: .5rem .8rem; border: 1px solid var(--line); border-left: 4px solid var(--odd); border-radius: 6px;
  background: var(--raised); color: var(--ink); overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.verdicts .conformant { border-left-color: var(--good); } .verdicts .violations { border-left-color: var(--bad); }
.verdict { font-weight: 600; margin: 0 .6rem; }

.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid var(--line); text-align: center; font-weight: 400; }
th:first-child { position: sticky; left: 0; background: var(--raised); text-align: left; }
thead th { padding-block: .5rem; font-weight: 600; vertical-align: bottom; overflow-wrap: break-word; min-width: 6.5rem; }
tbody tr:last-child > * { border-bottom: 0; }
tbody tr:hover > * { background: color-mix(in srgb, var(--accent) 7%, var(--raised)); }
.law { display: grid; grid-template-columns: 2.6rem 1fr; } .law > span { color: var(--soft); }
td > a, td > button { display: inline-block; min-width: 2rem; padding: 0 .4rem; border: 1px solid transparent; border-radius: 5px;
  background: none; color: inherit; text-align: center; text-decoration: none; font-weight: 600; line-height: 1.6; }
td > a { border-color: currentColor; background: color-mix(in srgb, currentColor 10%, transparent); }
td > a:hover, td > button:hover { border-color: currentColor; background: color-mix(in srgb, currentColor 18%, transparent); }
[popover] { max-width: min(28rem, calc(100vw - 2rem)); padding: 1rem 1.2rem; border: 1px solid var(--line); border-radius: 10px;
  background: var(--raised); color: var(--ink); text-align: left; box-shadow: 0 12px 40px rgb(0 0 0 / .25); }
[popover]::backdrop { background: rgb(0 0 0 / .2); }

.counterexample { scroll-margin-top: 1rem; border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1rem; }
.counterexample h2 { margin: .1rem 0 .5rem; overflow-wrap: anywhere; }
.where { display: flex; gap: 1rem; justify-content: space-between; overflow-wrap: anywhere; } .where a { white-space: nowrap; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; margin: .5rem 0 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
button { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px;
  padding: .2rem .8rem; cursor: pointer; }
button:hover { border-color: var(--accent); } button:disabled { opacity: .4; cursor: default; }
.copy { padding: 0 .5rem; font-size: 13px; }

.player { border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
.controls { display: flex; gap: .6rem; align-items: center; padding: .6rem .8rem; border-bottom: 1px solid var(--line);
  position: sticky; top: 0; z-index: 1; background: inherit; border-radius: 8px 8px 0 0; }
.controls input { flex: 1; min-width: 4rem; accent-color: var(--accent); }
.controls output { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; min-width: 7.5rem; text-align: right; }
.state { padding: .6rem .8rem; border-bottom: 1px solid var(--line); min-height: 15.5rem; }
.line { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); gap: .6rem; margin: .35rem 0; }
.line .label { color: var(--soft); } .line p { margin: 0; }
.cells { display: flex; flex-wrap: wrap; align-items: center; gap: 3px; min-height: 1.9rem; }
.cells span { min-width: 1.9rem; padding: .1rem .25rem; text-align: center; border-radius: 4px; border: 1px solid transparent; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1rem; color: var(--soft); }
.key span::before { content: ''; display: inline-block; width: .8em; height: .8em; margin-right: .4em; border: 1px solid transparent;
  border-radius: 3px; vertical-align: -.05em; }
.cells .past, .key .past::before { background: var(--past); color: var(--soft); }
.cells .going, .key .going::before { background: var(--past); border: 1px dotted var(--accent); }
.cells .held, .key .held::before { background: var(--held); border-color: var(--accent); }
.cells .lost, .key .lost::before { background: color-mix(in srgb, var(--bad) 20%, transparent); border: 1px dashed var(--bad);
  color: var(--bad); text-decoration: line-through; }
.key .lost { color: var(--bad); font-weight: 600; } .cells .more { color: var(--soft); }
.bar { position: relative; height: 1rem; margin: .3rem 3rem 1.5rem 0; border-radius: 4px; background: var(--past); }
.fill { position: absolute; inset: 0 auto 0 0; border-radius: 4px; background: var(--accent); opacity: .75; transition: width .15s; }
.fill.over { background: var(--warn); }
.tick { position: absolute; top: -3px; bottom: -3px; border-left: 2px solid var(--ink); }
.tick span { position: absolute; top: 100%; left: 0; transform: translateX(-50%); font-size: 12px; color: var(--soft); white-space: nowrap; }
.chip { display: inline-block; padding: 0 .5rem; margin-right: .3rem; border: 1px solid var(--line); border-radius: 99px; font-size: 13px; }
.chip.paused { color: var(--warn); border-color: currentColor; } .chip.flowing { color: var(--good); border-color: currentColor; }
.timeline { list-style: none; margin: 0; padding: .4rem 0; max-height: 26rem; overflow-y: auto; position: relative; }
.timeline li { padding: .15rem .8rem; cursor: pointer; overflow-wrap: anywhere; }
.timeline.sides li { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.timeline li.heads { cursor: default; color: var(--soft); font-family: system-ui, sans-serif; }
.timeline li.turns { color: var(--soft); border-top: 1px dashed var(--line); margin-top: .15rem; }
.timeline li.turns span { grid-column: 1 / -1; }
.timeline li.later > * { opacity: .5; }
.timeline li:hover:not(.heads) { background: color-mix(in srgb, var(--accent) 7%, transparent); }
.timeline li.now { background: color-mix(in srgb, var(--accent) 16%, transparent); box-shadow: inset 3px 0 var(--accent); }
.timeline li.losing { box-shadow: inset 3px 0 var(--bad); }
.loss { display: inline-block; padding: 0 .5rem; border-radius: 99px; background: var(--bad); color: var(--raised);
  font-size: 12px; white-space: nowrap; }
.timeline li.failure { color: var(--bad); font-weight: 600; }
.timeline .answer { color: var(--soft); } .timeline .failure .answer { color: inherit; }
@media (max-width: 40rem) { body { padding: 1rem .7rem 4rem; } th, td { padding-inline: .5rem; } .scroll { font-size: 14px; }
  .law { grid-template-columns: 2.2rem 1fr; min-width: 11rem; } .law > span { line-height: 1.3; padding-block: .2rem; }
  .timeline.sides li { gap: .4rem; } .timeline li { padding: .15rem .4rem; } code, .timeline, .cells, .key { font-size: 12px; }
  .controls output { min-width: 0; } .line { grid-template-columns: 3.6rem minmax(0, 1fr); } }
@media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
@media print { .controls { display: none; } .timeline { max-height: none; } }
`;
