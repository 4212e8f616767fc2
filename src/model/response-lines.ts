// The lines of `haechi respond --json`, as zod schemas.

import * as z from 'zod/mini'

import { responseActions } from './incident.ts'

const text = z.string()
const texts = z.readonly(z.array(text))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const what = {
  action: z.enum(responseActions),
  target: text.check(
    z.describe('Process (`BOOT:PID:START`), path, address, account or control group; empty for the host.'),
  ),
  steps: texts.check(z.describe('What will be, or was, done.')),
  warnings: texts,
  reversible: z.boolean(),
}

const plan = z.strictObject({ type: z.literal('response-plan'), version, ...what })

const response = z.strictObject({
  type: z.literal('response'),
  version,
  id: text,
  state: text.check(
    z.describe(
      '`planned`, `refused`, `running`, `done`, `failed`, `interrupted`, `expired`, `undone`, `undo-failed` or `restored`.',
    ),
  ),
  time: text.check(z.describe('When it began: ISO 8601.')),
  ...what,
  by: z.enum(['hand', 'policy']),
  uid: z.int().check(z.describe('Who did it: the login uid where there is one.')),
  incident: z.exactOptional(z.int()),
  why: text,
  expires: z.exactOptional(text),
  results: z.exactOptional(
    z.readonly(z.array(z.strictObject({ text, ok: z.boolean() }))).check(z.describe('Of each step.')),
  ),
  problem: z.exactOptional(text),
})

export type ResponsePlanLine = z.infer<typeof plan>
export type ResponseLine = z.infer<typeof response>

export const responseLines = {
  'response-plan': { schema: plan, about: '`haechi respond --dry-run --json`: what would be done.' },
  response: {
    schema: response,
    about: '`haechi respond --json`, `list`, `undo` and `restore`: one response.',
  },
} as const
