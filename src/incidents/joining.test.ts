import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createIncidents } from './index.ts'
import {
  assertSound,
  boot,
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
  user: 'root',
})

test('two incidents that meet become the older one, explained on both sides', () => {
  const scene = new Scene()
  const one = tool(11, 'one', service)
  const two = tool(12, 'two', service)
  scene.exec(one, suspicious)
  scene.at(10).exec(two, { rule: 'other', severity: 50 })
  assert.equal(scene.changed().length, 2)
  scene.at(20).file('create', '/home/u/x', one)
  scene
    .at(30)
    .exec(program({ pid: 13, name: 'x', executable: '/home/u/x', args: ['/home/u/x'], parent: two }))
  const [older, younger] = scene.changed()
  assert.ok(older !== undefined && younger !== undefined)
  assertSound(older)
  assert.equal(older.status, 'open')
  assert.equal(younger.status, 'merged')
  assert.equal(younger.into, older.id)
  assert.deepEqual(
    older.history.find(({ change }) => change === 'merged'),
    { time: scene.time, change: 'merged', why: 'x (13) runs /home/u/x', other: younger.id },
  )
  assert.equal(younger.history.find(({ change }) => change === 'merged')?.other, older.id)
  assert.ok(ids(older, 'member').has(idOf(one)) && ids(older, 'member').has(idOf(two)))
})

test('a file of a Windows joins who wrote it and what runs it, however its path is written', () => {
  const scene = new Scene()
  const windows = (pid: number, executable: string): ReturnType<typeof program> =>
    program({ pid, name: 'x.exe', executable, args: [executable], parent: init })
  const writer = windows(21, 'C:\\Users\\bob\\Downloads\\setup.exe')
  scene.exec(writer, suspicious)
  scene.at(10).file('create', 'C:\\ProgramData\\x\\evil.exe', writer)
  scene.at(20).exec(windows(22, 'c:\\programdata\\X\\Evil.exe'))
  scene.at(30).exec(windows(23, 'C:\\Windows\\System32\\cmd.exe'))
  const [incident, ...rest] = scene.changed()
  assert.ok(incident !== undefined && rest.length === 0)
  assertSound(incident)
  const evil = 'file:c:\\programdata\\x\\evil.exe'
  assert.ok(incident.nodes.some(({ id }) => id === evil))
  assert.deepEqual(
    incident.links.filter(({ from }) => from === evil).map(({ kind, why }) => [kind, why]),
    [['ran', 'x.exe (22) runs c:\\programdata\\X\\Evil.exe']],
  )
  // A program of the system is run all the time.
  assert.ok(!incident.nodes.some(({ id }) => id.includes('cmd.exe')))
})

test('a place that a detected program talks to joins others, unless many use it or it is the host', () => {
  for (const [address, users, expected] of [
    ['203.0.113.9:443', 1, true],
    ['203.0.113.9:443', 6, false],
    ['127.0.0.1:4444', 1, false],
    ['10.1.1.1:80', 1, false],
    ['203.0.113.9:53', 1, false],
  ] as const) {
    const scene = new Scene({ hostAddresses: ['10.1.1.1'] })
    for (let at = 0; at < users; at++)
      scene.net('connect', tool(500 + at, `prog${at}`, service), ['10.1.1.1:1', address])
    const bad = tool(11, 'bad', service)
    scene.exec(bad, suspicious)
    scene.at(10).net('connect', bad, ['10.1.1.1:1', address])
    const other = tool(12, 'prog0', service)
    scene.at(20).net('connect', other, ['10.1.1.1:2', address])
    const incident = scene.one()
    assertSound(incident)
    assert.equal(ids(incident, 'member').has(idOf(other)), expected, address)
  }
})

test('detections of one container within the time are one incident, of two containers two', () => {
  const scene = new Scene()
  const shim = program({
    pid: 60,
    name: 'containerd-shim',
    executable: '/usr/bin/containerd-shim-runc-v2',
    args: ['shim'],
    parent: init,
    user: 'root',
  })
  const inside = (pid: number, id: string, severity: number): void => {
    const process = tool(pid, `p${pid}`, shim)
    scene.send({ event: { action: 'exec' }, process, container: { id, name: `c-${id}` } }, [
      { rule: `r${pid}`, severity },
    ])
  }
  inside(10, 'aaa', 60)
  inside(11, 'bbb', 60)
  inside(12, 'aaa', 50)
  inside(13, 'aaa', 30)
  const incidents = scene.changed()
  assert.deepEqual(
    incidents.map(({ containers, steps }) => `${containers.join()} ${steps.length}`),
    ['c-aaa 2', 'c-bbb 1', ' 1'],
  )
  for (const incident of incidents) assertSound(incident)
})

