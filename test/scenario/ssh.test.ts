// Passwords are tried at a real sshd until one fits, while a colleague works by key: one incident, from the first try to the
// emptied history.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { startHost } from '../support/host.ts'
import { theIncident } from '../support/daemon-incidents.ts'
import { startSshd } from '../support/private-sshd.ts'
import { requireRoot } from '../support/scratch.ts'
import { attackSsh, colleague, intruder, workBySsh } from '../support/ssh-attack.ts'
import { intruderPids, sshChapters } from '../support/ssh-story.ts'
import { assertChapters, assertNothingElse, toldBy } from '../support/story.ts'

test('ssh: guessed passwords, the login and what was done in it are one incident', async (t) => {
  if (!requireRoot(t)) return
  const sshd = await startSshd(t)
  if (sshd === undefined) return
  const host = await startHost(t)
  const [trace] = await Promise.all([attackSsh(t, sshd), workBySsh(sshd)])
  const incident = await theIncident(host, ({ steps }) =>
    steps.some(({ event }) => event?.event.action === 'history-cleared'),
  )
  const events = await host.events('dataset = hx.log or dataset != hx.log')
  const told = toldBy(incident, events)
  assertChapters(told, sshChapters(sshd, trace))
  assertNothingElse(incident, told, {
    addresses: [colleague],
    paths: [sshd.keyed.home],
    pids: intruderPids(events),
  })
  assert.ok(incident.addresses.includes(intruder), incident.addresses.join(' '))
  assert.ok(incident.accounts.includes(sshd.weak.name), incident.accounts.join(' '))
})
