// The thread of the rules: follows the stored events, lets rules judge each, joins what they say into incidents, and stores
// both together with its place in the stream. It may fall behind, it never holds up the store, and it loses nothing.

import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

import { AppError, messageOf } from '../../base/app-error.ts'
import { keepHeapSmall } from '../../base/collect-garbage.ts'
import { createIncidents, type IncidentEngine } from '../../incidents/index.ts'
import type { Event, Incident } from '../../model/index.ts'
import { rowOf } from '../../store/row.ts'
import type { StoredProgress, Stretch } from '../../store/index.ts'
import { Questions } from '../pipeline/thread-link.ts'
import { Detector } from './detector.ts'
import { IncidentTeller } from './incident-event.ts'
import type {
  FromRules,
  FromRulesToStore,
  FromStoreToRules,
  IncidentChangeRequest,
  RulesAsk,
  RulesReply,
  RulesRequest,
  RulesStart,
  StoreAnswer,
  StretchAnswer,
  ToRules,
} from './messages.ts'

/** Events before the place where it goes on, from which incidents learn what was there. */
const contextEvents = 20_000
/** A place without anything new is stored so often. */
const quietCommitMs = 2000
/** What correlations remember is stored so often: it is large, and a loss of it is small. */
const memoryEveryMs = 60_000
/** The store has all the time that it needs: what was given up might be stored all the same, and then twice. */
const longestWaitMs = 2 ** 31 - 1
/** A store that refuses (a full disk) is asked again so often. */
const askAgainMs = 1000
/** Problems of rule files that are told one by one. */
const maxNotices = 20

const start = workerData as RulesStart
const detector = new Detector(start.settings)
const teller = new IncidentTeller()
let incidents: IncidentEngine
let place = 0
let newest = 0
let seen = 0
let told = 0
let isStopping = false
let isDirty = false
let committedAtMs = performance.now()
let rememberedAtMs = performance.now()
const questions = new Questions('the store')

function tell(message: FromRules): void {
  parentPort?.postMessage(message)
}

function notice(message: string): void {
  tell({ kind: 'notice', message })
}

/** Goes on asking a store that refuses; rejects when the host ends meanwhile. */
async function ask<T extends StoreAnswer>(question: RulesAsk): Promise<T> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await questions.ask<T>((id) => {
        start.store.postMessage({ kind: 'ask', id, ask: question } satisfies FromRulesToStore)
      }, longestWaitMs)
    } catch (thrown) {
      if (isStopping) throw thrown
      if (!isTold) notice(`rules wait for the store: ${messageOf(thrown)}`)
      await delay(askAgainMs)
    }
  }
}

/** `waits`: where nothing is behind, until something is. */
async function stretchAfter(after: number, waits: boolean): Promise<Stretch> {
  const { stretch, newest: end } = await ask<StretchAnswer>({
    kind: 'next',
    after,
    waits,
  })
  newest = end
  return stretch
}

