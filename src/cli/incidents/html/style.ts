// How the report looks: light and dark by the reader's choice, on a phone, and on A4.

/** `graphWidth`: of the drawing at its natural size, in CSS pixels. */
export function styleSheet(graphWidth: number): string {
  // Smaller than this its texts cannot be read: it scrolls instead.
  const least = Math.round(Math.min(graphWidth, Math.max(640, graphWidth * 0.62)))
  return `${colours}${layout}${header}${timeline}${graph}${tables}
#graph { width: ${graphWidth}px; max-width: 100%; min-width: ${least}px; height: auto }
#graph-section { margin-inline: min(0px, calc(50% - min(47vw, ${Math.round(graphWidth / 2) + 32}px))) }
${print}`
}

const light = `--page: #f6f7f9; --card: #ffffff; --ink: #16202c; --soft: #56616f; --line: #d9dee5; --faint: #eef1f5; --link: #0b57b0;
--critical: #b3123a; --critical-soft: #fdecef; --high: #b23c00; --high-soft: #fdf0e7; --medium: #7d5b00; --medium-soft: #fbf4dc;
--low: #1f5f94; --low-soft: #e9f2fb; --informational: #56616f; --informational-soft: #eef1f5; --shade: #0f172a1a`

const dark = `--page: #0e141b; --card: #161e28; --ink: #e7ecf2; --soft: #a3afbd; --line: #2c3846; --faint: #1e2833; --link: #7db8ff;
--critical: #ff8098; --critical-soft: #3a1620; --high: #ff9d66; --high-soft: #38200f; --medium: #f0c64c; --medium-soft: #33290c;
--low: #85bdf2; --low-soft: #122a40; --informational: #a3afbd; --informational-soft: #1e2833; --shade: #00000066`

const levels = ['critical', 'high', 'medium', 'low', 'informational']
  .map((level) => `.level-${level} { --level: var(--${level}); --level-soft: var(--${level}-soft) }`)
  .join('\n')

const colours = `
:root { color-scheme: light dark; ${light}; --level: var(--informational); --level-soft: var(--informational-soft) }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
@media print { :root { color-scheme: light; ${light}; --page: #fff } }
${levels}
`

const layout = `
* { box-sizing: border-box }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif }
header, main, footer { max-width: 78rem; margin: 0 auto; padding: 0 1.5rem }
main > section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem 1.5rem; margin: 1.25rem 0; box-shadow: 0 1px 3px var(--shade) }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; letter-spacing: -.005em }
h2 small { font-weight: 400; color: var(--soft); margin-left: .4rem; font-size: .85rem }
p { margin: .5rem 0 }
a { color: var(--link) }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: .25rem }
code, pre { font: 12.5px/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace }
code, .text, .reason, .because { unicode-bidi: isolate; overflow-wrap: anywhere }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 2 }
footer { color: var(--soft); font-size: .85rem; padding-bottom: 2rem; break-before: avoid }
`

const header = `
header { padding-top: 1.75rem }
.brand { display: flex; justify-content: space-between; flex-wrap: wrap; gap: .25rem 1.5rem; color: var(--soft); font-size: .85rem; margin: 0 0 .75rem }
h1 { font-size: 1.75rem; line-height: 1.25; letter-spacing: -.015em; margin: .4rem 0 .25rem; overflow-wrap: anywhere; unicode-bidi: isolate }
.verdict { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; margin: 0 }
.pill { background: var(--level-soft); color: var(--level); border: 1px solid var(--level); border-radius: 99rem; padding: .1rem .75rem; font-weight: 700; text-transform: uppercase; letter-spacing: .05em; font-size: .8rem }
.meter { display: inline-block; vertical-align: middle }
.meter rect:first-child { fill: var(--line) } .meter rect:last-child { fill: var(--level) }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: 1rem 0 0; padding: 0; font-size: .9rem }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 0 0 1rem }
.figures div { background: var(--faint); border-radius: .5rem; padding: .55rem .8rem }
.figures dt { color: var(--soft); font-size: .8rem } .figures dd { margin: 0; font-size: 1.15rem; font-weight: 650; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
.figures dd small { font-size: .8rem; font-weight: 400; color: var(--soft); display: block }
.summary { font-size: 1.02rem; max-width: 68rem; overflow-wrap: anywhere }
.tactics { display: grid; grid-template-columns: repeat(14, minmax(0, 1fr)); gap: 3px; list-style: none; padding: 0; margin: 1rem 0 0; font-size: .61rem; line-height: 1.25 }
.tactics li { background: var(--faint); color: var(--soft); border-radius: .3rem; padding: .4rem .3rem; display: grid; place-content: center; text-align: center }
.tactics li.seen { background: var(--level-soft); color: var(--level); font-weight: 700; box-shadow: inset 0 -3px 0 var(--level) }
.responses { list-style: none; padding: 0; margin: 0; display: grid; gap: .9rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)) }
.responses li { border-left: 3px solid var(--link); padding: .1rem 0 .1rem .9rem; break-inside: avoid; min-width: 0; overflow-wrap: anywhere }
.responses p { margin: 0 0 .3rem }
.responses pre { margin: 0; background: var(--faint); border-radius: .4rem; padding: .45rem .7rem; white-space: pre-wrap; overflow-wrap: anywhere }
`

