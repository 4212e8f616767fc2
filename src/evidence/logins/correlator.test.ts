import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Correlator, type Told } from './correlator.ts'
import { eventOf } from './events.ts'
import { factOf, type LoginFact } from './fact.ts'

const start = 1_800_000_000_000

function fact(
  provider: LoginFact['provider'],
  witness: string,
  rest: Partial<LoginFact> & Pick<LoginFact, 'action'>,
): LoginFact {
  return factOf({
    provider,
    witness,
    timeMs: start,
    outcome: rest.action === 'logon-failed' ? 'failure' : 'success',
    ...rest,
  })
}

function correlator(): {
  told: Told[]
  hear: (...facts: LoginFact[]) => void
  later: (ms: number) => void
  correlator: Correlator
} {
  const told: Told[] = []
  let now = start
  const made = new Correlator((one) => told.push(one))
  return {
    told,
    correlator: made,
    hear: (...facts) => {
      for (const one of facts) made.add(one, now)
    },
    later: (ms) => {
      now += ms
      made.tick(now)
    },
  }
}

const accepted = fact('syslog', 'accepted', {
  action: 'logon',
  user: 'alice',
  host: '192.0.2.7',
  port: 5000,
  pid: 70,
  service: 'sshd',
  method: 'publickey',
  fingerprint: 'SHA256:x',
})
const pamOpen = fact('syslog', 'pam-open', {
  action: 'logon',
  user: 'alice',
  userId: 1000,
  pid: 70,
  service: 'sshd',
})
const logind = fact('syslog', 'logind', {
  action: 'session-start',
  user: 'alice',
  session: '5',
  timeMs: start + 200,
})
const wtmp = fact('wtmp', 'wtmp', {
  action: 'logon',
  user: 'alice',
  host: '192.0.2.7',
  tty: 'pts/0',
  pid: 75,
  timeMs: start + 400,
})
const audit = fact('audit', 'audit-login', {
  action: 'logon',
  userId: 1000,
  host: '192.0.2.7',
  tty: 'pts/0',
  pid: 70,
  session: '5',
  timeMs: start + 300,
  service: 'sshd',
})

test('one login of five sources is one event, in whatever order they come', () => {
  const all = [accepted, pamOpen, logind, wtmp, audit]
  for (let turn = 0; turn < 10; turn += 1) {
    const order =
      turn < 5
        ? [...all.slice(turn), ...all.slice(0, turn)]
        : [...all.slice(turn - 5), ...all.slice(0, turn - 5)].toReversed()
    const { told, hear, later } = correlator()
    hear(...order)
    later(100)
    assert.equal(told.length, 0)
    later(700)
    assert.equal(told.length, 1, order.map(({ witness }) => witness).join())
    const [one] = told
    const { witness: _, timeMs: __, ...merged } = one?.fact ?? accepted
    assert.deepEqual(merged, {
      action: 'logon',
      provider: 'audit',
      outcome: 'success',
      user: 'alice',
      userId: 1000,
      host: '192.0.2.7',
      port: 5000,
      tty: 'pts/0',
      pid: 70,
      session: '5',
      method: 'publickey',
      service: 'sshd',
      fingerprint: 'SHA256:x',
    })
    assert.deepEqual(one?.sources.toSorted(), ['audit', 'syslog', 'wtmp'])
    // What comes later is known.
    later(20_000)
    hear({ ...wtmp, witness: 'utmp', provider: 'utmp' })
    later(2000)
    assert.equal(told.length, 1)
  }
})

test('two logins of one user from one place within a second are two', () => {
  const { told, hear, later } = correlator()
  hear(accepted, pamOpen)
  hear({ ...accepted, pid: 80, port: 5001 }, { ...pamOpen, pid: 80 })
  hear(wtmp, { ...wtmp, tty: 'pts/1', pid: 85 })
  later(1000)
  assert.deepEqual(
    told.map(({ fact: { port, tty } }) => [port, tty]),
    [
      [5000, 'pts/0'],
      [5001, 'pts/1'],
    ],
  )
})

test('two connections are told apart by their ports alone', () => {
  const { told, hear, later } = correlator()
  const failed = fact('syslog', 'failed', {
    action: 'logon-failed',
    user: 'root',
    host: '192.0.2.9',
    port: 9,
  })
  hear(
    failed,
    { ...failed, witness: 'invalid-user', port: 10 },
    { ...failed, witness: 'not-allowed', port: 9 },
  )
  later(1000)
  assert.deepEqual(
    told.map(({ fact: { port } }) => port),
    [9, 10],
  )
})

test('each failure is an event, what ends the connection adds none', () => {
  const { told, hear, later } = correlator()
  const failed = fact('syslog', 'failed', {
    action: 'logon-failed',
    user: 'root',
    host: '192.0.2.9',
    port: 9,
    pid: 90,
    service: 'sshd',
  })
  for (let index = 0; index < 5; index += 1) {
    hear({ ...failed, timeMs: start + index * 1000 })
    hear({ ...failed, witness: 'btmp', provider: 'btmp', timeMs: start + index * 1000 })
    hear({ ...failed, witness: 'pam-failure:pam_unix', timeMs: start + index * 1000 })
  }
  hear(
    { ...failed, witness: 'max-attempts', closing: true, timeMs: start + 60_000 },
    { ...failed, witness: 'closed', closing: true, timeMs: start + 60_000 },
  )
  later(1000)
  assert.equal(told.length, 5)
  // A connection that tried keys only is told by its end.
  hear({ ...failed, port: 10, pid: 91, witness: 'closed', closing: true, timeMs: start + 61_000 })
  later(1000)
  assert.equal(told.length, 6)
})

