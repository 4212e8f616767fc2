// Third-party containers: every file of Debian's clamav-testfiles holds clam.exe, packed, encoded or embedded in another
// way; all are found by its hash, and by the same signature that ClamAV's own database has for it.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { load } from '../../src/engine/index.ts'

const folder = '/usr/share/clamav-testfiles'
const name = 'ClamAV-Test-File'
/** MD5 of clam.exe. */
const signature = `aa15bcf478d165efd2065190eb473bcb:544:${name}\n`

function filesOf(path: string): string[] {
  try {
    return readdirSync(path).toSorted()
  } catch {
    return []
  }
}

const files = filesOf(folder)

test('the files are installed', (t) => {
  if (files.length === 0) t.skip('Debian package clamav-testfiles is not installed')
})

const scratch = mkdtempSync(join(tmpdir(), 'haechi-testfiles-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const list = join(scratch, 'clam.txt')
writeFileSync(list, signature)
const engine = load({ hashLists: [list] })

for (const file of files) {
  test(`${file} is found by the signature of what it holds`, () => {
    const verdict = engine.instance().scan(readFileSync(join(folder, file)), { name: file })
    assert.ok(
      verdict.detections.some((detection) => detection.name === name),
      `${verdict.status} ${JSON.stringify(verdict.reasons)}`,
    )
  })
}
