// The contract suite of every format of the table. A new format needs a sample, nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { formats } from '../../src/engine/formats/index.ts'
import { checkFormat } from '../support/format-contract.ts'
import { eicar, samples } from '../support/samples.ts'

test('the ids of the formats are unique', () => {
  const ids = formats.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

for (const format of formats) {
  checkFormat(format, { files: samples[format.id] ?? [], contains: eicar, others: samples })
}
