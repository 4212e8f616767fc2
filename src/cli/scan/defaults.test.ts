import assert from 'node:assert/strict'
import { test } from 'node:test'

import { defaultConfig, formatDuration, formatSize, limitsOf } from '../../config/index.ts'
import { defaultLimits } from '../../engine/index.ts'
import { scan } from '../commands/scan.ts'

test('the defaults of the configuration are those of the engine', () => {
  assert.deepEqual(limitsOf(defaultConfig.scan), defaultLimits)
})

test('the help of scan names the defaults that hold', () => {
  const { options } = scan
  assert.deepEqual(
    [
      options['max-depth'],
      options['max-members'],
      options['max-bytes'],
      options['max-ratio'],
      options['max-time'],
    ].map((option) => option.default),
    [
      String(defaultLimits.maxDepth),
      String(defaultLimits.maxMembers),
      formatSize(defaultLimits.maxBytes),
      String(defaultLimits.maxRatio),
      formatDuration(defaultLimits.maxMs),
    ],
  )
})
