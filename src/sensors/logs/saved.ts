// What the sensor remembers across restarts: for each log the contents it knows and how far they were told. A damaged
// state is none: what does not have the right shape is left out.

import { createHash } from 'node:crypto'

import { Generation, headMaxBytes } from './generation.ts'
import { logKinds, type NamedLog } from '../../evidence/log-lines/index.ts'

/** A content that is over: known by its head, so that no copy of it is told again. */
export interface PastContent {
  readonly headLength: number
  /** Of the head: the first 16 bytes of SHA-256, hexadecimal. */
  readonly headHash: string
}

export type GenerationRole = 'current' | 'old'

export interface SavedGeneration {
  readonly role: GenerationRole
  readonly generation: Generation
}

/** The contents of one path. */
export interface SavedContents {
  readonly generations: readonly SavedGeneration[]
  readonly past: readonly PastContent[]
}

export interface SavedLog extends SavedContents {
  readonly log: NamedLog
}

export interface SavedState {
  /** Milliseconds since 1970. */
  readonly savedAt: number
  readonly logs: ReadonlyMap<string, SavedLog>
  /** Of the last journal entry that was told. */
  readonly cursor: string | undefined
}

const version = 1
const maxLogs = 4096
const maxPerLog = 64

function headHash(head: Uint8Array): string {
  return createHash('sha256').update(head).digest('hex').slice(0, 32)
}

export function pastOf(generation: Generation): PastContent {
  return { headLength: generation.head.length, headHash: headHash(generation.head) }
}

/** Whether `head` begins the content. A short head is a whole content: then the lengths are the same. */
export function isPast(past: PastContent, head: Buffer): boolean {
  const { headLength } = past
  if (headLength === 0 || head.length < headLength) return false
  if (headLength < headMaxBytes && head.length !== headLength) return false
  return headHash(head.subarray(0, headLength)) === past.headHash
}

/** A JSON value for the sensor's durable state. */
export function writeState(state: {
  readonly savedAt: number
  readonly logs: Iterable<SavedLog>
  readonly cursor: string | undefined
}): unknown {
  const logs = Array.from(state.logs, (log) => ({
    log: log.log,
    generations: log.generations.map(({ role, generation }) => writeGeneration(role, generation)),
    past: log.past.map(({ headLength, headHash: hash }) => [headLength, hash]),
  }))
  return { version, savedAt: state.savedAt, logs, cursor: state.cursor ?? null }
}

function writeGeneration(role: GenerationRole, generation: Generation): unknown {
  return {
    role,
    key: generation.key,
    truncations: generation.truncations,
    id: generation.id,
    head: generation.head.toString('base64'),
    tail: generation.tail.toString('base64'),
    offset: generation.offset,
    wholeAt: generation.wholeAt,
    skipping: generation.skipping,
    midLine: generation.midLine,
    stamped: generation.stamped,
    copied: generation.copied,
  }
}

/** Undefined when there is none. */
export function readState(value: unknown): SavedState | undefined {
  if (!isRecord(value) || value['version'] !== version) return undefined
  const { cursor, savedAt } = value
  if (typeof savedAt !== 'number') return undefined
  const logs = new Map<string, SavedLog>()
  for (const log of listOf(value['logs']).slice(0, maxLogs)) {
    const named = readNamed(log['log'])
    if (named === undefined) continue
    const generations = listOf(log['generations']).slice(0, maxPerLog).flatMap(readGeneration)
    const past = Array.isArray(log['past']) ? log['past'].slice(0, maxPerLog).flatMap(readPast) : []
    logs.set(named.path, { log: named, generations, past })
  }
  return { savedAt, logs, cursor: typeof cursor === 'string' ? cursor : undefined }
}

function readNamed(value: unknown): NamedLog | undefined {
  if (!isRecord(value)) return undefined
  const { path, text, source } = value
  const kind = logKinds.find((one) => one === value['kind'])
  if (typeof path !== 'string' || typeof text !== 'string' || typeof source !== 'string') return undefined
  return kind === undefined ? undefined : { path, text, source, kind }
}

function readGeneration(value: Readonly<Record<string, unknown>>): SavedGeneration[] {
  const { key, truncations, offset, id, head, tail, role, wholeAt } = value
  if (!isRecord(key)) return []
  const { device, inode, birthNs } = key
  if (typeof device !== 'string' || typeof inode !== 'string' || typeof birthNs !== 'string') return []
  if (!isCount(truncations) || !isCount(offset) || typeof id !== 'string') return []
  if (typeof wholeAt !== 'number') return []
  if (typeof head !== 'string' || typeof tail !== 'string') return []
  const generation = new Generation({ key: { device, inode, birthNs }, truncations, offset, wholeAt })
  generation.id = id
  generation.head = Buffer.from(head, 'base64').subarray(0, headMaxBytes)
  generation.tail = Buffer.from(tail, 'base64')
  if (generation.tail.length > offset) return []
  generation.skipping = value['skipping'] === true
  generation.midLine = value['midLine'] === true
  generation.stamped = value['stamped'] === true
  generation.copied = value['copied'] === true
  generation.recorded = id !== ''
  return [{ role: role === 'current' ? 'current' : 'old', generation }]
}

function readPast(value: unknown): PastContent[] {
  if (!Array.isArray(value)) return []
  const [headLength, hash] = value as unknown[]
  return isCount(headLength) && typeof hash === 'string' ? [{ headLength, headHash: hash }] : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