const timeline = `
.filter { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; margin: 0 0 1rem; font-size: .9rem }
.filter input[type=search] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: .4rem; padding: .25rem .6rem; width: 16rem; max-width: 100% }
body:has(#only-detected:checked) .step.quiet, .step.hidden { display: none }
.minute:not(:has(.step:not(.hidden))), body:has(#only-detected:checked) .minute:not(:has(.step.detected:not(.hidden))) { display: none }
.day { font-size: .95rem; margin: 1.25rem 0 .5rem } .day:first-of-type { margin-top: 0 }
.minute { display: grid; grid-template-columns: 3.6rem 1fr }
.minute h4 { margin: .35rem 0 0; font-size: .85rem; color: var(--soft); font-weight: 600; font-variant-numeric: tabular-nums }
.minute ol { list-style: none; margin: 0; padding: 0 }
.minute > ol { border-left: 2px solid var(--line); padding-bottom: .5rem }
.step { position: relative; display: grid; grid-template-columns: 6.6rem 1fr; padding: .3rem .5rem .3rem 1.1rem; border-radius: .4rem }
.step > time { color: var(--soft); font: .74rem/1.95 ui-monospace, "DejaVu Sans Mono", monospace; font-variant-numeric: tabular-nums }
.step::before { content: ""; position: absolute; left: -6px; top: .72rem; width: 10px; height: 10px; border-radius: 50%; background: var(--card); border: 2px solid var(--soft) }
.step.detected::before { background: var(--level); border-color: var(--level); box-shadow: 0 0 0 3px var(--level-soft) }
.more .step::before { content: none } .more .step { padding-left: 0 }
.step p { margin: 0 } .what { min-width: 0 }
${[1, 2, 3, 4, 5, 6].map((depth) => `.depth-${depth} > .what { padding-left: ${depth * 1.15}rem; background: linear-gradient(var(--line), var(--line)) no-repeat ${(depth - 1) * 1.15 + 0.45}rem 0 / 1px 100% }`).join('\n')}
.level { color: var(--level); font-weight: 700; font-size: .75rem; text-transform: uppercase; letter-spacing: .04em }
.step.detected > .what > p:first-child .text { font-weight: 600 }
.times { color: var(--soft); font-size: .85rem }
.detection { background: var(--level-soft); border-left: 3px solid var(--level); border-radius: 0 .35rem .35rem 0; padding: .2rem .6rem; margin: .25rem 0 !important; font-size: .9rem; overflow-wrap: anywhere }
.detection b { color: var(--level) } .detection small, .reason { color: var(--soft) }
.why { color: var(--soft); font-size: .83rem }
.chip { display: inline-flex; align-items: center; gap: .25rem; max-width: 100%; color: var(--ink); background: var(--faint); border-radius: .35rem; padding: 0 .4rem; text-decoration: none; font-size: .78rem; white-space: nowrap }
.chip .text { overflow: hidden; text-overflow: ellipsis } .chip:hover { text-decoration: underline } .chip small { color: var(--soft) }
.attack { display: inline-block; border: 1px solid var(--line); background: var(--card); color: var(--soft); border-radius: .3rem; padding: 0 .35rem; font-size: .76rem; line-height: 1.5 }
.attack b { color: var(--ink); font-variant-numeric: tabular-nums }
details.evidence, details.more { font-size: .83rem } summary { cursor: pointer; color: var(--link); width: fit-content }
details.evidence summary { font-size: .78rem }
pre { background: var(--faint); border-radius: .4rem; padding: .6rem .8rem; overflow: auto; max-height: 28rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 }
`

