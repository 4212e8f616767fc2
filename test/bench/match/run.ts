// `npm run bench:match`: the signature engine beside YARA, YARA-X and ClamAV: the same signatures, the same files, one
// run. Options: --rules PATH (YARA rules, may be repeated; generated ones by default), --quick, --json, --profile (only
// where our own time goes), --cpu (processor time, of those who can tell it: for a machine that is not quiet).

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { kernelFile } from '../../../src/engine/matcher/kernel/kernel.ts'
import { CleanUp } from '../clean-up.ts'
import { createExec } from '../exec.ts'
import { readMachine } from '../machine.ts'
import { type Contestant, manyInstances } from './contestant.ts'
import { prepareDatabase } from './database.ts'
import { databaseContestants } from './database-part.ts'
import { prepareFiles } from './files.ts'
import { Figures } from './figures.ts'
import {
  addSlowest,
  measureBinaries,
  measureLarge,
  measureSmall,
  measureStarts,
  type Measuring,
} from './measure.ts'
import { type Bench, fullPlan, quickPlan } from './plan.ts'
import { profileText } from './profile.ts'
import { type Part, resultJson, resultText } from './report.ts'
import { rulesContestants } from './rules-part.ts'
import { prepareRules } from './rules/rule-set.ts'
import { compareVerdicts, speakingFiles } from './verdicts.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rules: { type: 'string', multiple: true },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    profile: { type: 'boolean' },
    cpu: { type: 'boolean' },
  },
})
/** Somebody else's work beside this run. */
const quietLoad = 0.7

const started = performance.now()
const plan = options.quick === true ? quickPlan : fullPlan
const cleanUp = new CleanUp(plan.limitMs)
const remarks: string[] = []
if (!existsSync(kernelFile)) {
  console.error('bench: the matcher is not built: run bin/haechi --run scripts/build-kernel.ts')
  process.exit(2)
}
const [load = 0] = loadavg()
if (load > quietLoad) {
  remarks.push(`The machine was NOT QUIET: a load of ${load.toFixed(1)} before the run began.`)
}
if (options.cpu === true) {
  remarks.push(
    'Times are processor times, except that of the process start; contestants without them are left out.',
  )
}

const aside = mkdtempSync(join(tmpdir(), 'haechi-match-'))
cleanUp.add(() => {
  rmSync(aside, { recursive: true, force: true })
})
const clock = options.cpu === true ? 'processor' : 'wall'
const bench: Bench = { plan, clock, cleanUp, exec: createExec(cleanUp), aside, progress, remarks }

progress('preparing files and rules')
const folders = [...(options.rules ?? []), ...positionals].map((path) =>
  resolve(process.env['INIT_CWD'] ?? '.', path),
)
const rules = await prepareRules(bench, folders)
const files = prepareFiles(bench)
if (options.profile === true) {
  const text = await profileText(bench, rules, files)
  progress('')
  process.stdout.write(text)
} else {
  await compare()
}
cleanUp.run()

async function compare(): Promise<void> {
  const figures = new Figures()
  const measuring = (part: string, contestants: readonly Contestant[]): Measuring => {
    const firstTouch: Measuring['firstTouch'] = new Map()
    return { bench, figures, part, contestants, firstTouch }
  }
  const byRules = measuring('rules', await rulesContestants(bench, rules, files))
  const database = prepareDatabase(bench)
  const byDatabase = measuring('database', await databaseContestants(bench, database, files))
  for (const { contestants } of [byRules, byDatabase]) {
    for (const contestant of contestants) await warmUp(contestant)
  }
  const rounds = await measureRounds(byRules, byDatabase)
  addSlowest(byRules)
  addSlowest(byDatabase)
  progress('comparing verdicts')
  remarks.push(await compareVerdicts(byRules.contestants, speakingFiles(bench, rules)))
  const unofficial = (name: string): string => name.replace(/\.UNOFFICIAL$/, '')
  remarks.push(await compareVerdicts(byDatabase.contestants, database.infected, unofficial))
  // The EICAR file's signature is no rule.
  const count = (byRules.contestants[0]?.signatures ?? 1) - 1
  const parts: Part[] = [
    { id: 'rules', title: `${count} ${rules.title}`, contestants: byRules.contestants },
    {
      id: 'database',
      title: `${database.signatures} ClamAV signatures`,
      contestants: byDatabase.contestants,
    },
  ]
  const result = { machine: readMachine(''), rounds, parts, figures, remarks }
  progress('')
  process.stdout.write(options.json === true ? resultJson(result) : resultText(result))
  for (const { stop } of [...byRules.contestants, ...byDatabase.contestants]) await stop()
}

/** Some files for every process and thread: what is measured has run before. */
async function warmUp({ isSlow = false, isAlone = false, scan }: Contestant): Promise<void> {
  const instances = [...(isSlow ? [] : [1]), ...(isAlone ? [] : [manyInstances])]
  for (const count of instances) {
    await scan(files.first.files, count)
    await scan(files.small.files, count)
  }
}

/** Returns how many rounds there was time for. */
async function measureRounds(byRules: Measuring, byDatabase: Measuring): Promise<number> {
  let round = 0
  for (; round < plan.rounds && performance.now() - started < plan.lastRoundMs; round++) {
    const binaries = files.binaries[round]
    if (binaries === undefined) break
    await measureStarts(byRules, round)
    await measureLarge(byRules, round, files.large)
    await measureSmall(byRules, round, files.small)
    await measureBinaries(byRules, round, binaries)
    if (byDatabase.contestants.length === 0) continue
    await measureStarts(byDatabase, round)
    await measureSmall(byDatabase, round, files.small)
    await measureBinaries(byDatabase, round, binaries)
  }
  return round
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u{1b}[K${text}`)
}
