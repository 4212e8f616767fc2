import assert from 'node:assert/strict'
import { test } from 'node:test'

import { AppError } from '../base/app-error.ts'
import type { ProcessInfo } from '../model/index.ts'
import { createIncidents } from './index.ts'
import {
  apache,
  assertSound,
  cron,
  idOf,
  ids,
  init,
  program,
  Scene,
  serverShell,
  shell,
  suspicious,
  texts,
  tool,
  worker,
} from './story-under-test.ts'

const service = program({
  pid: 70,
  name: 'backupd',
  executable: '/usr/sbin/backupd',
  args: ['/usr/sbin/backupd'],
  parent: init,
})
const now = '2026-11-23T00:00:00.000Z'

function failsWith(code: string, act: () => void): void {
  assert.throws(act, (error) => error instanceof AppError && error.code === code)
}

/** A dropper that wrote a program, which another process ran: one link holds both parts together. */
function twoParts(): { readonly scene: Scene; readonly dropper: ProcessInfo; readonly run: ProcessInfo } {
  const scene = new Scene()
  const dropper = tool(11, 'drop', service)
  const run = tool(12, '/home/u/x', cron)
  scene.exec(dropper, suspicious)
  scene.at(10).file('create', '/home/u/x', dropper)
  scene.at(20).exec(run)
  scene.at(30).exec(tool(13, 'child', run), { rule: 'second', severity: 50, techniques: ['T1003'] })
  return { scene, dropper, run }
}

test('closed, reopened: each is in the history, and only what is possible', () => {
  const { scene } = twoParts()
  const { id } = scene.one()
  failsWith('not-found', () => scene.engine.close(99, 'x', now))
  failsWith('usage', () => scene.engine.reopen(id, 'x', now))
  scene.engine.close(id, 'false alarm', now)
  const [closed] = scene.changed()
  assert.equal(closed?.status, 'closed')
  assert.deepEqual(closed.history.at(-1), { time: now, change: 'closed', why: 'false alarm' })
  failsWith('usage', () => scene.engine.close(id, 'x', now))
  scene.engine.reopen(id, 'it was none', now)
  const again = scene.one()
  assert.deepEqual(again.history.at(-1), { time: now, change: 'reopened', why: 'it was none' })
  scene
    .at(50)
    .exec(
      tool(
        20,
        'more',
        program({ pid: 13, name: 'child', executable: '/usr/bin/child', args: ['child'], parent: service }),
      ),
    )
  assert.ok(texts(scene.one()).some((text) => text.includes('more')))
})

test('a cut makes the part without the first step an incident of its own, and never links again', () => {
  const { scene, dropper, run } = twoParts()
  const { id } = scene.one()
  failsWith('usage', () => scene.engine.split(id, 'file:/home/u/x', 'process:none', 'x', now))
  scene.engine.split(id, 'file:/home/u/x', idOf(run), 'another tool of that name', now)
  const [first, second] = scene.changed()
  assert.ok(first !== undefined && second !== undefined)
  assertSound(first)
  assertSound(second)
  assert.deepEqual(texts(first), ['backupd started drop (pid 11)', 'drop wrote /home/u/x'])
  assert.deepEqual(
    texts(second),
    ['cron started /home/u/x (pid 12)', '/home/u/x started child (pid 13)'].map((text) =>
      text.replace('/home/u/x started', 'x started'),
    ),
  )
  assert.deepEqual(first.history.at(-1), {
    time: now,
    change: 'split',
    why: 'another tool of that name',
    other: second.id,
  })
  assert.deepEqual(second.history[0], {
    time: now,
    change: 'split',
    why: 'another tool of that name',
    other: id,
  })
  assert.ok(ids(first, 'member').has(idOf(dropper)))
  assert.deepEqual(
    first.basis?.map(({ rule }) => rule),
    ['suspicious'],
  )
  assert.deepEqual(
    second.basis?.map(({ rule }) => rule),
    ['second'],
  )
  scene.at(60).send({ event: { action: 'setuid' }, process: run }, [suspicious])
  scene.at(70).exec(run)
  assert.deepEqual(
    scene.changed().map(({ status }) => status),
    ['open'],
  )
  const restored = createIncidents()
  for (const incident of [first, second]) restored.restore(incident)
  for (const { event, detections } of scene.told.slice(-2)) restored.add(event, detections)
  assert.ok(restored.takeChanged().every(({ status }) => status === 'open'))
})

test('by hand two become one', () => {
  const scene = new Scene()
  scene.exec(tool(11, 'one', service), suspicious)
  scene.exec(tool(12, 'two', cron), suspicious)
  failsWith('usage', () => scene.engine.merge(1, 1, 'x', now))
  scene.engine.merge(2, 1, 'the same person', now)
  const [older, younger] = scene.changed()
  assert.equal(older?.steps.length, 2)
  assert.equal(younger?.into, 1)
  failsWith('usage', () => scene.engine.reopen(2, 'x', now))
  failsWith('usage', () => scene.engine.close(2, 'x', now))
})

