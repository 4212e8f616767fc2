// Matchers of several threads on one image, at the same time.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { digestsOf, type MatchAnswer, type MatchTask } from '../../../test/support/match-thread.ts'
import { everyProfile, hex, imageOf, regex, text, type Wanted } from '../../../test/support/pattern-search.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { runThread } from '../../../test/support/thread.ts'
import { Matcher } from './matcher.ts'

const once = { profiles: everyProfile, existence: true }

const wanted: readonly Wanted[] = [
  { pattern: text('Q~') },
  { pattern: text('Q~Z', { nocase: true, wide: true }), use: once },
  { pattern: text('z~Q', { xor: { least: 0, most: 7 } }) },
  { pattern: hex('51 ?? 5A [0-300] 7E 7E 51 7E') },
  { pattern: regex('Q[~Z]{2,40}z'), use: once },
  { pattern: regex('[a-z]~[0-9]') },
  { pattern: text('Q'), use: { profiles: everyProfile, existence: false, anchors: [0, 1, 2] } },
]

/** Bytes of which many make matches, more than one window of them. */
const objects = [1, 2, 3].map((seed) =>
  randomBytes(90_000 * seed, seed).map((byte) => Buffer.from('Q~Zzq~\x001')[byte & 7] ?? 0),
)

test('threads that search at the same time find the same as one by itself', { timeout: 60_000 }, async () => {
  const threads = 3
  const image = imageOf(wanted)
  const alone = digestsOf(new Matcher(image), { objects, patterns: wanted.length })
  assert.ok(alone.matches > 10_000)
  const task: MatchTask = {
    shared: image.shared,
    patterns: wanted.length,
    objects,
    rounds: 3,
    start: new Int32Array(new SharedArrayBuffer(4)),
    threads,
  }
  const module = new URL('../../../test/support/match-thread.ts', import.meta.url)
  const answers = await Promise.all(
    Array.from({ length: threads }, async () => await runThread<MatchAnswer>(module, task)),
  )
  for (const answer of answers) assert.deepEqual(answer, alone)
})
