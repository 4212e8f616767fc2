import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { must } from '../../../test/support/must.ts'
import { plant } from '../../../test/support/planted.ts'
import { readMounts } from '../../platform/linux/mounts.ts'
import { FileWalk, type WalkVisitor } from './file-walk.ts'
import { planWalk } from './host-mounts.ts'
import { Survey } from './survey.ts'

function walked(root: string, visitor: WalkVisitor): string[] {
  const notes: string[] = []
  for (const start of planWalk(readMounts(), root).starts) {
    using walk = must(FileWalk.start({ start, visitor, note: (text) => notes.push(text) }))
    while (walk.work(1000));
  }
  return notes
}

test('however deep it goes, only so many folders are open, and all are closed at the end', (t) => {
  const { path: root } = withFolder(t)
  const deep = join(root, ...Array.from({ length: 600 }, () => 'd'))
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(deep, 'end'), '')
  const openNow = (): number => readdirSync('/proc/self/fd').length
  const before = openNow()
  let most = 0
  walked(root, {
    tagOf: () => 0,
    visit({ name }) {
      if (name === 'end') most = openNow() - before
    },
  })
  assert.ok(most > 100 && most < 250, String(most))
  assert.equal(openNow(), before)
})

test('lists are bounded, and what did not fit is counted', (t) => {
  const { path: root } = withFolder(t)
  for (let at = 0; at < 10; at++) {
    plant(root, `/tmp/${at}`, 'x')
    plant(root, `/opt/setuid-${at}`, 'x', 0o4755)
    plant(root, `/var/www/${at}`, 'x')
  }
  const known = { users: new Set<number>(), groups: new Set<number>() }
  const survey = new Survey({ known, webRoots: new Set(), maxListed: 2 })
  walked(root, survey)
  assert.deepEqual(
    [survey.special.length, survey.programs.length, survey.temporary.length, survey.served.length],
    [2, 8, 2, 2],
  )
  assert.deepEqual(Object.fromEntries(survey.leftOut), {
    'special files (setuid)': 8,
    programs: 2,
    'files at temporary places': 8,
    'files below web roots': 8,
  })
  assert.equal(survey.names, 30 + 5)
})
