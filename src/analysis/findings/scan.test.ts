import assert from 'node:assert/strict'
import { test } from 'node:test'

import { memoryTree } from '../../../test/support/memory-tree.ts'
import { eicar } from '../../../test/support/samples.ts'
import { load } from '../../engine/index.ts'
import { defaultScanLimits, Scanner } from './scan.ts'

const paths = [
  '/tmp/kit/note.txt',
  '/var/www/html/upload.dat',
  '/home/ann/Downloads/letter',
  '/usr/share/doc/sample.txt',
  '/opt/tool.exe',
]

test('programs are scanned everywhere, and everything where strange files come in', () => {
  const files = Object.fromEntries(paths.map((path) => [path, Buffer.from(eicar)]))
  using tree = memoryTree('linux', files)
  const scanner = new Scanner(load().instance(), defaultScanLimits)
  const found = paths.filter((path) => {
    const file = tree.stat(path)
    if (file === undefined || !scanner.mayWant(path.toLowerCase(), 'linux')) return false
    return scanner.scan(tree, file, 'disk') !== undefined
  })
  assert.deepEqual(
    found,
    paths.filter((path) => path !== '/usr/share/doc/sample.txt'),
  )
})
