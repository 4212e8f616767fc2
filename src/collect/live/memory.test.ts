import assert from 'node:assert/strict'
import { test } from 'node:test'

import { livePrograms, plant } from '../../../test/support/live-process.ts'
import { must } from '../../../test/support/must.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { memoryStep } from './memory.ts'
import { runStep } from './step-under-test.ts'

test('memory under suspicion is taken with the place of each piece; what was never used is not', async (t) => {
  if (!requireRoot(t)) return
  const program = livePrograms(t, withScratch(t).path)
  if (program === undefined) return
  const suspect = await plant(t, program, 'memory')
  const given = await runStep(memoryStep, { suspects: [suspect.pid, 999_999_999] })
  const bytes = must(given.bytes.get(`memory/${suspect.pid}.bin`))
  const rows = given.rows('process-memory')
  const code = must(rows.find((row) => row['why'] === 'writable and executable'))
  assert.deepEqual([code['permissions'], code['bytes'], code['offset'], code['path']], ['rwxp', 8192, 0, ''])
  const piece = bytes.subarray(Number(code['offset']), Number(code['offset']) + Number(code['bytes']))
  assert.equal(piece.toString('latin1', 4096, 4108), 'PLANTED-CODE')
  assert.equal(piece.readBigUInt64LE(24), 0x90909093n)
  // 64 GiB are reserved, one page of them was written.
  const at = bytes.indexOf('PLANTED-FAR-AWAY')
  const far = must(
    rows.find((row) => Number(row['offset']) <= at && at < Number(row['offset']) + Number(row['bytes'])),
  )
  assert.equal(far['why'], 'anonymous')
  const map = must(
    given
      .rows('memory-maps')
      .find((row) => BigInt(row['end'] as string) - BigInt(row['start'] as string) >= 1n << 36n),
  )
  const address = BigInt(far['start'] as string) + BigInt(at - Number(far['offset']))
  assert.equal(address - BigInt(map['start'] as string), 1n << 35n)
  assert.ok(bytes.length < 2 << 20)
  assert.equal(
    rows.reduce((sum, row) => sum + Number(row['bytes']), 0),
    bytes.length,
  )
  assert.ok(given.notes.includes('the memory of the whole host was not taken'))
  assert.ok(given.notes.some((note) => note.startsWith('memory of process 999999999 after 0 bytes')))
})

test('no more memory is taken than is allowed', async (t) => {
  if (!requireRoot(t)) return
  const program = livePrograms(t, withScratch(t).path)
  if (program === undefined) return
  const suspect = await plant(t, program, 'memory')
  const given = await runStep(memoryStep, { suspects: [suspect.pid], maxFileBytes: 5000 })
  assert.equal(given.bytes.get(`memory/${suspect.pid}.bin`)?.length, 5000)
  assert.ok(
    given.notes.some(
      (note) => note === `process ${suspect.pid} has more memory than is taken: 5000 bytes were`,
    ),
  )
})
