import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { giveName } from './sink.ts'

/** As exFAT answers under Linux, and FAT under Windows. */
function noLinks(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }))
}

test('where there are no hard links a package gets its name all the same, and replaces nothing', async (t) => {
  const folder = withFolder(t)
  for (const code of ['EPERM', 'EISDIR', 'ENOTSUP']) {
    const partial = folder.file(`${code}.partial`, code)
    const path = join(folder.path, code)
    await giveName(partial, path, noLinks(code))
    assert.equal(readFileSync(path, 'utf8'), code)
    assert.equal(existsSync(partial), false)
    writeFileSync(partial, 'later')
    await assert.rejects(giveName(partial, path, noLinks(code)), { code: 'EEXIST' })
    await assert.rejects(giveName(partial, path), { code: 'EEXIST' })
    assert.equal(readFileSync(path, 'utf8'), code)
    assert.equal(readFileSync(partial, 'utf8'), 'later')
  }
})
