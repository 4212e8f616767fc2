import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

const module = new URL('./descriptor-stream.ts', import.meta.url).href

function child(script: string): readonly string[] {
  return [
    '--input-type=module',
    '--eval',
    `import { descriptorStream } from ${JSON.stringify(module)}\nconst out = descriptorStream(1)\n${script}`,
  ]
}

test('a loop that writes 200 MB to a pipe keeps none of it', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    child(
      `const line = 'x'.repeat(1023) + '\\n'
       for (let i = 0; i < 200_000; i++) out.write(line)
       process.stderr.write(String(process.resourceUsage().maxRSS))`,
    ),
    { maxBuffer: 1 << 29 },
  )
  assert.equal(stdout.length, 200_000 * 1024)
  assert.ok(Number(stderr) < 150_000, `${String(stderr)} kB`)
})

test('nothing is lost when the pipe does not block and its reader is slow', async () => {
  const writer = spawn(
    process.execPath,
    // Opening the stream of the process makes the pipe non-blocking.
    child(`process.stdout.isTTY; for (let i = 0; i < 50_000; i++) out.write(i + '\\n')`),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  for await (const chunk of writer.stdout) text += String(chunk)
  assert.equal(text, Array.from({ length: 50_000 }, (_, i) => `${i}\n`).join(''))
})

test('a reader that has gone is told', async () => {
  const writer = spawn(
    process.execPath,
    child(`out.on('error', ({ code }) => { process.exitCode = code === 'EPIPE' ? 7 : 1; process.exit() })
           for (;;) out.write('line\\n')`),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  writer.stdout.destroy()
  const [code] = (await once(writer, 'exit')) as [number | null]
  assert.equal(code, 7)
})
