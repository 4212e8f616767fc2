// Threads that scan while the rules are replaced: every verdict is that of one database, the old one or the new one.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'

import { withFolder } from '../../../test/support/folder.ts'
import { randomBytes } from '../../../test/support/random.ts'
import type { ReloadAnswer, ReloadTask } from '../../../test/support/reload-thread.ts'
import { type Engine, load } from '../index.ts'

const threads = 2
const scansEach = 5000
const reloads = 40

/** The rules of one edition: the same strings, other meanings and numbers. */
function edition(letter: 'a' | 'b'): string {
  const [one, two] = letter === 'a' ? ['first', 'second'] : ['second', 'first']
  const filler = Array.from(
    { length: letter === 'a' ? 40 : 90 },
    (_, index) =>
      `rule ${letter}_filler_${index} { strings: $a = "filler ${letter} ${index}#" condition: #a > 1 }`,
  )
  return `
    ${letter === 'a' ? filler.join('\n') : ''}
    rule ${letter}_one { strings: $a = "${one} mark" condition: $a }
    rule ${letter}_two { strings: $a = "${two} mark" $b = /${one}.{1,300}${two}/s condition: $b and #a == 1 }
    ${letter === 'b' ? filler.join('\n') : ''}
    rule ${letter}_size { strings: $a = /[0-9]{3}/ condition: $a and filesize < 100 }`
}

const objects = [
  Buffer.from('first mark'),
  Buffer.from('second mark'),
  Buffer.from('first mark, then second mark'),
  Buffer.from('second mark, then first mark, 123'),
  Buffer.from('nothing at all'),
  Buffer.concat([randomBytes(70_000, 3), Buffer.from('first mark')]),
]
const expected = {
  a: ['a_one', '', 'a_one a_two', 'a_one a_size', '', 'a_one'],
  b: ['', 'b_one', 'b_one', 'b_one b_two b_size', '', ''],
} as const

test(
  'two threads scan ten thousand times while the rules change under them',
  { timeout: 60_000 },
  async (t) => {
    const folder = withFolder(t)
    const cache = join(folder.path, 'cache')
    const loaded = (letter: 'a' | 'b', path: string, kept: boolean): Engine =>
      load({ rules: [folder.file(path, edition(letter))], ...(kept ? { cache } : {}) })
    // The id goes with the path of the file: one for each edition.
    const paths = { a: 'a.yar', b: 'b.yar' }
    const ids = {
      a: loaded('a', paths.a, false).version().database,
      b: loaded('b', paths.b, false).version().database,
    }
    assert.notEqual(ids.a, ids.b)
    const first = loaded('a', paths.a, false)
    const module = new URL('../../../test/support/reload-thread.ts', import.meta.url)
    const running = Array.from({ length: threads }, () => {
      const { port1, port2 } = new MessageChannel()
      const task: ReloadTask = {
        first: first.shared,
        port: port2,
        objects,
        expected: { [ids.a]: expected.a, [ids.b]: expected.b },
        leastScans: scansEach,
      }
      const worker = new Worker(module, { workerData: task, transferList: [port2] })
      const { promise, resolve, reject } = Promise.withResolvers<ReloadAnswer>()
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => {
        reject(new Error('the thread ended without an answer'))
      })
      return { port: port1, answer: promise }
    })
    for (let round = 0; round < reloads; round++) {
      const letter = round % 2 === 0 ? 'b' : 'a'
      const engine = loaded(letter, paths[letter], round % 3 === 0)
      assert.equal(engine.version().database, ids[letter])
      for (const { port } of running) port.postMessage(engine.shared)
      await setImmediate()
    }
    for (const { port } of running) port.postMessage('stop')
    const answers = await Promise.all(running.map(async ({ answer }) => await answer))
    for (const { port } of running) port.close()
    for (const answer of answers) {
      assert.deepEqual(answer.wrong, [])
      assert.ok(answer.scans >= scansEach)
      assert.equal(answer.reloads, reloads)
    }
  },
)
