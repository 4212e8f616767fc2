// What is gone first: the steps that read the running system, in the order of its volatility (RFC 3227, 2.1).

import type { CollectStep } from '../step.ts'
import { clockStep } from './clock.ts'
import { kernelStep } from './kernel.ts'
import { memoryStep } from './memory.ts'
import { networkStep } from './network.ts'
import { processesStep } from './processes.ts'
import { sessionsStep } from './sessions.ts'

export const volatileSteps: readonly CollectStep[] = [
  clockStep,
  memoryStep,
  processesStep,
  networkStep,
  kernelStep,
  sessionsStep,
]