const graph = `
.drawing { overflow: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--page); padding: .25rem }
.strips { display: none }
.inline { vertical-align: -2px; flex: none }
.icon { fill: none; stroke: var(--soft); stroke-width: 1.4; stroke-linejoin: round; stroke-linecap: round }
.drawn text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; fill: var(--ink) }
.drawn .node rect:first-of-type { fill: var(--card); stroke: var(--soft); stroke-width: 1.2 }
.drawn .node[class*=level-] rect:first-of-type { stroke: var(--level); stroke-width: 2; fill: var(--level-soft) }
.drawn .node.context rect:first-of-type { stroke-dasharray: 4 3; fill: var(--page) }
.drawn .node[class*=level-] .icon { stroke: var(--level) }
.drawn .title { font-size: 11.5px; font-weight: 600 } .drawn .detail, .drawn .number { font-size: 10px; fill: var(--soft) }
.drawn .badge { fill: var(--level); stroke: none } .drawn .score { font-size: 10px; font-weight: 700; fill: var(--card) }
.drawn .edge { fill: none; stroke: var(--soft); stroke-width: 1.3; opacity: .75 } .drawn .edge.faint { stroke-dasharray: 3 3; opacity: .55 }
#graph marker path { fill: var(--soft) }
.drawn .labels text { font-size: 9.5px; fill: var(--soft); paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round }
.drawn .node { cursor: pointer; text-decoration: none } .drawn .node:focus-visible { outline: none }
.drawn .node:hover rect:first-of-type, .drawn .node:focus-visible rect:first-of-type { stroke: var(--link); stroke-width: 3 }
#graph.focused .node:not(.near), #graph.focused .labels text:not(.near) { opacity: .25 } #graph.focused .edge:not(.near) { opacity: .1 }
#graph.focused .edge.near { stroke: var(--link); stroke-width: 2; opacity: 1 }
.step.near, tr.near { background: color-mix(in srgb, var(--link) 12%, transparent) }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; padding: 0; margin: .75rem 0 0; font-size: .8rem; color: var(--soft) }
.legend li { display: flex; align-items: center; gap: .35rem }
`

const tables = `
.table { overflow-x: auto; margin: 0 0 1.25rem } .table:last-child { margin-bottom: 0 }
table { border-collapse: collapse; width: 100%; font-size: .88rem }
caption { text-align: left; font-weight: 650; padding: 0 0 .35rem } caption small { color: var(--soft); font-weight: 400; margin-left: .3rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line) }
thead th { color: var(--soft); font-weight: 600; font-size: .78rem; white-space: nowrap } abbr { text-decoration: none }
td.number { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap } td code { min-width: 4rem; display: inline-block }
td:nth-last-child(2) { white-space: nowrap; font-variant-numeric: tabular-nums }
tr:target { background: var(--medium-soft) } tbody th { white-space: nowrap; font-weight: 600 }
.score-cell { color: var(--level); font-weight: 700 }
.plain { padding-left: 1.2rem; margin: 0 } .plain li { margin: .25rem 0; overflow-wrap: anywhere }
@media (max-width: 45rem) {
header, main, footer { padding: 0 .75rem } header { padding-top: 1rem } main > section { padding: 1rem .85rem; margin: .85rem 0 }
h1 { font-size: 1.35rem } .tactics { grid-template-columns: repeat(auto-fill, minmax(5.4rem, 1fr)) }
.minute { display: block } .minute h4 { margin-bottom: .2rem } .step { display: block }
.depth-1 > .what, .depth-2 > .what, .depth-3 > .what, .depth-4 > .what, .depth-5 > .what, .depth-6 > .what { padding-left: .8rem; background-position: 0 0 }
}
`

const print = `
@page { size: A4; margin: 14mm 12mm }
@media print {
html { font-size: 9.5pt } body { font-size: 9pt } h1 { font-size: 16pt } header, main, footer { max-width: none; padding: 0 }
main > section { border: 0; box-shadow: none; padding: 0; margin: 0 0 5mm } footer { padding: 0; font-size: 7.5pt } footer p { margin: 0 } h2, h3, h4, caption, thead { break-after: avoid }
nav, .filter, .skip, details.evidence { display: none } .figures div, .tactics li, .detection, .pill, #graph, .strip, .attack, .chip, .step::before { print-color-adjust: exact; -webkit-print-color-adjust: exact }
.figures { grid-template-columns: repeat(6, 1fr); gap: 2mm } .figures div { padding: 1.5mm 2mm } .figures dd { font-size: 11pt } .figures dt, .figures dd small { font-size: 7.5pt } .summary { font-size: 9.5pt } #overview { margin-top: 4mm } .responses { grid-template-columns: 1fr 1fr; gap: 3mm } .tactics { grid-template-columns: repeat(14, 1fr); font-size: 5.5pt }
.step, .detection, tr, .figures div, .responses li { break-inside: avoid } .minute { grid-template-columns: 3.2rem 1fr; display: grid } .step { display: grid }
.step.hidden, body:has(#only-detected:checked) .step.quiet { display: grid } .minute { display: grid !important }
details.more summary { color: inherit }
#graph-section { margin-inline: 0; break-before: page } .drawing { border: 0; overflow: visible; padding: 0; background: none }
#graph { position: absolute; width: 0; min-width: 0; height: 0; visibility: hidden } .strips { display: block } .strip { display: block; break-inside: avoid; max-width: 100%; max-height: 255mm; margin: 0 0 3mm }
.table { overflow: visible } a { color: inherit; text-decoration: none }
thead { display: table-header-group } td, th { padding: 1mm 1.5mm } table { font-size: 8pt } code, pre { font-size: 7.5pt }
}
`
