// The lines of `haechi snapshot --json` and `haechi diff --json`, as zod schemas. Events have their own reference.

import * as z from 'zod/mini'

const text = z.string()
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const cell = z.union([text, z.number(), z.boolean(), z.null()])
const row = z.record(text, cell)

const snapshotLine = z.strictObject({
  type: z.literal('snapshot'),
  version,
  path: text.check(z.describe('The file that was written.')),
  taken: text.check(z.describe('ISO 8601, UTC.')),
  rows: z.record(text, z.int()).check(z.describe('How many rows each table has.')),
})

const changeLine = z.strictObject({
  type: z.literal('change'),
  version,
  table: text,
  change: z.enum(['added', 'removed', 'changed']),
  key: z.record(text, z.optional(cell)).check(z.describe('The columns that name the row.')),
  before: z.exactOptional(row),
  after: z.exactOptional(row),
  columns: z.array(text).check(z.describe('What differs, of a changed row.')),
})

export const hostLines = {
  snapshot: { schema: snapshotLine, about: '`haechi snapshot --json`: one snapshot.' },
  change: { schema: changeLine, about: '`haechi diff --json`: one row that came, went or changed.' },
} as const
