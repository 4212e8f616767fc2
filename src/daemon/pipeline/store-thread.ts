// The thread of the store: writes what the sensors hand over, gives it to the outputs, and answers questions.

import { setImmediate as immediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

import { AppError, messageOf } from '../../base/app-error.ts'
import { keepHeapSmall } from '../../base/collect-garbage.ts'
import { openOutputs } from '../../outputs/index.ts'
import { type EventQuery, type EventRow, openStore, type QueryResult } from '../../store/index.ts'
import type {
  FromRulesToStore,
  FromStoreToRules,
  RulesAsk,
  StoreAnswer,
  StretchAnswer,
} from '../detection/messages.ts'
import type {
  FromStore,
  RowsAnswer,
  RowsMessage,
  StoreReply,
  StoreRequest,
  StoreStart,
  ToStore,
} from './messages.ts'

const maintainEveryMs = 5000
/** After a slice that left something to do. */
const maintainAgainMs = 100
const sliceMs = 100
/** The rules ask again after it. */
const followerWaitMs = 60_000

const start = workerData as StoreStart
const store = openStore({
  folder: start.folder,
  maxBytes: start.maxBytes,
  maxAgeMs: start.maxAgeMs,
  onProblem: notice,
})
const outputs = openOutputs(start.outputs, notice)
const waiting = new Set<() => void>()
let failedBefore = false

function tell(message: FromStore): void {
  parentPort?.postMessage(message)
}

function notice(message: string): void {
  tell({ kind: 'notice', message })
}

function append(rows: readonly EventRow[]): RowsAnswer {
  try {
    const stored = store.append(rows)
    outputs.write(stored.rows, stored.first)
    failedBefore = false
    wakeAll()
    return { kind: 'stored', count: rows.length }
  } catch (thrown) {
    // Once, not with each batch: the ledger counts them.
    if (!failedBefore) notice(`events cannot be stored: ${messageOf(thrown)}`)
    failedBefore = true
    return { kind: 'lost', loss: { source: 'store', count: rows.length }, count: rows.length }
  }
}

function wakeAll(): void {
  for (const wake of waiting) wake()
}

/**
 * Answers when there is something, or when nothing fits: then it goes on with what comes until the time is over. Long searches
 * are made in slices, between which events are stored.
 */
async function query(asked: EventQuery, waitMs: number): Promise<QueryResult> {
  const end = performance.now() + waitMs
  let { after } = asked
  for (;;) {
    const result = store.query({ ...asked, budgetMs: sliceMs, ...(after === undefined ? {} : { after }) })
    if (result.events.length > 0) return result
    const leftMs = end - performance.now()
    if (!result.more && leftMs <= 0) return result
    if (result.more) await immediate()
    else await nextAppend(leftMs)
    after = result.last
  }
}

/** Resolves when rows were stored, or the time is over. */
async function nextAppend(timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const wake = (): void => resolve(undefined)
  const timer = setTimeout(wake, timeoutMs)
  waiting.add(wake)
  await promise
  clearTimeout(timer)
  waiting.delete(wake)
}

/** What the rules ask: they follow the events at their own pace. */
async function answerRules(asked: RulesAsk): Promise<StoreAnswer> {
  switch (asked.kind) {
    case 'progress':
      return store.progress()
    case 'next':
      return nextStretch(asked)
    case 'commit': {
      const stored = store.append(asked.rows, asked.progress)
      outputs.write(stored.rows, stored.first)
      wakeAll()
      return 'committed'
    }
  }
}

async function nextStretch({ after, waits }: Extract<RulesAsk, { kind: 'next' }>): Promise<StretchAnswer> {
  let stretch = store.stretch(after)
  if (stretch.first === undefined && waits) {
    await nextAppend(followerWaitMs)
    stretch = store.stretch(after)
  }
  return { stretch, newest: store.newest }
}

function hearRules(message: FromRulesToStore): void {
  if (message.kind === 'wake') {
    wakeAll()
    return
  }
  const { id } = message
  void answerRules(message.ask).then(
    (result) => start.rules?.postMessage({ kind: 'reply', id, result } satisfies FromStoreToRules),
    (thrown: unknown) =>
      start.rules?.postMessage({
        kind: 'refused',
        id,
        message: messageOf(thrown),
      } satisfies FromStoreToRules),
  )
}

function answer(request: StoreRequest): Promise<StoreReply> | StoreReply {
  switch (request.kind) {
    case 'query':
      return query(request.query, request.waitMs)
    case 'incidents':
      return { incidents: store.incidents(request.query) }
    case 'incident':
      return { incident: store.incident(request.id) }
    case 'processes':
      return store.processesAt(request.timeUs)
    case 'stats': {
      const { user, system } = process.threadCpuUsage()
      return { stats: store.stats(), outputs: outputs.status(), cpuMs: Math.round((user + system) / 1000) }
    }
    case 'ping':
      return 'pong'
  }
}

async function hear(message: ToStore): Promise<void> {
  if (message.kind === 'stop') {
    await stop()
    return
  }
  const { id, request } = message
  try {
    tell({ kind: 'reply', id, result: await answer(request) })
  } catch (thrown) {
    const hint = thrown instanceof AppError ? thrown.hint : ''
    tell({ kind: 'refused', id, message: messageOf(thrown), hint })
  }
}

async function stop(): Promise<void> {
  clearTimeout(maintenance)
  await outputs.close()
  store.close()
  tell({ kind: 'stopped' })
  start.sensors.close()
  start.rules?.close()
  parentPort?.close()
}

/** In slices, between which events are stored and questions answered. */
function maintain(): void {
  maintenance = setTimeout(maintain, store.maintain() ? maintainAgainMs : maintainEveryMs)
}

let maintenance = setTimeout(maintain, maintainEveryMs)
start.sensors.on('message', (message: RowsMessage) => {
  if (message.kind === 'rows') start.sensors.postMessage(append(message.rows) satisfies RowsAnswer)
  else tell({ kind: 'drained' })
})
start.rules?.on('message', hearRules)
parentPort?.on('message', (message: ToStore) => {
  void hear(message)
})
keepHeapSmall()
tell({ kind: 'started' })
