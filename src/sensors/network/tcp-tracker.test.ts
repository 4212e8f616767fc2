import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import type { InetSocket } from '../../platform/linux/sock-diag.ts'
import { ProcessTable } from '../process-table.ts'
import { ResolvedNames } from './dns/names.ts'
import { NetworkEvents } from './events.ts'
import { ProcessNames } from './process-names.ts'
import { type StateChange, TcpTracker } from './tcp-tracker.ts'

const ownNetns = 4_026_531_840
/** More than any host gives: /proc has none of them. */
const nobody = 2 ** 31

interface Bench {
  readonly tracker: TcpTracker
  readonly events: Event[]
  readonly forgotten: () => number
  readonly actions: () => string[]
}

function bench(): Bench {
  const events: Event[] = []
  let forgotten = 0
  const processes = new ProcessTable('00000000')
  const context = {
    emit: (event: Event) => void events.push(event),
    lost: () => assert.fail('lost'),
    notice: (message: string) => assert.fail(message),
    listen: () => undefined,
    processes,
    state: { load: () => undefined, save: () => undefined },
    root: '',
  }
  const tracker = new TcpTracker({
    events: new NetworkEvents(context, 'ebpf', new ResolvedNames()),
    names: new ProcessNames(processes),
    time: (ns) => new Date(Number(ns / 1_000_000n)).toISOString(),
    netns: ownNetns,
    forgotten: () => (forgotten += 1),
  })
  return {
    tracker,
    events,
    forgotten: () => forgotten,
    actions: () => events.map(({ event }) => `${event.kind} ${event.action}`),
  }
}

function change(
  from: StateChange['from'],
  to: StateChange['to'],
  more: Partial<StateChange> = {},
): StateChange {
  return {
    socket: 1,
    cookie: 0n,
    from,
    to,
    timeNs: 5n,
    owner: { pid: nobody + 1, uid: 1000, startTicks: 7, name: 'client' },
    local: { ip: '10.0.0.1', port: 40_000 },
    remote: { ip: '10.0.0.2', port: 443 },
    netns: ownNetns,
    error: 0,
    sent: 0,
    received: 0,
    ...more,
  }
}

function established(cookie: bigint, more: Partial<InetSocket> = {}): InetSocket {
  return {
    transport: 'tcp',
    type: 'ipv4',
    state: 'ESTABLISHED',
    localIp: '10.0.0.1',
    localPort: 40_000,
    remoteIp: '10.0.0.2',
    remotePort: 443,
    uid: 1000,
    inode: 99,
    cookie,
    ...more,
  }
}

test('a connection of which only the answer was seen is told without a process, not with whoever ran then', () => {
  const { tracker, events } = bench()
  tracker.change(change('SYN_SENT', 'ESTABLISHED'))
  assert.equal(events[0]?.event.action, 'connect')
  assert.equal(events[0]?.process, undefined)
  assert.deepEqual(events[0]?.hx, { network: { process_source: 'unknown' } })
})

test('a process that is gone has the name and the id that the kernel told', () => {
  const { tracker, events } = bench()
  tracker.change(change('CLOSE', 'SYN_SENT', { local: { ip: '10.0.0.1', port: 0 } }))
  tracker.change(change('SYN_SENT', 'ESTABLISHED'))
  tracker.change(change('ESTABLISHED', 'CLOSE', { error: 104, sent: 3, timeNs: 2_000_005n }))
  const [connected, closed] = events
  assert.deepEqual(connected?.process, {
    entity_id: `00000000:${nobody + 1}:7`,
    pid: nobody + 1,
    name: 'client',
  })
  assert.deepEqual(connected?.source, { ip: '10.0.0.1', port: 40_000 })
  assert.equal(closed?.event.reason, 'ECONNRESET')
  assert.deepEqual(closed?.hx, { network: { bytes_sent: 3, bytes_received: 0, duration_ms: 2 } })
})

test('what the dump shows and what is followed is told once', () => {
  const { tracker, actions } = bench()
  tracker.expectDump()
  tracker.change(change('CLOSE', 'SYN_SENT', { timeNs: 20n }))
  tracker.change(change('SYN_SENT', 'ESTABLISHED', { timeNs: 20n }))
  tracker.reconcile([established(8n)], 10n, () => undefined)
  assert.deepEqual(actions(), ['event connect'])
})

