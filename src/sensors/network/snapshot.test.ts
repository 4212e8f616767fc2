import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import type { SnapshotTable } from '../sensor.ts'
import { snapshotNetwork } from './snapshot.ts'

type Row = SnapshotTable['rows'][number]

test('the snapshot has the listeners that ss has, with their processes, and nothing is hidden', async (t) => {
  if (!requireRoot(t)) return
  const folder = mkdtempSync(join(tmpdir(), 'haechi-net-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const servers = [
    createServer().listen(0, '127.0.0.1'),
    createServer().listen(0, '::'),
    createServer().listen(join(folder, 'a b.sock')),
  ]
  for (const server of servers) t.after(() => server.close())
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.slice(0, 2).map((server) => (server.address() as AddressInfo).port)
  const client = connect(ports[0] ?? 0, '127.0.0.1')
  t.after(() => client.destroy())
  await once(client, 'connect')
  const tables = new Map((await snapshotNetwork()).map((table) => [table.name, table]))
  const listeners = tables.get('listeners')
  assert.deepEqual(listeners?.problems, [])
  for (const port of ports) {
    const row: Row | undefined = listeners?.rows.find((candidate) => candidate['port'] === port)
    assert.deepEqual(
      [row?.['pid'], row?.['executable'], row?.['hidden']],
      [process.pid, process.execPath, false],
    )
  }
  assert.ok(!listeners?.rows.some((row) => row['hidden'] === true))
  const connection = tables.get('connections')?.rows.find((row) => row['port'] === client.localPort)
  assert.deepEqual(
    [connection?.['remote_port'], connection?.['state'], connection?.['pid']],
    [ports[0], 'ESTABLISHED', process.pid],
  )
  const unix = tables.get('unix-listeners')?.rows.find((row) => row['path'] === join(folder, 'a b.sock'))
  assert.equal(unix?.['pid'], process.pid)

  const ss = spawnSync('ss', ['-H', '-t', '-l', '-n', '-p'], { encoding: 'utf8' })
  if (ss.error !== undefined) return t.diagnostic('ss is not there: not compared')
  const expected = ss.stdout.split('\n').filter((line) => line !== '')
  for (const port of ports)
    assert.ok(expected.some((line) => line.includes(`:${port} `) && line.includes(`pid=${process.pid}`)))
  const ours = listeners?.rows.map((row) => String(row['port'])) ?? []
  const theirs = expected.map((line) => /:(\d+) /.exec(line)?.[1] ?? '')
  // Others may begin or end to listen between the two: all but a few are the same.
  assert.deepEqual(
    theirs.filter((port) => ports.includes(Number(port)) || Number(port) < 32_768).toSorted(),
    ours.filter((port) => ports.includes(Number(port)) || Number(port) < 32_768).toSorted(),
  )
})
