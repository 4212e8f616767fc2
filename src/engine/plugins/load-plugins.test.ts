import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

import {
  acmeDetector,
  acmeFormat,
  pluginFolder,
  type PluginFolder,
} from '../../../test/support/plugin-folder.ts'
import { eicar } from '../../../test/support/samples.ts'
import { zipOf } from '../../../test/support/zip-writer.ts'
import { AppError } from '../../base/app-error.ts'
import { load } from '../index.ts'
import { loadPlugins } from './load-plugins.ts'

test('a detector plugin is loaded and used, also on members', (t) => {
  const engine = load({ plugins: [pluginFolder(t, acmeDetector).path] })
  assert.equal(engine.version().detectors.at(-1), 'acme')
  const { detections } = engine.instance().scan(zipOf([{ name: 'a', data: 'ACME-TEST!' }]), { name: 'z' })
  assert.deepEqual(
    detections.map(({ name, detector, chain }) => [name, detector, chain]),
    [['Acme.Test', 'acme', ['z', 'a']]],
  )
})

test('a format plugin is loaded and used: what is in its files is found, also inside other formats', (t) => {
  const engine = load({ plugins: [pluginFolder(t, acmeFormat, { kind: 'format' }).path] })
  // Before the search for what nobody takes.
  assert.deepEqual(engine.version().formats.slice(-2), ['acme-box', 'embedded'])
  const instance = engine.instance()
  const chains = [`ACMEBOX\n${eicar}`, zipOf([{ name: 'box', data: `ACMEBOX\nACMEBOX\n${eicar}` }])].map(
    (data) => instance.scan(Buffer.from(data), { name: 'file' }).detections[0]?.chain,
  )
  assert.deepEqual(chains, [
    ['file', 'inside'],
    ['file', 'box', 'inside', 'inside'],
  ])
})

test('a plugin in TypeScript and one with a plain relative module path are loaded', (t) => {
  const typed = 'export const plugin = { id: "typed", detect(_: unknown): void {} }'
  const { path } = pluginFolder(t, '', { module: 'typed.ts' })
  writeFileSync(join(path, 'typed.ts'), typed, { mode: 0o644 })
  const ids = loadPlugins([path, pluginFolder(t, acmeDetector, { module: 'plugin.mjs' }).path]).detectors
  assert.deepEqual(
    ids.map(({ id }) => id),
    ['typed', 'acme'],
  )
})

test('a process keeps the plugin it has loaded: all its threads judge alike, a changed one needs a restart', (t) => {
  const folder = pluginFolder(t, acmeDetector)
  assert.equal(
    load({ plugins: [folder.path] })
      .version()
      .detectors.at(-1),
    'acme',
  )
  writeFileSync(folder.module, acmeDetector.replace(`'acme'`, `'acme-two'`))
  assert.equal(
    load({ plugins: [folder.path] })
      .version()
      .detectors.at(-1),
    'acme',
  )
})

interface Refusal {
  readonly title: string
  readonly says: RegExp
  readonly source?: string
  readonly manifest?: Readonly<Record<string, unknown>> | string
  readonly spoil?: (folder: PluginFolder) => void
  readonly needsRoot?: boolean
}

const outside = (folder: PluginFolder): string => join(dirname(folder.path), 'outside.mjs')
const isRoot = process.getuid?.() === 0
const nobody = 65_534

