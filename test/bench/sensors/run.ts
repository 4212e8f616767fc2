// `npm run bench:sensors`: what seeing the host costs, beside nobody and beside auditd, in one run on one machine; and
// whether everything was seen. Needs root and gcc. Options: --rounds N, --quick, --json, --only PART,… .

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { CleanUp } from '../clean-up.ts'
import { createExec } from '../exec.ts'
import { isPrepared } from '../haechi.ts'
import { readMachine } from '../machine.ts'
import type { Bench } from './bench.ts'
import { measureConnections } from './connections.ts'
import { measureExecCost } from './exec-cost.ts'
import { measureFiles } from './files.ts'
import { loadText } from './figures.ts'
import { measureIdle } from './idle.ts'
import { measureLatency } from './latency.ts'
import { measureLogs } from './logs.ts'
import { type Section, sectionText } from './section.ts'
import { measureStorm } from './storm.ts'

const parts: Readonly<Record<string, (bench: Bench) => Promise<Section>>> = {
  idle: measureIdle,
  exec: measureExecCost,
  latency: measureLatency,
  connections: measureConnections,
  files: measureFiles,
  logs: measureLogs,
  storm: measureStorm,
}
const limitMs = 60 * 60_000

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})

function mustBe(condition: boolean, message: string): void {
  if (condition) return
  console.error(`bench: ${message}`)
  process.exit(2)
}

mustBe(process.getuid?.() === 0, 'seeing the host needs root')
mustBe(isPrepared(), 'this clone is not set up: run bin/haechi once')
mustBe(existsSync('/usr/bin/gcc'), 'gcc is needed for the programs that make the load')
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3))
mustBe(Number.isInteger(rounds) && rounds > 0, '--rounds takes a number')
const wanted = options.only?.split(',') ?? Object.keys(parts)
mustBe(
  wanted.every((name) => Object.hasOwn(parts, name)),
  `--only takes ${Object.keys(parts).join(', ')}`,
)

const cleanUp = new CleanUp(limitMs)
const folder = mkdtempSync(join(tmpdir(), 'haechi-bench-'))
cleanUp.add(() => {
  rmSync(folder, { recursive: true, force: true })
})
const bench: Bench = {
  cleanUp,
  exec: createExec(cleanUp),
  folder,
  isQuick: options.quick,
  rounds,
  progress(text) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u{1b}[K${text}`)
  },
}
const machine = readMachine(folder)
const { cpu, cores, memoryGiB, kernel, node, date } = machine
if (!options.json) {
  process.stdout.write(
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, ${date}; ${loadText()} at the start\n\n`,
  )
}
const sections: Section[] = []
for (const name of wanted) {
  const section = await parts[name]?.(bench)
  if (section === undefined) continue
  sections.push(section)
  bench.progress('')
  if (!options.json) process.stdout.write(`${sectionText(section)}\n`)
}
if (options.json)
  process.stdout.write(
    `${JSON.stringify({ machine, rounds, sections: sections.map(({ id, remarks, figures }) => ({ id, remarks, figures })) })}\n`,
  )
cleanUp.run()
