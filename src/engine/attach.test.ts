import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'

import { withFolder } from '../../test/support/folder.ts'
import { startThread } from '../base/program.ts'
import { load, type SharedEngine } from './index.ts'

interface Answer {
  readonly found: readonly string[]
  readonly opened: readonly string[]
}

/** Attaches to each engine in turn, and tells what the last one finds and which files were opened on the way. */
const code = `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { parentPort } from 'node:worker_threads'
const opened = []
for (const name of ['openSync', 'readFileSync', 'readdirSync']) {
  const open = fs[name]
  fs[name] = (...args) => (opened.push(String(args[0])), open(...args))
}
syncBuiltinESMExports()
export async function run({ module, engines, content }) {
  const { attachScanner } = await import(module)
  opened.length = 0
  let verdict
  for (const engine of engines) verdict = attachScanner(engine).instance().scan(content)
  parentPort.postMessage({ found: verdict.detections.map(({ name }) => name), opened })
}`

async function inThread(engines: readonly SharedEngine[], content: Uint8Array): Promise<Answer> {
  const module = new URL('attach.ts', import.meta.url).href
  const thread = startThread(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    data: { module, engines, content },
    program: undefined,
  })
  const [answer] = (await once(thread, 'message')) as [Answer]
  await thread.terminate()
  return answer
}

test('a thread that had no rules searches for the first ones without opening a file', async (t) => {
  const folder = withFolder(t)
  const rules = folder.file(
    'one.yar',
    'import "pe" rule one { strings: $a = "some text" condition: $a and not pe.is_pe }',
  )
  const hashes = folder.file('list.ndb', `Test.Body:0:*:${Buffer.from('some text').toString('hex')}\n`)
  const engines = [load(), load({ rules: [rules], databases: [hashes] })].map(({ shared }) => shared)
  const { found, opened } = await inThread(engines, Buffer.from('here is some text'))
  assert.deepEqual(found, ['one', 'Test.Body.UNOFFICIAL'])
  assert.deepEqual(opened, [])
})
