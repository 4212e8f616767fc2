// What the report of an analysis has beyond that of an incident: groups that fold, a chart, long tables.

export const ownStyle = `
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .3rem 1.5rem; margin: 1rem 0 0; font-size: .9rem }
.facts div { display: flex; gap: .6rem; min-width: 0 } .facts dt { color: var(--soft); flex: none } .facts dd { margin: 0; min-width: 0 }
.finding { border: 1px solid var(--line); border-left: 3px solid var(--level); border-radius: 0 .5rem .5rem 0; padding: .45rem .8rem; margin: .45rem 0; break-inside: auto }
.finding > summary { color: var(--ink); width: auto; display: flex; flex-wrap: wrap; gap: .15rem .6rem; align-items: baseline }
.finding > summary::before { content: "▸"; color: var(--soft); font-size: .8rem } .finding[open] > summary::before { content: "▾" }
.finding .name { font-weight: 600; min-width: 0; overflow-wrap: anywhere } .finding > summary .level { min-width: 4.6rem }
.samples th:first-child { width: 9.5rem } .samples th:last-child { width: 26% } #rows td:first-child { width: 9.5rem } .samples td:last-child { white-space: normal; overflow-wrap: anywhere }
.samples, .kinds { table-layout: fixed } .samples td, .kinds td, .notes td { overflow-wrap: anywhere; white-space: normal }
td.number { font-size: .82rem } #rows td, .kinds td { font-size: .82rem } #rows td:nth-last-child(2) { white-space: normal }
.story { list-style: none; margin: .6rem 0; padding: 0; border-left: 2px solid var(--line) }
.story li { display: grid; grid-template-columns: 9.5rem 1fr; gap: .5rem; padding: .2rem 0 .2rem .8rem; font-size: .88rem } .story div { min-width: 0; overflow-wrap: anywhere }
.story time { color: var(--soft); font: .78rem/1.9 ui-monospace, "DejaVu Sans Mono", monospace }
.chart { margin: 0 0 1rem } .chart svg { width: 100%; height: 9rem; display: block } .chart rect { fill: var(--link); opacity: .8 } .chart rect:hover { opacity: 1 }
.chart line { stroke: var(--line); stroke-width: 1 } .chart figcaption { display: flex; justify-content: space-between; flex-wrap: wrap; gap: .2rem 1rem; color: var(--soft); font-size: .8rem }
.rows { max-height: 42rem; overflow: auto; border: 1px solid var(--line); border-radius: .5rem } .rows thead th { position: sticky; top: 0; background: var(--card) }
.filter label { white-space: nowrap } h3 { font-size: 1rem; margin: 1rem 0 .4rem }
.ok { color: var(--low) } .bad { color: var(--high); font-weight: 600 } .dim { color: var(--soft) }
.w-95rem { width: 9.5rem } .w-11rem { width: 11rem } .w-24 { width: 24% }
details.kind { margin: .5rem 0 } details.kind > summary { font-weight: 650; font-size: .95rem } details.kind small { color: var(--soft); font-weight: 400 }
@media (max-width: 45rem) { .story li { display: block } .samples, .kinds { min-width: 38rem } #rows { min-width: 46rem } .chart svg { height: 6rem } }
@media print { .rows { max-height: none; overflow: visible; border: 0 } .finding::details-content, details.kind::details-content { display: block; content-visibility: visible } .finding { break-inside: auto } .samples, .kinds { font-size: 7pt } .chart rect { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
`
