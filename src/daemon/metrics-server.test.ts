import assert from 'node:assert/strict'
import { test } from 'node:test'

import { serveMetrics } from './metrics-server.ts'

test('metrics are served on their path, and nothing else', async (t) => {
  const server = await serveMetrics('127.0.0.1:0', () => Promise.resolve('up 1\n'))
  t.after(() => server.close())
  const answer = await fetch(`http://${server.address}/metrics`)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
  assert.equal(await answer.text(), 'up 1\n')
  assert.equal((await fetch(`http://${server.address}/`)).status, 404)
  assert.equal((await fetch(`http://${server.address}/metrics`, { method: 'POST' })).status, 404)
})

test('what cannot be collected is said, and the server goes on', async (t) => {
  const server = await serveMetrics('127.0.0.1:0', () => Promise.reject(new Error('no answer')))
  t.after(() => server.close())
  const answer = await fetch(`http://${server.address}/metrics`)
  assert.deepEqual([answer.status, await answer.text()], [503, 'no answer\n'])
})

test('an address that is none, or taken, is refused', async (t) => {
  for (const listen of ['', '9464', 'host', '127.0.0.1:70000']) {
    await assert.rejects(
      serveMetrics(listen, () => Promise.resolve('')),
      /is not an address and a port/,
    )
  }
  const server = await serveMetrics('127.0.0.1:0', () => Promise.resolve(''))
  t.after(() => server.close())
  await assert.rejects(
    serveMetrics(server.address, () => Promise.resolve('')),
    /EADDRINUSE/,
  )
})
