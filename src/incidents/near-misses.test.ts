import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createIncidents } from './index.ts'
import { namesFile } from './places.ts'
import { explains, pathOf, valuesOf } from './request-text.ts'
import {
  assertSound,
  cron,
  idOf,
  ids,
  init,
  program,
  Scene,
  serverShell,
  shell,
  sshd,
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
const fpm = { ...worker(110), name: 'php-fpm8.2', executable: '/usr/sbin/php-fpm8.2' }
const left = '/var/www/html/uploads/a.php'

function causes(scene: Scene): readonly string[] {
  return scene
    .changed()
    .flatMap(({ links }) =>
      links.filter(({ kind }) => kind === 'caused').map(({ from, to }) => `${from} ${to}`),
    )
}

test('a request names a file by its whole path below a document root', () => {
  for (const [asked, file, expected] of [
    ['/uploads/a.php', '/var/www/html/uploads/a.php', true],
    ['/uploads/a.php/x/y', '/var/www/html/uploads/a.php', true],
    ['/uploads/a.php', '/var/www/site/public/uploads/a.php', true],
    ['/uploads/a.php', '/opt/app/web/uploads/a.php', true],
    ['/up/a.php', '/opt/app/up/a.php', true],
    ['/a.php', '/opt/app/up/a.php', false],
    ['/a.php', '/var/www/html/uploads/a.php', false],
    ['/html/a.php', '/var/www/x/y/html/a.php', false],
    ['/uploads/a.php', '/var/www/html/uploads/a.php.bak', false],
    ['/ploads/a.php', '/var/www/html/uploads/a.php', false],
    ['a.php', '/var/www/html/a.php', false],
    ['/', '/var/www/html/', false],
  ] as const)
    assert.equal(namesFile(asked, file), expected, `${asked} ${file}`)
})

test('paths and parameters are decoded, dots resolved, hidden base64 read', () => {
  assert.equal(pathOf('/a/%2e%2e/b%20c.php?x=/../y'), '/b c.php')
  assert.equal(pathOf('//x/./%252e/y#z'), '/x/y')
  assert.deepEqual(valuesOf('/x?a=id&b=%253Bls+-l&c=aWQ7IHVuYW1l', []), [
    'id',
    ';ls -l',
    'aWQ7IHVuYW1l',
    'id; uname',
    'id&b=;ls -l&c=aWQ7IHVuYW1l',
  ])
})

test('a parameter explains a command when it is the same, or long or telling enough a part of it', () => {
  for (const [value, command, rank] of [
    ['id', 'id', 3],
    ['id', 'id; uname', 0],
    ['identity', 'id', 0],
    ['8.8.8.8;id', 'ping -c1 8.8.8.8;id', 2],
    ['x; cat /etc/passwd #', 'cat /etc/passwd', 2],
    ['test', 'test -f x', 0],
    ['a', 'a', 0],
  ] as const)
    assert.equal(explains(value, command), rank, `${value} | ${command}`)
})

test('the same command of two senders in one second is nobody’s without a connection', () => {
  const scene = new Scene()
  scene.at(1000).line('192.0.2.1', 'GET /x.php?c=whoami%20-a')
  scene.at(1001).line('192.0.2.2', 'GET /x.php?c=whoami%20-a')
  scene.at(1500).exec(shell(201, 'whoami -a', fpm), serverShell)
  scene.later(5000)
  assert.deepEqual(causes(scene), [])
})

test('a connection of another sender speaks against the request, even one with the command', () => {
  const scene = new Scene()
  scene.at(1000).net('accept', worker(101), ['192.0.2.2:1', '10.0.0.1:80'])
  scene.at(1001).line('192.0.2.1', 'GET /x.php?c=whoami%20-a')
  scene.at(1002).exec(shell(201, 'whoami -a', worker(101)), serverShell)
  scene.later(5000)
  assert.deepEqual(causes(scene), [])
  scene.line('192.0.2.3', 'GET /x.php?c=whoami%20-a')
  assert.deepEqual(causes(scene), [])
})

for (const trusted of ['10.0.0.9', '10.0.0.0/24'])
  test(`behind a trusted proxy (${trusted}) the connection says nothing, and the command decides`, () => {
    const scene = new Scene({ trustedAddresses: [trusted] })
    const started = shell(201, 'whoami -a', worker(101))
    scene.at(1000).net('accept', worker(101), ['10.0.0.9:1', '10.0.0.1:80'])
    scene.at(1002).exec(started, serverShell)
    scene.at(1003).line('192.0.2.1', 'GET /x.php?c=whoami%20-a')
    assert.deepEqual(causes(scene), [`request:3 ${idOf(started)}`])
  })

test('a request that explains one process by its text does not explain another one’s by its connection', () => {
  const scene = new Scene()
  const one = shell(201, 'ls -la', worker(101))
  const two = shell(202, 'ps -ef', worker(102))
  scene.at(1000).net('accept', worker(101), ['192.0.2.1:1', '10.0.0.1:80'])
  scene.at(1000).net('accept', worker(102), ['192.0.2.1:2', '10.0.0.1:80'])
  scene.at(1002).exec(one, serverShell)
  scene.at(1003).exec(two, serverShell)
  scene.at(1004).line('192.0.2.1', 'POST /x.php?c=ls%20-la')
  scene.later(300)
  assert.deepEqual(causes(scene), [`request:5 ${idOf(one)}`])
  const silent = new Scene()
  silent.at(1000).net('accept', worker(101), ['192.0.2.1:1', '10.0.0.1:80'])
  silent.at(1000).net('accept', worker(102), ['192.0.2.1:2', '10.0.0.1:80'])
  silent.at(1002).exec(one, serverShell)
  silent.at(1003).exec(two, serverShell)
  silent.at(1004).line('192.0.2.1', 'POST /x.php?c=ls%20-la')
  silent.later(5000)
  assert.deepEqual(causes(silent), [`request:5 ${idOf(one)}`])
  scene.at(1100).line('192.0.2.1', 'POST /x.php?c=ps%20-ef')
  scene.later(5000)
  assert.ok(causes(scene).includes(`request:7 ${idOf(two)}`))
})

test('a line that comes later may explain better: without the command it is waited for', () => {
  const scene = new Scene()
  const two = shell(202, 'ps -ef', worker(102))
  scene.at(1000).net('accept', worker(102), ['192.0.2.1:2', '10.0.0.1:80'])
  scene.at(1003).exec(two, serverShell)
  scene.at(1004).line('192.0.2.1', 'POST /other.php?x=1')
  scene.at(1005).line('192.0.2.1', 'GET /x.php?c=ps%20-ef')
  scene.later(5000)
  assert.deepEqual(causes(scene), [`request:4 ${idOf(two)}`])
})

function uploads(scene: Scene): readonly string[] {
  return scene
    .changed()
    .flatMap(({ links }) =>
      links.filter(({ kind }) => kind === 'uploaded').map(({ from, to }) => `${from} ${to}`),
    )
}

test('a file’s time is up to a tick early: the connection of then may be that of somebody else', () => {
  const scene = new Scene()
  // 192.0.2.1 has gone when the file is written, at 1006; its coarse time says 1002.
  scene.at(1001).net('accept', worker(101), ['192.0.2.1:1', '10.0.0.1:80'])
  scene.at(1003).net('close', worker(101), ['192.0.2.1:1', '10.0.0.1:80'])
  scene.at(1005).net('accept', worker(101), ['192.0.2.2:1', '10.0.0.1:80'])
  scene.at(1002).file('create', '/var/www/html/uploads/b.png', worker(101))
  scene.at(1010).line('192.0.2.1', 'POST /up.php', 200, {
    rule: 'rce',
    severity: 60,
    web: { class: 'rce', outcome: 'likely' },
  })
  scene.at(1011).line('192.0.2.2', 'POST /up.php')
  scene.later(20_000)
  assert.deepEqual(uploads(scene), [])
})

test('behind php-fpm the only upload so far is waited with: the right one may be logged late', () => {
  const scene = new Scene()
  const bad = { rule: 'rce', severity: 60, web: { class: 'rce', outcome: 'likely' } } as const
  scene.at(1001).file('create', '/var/www/html/uploads/b.png', fpm)
  scene.at(1010).line('192.0.2.1', 'POST /up.php', 200, bad)
  scene.later(5000)
  scene.at(1020).line('192.0.2.2', 'POST /up.php')
  scene.later(20_000)
  assert.deepEqual(uploads(scene), [])
})

test('two uploads of one second that nothing tells apart bring nothing', () => {
  const scene = new Scene()
  scene.at(1010).file('create', left, fpm)
  scene.at(1020).line('192.0.2.8', 'POST /upload.php')
  scene.at(1021).line('192.0.2.9', 'POST /upload.php')
  scene.at(1500).send({
    event: { dataset: 'hx.verdict', kind: 'alert', action: 'open', severity: 80 },
    file: { path: left },
    hx: { verdict: { status: 'found', names: ['X'] } },
  })
  scene.later(5000)
  assert.deepEqual(scene.one().addresses, [])
})

test('a page, and a script that was there before, draw no visitors in', () => {
  const scene = new Scene()
  const started = shell(201, 'sed -i s/x/y/ index.php', worker(101))
  scene.at(1000).exec(started, serverShell)
  scene.at(1001).file('write', '/var/www/html/index.php', started)
  scene.at(1002).file('create', '/var/www/html/new.html', started)
  scene.at(5000).line('192.0.2.7', 'GET /index.php?page=2')
  scene.at(5001).line('192.0.2.7', 'POST /new.html')
  scene.later(3000)
  assert.deepEqual(scene.one().addresses, [])
})

test('a script that the whole world asks for draws only so many in', () => {
  const scene = new Scene()
  const started = shell(201, 'cp x.php y.php', worker(101))
  scene.at(1000).exec(started, serverShell)
  scene.at(1001).file('create', '/var/www/html/y.php', started)
  for (let at = 0; at < 60; at++) scene.at(2000 + at * 1000).line(`192.0.2.${at}`, 'GET /y.php?a=1')
  assert.equal(scene.one().addresses.length, 16)
})

test('the attributes of a system program that a member changes say nothing about who runs it', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  scene.at(10).file('attributes', '/usr/bin/curl', bad)
  scene.at(20).file('write', '/usr/bin/wget', bad)
  const curl = tool(12, 'curl x', cron)
  const wget = tool(13, 'wget x', cron)
  scene.at(30).exec(curl)
  scene.at(40).exec(wget)
  const members = ids(scene.one(), 'member')
  assert.equal(members.has(idOf(curl)), false)
  assert.equal(members.has(idOf(wget)), true)
})

