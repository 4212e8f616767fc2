// `--profile`: where Haechi's time goes, for compiling and for each kind of file.

import type { RuleSet } from './rules/rule-set.ts'
import type { Profiled, Request } from './engines/messages.ts'
import { Hosted } from './engines/hosted.ts'
import type { Files, Workload } from './files.ts'
import type { Bench } from './plan.ts'

const times = 5

export async function profileText(bench: Bench, set: RuleSet, files: Files): Promise<string> {
  const rules = set.files.map(({ path, namespace }) => ({ path, namespace }))
  const open: Request = { type: 'open', spec: { kind: 'haechi', rules, databases: [] }, clock: bench.clock }
  const lines: string[] = []
  const host = new Hosted(bench)
  // Compiled twice: the first time loads the program too.
  bench.progress('profile: compiling')
  lines.push(
    ...section(
      `compile ${set.files.length} files of ${set.title}, the first time in a process`,
      await host.profile(open, 1),
    ),
  )
  const [firstRound] = files.binaries
  if (firstRound !== undefined) {
    lines.push(...(await scans(host, firstRound, 1, `${firstRound.title}, met for the first time`)))
  }
  for (const load of [...files.large, files.small, ...files.binaries.slice(0, 1)]) {
    bench.progress(`profile: ${load.title}`)
    lines.push(...(await scans(host, load, times, `${load.title}, ${times} times`)))
  }
  await host.end()
  return `${lines.join('\n')}\n`
}

async function scans(host: Hosted, load: Workload, count: number, title: string): Promise<string[]> {
  const profiled = await host.profile({ type: 'scan', files: load.files, clock: 'wall' }, count)
  const rate = (load.bytes * count) / 1e6 / (profiled.ms / 1000)
  return section(
    `${title}: ${rate.toFixed(0)} MB/s, ${((load.files.length * count) / (profiled.ms / 1000)).toFixed(0)} files/s`,
    profiled,
  )
}

function section(title: string, { ms, rows }: Profiled): string[] {
  const lines = rows
    .filter((row) => row.ms >= ms / 200)
    .map(({ part, ms: spent, most }) => {
      const share = `${((spent / ms) * 100).toFixed(1)} %`
      const functions = most.map(({ name, ms: own }) => `${name} ${own.toFixed(0)}`).join(', ')
      return `  ${part.padEnd(28)}${spent.toFixed(0).padStart(7)} ms ${share.padStart(7)}  ${functions}`
    })
  return [`${title} (${ms.toFixed(0)} ms)`, ...lines, '']
}
