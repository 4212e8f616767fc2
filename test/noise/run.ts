// `npm run noise`: an hour of ordinary work on a host, compressed, while the daemon watches: no incident may rise above low.
// Options: --rounds N (30: about an hour's work), --short (10: two to three minutes), --json. Exit code 1: something rose.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { messageOf } from '../../src/base/app-error.ts'
import { ask } from '../../src/daemon/index.ts'
import type { Event, Incident, IncidentHead } from '../../src/model/index.ts'
import { CleanUp } from '../bench/clean-up.ts'
import { table } from '../bench/match/table.ts'
import { startApache } from '../support/apache.ts'
import { type GuardProcess, startGuard } from '../support/guard.ts'
import { startNginx } from '../support/nginx.ts'
import { startSshd } from '../support/private-sshd.ts'
import type { Ground, Work } from './ground.ts'
import { countRules, isAboveLow } from './report.ts'
import { compiler, git, scripts } from './works/development.ts'
import { administration, backups, configuration, cronJobs, rotation } from './works/operation.ts'
import { packages } from './works/packages.ts'
import { logins, visitors } from './works/visitors.ts'

const works: readonly Work[] = [
  packages,
  compiler,
  scripts,
  git,
  cronJobs,
  administration,
  rotation,
  backups,
  configuration,
  visitors,
  logins,
]
/** What was written last is read, judged and joined by then. */
const settleMs = 6000
const askTimeoutMs = 60_000
const maxEvents = 10_000

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const rounds = options.short ? 10 : Number(options.rounds)
if (!(rounds > 0) || process.getuid?.() !== 0) {
  console.error('noise: --rounds takes a number above 0, and seeing the host needs root')
  process.exit(2)
}

interface Outcome {
  readonly incidents: readonly IncidentHead[]
  readonly risen: readonly Incident[]
  readonly alerts: readonly Event[]
}

async function work(ground: Ground): Promise<string[]> {
  const failures: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const one of works) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u{1b}[K${round + 1}/${rounds} ${one.name}`)
      await one
        .run(ground, round)
        .catch((thrown: unknown) => failures.push(`${one.name}: ${messageOf(thrown)}`))
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u{1b}[K')
  return failures
}

async function askAll({ socket }: GuardProcess): Promise<Outcome> {
  const { incidents } = (await ask(
    socket,
    { command: 'incidents', all: true, limit: 1000 },
    askTimeoutMs,
  )) as {
    readonly incidents: readonly IncidentHead[]
  }
  const risen: Incident[] = []
  for (const { id } of incidents.filter((head) => isAboveLow(head)))
    risen.push((await ask(socket, { command: 'incident', id }, askTimeoutMs)) as Incident)
  const where = 'event.kind = alert'
  const answer = await ask(
    socket,
    { command: 'events', where, order: 'newest', limit: maxEvents },
    askTimeoutMs,
  )
  return { incidents, risen, alerts: (answer as { readonly events: readonly Event[] }).events }
}

function print({ incidents, risen, alerts }: Outcome, failures: readonly string[]): void {
  if (options.json) {
    console.log(JSON.stringify({ rounds, incidents, rules: countRules(alerts), failures }))
    return
  }
  const counts = countRules(alerts).map(({ level, rule, count, example }) => [
    level,
    `${count}`,
    rule,
    example,
  ])
  if (counts.length > 0) {
    const head = ['level', 'times', 'alert or rule', 'for example']
    console.log(table([head, ...counts], ['left', 'right', 'left', 'left']).join('\n'))
  }
  console.log(`\n${incidents.length} incidents, ${risen.length} above low`)
  for (const { level, score, title, steps } of risen) {
    console.log(`\n${level} (${score}) ${title}`)
    for (const step of steps.filter(({ detections }) => detections.length > 0).slice(0, 20))
      console.log(
        `  ${step.severity} ${step.text} [${step.detections.map(({ name }) => name).join(', ')}] ${step.why}`,
      )
  }
  for (const failure of failures) console.log(`work that failed: ${failure}`)
}

const cleanUp = new CleanUp(rounds * 10 * 60_000)
const stand: Ground['stand'] = {
  after(undo: () => void) {
    cleanUp.add(undo)
  },
  skip(reason: string) {
    console.log(reason)
  },
}
const folder = mkdtempSync(join(tmpdir(), 'haechi-noise-'))
stand.after(() => {
  rmSync(folder, { recursive: true, force: true })
})
let isQuiet = false
try {
  const ground: Ground = {
    stand,
    folder,
    apache: await startApache(stand),
    nginx: await startNginx(stand),
    sshd: await startSshd(stand),
  }
  for (const one of works) await one.prepare?.(ground)
  const guard = await startGuard({ places: [], command: 'up' })
  const failures = await work(ground)
  await delay(settleMs)
  const outcome = await askAll(guard)
  await guard.stop()
  print(outcome, failures)
  isQuiet = outcome.risen.length === 0 && failures.length === 0
} finally {
  cleanUp.run()
}
process.exitCode = isQuiet ? 0 : 1