test('a place that more programs than a few already use is only shown', () => {
  const scene = new Scene()
  for (let at = 0; at < 6; at++)
    scene.net('connect', tool(500 + at, `prog${at}`, service), ['10.0.0.1:1', '203.0.113.9:443'])
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  scene.at(10).net('connect', bad, ['10.0.0.1:1', '203.0.113.9:443'])
  assert.ok(ids(scene.one(), 'context').has('address:203.0.113.9'))
  const other = new Scene()
  other.exec(bad, suspicious)
  other.at(10).net('connect', bad, ['10.0.0.1:1', '203.0.113.9:443'])
  for (let at = 0; at < 6; at++)
    other.net('connect', tool(500 + at, `prog${at}`, service), ['10.0.0.1:1', '203.0.113.9:443'])
  const joined = other.one().nodes.filter(({ role, label }) => role === 'member' && label.startsWith('prog'))
  assert.equal(joined.length, 2)
})

test('who only scanned and then logs in as anybody is not the session’s sender; who got further is', () => {
  for (const isAttack of [false, true]) {
    const scene = new Scene()
    scene.at(0).line('192.0.2.1', 'GET /?q=1', 404, {
      rule: 'sqli',
      severity: 60,
      web: { class: 'sqli', outcome: 'failed' },
    })
    const daemon = program({
      pid: 81,
      name: 'sshd',
      executable: '/usr/sbin/sshd',
      args: ['sshd: eve'],
      parent: sshd,
    })
    scene.at(5000).send({
      event: { dataset: 'hx.login', action: 'logon', outcome: 'success' },
      process: daemon,
      user: { name: 'eve' },
      source: { ip: '192.0.2.1' },
      hx: { login: { session: '9' } },
    })
    if (isAttack)
      scene.at(9000).line('192.0.2.1', 'GET /?q=1', 200, {
        rule: 'rce',
        severity: 60,
        web: { class: 'rce', outcome: 'likely' },
      })
    const incident = scene.one()
    assertSound(incident)
    assert.equal(ids(incident, 'member').has('session:9'), isAttack)
  }
})