/** Where the last one ended; the first time with what comes from now on. */
async function resume(): Promise<void> {
  const {
    upTo,
    memory,
    lastIncident,
    newest: end,
    incidents: stored,
  } = await ask<StoredProgress>({ kind: 'progress' })
  incidents = createIncidents({
    nextId: lastIncident + 1,
    hostAddresses: ownAddresses(),
    trustedAddresses: start.settings.trustedProxies,
  })
  for (const incident of stored) {
    incidents.restore(incident)
    teller.restore(incident)
  }
  if (memory !== undefined) detector.restore(memory)
  place = upTo ?? end
  for (let at = Math.max(0, place - contextEvents); at < place;) {
    const { lines, first, last } = await stretchAfter(at, false)
    if (first === undefined) break
    for (const [index, line] of lines.entries()) {
      if (first + index > place) break
      const event = eventOf(line, first + index)
      if (event !== undefined) incidents.remember(event, detector.remember(event))
    }
    at = last
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
}

function eventOf(line: string, sequence: number): Event | undefined {
  try {
    const event = JSON.parse(line) as Event
    event.event.sequence = sequence
    return event
  } catch {
    return undefined
  }
}

/** Detections of a stretch, in order. */
function judge({ first, lines }: Stretch): Event[] {
  const detections: Event[] = []
  for (const [index, line] of lines.entries()) {
    const event = eventOf(line, (first ?? 0) + index)
    if (event === undefined) continue
    try {
      const judged = detector.judge(event)
      incidents.add(event, judged.detections, judged.request)
      for (const detection of judged.detections) detections.push(detection)
    } catch (thrown) {
      notice(`rules failed on event ${event.event.sequence}: ${messageOf(thrown)}`)
    }
  }
  seen += lines.length
  told += detections.length
  return detections
}

/** Stores what is new; gives the incidents that changed. */
async function commit(detections: readonly Event[]): Promise<readonly Incident[]> {
  const changed = incidents.takeChanged()
  const events = [...detections, ...changed.flatMap((incident) => teller.news(incident))]
  const nowMs = performance.now()
  const isMemoryDue = isStopping || nowMs - rememberedAtMs >= memoryEveryMs
  const isNew = events.length > 0 || changed.length > 0
  if (!isNew && !isStopping && nowMs - committedAtMs < quietCommitMs) return []
  if (!isNew && !isDirty) return []
  await ask({
    kind: 'commit',
    rows: events.map((event) => rowOf(event)),
    progress: { upTo: place, incidents: changed, ...(isMemoryDue ? { memory: detector.save() } : {}) },
  })
  if (isMemoryDue) rememberedAtMs = nowMs
  committedAtMs = nowMs
  isDirty = false
  if (changed.length > 0) tell({ kind: 'incidents', incidents: changed })
  return changed
}

/** Until the host ends and everything that it stored has been looked at. */
async function follow(): Promise<void> {
  for (;;) {
    const stretch = await stretchAfter(place, !isStopping)
    if (stretch.first === undefined && isStopping) break
    const detections = judge(stretch)
    if (stretch.last > place) {
      place = stretch.last
      isDirty = true
    }
    await commit(detections)
  }
  await commit([])
}

function change({ change: what, id, other, from, to, why }: IncidentChangeRequest): void {
  const time = new Date().toISOString()
  switch (what) {
    case 'close':
      incidents.close(id, why, time)
      return
    case 'reopen':
      incidents.reopen(id, why, time)
      return
    case 'merge':
      incidents.merge(id, other ?? 0, why, time)
      return
    case 'split':
      incidents.split(id, from ?? '', to ?? '', why, time)
  }
}

async function changeByHand(request: IncidentChangeRequest): Promise<Incident> {
  change(request)
  const changed = (await commit([])).find(({ id }) => id === request.id)
  if (changed === undefined) throw new AppError('not-found', `incident ${request.id} did not change`)
  return changed
}

function answer(request: RulesRequest): Promise<RulesReply> | RulesReply {
  switch (request.kind) {
    case 'change':
      return changeByHand(request.change)
    case 'status':
      return report()
    case 'reload':
      detector.reload(request.settings)
      tellProblems()
      return 'reloaded'
    case 'ping':
      return 'pong'
  }
}

function report(): RulesReply {
  const { user, system } = process.threadCpuUsage()
  const { active, unused, problems } = detector.rules
  return {
    active,
    unused,
    problems: problems.length,
    events: seen,
    detections: told,
    openIncidents: teller.open,
    behind: Math.max(0, newest - place),
    cpuMs: Math.round((user + system) / 1000),
  }
}

async function hear(message: ToRules): Promise<void> {
  if (message.kind === 'stop') {
    isStopping = true
    start.store.postMessage({ kind: 'wake' } satisfies FromRulesToStore)
    return
  }
  const { id, request } = message
  try {
    tell({ kind: 'reply', id, result: await answer(request) })
  } catch (thrown) {
    const fault = thrown instanceof AppError ? thrown : undefined
    tell({
      kind: 'refused',
      id,
      message: messageOf(thrown),
      hint: fault?.hint ?? '',
      isUsage: fault !== undefined,
    })
  }
}

function tellProblems(): void {
  const { problems } = detector.rules
  for (const problem of problems.slice(0, maxNotices)) notice(`rules: ${problem}`)
  if (problems.length > maxNotices)
    notice(`rules: ${problems.length - maxNotices} problems more: haechi rules lint`)
}

start.store.on('message', (message: FromStoreToRules) => {
  if (message.kind === 'reply') questions.answer(message.id, message.result)
  else questions.refuse(message.id, new AppError('internal', message.message))
})
tellProblems()
await resume()
parentPort?.on('message', (message: ToRules) => {
  void hear(message)
})
tell({ kind: 'started' })
keepHeapSmall()
await follow().catch((thrown: unknown) => {
  notice(`the rules ended early, and go on there after the next start: ${messageOf(thrown)}`)
})
tell({ kind: 'stopped' })
start.store.close()
parentPort?.close()
