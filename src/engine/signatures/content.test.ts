import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { formats } from '../detectors/clamav/database/index.ts'
import { contentOfFolders } from './content.ts'
import { readRuleSources } from './sources.ts'

test('files are told apart by the ends of their names, in the order of their names', (t) => {
  const folder = withFolder(t)
  mkdirSync(join(folder.path, 'sub'))
  for (const name of [
    'b.YARA',
    'a.yar',
    'sub/c.rules',
    'x.ndb',
    'list.sha256',
    'other.txt',
    'a.exe',
    '.state',
  ]) {
    folder.file(name, '')
  }
  const { rules, databases, hashLists, problems } = contentOfFolders([{ name: 'web', path: folder.path }])
  assert.deepEqual(
    rules.map(({ path, namespace }) => [path.slice(folder.path.length + 1), namespace]),
    [
      ['a.yar', 'web/a'],
      ['b.YARA', 'web/b'],
      ['sub/c.rules', 'web/sub/c'],
    ],
  )
  assert.deepEqual(databases, [join(folder.path, 'x.ndb')])
  assert.deepEqual(hashLists, [join(folder.path, 'list.sha256'), join(folder.path, 'other.txt')])
  assert.deepEqual(problems, [])
})

test('texts for people are neither lists nor rules', (t) => {
  const folder = withFolder(t)
  for (const name of ['README.txt', 'LICENSE.txt', 'copying.yar', 'notice.md5']) folder.file(name, 'text')
  const { rules, hashLists } = contentOfFolders([{ name: 'x', path: folder.path }])
  assert.deepEqual([...rules, ...hashLists], [])
})

test('a folder that is not there has nothing; one that cannot be read is told', (t) => {
  const folder = withFolder(t)
  folder.file('plain', '')
  const missing = contentOfFolders([{ name: 'x', path: join(folder.path, 'nowhere') }])
  assert.deepEqual(missing, { rules: [], databases: [], hashLists: [], problems: [] })
  const plain = contentOfFolders([
    { name: 'x', path: join(folder.path, 'plain') },
    { name: 'y', path: folder.path },
  ])
  assert.equal(plain.problems.length, 1)
  assert.equal(plain.problems[0]?.file, join(folder.path, 'plain'))
  assert.equal(plain.problems[0]?.line, 0)
})

test('every ClamAV format that stands on its own is a database, and nothing else is', (t) => {
  const folder = withFolder(t)
  const alone = Object.keys(formats).filter((name) => !['info', 'yar', 'yara'].includes(name))
  for (const extension of Object.keys(formats)) folder.file(`x.${extension}`, '')
  const { databases, rules } = contentOfFolders([{ name: 'x', path: folder.path }])
  assert.deepEqual(
    databases.map((path) => path.slice(path.lastIndexOf('.') + 1)),
    alone.toSorted(),
  )
  assert.equal(rules.length, 2)
})

test('a circle of links below a folder ends', (t) => {
  const folder = withFolder(t)
  symlinkSync(folder.path, join(folder.path, 'again'))
  folder.file('a.yar', 'rule a { condition: true }')
  assert.equal(contentOfFolders([{ name: 'x', path: folder.path }]).rules.length, 1)
})

test('named rules and folders are read together, each with its namespace', (t) => {
  const folder = withFolder(t)
  writeFileSync(join(folder.path, 'a.yar'), 'rule a { condition: true }')
  const sources = readRuleSources({
    rules: [folder.path, `ns:${join(folder.path, 'a.yar')}`],
    folders: [{ name: 'local', path: folder.path }],
  })
  assert.deepEqual(
    sources.map(({ namespace }) => namespace),
    ['a', 'ns', 'local/a'],
  )
})