test('an ordinary service’s children are not one actor', () => {
  const scene = new Scene()
  const runner = program({
    pid: 30,
    name: 'bash',
    executable: '/usr/bin/bash',
    args: ['bash', '/opt/ci/job.sh'],
    parent: service,
  })
  scene.exec(service)
  scene.exec(runner)
  scene.exec(tool(31, 'make', runner))
  scene.exec(tool(32, 'nc -l', runner), suspicious)
  assert.deepEqual(ids(scene.one(), 'member'), new Set([idOf(tool(32, 'nc -l', runner))]))
})

test('a log’s name within a longer one, and a command of long ago, do not explain its loss', () => {
  const scene = new Scene()
  scene.at(0).exec(shell(10, 'truncate -s0 /var/log/auth.log', service), { rule: 'a', severity: 30 })
  scene.at(59_000).exec(shell(11, 'gzip /var/log/auth.log.1', service), { rule: 'b', severity: 30 })
  scene.at(60_000).send({
    event: { dataset: 'hx.log', kind: 'alert', action: 'log-truncated', severity: 70 },
    log: { file: { path: '/var/log/auth.log' } },
  })
  assert.deepEqual(scene.changed().map(texts).at(-1), ['/var/log/auth.log was shortened'])
})

test('in one moment the request stands before what it caused, and a deed after its program’s start', () => {
  const scene = new Scene()
  const started = shell(201, 'touch /var/tmp/q', worker(101))
  scene.at(3000).file('create', '/var/tmp/q', started)
  scene.at(3002).exec(started, serverShell)
  scene.at(3003).line('192.0.2.1', 'GET /x.php?c=touch%20/var/tmp/q')
  assert.deepEqual(texts(scene.one()), [
    '192.0.2.1 had a command run by GET /x.php?c=touch%20/var/tmp/q (200)',
    'apache2 started sh -c touch /var/tmp/q (pid 201) for GET /x.php?c=touch%20/var/tmp/q',
    'sh wrote /var/tmp/q',
  ])
  const even = new Scene()
  even.at(3000).exec(started, serverShell)
  even.at(3000).line('192.0.2.1', 'GET /x.php?c=touch%20/var/tmp/q')
  assert.match(texts(even.one())[0] ?? '', /^192\.0\.2\.1 had/)
})

