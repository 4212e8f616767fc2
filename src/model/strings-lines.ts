// The lines that `haechi strings --json` writes, as zod schemas.

import * as z from 'zod/mini'
import { indicatorKinds } from './indicator.ts'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))

const stringLine = z.strictObject({
  type: z.literal('string'),
  version,
  source: z.exactOptional(text).check(z.describe('The file or process, where there are several.')),
  offset: count.check(z.describe('In bytes; of a process, the address.')),
  encoding: text.check(z.describe('`ascii`, `utf-16le`, `utf-16be`, or the code page.')),
  text: text.check(z.describe('At most 64 KiB; longer strings come in parts.')),
  indicators: z.exactOptional(
    z.array(
      z.strictObject({
        kind: z.enum(indicatorKinds),
        text,
        decoded: z.exactOptional(text).check(z.describe('What encoded data say, or are.')),
      }),
    ),
  ),
})

const stringsSummaryLine = z.strictObject({
  type: z.literal('strings-summary'),
  version,
  sources: count,
  failedSources: count,
  bytes: count,
  strings: count,
})

export const stringsLines = {
  string: { schema: stringLine, about: '`haechi strings --json`: one string.' },
  'strings-summary': { schema: stringsSummaryLine, about: '`haechi strings --json`: the last line.' },
} as const
