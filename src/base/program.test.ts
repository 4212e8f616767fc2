import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'

import { type Program, readProgram, startThread } from './program.ts'

/** Two modules in a folder that goes with the test. */
function modules(t: TestContext, files: Readonly<Record<string, string>>): (name: string) => URL {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return (name) => pathToFileURL(join(folder, name))
}

const answering = `
import { parentPort } from 'node:worker_threads'
import { word, type Word } from './word.ts'
const says: Word = word
export function run(data: unknown): void {
  parentPort?.postMessage([says, data, process.env['NODE_COMPILE_CACHE']])
}
`
const word = `export type Word = string\nexport const word: Word = 'bytes → 字'\n`

async function answerOf(module: URL, program: Program | undefined, data: unknown): Promise<unknown> {
  const thread = startThread(module, { data, program })
  const [answer] = (await once(thread, 'message')) as [unknown]
  await thread.terminate()
  return answer
}

test('a thread takes its modules out of the program, whatever became of their files', async (t) => {
  const url = modules(t, { 'answer.ts': answering, 'word.ts': word })
  const program = await readProgram([url('answer.ts')])
  writeFileSync(url('answer.ts'), 'export function run() { throw new Error("the file was read") }')
  rmSync(url('word.ts'))
  assert.deepEqual(await answerOf(url('answer.ts'), program, { of: 7 }), ['bytes → 字', { of: 7 }, undefined])
  assert.ok(program.modules.has(url('word.ts').href))
})

test('the text of a program is shared and has no types any more', async (t) => {
  const url = modules(t, { 'answer.ts': answering, 'word.ts': word })
  const { text, modules: places } = await readProgram([url('answer.ts')])
  const [offset = 0, length = 0] = places.get(url('word.ts').href) ?? []
  const source = Buffer.from(text, offset, length).toString()
  assert.match(source, /export const word\s+= 'bytes → 字'/)
  assert.ok(text instanceof SharedArrayBuffer)
})

test('a module that is not in the program comes from its file', async (t) => {
  const url = modules(t, { 'answer.ts': answering, 'word.ts': word })
  const program: Program = { text: new SharedArrayBuffer(0), modules: new Map() }
  const expected = ['bytes → 字', 'x']
  assert.deepEqual(((await answerOf(url('answer.ts'), program, 'x')) as unknown[]).slice(0, 2), expected)
  assert.deepEqual(((await answerOf(url('answer.ts'), undefined, 'x')) as unknown[]).slice(0, 2), expected)
})

test('what a module throws, while it is loaded or while it runs, ends the thread with that error', async (t) => {
  const url = modules(t, {
    'loading.ts': `throw new Error('while loading')`,
    'running.ts': `export function run(): void { throw new Error('while running') }`,
    'later.ts': `export async function run(): Promise<void> { await null; throw new Error('later') }`,
  })
  for (const [name, message] of [
    ['loading.ts', 'while loading'],
    ['running.ts', 'while running'],
    ['later.ts', 'later'],
  ] as const) {
    const thread = startThread(url(name), { data: undefined, program: undefined })
    const [thrown] = (await once(thread, 'error').catch((fault: unknown) => [fault])) as [Error]
    assert.equal(thrown.message, message)
  }
})
