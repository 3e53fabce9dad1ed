/** Of the HTML report. One size of text, one accent for each state, light and dark. */
export const pageStyle: string = `
:root { color-scheme: light dark; --ink: #1c1f24; --soft: #5b6470; --line: #d9dee5; --page: #fbfcfd; --raised: #fff;
  --good: #1a7f43; --bad: #c1281f; --odd: #8a4bbf; --warn: #996300; --accent: #1f5fbf; --held: #cfe0fa; --past: #e8ebef; }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e9ef; --soft: #9aa5b3; --line: #333b46; --page: #14171b;
  --raised: #1b1f25; --good: #58c482; --bad: #ff7b72; --odd: #c79bf2; --warn: #e0ad4d; --accent: #7fb1ff;
  --held: #24446f; --past: #2a3038; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 6rem; max-width: 76rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem; }
header p, .legend { margin: .25rem 0; color: var(--soft); }
.legend span { margin-right: 1rem; white-space: nowrap; }
code, .timeline, .cells { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, monospace; font-size: 13px; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; }
tbody th { font-weight: 600; white-space: nowrap; }
thead th { font-weight: 600; vertical-align: bottom; overflow-wrap: anywhere; }
tfoot tr:last-child > * { border-bottom: 0; }
tbody tr:hover { background: color-mix(in srgb, var(--accent) 7%, transparent); }
.title { min-width: 14rem; color: var(--soft); }
.cell, .figure, .verdict { white-space: nowrap; font-variant-numeric: tabular-nums; }
.cell a { display: inline-block; min-width: 1.9rem; padding: 0 .4rem; border: 1px solid currentColor; border-radius: 5px;
  color: inherit; text-align: center; text-decoration: none; }
.cell a:hover { background: color-mix(in srgb, currentColor 15%, transparent); }
.pass, .conformant { color: var(--good); } .fail, .unexpected-pass, .violations { color: var(--bad); }
.unknown { color: var(--odd); } .known-failure { color: var(--warn); } .vacuous, .not-claimed { color: var(--soft); }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.counterexample { scroll-margin-top: 1rem; border-top: 1px solid var(--line); margin-top: 2.5rem; }
.counterexample h2 { margin-top: 1.2rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; margin: .5rem 0 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
button { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px;
  padding: .2rem .7rem; cursor: pointer; }
button:hover { border-color: var(--accent); } button:disabled { opacity: .4; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.copy { padding: 0 .5rem; font-size: 13px; }
.player { border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
.controls { display: flex; gap: .6rem; align-items: center; padding: .6rem; border-bottom: 1px solid var(--line);
  position: sticky; top: 0; background: inherit; border-radius: 8px 8px 0 0; }
.controls input { flex: 1; min-width: 4rem; accent-color: var(--accent); }
.controls output { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
.state { padding: .7rem; border-bottom: 1px solid var(--line); min-height: 8.2rem; }
.state p { display: grid; grid-template-columns: 4.5rem 1fr; gap: .6rem; margin: .2rem 0; }
.state .label { color: var(--soft); }
.cells { display: flex; flex-wrap: wrap; align-items: center; gap: 3px; margin: .2rem 0 .5rem; min-height: 1.9rem; }
.cells span { min-width: 1.9rem; padding: .1rem .25rem; text-align: center; border-radius: 4px; border: 1px solid transparent; }
.cells .past { background: var(--past); color: var(--soft); }
.cells .held { background: var(--held); border-color: var(--accent); }
.cells .lost { background: color-mix(in srgb, var(--bad) 20%, transparent); border-color: var(--bad); border-style: dashed;
  color: var(--bad); }
.cells .going { background: var(--past); border-color: var(--accent); border-style: dotted; }
.cells .more { color: var(--soft); }
.timeline { list-style: none; margin: 0; padding: .4rem 0; max-height: 26rem; overflow-y: auto; }
.timeline li { padding: .12rem .7rem; cursor: pointer; overflow-wrap: anywhere; }
.timeline.sides li { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.timeline li.heads { cursor: default; color: var(--soft); font-family: system-ui, sans-serif; }
.timeline li.turns { color: var(--soft); border-top: 1px dashed var(--line); margin-top: .15rem; }
.timeline li.turns span { grid-column: 1 / -1; }
.timeline li.now { background: color-mix(in srgb, var(--accent) 16%, transparent); box-shadow: inset 3px 0 var(--accent); }
.timeline li.later { opacity: .45; }
.timeline li.failure { color: var(--bad); font-weight: 600; }
.timeline .answer { color: var(--soft); } .timeline .failure .answer { color: inherit; }
@media (max-width: 40rem) { body { padding: 1rem .6rem 4rem; } .title { display: none; } thead th[colspan] { width: 3rem; }
  .timeline.sides li { gap: .4rem; } .timeline li { padding: .12rem .4rem; } code, .timeline, .cells { font-size: 12px; } }
`;
