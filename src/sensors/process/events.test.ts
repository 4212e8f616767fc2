import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import { ProcessTable } from '../process-table.ts'
import type { SensorContext } from '../sensor.ts'
import { capabilityNames } from './capabilities.ts'
import { ProcessEvents } from './events.ts'
import { noId } from './known.ts'
import { isoOf, ticksOf } from './moment.ts'
import type { Credentials, ExecFact, ExecutableFile } from './tier.ts'

const startNs = 5_000_000_000
const time = { bootNs: 6_000_000_000 }

function ids(uid: number, effective = 0): Credentials {
  return { uid, gid: uid, euid: uid, egid: uid, suid: uid, sgid: uid, effective }
}

const plainFile: ExecutableFile = {
  device: (8 << 20) | 1,
  inode: '77',
  mode: 0o100755,
  links: 1,
  uid: 0,
  gid: 0,
  size: 10,
  ctimeNs: '1000000000000000001',
}

function execOf(credentials: Credentials, file: ExecutableFile = plainFile): ExecFact {
  return {
    pid: 100,
    startNs,
    time,
    name: 'tool',
    executable: '/bin/tool',
    filename: '/bin/tool',
    args: ['tool'],
    argsTruncated: false,
    parentPid: 1,
    parentStartNs: 0,
    sessionLeader: 100,
    credentials,
    auid: noId,
    session: noId,
    cgroupId: '1',
    tty: 0x8803,
    file,
  }
}

function sink(): { events: Event[]; into: ProcessEvents; table: ProcessTable } {
  const events: Event[] = []
  const table = new ProcessTable('01234567-89ab-cdef-0123-456789abcdef')
  const context: SensorContext = {
    emit: (event) => events.push(event),
    lost: () => assert.fail(),
    notice: () => assert.fail(),
    listen: () => assert.fail(),
    processes: table,
    state: { load: () => undefined, save: () => undefined },
    root: '',
  }
  return { events, table, into: new ProcessEvents(context, () => undefined) }
}

const actions = (events: readonly Event[]): string[] => events.map(({ event }) => event.action)

test('root that comes from nowhere is an alert, at an exec and without one', () => {
  const { events, into } = sink()
  into.exec(execOf(ids(1000)))
  into.exec(execOf(ids(0)))
  assert.deepEqual(actions(events), ['exec', 'exec', 'credentials-gained'])
  assert.equal(events[2]?.event.kind, 'alert')
  assert.deepEqual(events[2]?.hx?.process?.['credentials_before'], {
    uid: 1000,
    euid: 1000,
    suid: 1000,
    gid: 1000,
  })
  into.exec(execOf(ids(1000)))
  into.change({ pid: 100, startNs, time, call: '', credentials: ids(0) })
  assert.equal(actions(events).at(-1), 'credentials-gained')
})

test('root by a set-uid file, by CAP_SETUID, or by a saved id is none', () => {
  const setUid = { ...plainFile, mode: 0o104755 }
  const byFile = sink()
  byFile.into.exec(execOf(ids(1000)))
  byFile.into.exec(execOf({ ...ids(1000), euid: 0, suid: 0 }, setUid))
  assert.deepEqual(actions(byFile.events), ['exec', 'exec'])
  assert.equal(byFile.events[1]?.hx?.process?.['set_id'], true)

  const byCapability = sink()
  byCapability.into.exec(execOf(ids(1000, 2 ** 7)))
  byCapability.into.change({ pid: 100, startNs, time, call: 'setuid', credentials: ids(0) })
  assert.deepEqual(actions(byCapability.events), ['exec', 'setuid'])
  assert.equal(byCapability.events[1]?.hx?.process?.['gained'], true)

  const bySavedId = sink()
  bySavedId.into.exec(execOf({ ...ids(1000), suid: 0 }))
  bySavedId.into.change({ pid: 100, startNs, time, call: 'setresuid', credentials: ids(0) })
  assert.deepEqual(actions(bySavedId.events), ['exec', 'setresuid'])
})

test('a call that changes nothing is no event, one of an unknown process neither', () => {
  const { events, into } = sink()
  into.change({ pid: 100, startNs, time, call: 'setuid', credentials: ids(0) })
  into.exec(execOf(ids(0)))
  into.change({ pid: 100, startNs, time, call: 'setuid', credentials: ids(0) })
  assert.deepEqual(actions(events), ['exec'])
})

