// Rules of a few words and events of a few fields, for the tests of this folder.

import assert from 'node:assert/strict'

import type { Event, EventInfo } from '../../model/index.ts'
import { readRules, type ReadOptions } from './read/read-rules.ts'
import type { LogSource } from './rule.ts'
import { createSigma, type Sigma } from './sigma.ts'
import type { SigmaRecord } from './windows-record.ts'

/** Documents without title and logsource get one each. Fails when a document is faulty. */
export function sigmaOf(documents: readonly string[], options: ReadOptions = {}): Sigma {
  const text = documents
    .map((document, i) => {
      const title = document.includes('title:') ? '' : `title: rule ${i}\n`
      const needsSource = !document.includes('logsource:') && !document.includes('correlation:')
      return `${title}${needsSource ? 'logsource: {category: test}\n' : ''}${document}`
    })
    .join('\n---\n')
  const set = readRules([{ source: 'test', text }], options)
  assert.deepEqual(
    set.problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  const sigma = createSigma(set)
  assert.deepEqual(
    sigma.problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  return sigma
}

export const testSource: LogSource = { category: 'test' }

/** Titles of what a record lets them say. */
export function titles(sigma: Sigma, record: SigmaRecord): string[] {
  return sigma.matchRecord(testSource, record).map(({ title }) => title)
}

/** Whether a rule with one selection of these lines (YAML, in braces) holds. */
export function holds(selection: string, record: SigmaRecord, options: ReadOptions = {}): boolean {
  const sigma = sigmaOf([`detection: {selection: ${selection}, condition: selection}`], options)
  return titles(sigma, record).length > 0
}

export function eventOf(info: Pick<EventInfo, 'dataset' | 'action'>, rest: Partial<Event> = {}): Event {
  return {
    '@timestamp': '2026-05-01T10:00:00.000000Z',
    event: { kind: 'event', category: [], type: [], provider: 'test', ...info },
    ...rest,
  }
}
