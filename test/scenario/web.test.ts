// A web site is broken into while others use it and people work on the host: one incident tells all of it, in order, and
// nothing else. With real servers, the real daemon, the real kernel.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import type { Incident } from '../../src/model/index.ts'
import { startApache } from '../support/apache.ts'
import { attacker, attackWebSite } from '../support/attack.ts'
import { benignAddresses, startBenignLoad } from '../support/benign-load.ts'
import { type HostUnderTest, startHost } from '../support/host.ts'
import { theIncident } from '../support/daemon-incidents.ts'
import { startNginx } from '../support/nginx.ts'
import { haechi } from '../support/run-haechi.ts'
import { requireRoot } from '../support/scratch.ts'
import { assertChapters, assertNothingElse, toldBy } from '../support/story.ts'
import { attackPids, webChapters } from '../support/web-story.ts'
import type { WebSite } from '../support/web-site.ts'

const everything = 'dataset = hx.log or dataset != hx.log'

function watch(t: TestContext, site: WebSite, store: string): Promise<HostUnderTest> {
  return startHost(t, { places: [site.root], args: ['--mode', 'observe', '--store', store] })
}

function storeFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-store-'))
  t.after(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

function hasAction(incident: Incident, actions: readonly string[]): boolean {
  return incident.steps.some(({ event }) => event !== undefined && actions.includes(event.event.action))
}

/** The attack with life beside it; the daemon is asked when both are over. */
async function play(
  t: TestContext,
  site: WebSite,
  { isKilled }: { readonly isKilled: boolean },
): Promise<void> {
  const store = storeFolder(t)
  let host = await watch(t, site, store)
  const load = startBenignLoad(t, site)
  const trace = await attackWebSite(t, site, {
    // Judged late on a busy machine; here the order of what follows is tested.
    async onUpload(path) {
      await host.until(`dataset = hx.verdict and path = ${JSON.stringify(path)}`)
    },
    async onShell(bashPid) {
      if (!isKilled) return
      await host.until(`action = connect and pid = ${bashPid}`)
      await host.until(`action = exec and name = whoami and ppid = ${bashPid}`)
      void host.daemon.ended
      await host.daemon.stop('SIGKILL')
      host = await watch(t, site, store)
    },
  })
  await load.stop()
  const incident = await theIncident(
    host,
    (one) =>
      hasAction(one, ['log-cleared', 'log-truncated']) && hasAction(one, ['job-added', 'autostart-added']),
  )
  const events = await host.events(everything)
  const told = toldBy(incident, events)
  assertChapters(told, webChapters(site, trace))
  assertNothingElse(incident, told, {
    addresses: benignAddresses,
    paths: [...load.pictures, load.folder],
    pids: attackPids(site, events),
  })
  assert.ok(incident.addresses.includes(attacker), incident.addresses.join(' '))
  assert.ok(incident.accounts.includes('www-data'), incident.accounts.join(' '))
  if (!isKilled) assertShown(host, incident, store)
}

function assertShown(host: HostUnderTest, { id }: Incident, store: string): void {
  const socket = ['--socket', host.daemon.socket]
  const shown = haechi(['incidents', 'show', `${id}`, ...socket])
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /thumb\.php/)
  assert.match(shown.stdout, /127\.0\.0\.66/)
  const listed = haechi(['incidents', 'list', ...socket])
  assert.match(listed.stdout, new RegExp(String.raw`^\W*${id}\b`, 'm'))
  const page = join(store, 'incident.html')
  const exported = haechi(['incidents', 'export', `${id}`, '--format', 'html', '--output', page, ...socket])
  assert.equal(exported.code, 0, exported.stderr)
  assert.match(readFileSync(page, 'utf8'), /<html[^]*thumb\.php[^]*127\.0\.0\.66/)
}

test('Apache: one incident tells the break-in from the scanner to the emptied log', async (t) => {
  if (!requireRoot(t)) return
  const site = await startApache(t)
  if (site !== undefined) await play(t, site, { isKilled: false })
})

test('nginx and php-fpm: one incident tells the break-in, though another process takes the request', async (t) => {
  if (!requireRoot(t)) return
  const site = await startNginx(t)
  if (site !== undefined) await play(t, site, { isKilled: false })
})

test('kill -9 of the daemon in the middle: it is one story all the same', async (t) => {
  if (!requireRoot(t)) return
  const site = await startApache(t)
  if (site !== undefined) await play(t, site, { isKilled: true })
})
