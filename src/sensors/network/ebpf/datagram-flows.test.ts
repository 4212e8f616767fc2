import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { requireRoot } from '../../../../test/support/scratch.ts'
import type { Event } from '../../../model/index.ts'
import { MapType } from '../../../platform/linux/bpf/instructions.ts'
import { BpfMap } from '../../../platform/linux/bpf/maps.ts'
import { ProcessTable } from '../../process-table.ts'
import { openSensorState } from '../../state.ts'
import { ResolvedNames } from '../dns/names.ts'
import { NetworkEvents } from '../events.ts'
import { DatagramFlows, type DatagramRecord } from './datagram-flows.ts'
import { flowKey, flowValue } from './layout.ts'

const time = '2026-01-01T00:00:00.000000Z'

function setUp(t: TestContext): { events: Event[]; map: BpfMap; flows: DatagramFlows } {
  const events: Event[] = []
  const folder = mkdtempSync(join(tmpdir(), 'haechi-flows-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const context = {
    emit: (event: Event) => void events.push(event),
    lost: () => assert.fail('lost'),
    notice: (message: string) => assert.fail(message),
    listen: () => undefined,
    processes: new ProcessTable('00000000'),
    state: openSensorState(folder, (message) => assert.fail(message)),
    root: '',
  }
  const map = BpfMap.create({
    type: MapType.hash,
    keyBytes: flowKey.bytes,
    valueBytes: flowValue.bytes,
    maxEntries: 4,
    name: 'test_flows',
  })
  t.after(() => map[Symbol.dispose]())
  const told = new NetworkEvents(context, 'ebpf', new ResolvedNames())
  return { events, map, flows: new DatagramFlows(map, told, 0) }
}

function record(ip: string, total: number): DatagramRecord {
  const flow = { transport: 'udp', local: { ip: '0.0.0.0', port: 0 }, remote: { ip, port: 514 } } as const
  return { flow, pid: 7, connected: false, family: ip.includes(':') ? 10 : 2, total, time }
}

// As the program of the kernel does.
function countInKernel(map: BpfMap, total: bigint): void {
  const key = Buffer.from(
    '07000000 0200 0000 0a000001 000000000000000000000000 02020000 00000000'.replaceAll(' ', ''),
    'hex',
  )
  const value = Buffer.alloc(flowValue.bytes)
  value.writeBigUInt64LE(total, flowValue.total)
  assert.equal(map.update(key, value), true)
}

function counts(events: readonly Event[]): unknown[] {
  return events.map((event) => event.hx?.['network'])
}

test('what the kernel counted since a flow was told is told after a minute, and a quiet flow is forgotten', (t) => {
  if (!requireRoot(t)) return
  const { events, map, flows } = setUp(t)
  countInKernel(map, 1n)
  flows.take(record('10.0.0.1', 1))
  countInKernel(map, 41n)
  flows.tick(59_999, () => time)
  assert.deepEqual(counts(events), [{ count: 1 }])
  flows.tick(60_001, () => time)
  assert.deepEqual(counts(events), [{ count: 1 }, { count: 40 }])
  flows.tick(60_002, () => time)
  flows.tick(120_002, () => time)
  assert.equal(events.length, 2)
  assert.equal(flows.size, 0)
})

test('a flow that is told again says what came since; one without room for a count is told each time', (t) => {
  if (!requireRoot(t)) return
  const { events, flows } = setUp(t)
  for (const total of [1, 100, 90, 130, 1]) flows.take(record('2001:db8::1', total))
  for (const total of [0, 0]) flows.take(record('10.0.0.2', total))
  assert.deepEqual(counts(events), [
    { count: 1 },
    { count: 99 },
    { count: 30 },
    { count: 1 },
    { count: 1 },
    { count: 1 },
  ])
  assert.equal(events[0]?.destination?.ip, '2001:db8::1')
  assert.equal(events[0]?.source, undefined)
  for (let last = 1; last < 100; last++) flows.take(record(`10.0.1.${last}`, 1))
  assert.ok(flows.size <= 4)
})
