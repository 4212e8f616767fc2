import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { closeMountView, openMountView } from './mount-clone.ts'

test('a view shows what another mount covers, and cannot be written to', (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const point = scratch.folder('point')
  writeFileSync(scratch.at('point', 'covered'), 'below')
  scratch.mount('-t', 'tmpfs', 'over', point)
  assert.deepEqual(readdirSync(point), [])
  const view = openMountView(scratch.path)
  assert.ok(view !== undefined)
  t.after(() => closeMountView(view))
  if (!view.isClone) {
    t.skip('SKIPPED, NOT TESTED: this kernel gives no view')
    return
  }
  assert.deepEqual(readdirSync(`/proc/self/fd/${view.fd}/point`), ['covered'])
  assert.throws(() => writeFileSync(`/proc/self/fd/${view.fd}/new`, ''), { code: 'EROFS' })
  assert.equal(existsSync(scratch.at('new')), false)
})

test('looking through a view leaves access times as they were', (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const folder = scratch.folder('old')
  utimesSync(folder, 1, 2)
  const view = openMountView(scratch.path)
  assert.ok(view !== undefined)
  readdirSync(`/proc/self/fd/${view.fd}/old`)
  closeMountView(view)
  assert.equal(statSync(folder).atimeMs, 1000)
})

test('there is no view of what is not there', () => {
  assert.equal(openMountView('/there/is/no/such/folder'), undefined)
})
