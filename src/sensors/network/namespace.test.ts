import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import { startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { networkSensorWith } from './sensor.ts'

// In a network of its own, with a link to nobody: whoever is asked there never answers.
const lonely = `ip link add lonely type veth peer name other && ip link set lonely up && ip link set other up && ip link set lo up && echo 400 > /proc/sys/net/ipv4/neigh/lonely/retrans_time_ms &&
  ip address add 10.9.9.1/24 dev lonely && exec "$0" -e "$1"`
const program = `
  const s = require('net').connect(80, '10.9.9.2'); s.on('error', () => process.exit(0))`

test('a connection that nobody answers is told while it waits and when it fails, also in another network', async (t) => {
  if (!requireRoot(t)) return
  const seen = await startSensor(t, networkSensorWith({ tiers: ['ebpf'] }))
  const client = spawn('unshare', ['-n', 'sh', '-c', lonely, process.execPath, program], { stdio: 'ignore' })
  t.after(() => client.kill('SIGKILL'))
  let status: number | null | undefined
  client.on('exit', (code) => (status = code))
  const ours = (event: Event): boolean => event.process?.pid === client.pid
  await seen.until(() => seen.events.some(ours) || (status !== undefined && status !== 0))
  if (status !== undefined) return t.skip('SKIPPED, NOT TESTED: a network namespace cannot be made here')
  const attempt = await seen.waitFor(ours)
  assert.deepEqual([attempt.event.action, attempt.event.outcome], ['connection-attempt', 'unknown'])
  assert.deepEqual(attempt.destination, { ip: '10.9.9.2', port: 80 })
  assert.match(JSON.stringify(attempt.hx), /"netns":\d+/)
  const failed = await seen.waitFor(
    (event) => ours(event) && event.event.action === 'connection-failed',
    8000,
  )
  assert.equal(failed.event.reason, 'EHOSTUNREACH')
  assert.ok((failed.source?.port ?? 0) > 0)
  assert.ok(!seen.events.some((event) => ours(event) && event.event.action === 'connect'))
})
