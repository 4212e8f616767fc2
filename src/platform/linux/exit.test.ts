import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

test('a process ends at once with its code although a thread hangs in the kernel', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const code = `
    import { Worker } from 'node:worker_threads'
    import { exitNow } from ${JSON.stringify(new URL('exit.ts', import.meta.url).href)}
    const stuck = "import { parentPort } from 'node:worker_threads'; import { openSync } from 'node:fs'; " +
      "parentPort.postMessage(0); openSync('${pipe}')"
    new Worker(stuck, { eval: true }).on('message', () => exitNow(7))
  `
  const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    timeout: 20_000,
    encoding: 'utf8',
  })
  assert.deepEqual({ status, signal, stderr }, { status: 7, signal: null, stderr: '' })
})
