// What a detector is given beside the object, for tests that call one by itself.

import assert from 'node:assert/strict'

import type { DetectContext } from '../../src/engine/detectors/detector.ts'
import { Budget, defaultLimits } from '../../src/engine/limits.ts'

/** Everything is looked at, nothing is known about the file. */
export function detectContext(given: Pick<DetectContext, 'report'> & Partial<DetectContext>): DetectContext {
  return {
    budget: new Budget(defaultLimits),
    suspect: () => assert.fail(),
    incomplete: assert.fail,
    file: { path: '', owner: '' },
    ...given,
  }
}
