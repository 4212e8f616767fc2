import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { defaultConfig } from './config.ts'
import { defaultSigmaPaths } from './options.ts'
import { localSigmaFolder, readSigmaFiles, sigmaPathsOf } from './sigma-files.ts'

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-sigma-files-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

test('rule files of a folder come by name, tests and hidden files do not', (t) => {
  const folder = folderOf(t, {
    'b.yml': 'b',
    'a/c.YAML': 'c',
    'b.test.yml': 'no',
    '.git/x.yml': 'no',
    'readme.md': 'no',
    'single.txt': 'named',
  })
  const { files, problems } = readSigmaFiles([join(folder, 'single.txt'), folder])
  assert.deepEqual(problems, [])
  assert.deepEqual(
    files.map(({ source, text }) => [source.slice(folder.length), text]),
    [
      ['/single.txt', 'named'],
      ['/a/c.YAML', 'c'],
      ['/b.yml', 'b'],
    ],
  )
})

test('a file is read once, and links in a circle end', (t) => {
  const folder = folderOf(t, { 'a/r.yml': 'r' })
  symlinkSync(folder, join(folder, 'a', 'up'))
  symlinkSync('self.yml', join(folder, 'self.yml'))
  const { files, problems } = readSigmaFiles([folder, join(folder, 'a', 'r.yml')])
  assert.equal(files.length, 1)
  assert.deepEqual(problems.length, 1)
  assert.match(problems[0] ?? '', /self\.yml cannot be read: ELOOP/)
})

test('what cannot be read is told, and the rest is read', (t) => {
  const folder = folderOf(t, { 'good.yml': 'good', 'large.yml': '' })
  truncateSync(join(folder, 'large.yml'), 4 * 1024 ** 2 + 1)
  execFileSync('mkfifo', [join(folder, 'pipe.yml')])
  const { files, problems } = readSigmaFiles(['/nonexistent/rules', folder])
  assert.deepEqual(
    files.map(({ text }) => text),
    ['good'],
  )
  assert.match(problems[0] ?? '', /^\/nonexistent\/rules cannot be read: ENOENT/)
  assert.match(problems[1] ?? '', /large\.yml is not read: it is larger than 4 MiB$/)
  assert.match(problems[2] ?? '', /pipe\.yml is neither a file nor a folder$/)
  assert.equal(problems.length, 3)
})

test('folders below too many others are told', (t) => {
  const folder = folderOf(t, { [`${'d/'.repeat(40)}r.yml`]: 'deep', 'a.yml': 'a' })
  const { files, problems } = readSigmaFiles([folder])
  assert.equal(files.length, 1)
  assert.match(problems.join(), /too deep/)
})

test('a default folder may be missing, one’s own set is read when it is there', (t) => {
  assert.doesNotMatch(readSigmaFiles(defaultSigmaPaths).problems.join(), /ENOENT/)
  const local = folderOf(t, {})
  const config = { ...defaultConfig, engine: { ...defaultConfig.engine, local } }
  assert.deepEqual(sigmaPathsOf(config), defaultSigmaPaths)
  mkdirSync(join(local, 'sigma'))
  assert.deepEqual(sigmaPathsOf(config), [...defaultSigmaPaths, join(local, 'sigma')])
  assert.equal(localSigmaFolder({ engine: { ...config.engine, local: '' } }), undefined)
})
