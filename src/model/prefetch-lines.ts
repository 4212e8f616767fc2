// The lines that `haechi prefetch --json` writes, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const time = text.check(z.describe('ISO 8601 with 100 ns, UTC.'))

const prefetchLine = z.strictObject({
  type: z.literal('prefetch'),
  version,
  file: text,
  formatVersion: count.check(z.describe('17 (XP), 23 (Vista, 7), 26 (8), 30 (10), 31 (11).')),
  compressed: z.boolean(),
  executable: text.check(z.describe('At most 29 characters.')),
  hash: text.check(z.describe('Of the path, as in the file’s name.')),
  path: z.exactOptional(text).check(z.describe('With the device or volume.')),
  runCount: count,
  lastRunTimes: z.readonly(z.array(time)).check(z.describe('Latest first.')),
  volumes: z.readonly(
    z.array(
      z.strictObject({
        devicePath: text,
        created: z.exactOptional(time),
        serialNumber: text,
        directories: z.readonly(z.array(text)),
        fileReferences: count,
      }),
    ),
  ),
  files: z.readonly(
    z.array(
      z.strictObject({
        path: text,
        startMs: count,
        durationMs: count,
        flags: count,
        mftEntry: z.exactOptional(count),
        mftSequence: z.exactOptional(count),
      }),
    ),
  ),
})

const prefetchSummaryLine = z.strictObject({
  type: z.literal('prefetch-summary'),
  version,
  files: count,
  failedFiles: count,
  notes: count.check(z.describe('Places that were damaged.')),
})

export const prefetchLines = {
  prefetch: { schema: prefetchLine, about: '`haechi prefetch --json`: one prefetch file.' },
  'prefetch-summary': { schema: prefetchSummaryLine, about: '`haechi prefetch --json`: the last line.' },
} as const
