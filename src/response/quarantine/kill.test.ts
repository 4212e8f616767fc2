// kill -9 at any moment loses nothing: of every file, the original or the finished item is there.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { itemPath } from './item.ts'
import { Quarantine } from './quarantine.ts'

const rounds = 12

/** Names each file when it is whole, then gives it to the quarantine; ends only by being killed. */
const child = `
import { writeFileSync, writeSync } from 'node:fs'
import { Quarantine } from '${join(import.meta.dirname, 'quarantine.ts')}'
const [folder, round] = process.argv.slice(1)
const store = new Quarantine(folder + '/quarantine')
for (let n = 0; ; n++) {
  const path = folder + '/' + round + '-' + n
  writeFileSync(path, path.repeat(5000))
  writeSync(1, path + '\\n')
  store.add({ path, verdict: { status: 'found', detections: [], reasons: [] }, by: 'test' })
}
`

test('kill -9 at random moments: the original or the item is there, whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-kill-'))
  try {
    const written: string[] = []
    for (let round = 0; round < rounds; round++) {
      written.push(...(await killedRun(folder, round)))
    }
    assert.ok(written.length > rounds, 'the children did something')
    const store = new Quarantine(join(folder, 'quarantine'))
    const items = new Map<string, string>()
    for (const entry of store.list()) {
      assert.equal(entry.kind, 'item', 'no item is half written')
      if (entry.kind === 'item') items.set(itemPath(entry.item).text, entry.item.id)
    }
    for (const path of written) {
      const id = items.get(path)
      if (id !== undefined) store.restore(id, { force: true })
      assert.ok(existsSync(path), `${path} is lost`)
      assert.equal(readFileSync(path, 'utf8'), path.repeat(5000))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

async function killedRun(folder: string, round: number): Promise<string[]> {
  const run = spawn(process.execPath, ['--input-type=module', '-e', child, folder, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  run.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  const closed = once(run, 'close')
  await once(run.stdout, 'data')
  await sleep(Math.random() * 40)
  run.kill('SIGKILL')
  await closed
  return output.split('\n').filter((line) => line !== '')
}
