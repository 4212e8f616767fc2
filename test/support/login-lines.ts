// Lines of logs under test, and the facts that they must give.

import assert from 'node:assert/strict'

import { lineOf, type LoginFact, parseLine } from '../../src/evidence/logins/index.ts'
import type { Event } from '../../src/model/index.ts'

export function eventOf(program: string, message: string, provider = 'log-file'): Event {
  return {
    '@timestamp': '2026-11-22T10:00:00.000Z',
    event: { kind: 'event', category: ['host'], type: ['info'], action: 'line', dataset: 'hx.log', provider },
    message,
    log: { syslog: { appname: program, procid: '4711', hostname: 'host' } },
  }
}

export function parse(program: string, text: string, provider = 'journal'): LoginFact[] {
  const line = lineOf(eventOf(program, text, provider))
  return line === undefined ? [] : parseLine(line)
}

type Expected = Partial<LoginFact> & Pick<LoginFact, 'action'>

/** The one fact of the line has these fields, and of the fields that name somebody no others. */
export function check(program: string, text: string, expected: Expected): void {
  const [fact, ...more] = parse(program, text)
  assert.ok(fact !== undefined, `no fact: ${text}`)
  assert.deepEqual(more, [])
  const found: Record<string, unknown> = {}
  for (const name of ['action', 'user', 'userId', 'target', 'host', 'port', 'tty', ...Object.keys(expected)])
    if (fact[name as keyof LoginFact] !== undefined) found[name] = fact[name as keyof LoginFact]
  assert.deepEqual(found, expected, text)
}
