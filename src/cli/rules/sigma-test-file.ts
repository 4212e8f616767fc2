// A test file of Sigma rules (`NAME.test.yml` beside `NAME.yml`): events that they match, and events that they do not.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { sigmaTestEnd } from '../../config/index.ts'
import { filesBelow } from '../../engine/signatures/content.ts'
import type { Event, WebRequestSeen } from '../../model/index.ts'
import { type RuleDocument, readDocuments, windowsRecord } from '../../rules/sigma/index.ts'
import type { GivenEvent } from './event-files.ts'

export type TestedEvent = GivenEvent | { readonly kind: 'request'; readonly request: WebRequestSeen }

export interface SigmaTest {
  readonly name: string
  /** In their order. */
  readonly events: readonly TestedEvent[]
  /** Ids, names or titles of rules that have to match; empty: at least one. */
  readonly rules: readonly string[]
  /** Whether they are to match, or none of the file's rules may. */
  readonly isMatch: boolean
}

export interface SigmaTestFile {
  readonly path: string
  /** Paths of the rules that are tested. */
  readonly rules: readonly string[]
  readonly tests: readonly SigmaTest[]
}

const maxFileBytes = 16 * 1024 ** 2

/** The test files of a path of rules, or the path itself when it is one. Throws AppError `not-found`. */
export function sigmaTestFilesOf(path: string): string[] {
  if (sigmaTestEnd.test(path)) return [path]
  try {
    if (statSync(path).isDirectory()) return filesBelow(path).filter((file) => sigmaTestEnd.test(file))
  } catch (thrown) {
    throw new AppError('not-found', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  const stem = path.replace(/\.ya?ml$/i, '')
  return ['.test.yml', '.test.yaml'].map((end) => stem + end).filter((file) => existsSync(file))
}

/** Throws AppError `config-invalid` with file and line, or `not-found`. */
export function readSigmaTestFile(path: string): SigmaTestFile {
  const document = documentOf(path)
  const { value } = document
  const invalid = (place: readonly (string | number)[], message: string): AppError =>
    new AppError('config-invalid', `${path}:${document.lineOf(place) ?? 1}: ${message}`, {
      hint: 'haechi help rules describes test files',
    })
  if (!isMap(value)) throw invalid([], 'a test file has `match` and `no_match`, lists of events')
  const unknown = Object.keys(value).find((key) => !['rules', 'match', 'no_match'].includes(key))
  if (unknown !== undefined)
    throw invalid([unknown], `unknown key ${unknown}; there are rules, match and no_match`)
  const tests = (['match', 'no_match'] as const).flatMap((key) => {
    const list = value[key] ?? []
    if (!Array.isArray(list)) throw invalid([key], `${key} is a list of events`)
    return (list as unknown[]).map((item, i) => {
      const test = testOf(item, { isMatch: key === 'match', name: `${key} ${i + 1}` })
      if (typeof test === 'string') throw invalid([key, i], `${key} ${i + 1}: ${test}`)
      return test
    })
  })
  if (tests.length === 0) throw invalid([], 'there are no events in `match` and `no_match`')
  const rules = textsOf(value['rules'])
  if (value['rules'] !== undefined && rules === undefined)
    throw invalid(['rules'], 'rules is a list of paths')
  return { path, rules: rules?.map((rule) => resolve(dirname(path), rule)) ?? [ruleBeside(path)], tests }
}

function documentOf(path: string): RuleDocument {
  let text: string
  try {
    if (statSync(path).size > maxFileBytes) throw new Error('it is larger than 16 MiB')
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new AppError('not-found', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  const [document, second] = readDocuments({ source: path, text })
  const wrong =
    second === undefined ? (document?.fault?.message ?? '') : 'there is more than one document in it'
  if (document !== undefined && wrong === '') return document
  const line = document?.fault?.line ?? 1
  throw new AppError('config-invalid', `${path}:${line}: ${wrong === '' ? 'it is empty' : wrong}`)
}

function ruleBeside(path: string): string {
  const stem = path.replace(sigmaTestEnd, '')
  const found = ['.yml', '.yaml'].map((end) => stem + end).find((file) => existsSync(file))
  if (found !== undefined) return found
  throw new AppError(
    'config-invalid',
    `${path}: there is no ${basename(stem)}.yml beside it, and it names no \`rules\``,
  )
}

interface Naming {
  readonly isMatch: boolean
  readonly name: string
}

/** One event, or a map with `events` or `event`; a text says what is wrong with it. */
function testOf(item: unknown, { isMatch, name }: Naming): SigmaTest | string {
  if (!isMap(item)) return 'an event is a map'
  const isWrapped = 'events' in item
  const list: unknown = isWrapped ? item['events'] : [item]
  if (!Array.isArray(list) || list.length === 0) return 'events is a list of events'
  const unknown = isWrapped && Object.keys(item).find((key) => !['name', 'events', 'rules'].includes(key))
  if (typeof unknown === 'string') return `unknown key ${unknown}; there are name, rules and events`
  const events = (list as unknown[]).map((one, i) => eventOf(one, i))
  const wrong = events.find((event) => typeof event === 'string')
  if (typeof wrong === 'string') return wrong
  const rules = isWrapped ? textsOf(item['rules'] ?? []) : []
  if (rules === undefined || (rules.length > 0 && !isMatch))
    return 'rules is a list of rules that have to match'
  const named = isWrapped && typeof item['name'] === 'string' ? item['name'] : undefined
  return { name: named ?? name, events: events.filter((event) => typeof event !== 'string'), rules, isMatch }
}

const firstMs = Date.parse('2026-01-01T00:00:00Z')
const requestTexts = ['client', 'method', 'target', 'referer', 'userAgent', 'host', 'user'] as const

/** As a sensor tells it; `@timestamp` and what no rule asks for may be left out. A text says what is wrong. */
function eventOf(value: unknown, index: number): TestedEvent | string {
  if (!isMap(value)) return 'an event is a map'
  if ('Event' in value || 'Channel' in value) return { kind: 'windows', record: windowsRecord(value) }
  if (isMap(value['request'])) return requestOf(value['request'], index)
  const { event } = value
  if (!isMap(event) || typeof event['dataset'] !== 'string' || typeof event['action'] !== 'string') {
    return 'an event has `event` with `dataset` and `action`, or it is a `request`, or a Windows event with its `Channel`'
  }
  const info = { kind: 'event', category: [], type: [], provider: 'test', ...event, sequence: index }
  const told = { '@timestamp': new Date(firstMs + index * 1000).toISOString(), ...value, event: info }
  return { kind: 'event', event: told as unknown as Event }
}

function requestOf(value: Readonly<Record<string, unknown>>, index: number): TestedEvent | string {
  const known = new Set<string>([...requestTexts, 'status', 'bytes'])
  const unknown = Object.keys(value).find((key) => !known.has(key))
  if (unknown !== undefined) return `unknown key ${unknown} of a request; there are ${[...known].join(', ')}`
  const text = (key: (typeof requestTexts)[number], otherwise = ''): string => {
    const given = value[key]
    return typeof given === 'string' ? given : otherwise
  }
  const number = (key: 'status' | 'bytes', otherwise: number): number => {
    const given = value[key]
    return typeof given === 'number' ? given : otherwise
  }
  return {
    kind: 'request',
    request: {
      timeMs: firstMs + index * 1000,
      client: text('client', '192.0.2.1'),
      method: text('method', 'GET'),
      target: text('target', '/'),
      status: number('status', 200),
      bytes: number('bytes', -1),
      referer: text('referer'),
      userAgent: text('userAgent'),
      host: text('host'),
      user: text('user'),
      durationMs: -1,
    },
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return undefined
  return value
}