function attack(scene: Scene): void {
  scene.at(1000).net('accept', worker(101), ['192.0.2.66:1', '10.0.0.1:80'])
  scene.at(1003).file('rename', '/var/www/html/uploads/a.php', worker(101))
  scene.at(1010).line('192.0.2.66', 'POST /upload.php')
  scene.at(1020).net('close', worker(101), ['192.0.2.66:1', '10.0.0.1:80'])
  const started = shell(201, 'cp /bin/sh /var/tmp/s', worker(102))
  scene.at(3000).exec(started, serverShell)
  scene.at(3001).file('create', '/var/tmp/s', started)
  scene.at(3002).line('192.0.2.66', 'GET /uploads/a.php?c=cp+/bin/sh+/var/tmp/s', 200, {
    rule: 'rce',
    severity: 60,
    web: { class: 'rce', outcome: 'likely' },
  })
}

test('restored, an incident is the same, and goes on as if the daemon had not ended', () => {
  const scene = new Scene()
  scene.exec(apache)
  attack(scene)
  const stored = structuredClone(scene.one())
  const again = new Scene()
  again.engine = createIncidents()
  for (const { event, request } of scene.told) again.engine.remember(event, request)
  again.engine.restore(stored)
  assert.deepEqual(again.changed(), [])
  const bare = createIncidents()
  bare.restore(stored)
  const goOn = (): void => {
    scene.at(5000).exec(tool(300, '/var/tmp/s', cron, 'root'))
    scene.at(6000).line('192.0.2.66', 'GET /uploads/a.php?c=ls')
    scene.at(7000).exec(tool(301, 'id', shell(201, 'cp /bin/sh /var/tmp/s', worker(102))))
  }
  goOn()
  const expected = scene.one()
  for (const engine of [again.engine, bare]) {
    for (const { event, detections, request } of scene.told.slice(-3)) engine.add(event, detections, request)
    const [incident] = engine.takeChanged()
    assert.ok(incident !== undefined)
    assertSound(incident)
    assert.deepEqual(texts(incident), texts(expected))
    assert.deepEqual(ids(incident, 'member'), ids(expected, 'member'))
    assert.deepEqual(
      [incident.id, incident.score, incident.level, incident.title, incident.history],
      [expected.id, expected.score, expected.level, expected.title, expected.history],
    )
  }
  bare.add(scene.send({ event: { action: 'exec' }, process: tool(900, 'x', service) }), [])
  const next = createIncidents()
  next.restore({ ...stored, id: 41 })
  next.add({ ...scene.exec(tool(901, 'y', service), suspicious) }, scene.told.at(-1)?.detections)
  assert.deepEqual(
    next.takeChanged().map(({ id }) => id),
    [42],
  )
})

test('nodes, links, steps and evidence have bounds; what is first, grave or new stays', () => {
  const scene = new Scene({ maxNodes: 50, maxLinks: 60, maxSteps: 40, maxEvidenceBytes: 20_000 })
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  for (let at = 0; at < 300; at++)
    scene.at(at + 1).send({
      event: { dataset: 'hx.file', action: 'create', severity: at === 150 ? 90 : 1 },
      process: bad,
      file: { path: `/home/u/${at}` },
    })
  const incident = scene.one()
  assertSound(incident)
  assert.equal(incident.nodes.length, 50)
  assert.ok(incident.links.length <= 60)
  assert.equal(incident.steps.length, 40)
  assert.ok(incident.omitted.nodes > 200)
  assert.equal(incident.omitted.steps, 301 - 40)
  const shown = texts(incident)
  assert.ok(
    shown[0]?.startsWith('backupd started bad') &&
      shown.includes('bad wrote /home/u/150') &&
      shown.includes('bad wrote /home/u/299'),
  )
  const evidence = incident.steps.flatMap(({ event }) =>
    event === undefined ? [] : [JSON.stringify(event).length],
  )
  assert.ok(evidence.reduce((sum, bytes) => sum + bytes, 0) <= 20_000)
  assert.ok(incident.steps.find(({ text }) => text.endsWith('/150'))?.event !== undefined)
  assert.ok(incident.history.some(({ change }) => change === 'truncated'))
})

test('of too many open incidents the least grave close', () => {
  const scene = new Scene({ maxOpen: 5 })
  for (let at = 0; at < 20; at++)
    scene.exec(tool(100 + at, `p${at}`, service), { rule: `r${at}`, severity: 30 + ((at * 7) % 20) })
  const kept = scene
    .changed()
    .filter(({ status }) => status === 'open')
    .map(({ score }) => score)
  assert.deepEqual(
    kept.toSorted((a, b) => a - b),
    [45, 46, 47, 48, 49],
  )
})