test('a wiped log joins the command that names it, not one that names another', () => {
  const scene = new Scene()
  const web = shell(11, 'echo > /var/log/apache2/access.log', worker(101))
  scene.at(1000).exec(web, serverShell)
  scene.at(1100).exec(shell(12, 'cat /var/log/apache2/access.log.1', service))
  scene.at(1500).send({
    event: { dataset: 'hx.log', kind: 'alert', action: 'log-cleared', severity: 70 },
    log: { file: { path: '/var/log/apache2/access.log' } },
  })
  scene.at(1600).send({
    event: { dataset: 'hx.log', kind: 'alert', action: 'log-cleared', severity: 70 },
    log: { file: { path: '/var/log/other.log' } },
  })
  const [incident, other] = scene.changed()
  assert.ok(incident !== undefined && other !== undefined)
  assertSound(incident)
  assert.match(incident.title, /wiped logs/)
  assert.deepEqual(
    texts(incident).at(-1),
    '/var/log/apache2/access.log was emptied by sh -c echo > /var/log/apache2/access.log (pid 11)',
  )
  assert.deepEqual(texts(other), ['/var/log/other.log was emptied'])
})

test('an account that a member adds is shown, and joins nobody', () => {
  const scene = new Scene()
  const bad = shell(11, 'useradd -o -u 0 eve', service)
  scene.exec(bad, suspicious)
  scene.at(10).exec(tool(12, 'useradd -o -u 0 eve', bad))
  scene.at(800).send({
    event: { dataset: 'hx.login', category: ['iam'], action: 'user-added', severity: 45 },
    user: { target: { name: 'eve' } },
  })
  scene.at(900).send(
    {
      event: { dataset: 'hx.login', category: ['iam'], action: 'password-changed', severity: 35 },
      user: { target: { name: 'eve' } },
    },
    [{ rule: 'pw', severity: 40 }],
  )
  const [incident] = scene.changed()
  assert.ok(incident !== undefined)
  assert.ok(incident.accounts.includes('eve'))
  assert.ok(ids(incident, 'context').has('account:eve'))
  assertSound(incident)
})

test('what repeats is one step with its count, whatever the pids', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  for (let pid = 100; pid < 150; pid++) scene.at(pid).exec(tool(pid, 'sleep 1', bad))
  const { steps } = scene.one()
  assert.equal(steps.length, 2)
  assert.equal(steps[1]?.count, 50)
  assert.equal(steps[1].lastTime, new Date(Date.parse(steps[1].time) + 49).toISOString())
})

test('an incident closes when it is silent for a day, and what goes on is a new one that says so', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  const [first] = scene.changed()
  scene.at(23 * 3_600_000).later(0)
  assert.deepEqual(scene.changed(), [])
  scene.at(24 * 3_600_000 + 1000).later(0)
  const [closed] = scene.changed()
  assert.equal(closed?.status, 'closed')
  assert.equal(closed.id, first?.id)
  scene.exec(tool(12, 'child', bad))
  assert.deepEqual(scene.changed(), [])
  scene.send({ event: { action: 'setuid' }, process: bad }, [suspicious])
  const next = scene.one()
  assert.equal(next.continues, closed.id)
  assert.ok(next.history.some(({ change, other }) => change === 'split' && other === closed.id))
})

test('a line of a log whose time is far ahead closes nothing', () => {
  const scene = new Scene()
  scene.exec(tool(11, 'bad', service), suspicious)
  scene.changed()
  scene.at(400 * 86_400_000).line('192.0.2.1', 'POST /x')
  assert.deepEqual(scene.changed(), [])
})

test('nodes are known by boot, pid and start', () => {
  const scene = new Scene()
  scene.exec(tool(11, 'bad', service), suspicious)
  assert.ok(ids(scene.one(), 'member').has(`process:${boot}:11:110`))
})

test('the same alert on children of one program is one incident, another alert or another program is not', () => {
  const scene = new Scene()
  for (const pid of [11, 12, 13]) scene.exec(tool(pid, `tool${pid}`, service), suspicious)
  scene.exec(tool(14, 'other', service), { rule: 'other', severity: 50 })
  const own = program({
    pid: 71,
    name: 'queued',
    executable: '/usr/sbin/queued',
    args: ['/usr/sbin/queued'],
    parent: init,
    user: 'root',
  })
  scene.exec(tool(15, 'its-own', own), suspicious)
  // What cron starts is another job each time.
  const cron = program({ pid: 72, name: 'cron', executable: '/usr/sbin/cron', args: ['cron'], parent: init })
  for (const pid of [16, 17]) scene.exec(tool(pid, `job${pid}`, cron), suspicious)
  const found = scene.changed().filter(({ status }) => status === 'open')
  for (const incident of found) assertSound(incident)
  const members = found.map((incident) => ids(incident, 'member').size)
  assert.deepEqual(members, [3, 1, 1, 1, 1])
  const next = createIncidents()
  for (const incident of found) next.restore(incident)
  const again = scene.exec(tool(18, 'after', service), suspicious)
  next.add(again, scene.told.at(-1)?.detections)
  assert.deepEqual(
    next.takeChanged().map(({ id }) => id),
    [found[0]?.id],
  )
})
