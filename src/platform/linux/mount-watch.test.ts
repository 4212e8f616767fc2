import assert from 'node:assert/strict'
import { test } from 'node:test'

import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { MountWatch } from './mount-watch.ts'

test('a mount and an unmount are each told once', (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const watch = new MountWatch()
  t.after(() => watch.close())
  // Other tests of this machine may mount something too: a change more is no fault, a change less is.
  scratch.mount('-t', 'tmpfs', 'haechi-test', scratch.folder('inner'))
  assert.equal(watch.changed(), true)
  let quiet = false
  for (let i = 0; i < 1000 && !quiet; i++) quiet = !watch.changed()
  assert.ok(quiet)
})
