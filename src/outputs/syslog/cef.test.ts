import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import { toCef } from './cef.ts'
import { syslogMessage } from './message.ts'

const origin = { hostId: 'h1', hostName: 'web1', bootId: 'b1', version: '0|1' }
const event: Event = {
  '@timestamp': '2026-01-01T00:00:00.123456Z',
  event: {
    kind: 'event',
    category: ['process'],
    type: ['start'],
    action: 'exec',
    dataset: 'hx.process',
    provider: 'ebpf',
    severity: 85,
    sequence: 9,
  },
  process: {
    pid: 7,
    executable: '/bin/sh',
    args: ['sh', '-c', 'a=b|c\\d\nCEF:0|evil'],
    user: { id: '0', name: 'root' },
    parent: { pid: 1, executable: '/sbin/init' },
  },
}

test('what the format reserves is escaped: a command line cannot write fields or lines of its own', () => {
  const line = toCef(event, origin)
  assert.equal(
    line,
    'CEF:0|Haechi|haechi|0\\|1|exec|Process: exec|9|' +
      'rt=1767225600123 externalId=9 dvchost=web1 cat=hx.process suser=root suid=0 sproc=/sbin/init spid=1 ' +
      'dproc=/bin/sh dpid=7 cs1Label=args cs1=sh -c a\\=b|c\\\\d\\nCEF:0|evil',
  )
})

test('values are bounded and control characters become blanks', () => {
  const line = toCef(
    { ...event, message: 'x'.repeat(5000), process: { pid: 1, executable: '/a\u001b[2J' } },
    origin,
  )
  assert.ok(line.length < 1400)
  assert.match(line, /dproc=\/a \[2J/)
})

test('a syslog message has priority, time, host, program and id', () => {
  assert.equal(
    syslogMessage(event, 'text', { ...origin, hostName: 'my host' }),
    `<106>1 2026-01-01T00:00:00.123456Z my_host haechi ${process.pid} exec - text`,
  )
  assert.match(syslogMessage({ ...event, event: { ...event.event, severity: 1 } }, 't', origin), /^<110>1 /)
})