test('a logout that says only its terminal has the user, the address and the duration of its login', () => {
  const { told, hear, later } = correlator()
  hear(accepted, wtmp)
  later(1000)
  const end = start + 3_600_000
  hear(fact('wtmp', 'wtmp', { action: 'logoff', tty: 'pts/0', pid: 75, timeMs: end }))
  hear(
    fact('syslog', 'disconnected', {
      action: 'logoff',
      user: 'alice',
      host: '192.0.2.7',
      port: 5000,
      timeMs: end,
    }),
  )
  hear(
    fact('syslog', 'pam-close', {
      action: 'logoff',
      user: 'alice',
      pid: 70,
      service: 'sshd',
      timeMs: end + 20,
    }),
  )
  hear(fact('syslog', 'logind', { action: 'session-end', session: '5', timeMs: end }))
  later(1000)
  assert.equal(told.length, 2)
  assert.equal(told[1]?.fact.action, 'logoff')
  assert.deepEqual(
    [told[1]?.fact.user, told[1]?.fact.host, told[1]?.durationMs],
    ['alice', '192.0.2.7', 3_600_000],
  )
  // And nobody is left to log out.
  hear(fact('wtmp', 'wtmp', { action: 'logoff', tty: 'pts/0', timeMs: end + 60_000 }))
  later(1000)
  assert.equal(told.length, 2)
})

test('a session of cron beside a login of the same user is not taken for it', () => {
  const { told, hear, later } = correlator()
  const cron = fact('syslog', 'pam-open', {
    action: 'session-start',
    user: 'alice',
    pid: 60,
    service: 'cron',
  })
  hear(
    cron,
    wtmp,
    accepted,
    fact('syslog', 'pam-close', {
      action: 'session-end',
      user: 'alice',
      pid: 60,
      service: 'cron',
      timeMs: start + 500,
    }),
  )
  later(1000)
  assert.deepEqual(
    told.map(({ fact: { action, service, tty } }) => [action, service, tty]),
    [
      ['session-start', 'cron', undefined],
      ['logon', 'sshd', 'pts/0'],
      ['session-end', 'cron', undefined],
    ],
  )
})

test('su and sudo are told with who and whom, their ends are ends of sessions', () => {
  const { told, hear, later } = correlator()
  hear(
    fact('syslog', 'su', { action: 'su', user: 'bob', target: 'root', tty: 'pts/0', pid: 50, service: 'su' }),
    fact('syslog', 'pam-open', {
      action: 'su',
      user: 'bob',
      userId: 1001,
      target: 'root',
      targetId: 0,
      pid: 50,
      service: 'su-l',
    }),
    fact('audit', 'audit-start', {
      action: 'su',
      userId: 1001,
      target: 'root',
      tty: 'pts/0',
      pid: 50,
      service: 'su',
    }),
  )
  later(1000)
  hear(
    fact('syslog', 'pam-close', {
      action: 'session-end',
      target: 'root',
      pid: 50,
      service: 'su-l',
      timeMs: start + 9000,
    }),
  )
  later(1000)
  assert.equal(told.length, 2)
  const [begin, end] = told.map((one) => eventOf(one, () => undefined))
  assert.deepEqual(begin?.user, { name: 'bob', id: '1001', effective: { name: 'root', id: '0' } })
  assert.deepEqual(
    [begin?.event.action, begin?.event.provider, begin?.message],
    ['su', 'audit', 'bob became root on pts/0 (su)'],
  )
  assert.deepEqual(
    [end?.event.action, end?.hx?.login?.['duration_ms'], end?.user?.effective?.name],
    ['session-end', 9000, 'root'],
  )
})

test('a flood of failures and late witnesses stays bounded, and nothing is lost', () => {
  const { told, hear, later } = correlator()
  for (let index = 0; index < 20_000; index += 1)
    hear(
      fact('btmp', 'btmp', {
        action: 'logon-failed',
        user: `u${index % 50}`,
        host: '192.0.2.9',
        pid: index,
        timeMs: start + index * 10,
      }),
    )
  for (let index = 19_000; index < 20_000; index += 1)
    hear(
      fact('syslog', 'failed', {
        action: 'logon-failed',
        user: `u${index % 50}`,
        host: '192.0.2.9',
        pid: index,
        port: 1,
        timeMs: start + index * 10,
      }),
    )
  later(1000)
  assert.equal(told.length, 20_000)
  later(70_000)
  later(1)
  hear(fact('btmp', 'btmp', { action: 'logon-failed', user: 'u', timeMs: Number.NaN }))
})

test('an event has the names of ECS, and is printable', () => {
  const event = eventOf(
    { fact: { ...accepted, host: '::ffff:192.0.2.7', user: 'a\u001b[2J\nb' }, sources: ['syslog'] },
    () => ({ pid: 70 }),
  )
  assert.deepEqual(event.source, { ip: '192.0.2.7', address: '192.0.2.7', port: 5000 })
  assert.deepEqual(event.event.category, ['authentication', 'session'])
  assert.equal(event.event.outcome, 'success')
  assert.deepEqual(event.hx?.login, {
    method: 'publickey',
    fingerprint: 'SHA256:x',
    service: 'sshd',
    sources: ['syslog'],
  })
  assert.equal(event.message, 'a\\x1b[2J\\nb logged on from 192.0.2.7 by publickey (sshd)')
  const failed = eventOf(
    {
      fact: fact('btmp', 'btmp', { action: 'logon-failed', user: 'x', host: 'h.example' }),
      sources: ['btmp'],
    },
    () => undefined,
  )
  assert.deepEqual(
    [failed.source, failed.event.outcome, failed.event.severity],
    [{ address: 'h.example' }, 'failure', 30],
  )
})
