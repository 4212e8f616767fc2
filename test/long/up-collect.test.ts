// Collections that the daemon starts: by policy, and when the gate finds something.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { type TestContext, test } from 'node:test'

import { startGuard } from '../support/guard.ts'
import { startHost } from '../support/host.ts'
import { eicar, tryRead, write } from '../support/opener.ts'
import { until } from '../support/response.ts'
import { haechi, jsonLines, TemporaryFolder } from '../support/run-haechi.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const word = `collect-me-${process.pid}`

function temporary(t: TestContext): TemporaryFolder {
  const folder = new TemporaryFolder()
  t.after(() => {
    folder[Symbol.dispose]()
  })
  return folder
}

function daemonConfig(folder: TemporaryFolder, more: string): string {
  const rules = folder.at('rules')
  mkdirSync(rules, { recursive: true })
  writeFileSync(
    folder.at('rules/one.yml'),
    `title: Rule of ${word}\nid: 0b0e1a52-0000-4000-8000-0000000000c0\nlogsource: { product: linux, category: process_creation }\n` +
      `detection: { selection: { CommandLine|contains: ${word} }, condition: selection }\nlevel: critical\n`,
  )
  writeFileSync(
    folder.at('haechi.toml'),
    `[rules]\nsigma = ["${rules}"]\n[collect]\nfolder = "${folder.at('collections')}"\nmax_time = "20 s"\nmax_bytes = "16 MiB"\n` +
      `least_free_bytes = 0\n${more}`,
  )
  return folder.at('haechi.toml')
}

function packages(folder: TemporaryFolder): string[] {
  return globSync(folder.at('collections/haechi-*.tar.zst'))
}

function audit(folder: TemporaryFolder): Record<string, unknown>[] {
  const path = folder.at('state/responses.jsonl')
  return existsSync(path) ? jsonLines(readFileSync(path, 'utf8')) : []
}

test('an incident starts a collection by policy, once', { timeout: 100_000 }, async (t) => {
  if (!requireRoot(t)) return
  const folder = temporary(t)
  const policy = `[response]\nmode = "act"\ndirectory = "${folder.at('state')}"\npolicy = [{ level = "critical", action = "collect" }]\n`
  const host = await startHost(t, {
    args: ['--config', daemonConfig(folder, policy), '--store', folder.at('store')],
  })
  execFileSync('/bin/true', [word])
  const [told] = await host.until('dataset = hx.response and action = collect', 1, 30_000)
  assert.match(told?.message ?? '', /collect/)
  await until(() => packages(folder).length === 1, 'the package', 40_000)
  const [path = ''] = packages(folder)
  assert.ok(path.includes(hostname().replaceAll(/[^\w.-]/g, '_')))
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(haechi(['collect', 'verify', path]).code, 0)
  const events = execFileSync('tar', ['--zstd', '-xOf', path, 'live/agent-events.jsonl'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  assert.ok(events.includes(word), 'what the daemon saw is in the package')
  execFileSync('/bin/true', [word])
  await host.until(`dataset = hx.detection and rule.name contains ${word}`, 2)
  // Other incidents of this host may have asked, too.
  const phases = audit(folder).map(({ action, phase }) => `${String(action)} ${String(phase)}`)
  assert.deepEqual(
    phases.filter((phase) => phase !== 'collect refused'),
    ['collect begun', 'collect done'],
  )
  assert.equal(packages(folder).length, 1)
})

test(
  'a file that the gate finds starts a collection where that is wanted',
  { timeout: 100_000 },
  async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const folder = temporary(t)
    const more = `on_found = true\n[response]\nmode = "act"\ndirectory = "${folder.at('state')}"\n`
    await write(scratch.at('evil'), eicar)
    await write(scratch.at('evil2'), eicar)
    await using guard = await startGuard({
      places: [scratch.path],
      args: ['--config', daemonConfig(folder, more), '--no-sweep'],
    })
    for (const name of ['evil', 'evil2']) {
      await tryRead(scratch.at(name))
      await guard.waitForDecision(({ path }) => path === scratch.at(name))
    }
    await until(() => packages(folder).length === 1, 'the package', 40_000)
    const lines = audit(folder)
    assert.deepEqual(
      lines.map(({ phase }) => phase),
      ['begun', 'done'],
    )
    assert.match(String(lines[0]?.['why']), /Eicar-Test-Signature was found in .*\/evil$/)
  },
)