test('a connection that ended while the dump was read is not told as one that lives', () => {
  const { tracker, actions } = bench()
  tracker.expectDump()
  tracker.change(change('ESTABLISHED', 'CLOSE', { cookie: 8n, timeNs: 20n }))
  tracker.reconcile([established(8n)], 10n, () => undefined)
  assert.deepEqual(actions(), [])
  assert.equal(tracker.size, 0)
})

test('a connection from before is told as state, found again by its cookie, and ends once', () => {
  const { tracker, actions, events } = bench()
  tracker.expectDump()
  const listener = established(9n, { state: 'LISTEN', localIp: '0.0.0.0', localPort: 22, remotePort: 0 })
  const inbound = established(10n, { localPort: 22, remotePort: 50_000 })
  tracker.reconcile([listener, inbound, established(8n)], 10n, () => nobody + 2)
  assert.deepEqual(actions(), ['state listen', 'state accept', 'state connect'])
  assert.equal(events[1]?.source?.port, 50_000)
  tracker.change(change('ESTABLISHED', 'CLOSE', { socket: 5, cookie: 8n }))
  tracker.change(
    change('ESTABLISHED', 'CLOSE', { socket: 5, cookie: 8n, remote: { ip: '0.0.0.0', port: 0 } }),
  )
  assert.deepEqual(actions().slice(3), ['event close'])
  // The next comparison finds nothing new.
  tracker.reconcile([listener, inbound], 30n, () => nobody + 2)
  assert.equal(events.length, 4)
  tracker.reconcile([], 40n, () => undefined)
  assert.deepEqual(actions().slice(4), ['event listen-end', 'event close'])
  assert.deepEqual(events.at(-1)?.hx, { network: { resync: true, process_source: 'descriptor' } })
})

test('ends that were lost are made up for, in our own network only', () => {
  const { tracker, events } = bench()
  tracker.change(change('CLOSE', 'LISTEN', { socket: 1, remote: { ip: '0.0.0.0', port: 0 } }))
  tracker.change(change('CLOSE', 'LISTEN', { socket: 2, netns: 4_026_532_999 }))
  tracker.change(change('CLOSE', 'SYN_SENT', { socket: 3, local: { ip: '10.0.0.1', port: 0 } }))
  tracker.reconcile([], 100n, () => undefined)
  assert.deepEqual(
    events.map(({ event }) => event.action),
    ['listen', 'listen', 'listen-end'],
  )
  assert.equal(events[1]?.hx?.['network'] === undefined, false)
  assert.equal(tracker.size, 1)
  // The attempt may have got through unseen: the dump would have told of it.
  tracker.tick(10_000_000_000n)
  assert.equal(events.length, 3)
})

test('an inbound connection that nobody accepts is told after a second with the process that listens', () => {
  const { tracker, events } = bench()
  const here = { ip: '0.0.0.0', port: 80 }
  const server = { pid: nobody + 3, uid: 0, startTicks: 1, name: 'master' }
  const worker = { pid: nobody + 4, uid: 33, startTicks: 2, name: 'worker' }
  tracker.change(change('CLOSE', 'LISTEN', { socket: 9, local: here, owner: server }))
  const inbound = { socket: 1, local: { ip: '10.0.0.1', port: 80 }, remote: { ip: '10.0.0.9', port: 5000 } }
  tracker.change(change('SYN_RECV', 'ESTABLISHED', { ...inbound, timeNs: 100n }))
  tracker.tick(900_000_000n)
  assert.equal(events.length, 1)
  tracker.tick(1_000_000_100n)
  assert.equal(events[1]?.process?.pid, server.pid)
  assert.deepEqual(events[1]?.hx, { network: { process_source: 'listener' } })
  tracker.accepted(1, worker)
  assert.equal(events[2]?.process?.pid, worker.pid)
  assert.equal(events[2]?.user?.id, '33')
  tracker.accepted(1, worker)
  tracker.accepted(77, worker)
  assert.equal(events.length, 3)
})

test('connections without end do not fill the memory, and it is said', () => {
  const { tracker, forgotten } = bench()
  for (let socket = 1; socket <= 65_546; socket++)
    tracker.change(change('SYN_SENT', 'ESTABLISHED', { socket, remote: { ip: '10.0.0.2', port: 1 } }))
  assert.equal(tracker.size, 65_536)
  assert.equal(forgotten(), 10)
})