test('a number that is used again is another process', () => {
  const { events, into, table } = sink()
  into.exec(execOf(ids(1000)))
  const later = { pid: 100, startNs: startNs + 50_000_000, time }
  into.fork({ ...later, parentPid: 1, parentStartNs: 0 })
  assert.notEqual(table.get(100)?.info.entity_id, events[0]?.process?.entity_id)
  // The end of the first one comes late: it is told of the first, not of the one that lives.
  into.exit({ pid: 100, startNs, time, status: 0 })
  assert.equal(events.at(-1)?.process?.entity_id, '01234567:100:500')
  into.exec({ ...execOf(ids(0)), ...later })
  assert.equal(events.at(-1)?.process?.entity_id, '01234567:100:505')
  assert.ok(!actions(events).includes('credentials-gained'))
})

test('an end is told once, with its code or its signal', () => {
  const { events, into } = sink()
  into.exec(execOf(ids(0)))
  into.exit({ pid: 100, startNs, time, status: 3 << 8 })
  into.exit({ pid: 100, startNs, time, status: 3 << 8 })
  assert.deepEqual(actions(events), ['exec', 'exit'])
  assert.equal(events[1]?.process?.exit_code, 3)
  into.exit({ pid: 101, startNs, time, status: 11 | 0x80 })
  assert.equal(events[2]?.hx?.process?.signal, 11)
  assert.equal(events[2]?.process?.exit_code, undefined)
  into.exit({ pid: 102, startNs, time, kernelThread: true })
  assert.equal(events.length, 3)
})

test('a child that only forks has its parent’s program and its own numbers', () => {
  const { events, into, table } = sink()
  into.exec(execOf(ids(5)))
  into.fork({ pid: 200, startNs: startNs + 1e9, time, parentPid: 100, parentStartNs: startNs })
  const child = table.get(200)
  assert.equal(child?.info.executable, '/bin/tool')
  assert.equal(child.info.entity_id, '01234567:200:600')
  assert.equal(child.info.parent?.entity_id, '01234567:100:500')
  assert.equal(child.info.parent.parent, undefined)
  assert.deepEqual(child.info.user, { id: '5', group: { id: '5' } })
  assert.equal(events.length, 1)
})

test('the terminal is told as its device', () => {
  const { events, into } = sink()
  into.exec(execOf(ids(0)))
  assert.deepEqual(events[0]?.process?.tty, { char_device: { major: 136, minor: 3 } })
  assert.equal(events[0]?.process.interactive, true)
})

test('what is missing from a snapshot is gone, once', () => {
  const { events, into, table } = sink()
  into.exec(execOf(ids(0)))
  const known = table.get(100)
  assert.ok(known)
  assert.equal(into.hasEnded(known), false)
  into.gone(known)
  assert.equal(into.hasEnded(known), true)
  into.exit({ pid: 100, startNs, time, status: 0 })
  assert.deepEqual(actions(events), ['exec', 'process-gone'])
  assert.equal(into.knows({ ...execOf(ids(0)), kernelThread: false }), true)
})

test('capabilities have the names of the manual, by their numbers', () => {
  assert.deepEqual(capabilityNames(0), [])
  assert.deepEqual(capabilityNames(2 ** 40 + 2 ** 21 + 1), [
    'CAP_CHOWN',
    'CAP_SYS_ADMIN',
    'CAP_CHECKPOINT_RESTORE',
  ])
  assert.equal(capabilityNames(2 ** 41 - 1).length, 41)
})

test('starts are the clock ticks of /proc, cut and not rounded', () => {
  assert.equal(ticksOf(9_999_999), 0)
  assert.equal(ticksOf(10_000_000), 1)
  // Ten years in nanoseconds: a plain division would round up.
  const late = 31_536_000 * 10 * 1e9
  assert.equal(ticksOf(late - 64), late / 1e7 - 1)
})

test('times of the kernel are those of the clock on the wall', () => {
  const seconds = Number(process.hrtime.bigint() / 1_000_000_000n)
  const iso = isoOf({ bootNs: seconds * 1e9 + 1_234_567 })
  assert.match(iso, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  const later = isoOf({ bootNs: seconds * 1e9 + 1_234_567 + 1_000_000 })
  assert.equal(Date.parse(later) - Date.parse(iso), 1)
  assert.equal(isoOf({ wallMs: 0 }), '1970-01-01T00:00:00.000Z')
})
