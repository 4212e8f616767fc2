import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { AppError } from '../../base/app-error.ts'
import { readInclude, readRuleSources } from './sources.ts'

const namesOf = (rules: readonly string[]): string[] =>
  readRuleSources({ rules, folders: [] }).map(
    ({ namespace, text }) => `${namespace}: ${Buffer.from(text).toString()}`,
  )

test('a file’s namespace is its name without the end', (t) => {
  const folder = withFolder(t)
  const path = folder.file('some.rules.yar', 'rule a')
  assert.deepEqual(readRuleSources({ rules: [path], folders: [] }), [
    { name: path, namespace: 'some.rules', text: Buffer.from('rule a') },
  ])
})

test('a file that is named is read whatever its name is', (t) => {
  const folder = withFolder(t)
  assert.deepEqual(namesOf([folder.file('rules.txt', 'a'), folder.file('none', 'b')]), [
    'rules: a',
    'none: b',
  ])
})

test('of a folder the rule files count, in the order of their names, deep ones with their way', (t) => {
  const folder = withFolder(t)
  mkdirSync(join(folder.path, 'sub', 'deep'), { recursive: true })
  for (const name of ['b.yar', 'a.YARA', 'c.rule', 'd.rules', 'sub/deep/e.yar']) folder.file(name, name)
  for (const name of ['notes.md', 'yar', '.yar', 'a.yar.bak']) folder.file(name, 'no rules')
  symlinkSync('b.yar', join(folder.path, 'link.yar'))
  symlinkSync('.', join(folder.path, 'around'))
  assert.deepEqual(namesOf([folder.path]), [
    'a: a.YARA',
    'b: b.yar',
    'c: c.rule',
    'd: d.rules',
    'sub/deep/e: sub/deep/e.yar',
  ])
})

test('a name before the path is the namespace of all its rules', (t) => {
  const folder = withFolder(t)
  const path = folder.file('one.yar', 'a')
  folder.file('two.yar', 'b')
  assert.deepEqual(namesOf([`mine:${folder.path}`]), ['mine: a', 'mine: b'])
  assert.deepEqual(namesOf([`own_2:${path}`]), ['own_2: a'])
})

test('a letter before a colon and a slash is a drive of Windows, not a namespace', (t) => {
  const folder = withFolder(t)
  for (const path of ['C:\\rules\\a.yar', 'd:/rules/a.yar', 'Z:\\']) {
    assert.throws(
      () => readRuleSources({ rules: [path], folders: [] }),
      (error) => error instanceof AppError && error.message.includes(path),
    )
  }
  const path = relative(process.cwd(), folder.file('a.yar', 'a'))
  assert.deepEqual(namesOf([`x:${path}`]), ['x: a'])
})

test('what cannot be read is told with its path', (t) => {
  const folder = withFolder(t)
  for (const path of [join(folder.path, 'missing.yar'), join(folder.file('file', ''), 'below')]) {
    assert.throws(
      () => readRuleSources({ rules: [path], folders: [] }),
      (error) => error instanceof AppError && error.code === 'list-invalid' && error.message.includes(path),
    )
  }
})

test('an include is found beside the file that it stands in', (t) => {
  const folder = withFolder(t)
  mkdirSync(join(folder.path, 'sub'))
  const from = folder.file('sub/from.yar', '')
  folder.file('sub/beside.yar', 'beside')
  folder.file('above.yar', 'above')
  const textOf = (path: string): string => Buffer.from(readInclude(path, from)?.text ?? []).toString()
  assert.equal(textOf('beside.yar'), 'beside')
  assert.equal(textOf('./../above.yar'), 'above')
  assert.equal(textOf(join(folder.path, 'above.yar')), 'above')
  assert.equal(readInclude('missing.yar', from), undefined)
  assert.equal(readInclude('..', from), undefined)
})
