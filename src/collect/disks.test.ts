import assert from 'node:assert/strict'
import { test } from 'node:test'

import { driveLetter } from './disks.ts'

test('the drive of a path of Windows', () => {
  for (const path of ['E:\\case', 'e:/case', '\\\\?\\E:\\case', '\\\\.\\e:', 'E:'])
    assert.equal(driveLetter(path), 'E', path)
  for (const path of [
    '\\\\vault\\cases\\a',
    '\\\\?\\UNC\\vault\\c',
    '\\\\?\\Volume{1}\\',
    '/tmp/a',
    '',
    '\\\\.\\PhysicalDrive0',
  ])
    assert.equal(driveLetter(path), '', path)
})
