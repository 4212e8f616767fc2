import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGuard } from '../support/guard.ts'
import { eicar, tryRead, write } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

test('cat', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  await using guard = await startGuard({ places: [place] })
  await write(scratch.at('place/x'), eicar)
  const a = await tryRead(scratch.at('place/x'))
  assert.match(a.stderr, /Operation not permitted/)
  console.log(await guard.waitForDecision((l) => l.event === 'open'), guard.stderr)
})