const refusals: readonly Refusal[] = [
  {
    title: 'has no plugin.json',
    says: /plugin\.json/,
    spoil: ({ path }) => {
      rmSync(join(path, 'plugin.json'))
    },
  },
  {
    title: 'is no folder',
    says: /./,
    spoil: ({ path }) => {
      rmSync(path, { recursive: true })
      writeFileSync(path, '')
    },
  },
  {
    title: 'does not exist',
    says: /ENOENT/,
    spoil: ({ path }) => {
      rmSync(path, { recursive: true })
    },
  },
  { title: 'has a plugin.json that is no JSON', manifest: '{ "name": ', says: /JSON/ },
  { title: 'has a plugin.json that is no object', manifest: '[1]', says: /"kind"/ },
  { title: 'is of a kind that does not exist', manifest: { kind: 'rule' }, says: /"detector"/ },
  { title: 'names no module', manifest: { module: 7 }, says: /"module"/ },
  { title: 'was written for another interface (api 2)', manifest: { api: 2 }, says: /"api": 1/ },
  { title: 'gives its api as text', manifest: { api: '1' }, says: /"api": 1/ },
  { title: 'exports nothing called plugin', source: 'export const other = 1', says: /no export `plugin`/ },
  { title: 'exports something else as plugin', source: 'export const plugin = 1', says: /is a detector/ },
  {
    title: 'exports a default only',
    source: 'export default { id: "a", detect() {} }',
    says: /no export `plugin`/,
  },
  { title: 'says format and exports a detector', manifest: { kind: 'format' }, says: /is a format/ },
  { title: 'says detector and exports a format', source: acmeFormat, says: /is a detector/ },
  { title: 'has no module', manifest: { module: './missing.mjs' }, says: /missing\.mjs/ },
  { title: 'has its folder as module', manifest: { module: '.' }, says: /outside the plugin folder/ },
  { title: 'has a module that is no JavaScript', source: 'export const plugin = {', says: /./ },
  { title: 'has a module that throws', source: 'throw new Error("on purpose")', says: /on purpose/ },
  {
    title: 'awaits at the top level',
    source: `await 1\n${acmeDetector}`,
    says: /top-level await|async/i,
  },
  {
    title: 'has its module outside by ../',
    manifest: { module: '../outside.mjs' },
    says: /outside the plugin folder/,
    spoil: (folder) => {
      writeFileSync(outside(folder), acmeDetector, { mode: 0o644 })
    },
  },
  {
    title: 'has its module in a folder whose name begins like its own',
    manifest: { module: '../plugin.mjs' },
    says: /outside the plugin folder/,
    spoil: (folder) => {
      writeFileSync(`${folder.path}.mjs`, acmeDetector, { mode: 0o644 })
    },
  },
  {
    title: 'has its module outside by a symbolic link',
    says: /outside the plugin folder/,
    spoil: (folder) => {
      writeFileSync(outside(folder), acmeDetector, { mode: 0o644 })
      rmSync(folder.module)
      symlinkSync('../outside.mjs', folder.module)
    },
  },
  {
    title: 'lies in a folder that everybody may write',
    says: /can be written by others \(mode 757\)/,
    spoil: ({ path }) => {
      chmodSync(path, 0o757)
    },
  },
  {
    title: 'lies in a folder that its group may write',
    says: /can be written by others/,
    spoil: ({ path }) => {
      chmodSync(path, 0o775)
    },
  },
  {
    title: 'has a module that everybody may write',
    says: /plugin\.mjs can be written by others \(mode 646\)/,
    spoil: ({ module }) => {
      chmodSync(module, 0o646)
    },
  },
  {
    title: 'has a plugin.json that everybody may write',
    says: /plugin\.json can be written by others/,
    spoil: ({ path }) => {
      chmodSync(join(path, 'plugin.json'), 0o646)
    },
  },
  {
    title: 'has its module in a folder below that everybody may write',
    manifest: { module: './below/plugin.mjs' },
    says: /below can be written by others/,
    spoil: ({ path, module }) => {
      makeBelow(path, module)
    },
  },
  {
    title: 'lies in a folder of another user',
    needsRoot: true,
    says: /belongs to another user \(uid 65534\)/,
    spoil: ({ path }) => {
      chownSync(path, nobody, nobody)
    },
  },
  {
    title: 'has a module of another user',
    needsRoot: true,
    says: /belongs to another user \(uid 65534\)/,
    spoil: ({ module }) => {
      chownSync(module, nobody, nobody)
    },
  },
]

function makeBelow(path: string, module: string): void {
  const below = join(path, 'below')
  mkdirSync(below)
  chmodSync(below, 0o757)
  renameSync(module, join(below, 'plugin.mjs'))
}

for (const { title, says, source, manifest, spoil, needsRoot } of refusals) {
  test(`refused with a clear sentence: a plugin that ${title}`, (t) => {
    if (needsRoot === true && !isRoot) return t.skip('needs root')
    const folder = pluginFolder(t, source ?? acmeDetector, manifest)
    spoil?.(folder)
    assert.throws(
      () => load({ plugins: [folder.path] }),
      (thrown) => {
        assert.ok(thrown instanceof AppError, String(thrown))
        assert.equal(thrown.code, 'plugin-invalid')
        assert.ok(
          thrown.message.startsWith(`the plugin in ${folder.path} cannot be loaded: `),
          thrown.message,
        )
        assert.match(thrown.message, says)
        assert.equal(thrown.hint, 'see docs/guide/plugins.md')
        return true
      },
    )
  })
}

test('one plugin that cannot be used refuses all: a guard with half its parts is none', (t) => {
  const good = pluginFolder(t, acmeDetector).path
  const bad = pluginFolder(t, acmeDetector, { api: 2 }).path
  assert.throws(() => loadPlugins([good, bad]), AppError)
})