test('what was only tried counts once something came of it', () => {
  const scene = new Scene()
  const web = { class: 'rce', outcome: 'attempted' }
  scene.at(1000).line('192.0.2.1', 'GET /x.php?c=uname%20-a', 200, { rule: 'rce', severity: 60, web })
  assert.equal(scene.one().level, 'low')
  scene.at(1001).exec(shell(201, 'uname -a', worker(101)))
  const incident = scene.one()
  assert.equal(incident.level, 'medium')
  assert.equal(incident.outcome, 'confirmed')
  assert.equal(incident.basis?.[0]?.attempt, undefined)
  const again = new Scene()
  again.at(1000).line('192.0.2.1', 'GET /x.php?c=1', 404, {
    rule: 'rce',
    severity: 60,
    web: { class: 'rce', outcome: 'failed' },
  })
  again.at(2000).line('192.0.2.1', 'GET /x.php?c=2', 200, {
    rule: 'rce',
    severity: 60,
    web: { class: 'rce', outcome: 'likely' },
  })
  assert.equal(again.one().level, 'medium')
})

test('files of packages are not remembered, a program of a manager’s name in a home is none', () => {
  const scene = new Scene()
  const dpkg = program({
    pid: 21,
    name: 'dpkg',
    executable: '/usr/bin/dpkg',
    args: ['dpkg', '-i', 'x'],
    parent: service,
  })
  scene.exec(dpkg)
  scene.file('create', '/usr/bin/fresh', dpkg)
  const fresh = tool(22, '/usr/bin/fresh', cron)
  scene.at(10).exec(fresh, suspicious)
  assert.equal(
    scene.one().nodes.some(({ kind }) => kind === 'file'),
    false,
  )
  const other = new Scene()
  const fake = program({
    pid: 23,
    name: 'apache2',
    executable: '/home/u/apache2',
    args: ['apache2'],
    parent: service,
  })
  const child = tool(24, 'id', fake)
  other.exec(fake, suspicious)
  other.exec(child)
  assert.deepEqual(ids(other.one(), 'member'), new Set([idOf(fake), idOf(child)]))
})

test('the text of a command line is no script', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  scene.at(10).file('create', '/srv/work/deploy', bad)
  const one = shell(12, 'deploy', cron)
  scene.at(20).exec(one)
  assert.equal(ids(scene.one(), 'member').has(idOf(one)), false)
})

test('members are not forgotten for newer things, others are, with their events', () => {
  const scene = new Scene({ maxNotes: 50 })
  const bad = tool(11, 'bad', service)
  const old = tool(12, 'old', service)
  scene.exec(bad, suspicious)
  scene.exec(old)
  for (let pid = 100; pid < 9500; pid++) scene.exec(tool(pid, 'x', service))
  scene.exec(tool(9600, 'y', bad))
  assert.ok(texts(scene.one()).includes('bad started y (pid 9600)'))
  scene.send({ event: { action: 'setuid' }, process: old }, [{ rule: 'other', severity: 50 }])
  const second = scene.one()
  assert.equal(second.steps.length, 1)
  const few = new Scene({ maxNotes: 50 })
  few.exec(old)
  for (let pid = 100; pid < 200; pid++) few.exec(tool(pid, 'x', service))
  few.send({ event: { action: 'setuid' }, process: old }, [suspicious])
  assert.equal(few.one().steps.length, 1)
})

test('what the daemon remembers of before is not told again', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  for (let pid = 20; pid < 30; pid++) scene.exec(tool(pid, 'sleep 1', bad))
  const stored = scene.one()
  const engine = createIncidents()
  for (const { event } of scene.told) engine.remember(event)
  engine.restore(structuredClone(stored))
  engine.add(scene.exec(tool(31, 'sleep 1', bad)))
  const [incident] = engine.takeChanged()
  assert.deepEqual(
    incident?.steps.map(({ count }) => count),
    [1, 11],
  )
})
