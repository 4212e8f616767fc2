import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { AppError } from '../base/app-error.ts'
import { defaultConfig } from './config.ts'
import { loadConfig, type LoadedConfig } from './load.ts'

async function load(text: string, system?: string): Promise<LoadedConfig & { readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-config-'))
  try {
    writeFileSync(join(folder, 'h.toml'), text)
    const systemFile = join(folder, 'system.toml')
    if (system !== undefined) writeFileSync(systemFile, system)
    return { ...(await loadConfig({ file: join(folder, 'h.toml'), systemFile })), folder }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function problem(text: string): Promise<AppError> {
  try {
    await load(text)
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new assert.AssertionError({ message: `accepted: ${text}` })
}

test('without a file the defaults hold', async () => {
  const { config, sources } = await loadConfig({ systemFile: '/nonexistent/haechi.toml' })
  assert.equal(config, defaultConfig)
  assert.deepEqual(sources, [])
  assert.equal(config.gate.deadlineMs, 5000)
  assert.equal(config.gate.onFound, 'deny')
  assert.deepEqual(config.gate.exclude, { paths: [], processes: [], users: [] })
  assert.ok(config.gate.instances >= 2 && config.gate.instances <= 4)
})

test('an empty file changes nothing', async () => {
  assert.deepEqual((await load('')).config, defaultConfig)
})

test('a later file changes only what it names, and a list replaces a list', async () => {
  const { config, sources } = await load(
    '[gate]\ndeadline = "500ms"\nextensions = ["exe"]',
    '[gate]\ndeadline = "9 s"\nextensions = ["com", "bat"]\nmode = "exec"\n[scan]\nmax_depth = 3',
  )
  assert.equal(config.gate.deadlineMs, 500)
  assert.deepEqual(config.gate.extensions, ['exe'])
  assert.equal(config.gate.mode, 'exec')
  assert.equal(config.scan.maxDepth, 3)
  assert.equal(sources.length, 2)
})

test('sizes are numbers or text, users are names or numbers, places are paths or tables', async () => {
  const { config } = await load(`
    [scan]
    max_bytes = "3 GiB"
    ratio_from_bytes = 1000
    [gate]
    places = ["/srv", { path = "/home", kind = "mount" }, { path = "/x" }]
    exclude.users = [0, "backup"]
  `)
  assert.equal(config.scan.maxBytes, 3 * 1024 ** 3)
  assert.equal(config.scan.ratioFromBytes, 1000)
  assert.deepEqual(config.gate.places, [
    { path: '/srv', kind: 'directory' },
    { path: '/home', kind: 'mount' },
    { path: '/x', kind: 'directory' },
  ])
  assert.deepEqual(config.gate.exclude.users, ['0', 'backup'])
})

test('relative paths start at the folder of the file', async () => {
  const { config, folder } = await load(
    '[engine]\nhash_lists = ["a.txt", "/b.txt"]\n[quarantine]\ndirectory = "q"',
  )
  assert.deepEqual(config.engine.hashLists, [join(folder, 'a.txt'), '/b.txt'])
  assert.equal(config.quarantine.directory, join(folder, 'q'))
})

test('rules are named from the folder of the file, in place of the default', async () => {
  const { config, folder } = await load('[rules]\nsigma = ["own", "/abs.yml"]\nleast_level = "high"')
  assert.deepEqual(config.rules.sigma, [join(folder, 'own'), '/abs.yml'])
  assert.equal(config.rules.leastLevel, 'high')
  assert.match(defaultConfig.rules.sigma.join(), /\/content\/rules,\/etc\/haechi\/rules\.d$/)
  assert.match(
    (await problem('[rules]\nleast_level = "grave"')).message,
    /rules\.least_level must be one of "informational"/,
  )
})

test('a mistake is told with file, line, key, reason and hint', async () => {
  const cases = [
    ['[scan]\n\nmax_dept = 3', /h\.toml:3: unknown key scan\.max_dept$/, /did you mean max_depth\?/],
    ['[gaet]\nmode = "open"', /h\.toml:1: unknown key gaet$/, /did you mean gate\?/],
    ['[gate]\nmode = "openn"', /h\.toml:2: gate\.mode must be one of "open", "exec", "observe"$/, /./],
    [
      '[gate]\ndeadline = 5',
      /h\.toml:2: gate\.deadline must be a duration with its unit, such as "5 s"/,
      /./,
    ],
    ['[gate]\ninstances = 0', /h\.toml:2: gate\.instances must be a whole number from 1 to 64$/, /./],
    ['[gate.exclude]\nuser = [1]', /h\.toml:2: unknown key gate\.exclude\.user$/, /did you mean users\?/],
    [
      '[gate]\nplaces = [{ path = "/x", kind = "disk" }]',
      /h\.toml:2: gate\.places\S* must be a list of paths/,
      /./,
    ],
    ['[scan]\nmax_bytes = "lots"', /h\.toml:2: scan\.max_bytes must be a size such as "2 GiB"/, /./],
    ['gate = 3', /h\.toml:1: gate must be a table$/, /\[gate\]/],
    ['[scan]\nmax_depth = = 3', /h\.toml:2:\d+: \S.*$/, /TOML/],
  ] as const
  for (const [text, message, hint] of cases) {
    const thrown = await problem(text)
    assert.equal(thrown.code, 'config-invalid')
    assert.match(thrown.message, message)
    assert.match(thrown.hint, hint)
    assert.doesNotMatch(thrown.message, /\n/)
  }
})

test('a file that was named and is missing is an error', async () => {
  await assert.rejects(
    loadConfig({ file: '/nonexistent/h.toml', systemFile: '/nonexistent/s.toml' }),
    (thrown) => thrown instanceof AppError && thrown.code === 'not-found',
  )
})
