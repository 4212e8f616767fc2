// The line that `haechi agent check --json` writes, as a zod schema. What the agent sees are events.

import * as z from 'zod/mini'

const text = z.string()

const prerequisite = z.strictObject({
  type: z.literal('prerequisite'),
  version: z.literal(1).check(z.describe('Version of this line’s schema.')),
  id: z.enum(['administrator', 'security-channel', 'process-audit', 'command-line', 'sysmon']),
  title: text,
  status: z
    .enum(['ok', 'missing', 'unknown', 'optional'])
    .check(z.describe('`unknown`: it could not be asked; `optional`: it is not so, and need not be.')),
  detail: text.check(z.describe('Why it is told so, and what follows.')),
  fix: text.check(z.describe('A command, or one sentence; empty where nothing is to be done.')),
})

export const agentLines = {
  prerequisite: {
    schema: prerequisite,
    about: '`haechi agent check --json`: something that the Windows agent needs to see everything.',
  },
} as const

export type PrerequisiteLine = z.infer<typeof prerequisite>
