import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits } from '../../../../limits.ts'
import { timeModule } from './index.ts'

test('now is the time in seconds', () => {
  const { now } = timeModule.type.fields
  assert.ok(typeof now === 'object' && now.kind === 'function')
  const context = { bytes: new Uint8Array(), budget: new Budget(defaultLimits), log: () => undefined }
  const before = Math.floor(Date.now() / 1000)
  const value = now.overloads[0]?.call(timeModule.open(context), [], context) as number
  assert.ok(Number.isInteger(value) && value >= before && value <= Date.now() / 1000)
})
