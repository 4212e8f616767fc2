import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { filesBelow, type Found, kindOf } from './walk.ts'

async function all(root: string, maxDepth = 15): Promise<string[]> {
  const found: string[] = []
  const shown = (item: Found): string => (item.kind === 'file' ? item.path : `${item.path} ${item.code}`)
  for await (const item of filesBelow(root, maxDepth)) found.push(shown(item).slice(root.length))
  return found
}

test('files of a directory come before those of its subdirectories', async (t) => {
  const { path } = withFolder(t)
  mkdirSync(`${path}/a/b`, { recursive: true })
  for (const name of ['a/b/deep', 'a/middle', 'top']) writeFileSync(`${path}/${name}`, '')
  assert.deepEqual(await all(path), ['/top', '/a/middle', '/a/b/deep'])
})

test('links, sockets and directories themselves are no files', async (t) => {
  const { path } = withFolder(t)
  mkdirSync(`${path}/empty`)
  writeFileSync(`${path}/file`, '')
  symlinkSync('file', `${path}/link`)
  symlinkSync('.', `${path}/loop`)
  const server = createServer().listen(`${path}/socket`)
  t.after(() => server.close())
  assert.deepEqual(await all(path), ['/file'])
})

test('too deep is a problem, and so is what cannot be opened; what vanished is not', async (t) => {
  const { path } = withFolder(t)
  mkdirSync(`${path}/1/2/3`, { recursive: true })
  writeFileSync(`${path}/1/2/x`, '')
  assert.deepEqual(await all(path, 2), ['/1/2/x', '/1/2/3 EDEPTH'])
  writeFileSync(`${path}/file`, '')
  assert.deepEqual(await all(`${path}/file`), [' ENOTDIR'])
  const walk = filesBelow(path, 15)
  assert.deepEqual(await walk.next(), { done: false, value: { kind: 'file', path: `${path}/file` } })
  rmSync(`${path}/1`, { recursive: true })
  assert.deepEqual(await walk.next(), { done: true, value: undefined })
})

test('a name is its bytes', async (t) => {
  const { path } = withFolder(t)
  writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.of(0xff, 0x0a, 0x80)]), '')
  assert.deepEqual(await all(path), ['/\xff\n\x80'])
  assert.equal(await kindOf(`${path}/\xff\n\x80`, { follow: false }), 'file')
})

test('a path is what it is, or why nobody can tell', async (t) => {
  const { path } = withFolder(t)
  writeFileSync(`${path}/file`, '')
  symlinkSync('file', `${path}/link`)
  symlinkSync('.', `${path}/folder`)
  symlinkSync('nowhere', `${path}/dangling`)
  const kinds = async (follow: boolean): Promise<unknown[]> => {
    const names = ['file', 'link', 'folder', 'dangling', 'none', 'file/x']
    return Promise.all(names.map((name) => kindOf(`${path}/${name}`, { follow })))
  }
  assert.deepEqual(await kinds(false), [
    'file',
    'link',
    'lost',
    'lost',
    { code: 'ENOENT' },
    { code: 'ENOTDIR' },
  ])
  assert.deepEqual(await kinds(true), [
    'file',
    'file',
    'directory',
    { code: 'ENOENT' },
    { code: 'ENOENT' },
    { code: 'ENOTDIR' },
  ])
  assert.equal(await kindOf('/dev/null', { follow: false }), 'special')
  assert.deepEqual(await kindOf('/a\0b', { follow: false }), { code: 'ERR_INVALID_ARG_VALUE' })
})
