// The lines that `haechi mft --format json` writes, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
/** A size or number of 64 bits, which damage makes larger than an exact number. */
const large = z.number().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const time = z.exactOptional(text).check(z.describe('ISO 8601 with 100 ns, UTC.'))
const times = { created: time, modified: time, changed: time, accessed: time } as const
const flag = z.boolean()

const fileName = {
  name: text,
  namespace: z.enum(['posix', 'win32', 'dos', 'win32-dos']),
  parentEntry: count,
  parentSequence: count,
  ...times,
  allocatedSize: large,
  size: large,
  fileAttributes: count,
} as const

const stream = z.strictObject({
  name: text,
  size: large,
  allocatedSize: large,
  isResident: flag,
  isCompressed: flag,
  isEncrypted: flag,
  isSparse: flag,
  content: z.exactOptional(text).check(z.describe('base64, of small resident named streams.')),
})

const mftEntryLine = z.strictObject({
  type: z.literal('mft-entry'),
  version,
  entry: count,
  sequence: count,
  offset: count,
  inUse: flag,
  isDirectory: flag,
  links: count,
  lsn: text.check(z.describe('Decimal.')),
  path: z.exactOptional(text).check(z.describe('`?` stands for directories that nobody knows any more.')),
  otherPaths: z.exactOptional(z.readonly(z.array(text))).check(z.describe('Of hard links.')),
  standardInformation: z.exactOptional(
    z.strictObject({
      ...times,
      fileAttributes: count,
      ownerId: z.exactOptional(count),
      securityId: z.exactOptional(count),
      usn: z.exactOptional(large),
    }),
  ),
  names: z.readonly(z.array(z.strictObject(fileName))),
  data: z.exactOptional(stream),
  streams: z.readonly(z.array(stream)).check(z.describe('Named ones.')),
  objectId: z.exactOptional(text),
  reparse: z.exactOptional(z.strictObject({ tag: count, target: z.exactOptional(text) })),
  index: z
    .exactOptional(
      z.readonly(
        z.array(z.strictObject({ mftEntry: count, mftSequence: count, isSlack: flag, ...fileName })),
      ),
    )
    .check(
      z.describe('Of a directory, as far as its index lies in the record; `isSlack`: not in it any more.'),
    ),
  timestomp: z
    .readonly(z.array(z.enum(['created-before-name', 'whole-seconds', 'changed-before-name'])))
    .check(z.describe('Why its times look set by a program.')),
  faults: z.readonly(z.array(text)).check(z.describe('What is damaged.')),
})

const usnFields = {
  offset: count,
  usn: large,
  time,
  name: z.exactOptional(text),
  mftEntry: count,
  mftSequence: count,
  parentEntry: count,
  parentSequence: count,
  reasons: z.readonly(z.array(text)),
  source: count,
  fileAttributes: count,
} as const

const usnRecordLine = z.strictObject({
  type: z.literal('usn-record'),
  version,
  recordVersion: count,
  ...usnFields,
})

const loggedInformation = z.strictObject({ ...times, fileAttributes: z.exactOptional(count) })
const base64 = z.exactOptional(text).check(z.describe('base64, of resident data.'))
const maybeCount = z.exactOptional(count)

const logFileChangeLine = z.strictObject({
  type: z.literal('log-file-change'),
  version,
  lsn: text.check(z.describe('Of the first operation that it is told by, decimal.')),
  offset: count.check(z.describe('Of that operation, in the log.')),
  transaction: count.check(z.describe('Numbers are used again.')),
  change: z.enum([
    'file-created',
    'file-deleted',
    'file-renamed',
    'file-moved',
    'name-added',
    'name-removed',
    'times-set',
    'attributes-set',
    'directory-entry-updated',
    'attribute-created',
    'attribute-deleted',
    'value-changed',
    'journal-record',
  ]),
  redo: text,
  undo: text,
  isTakenBack: flag.check(z.describe('NTFS took back what a broken transaction had done.')),
  mftEntry: maybeCount,
  mftSequence: maybeCount,
  name: z.exactOptional(text),
  path: z.exactOptional(text).check(z.describe('`?` stands for directories that the log does not name.')),
  parentEntry: maybeCount,
  parentSequence: maybeCount,
  oldName: z.exactOptional(text),
  oldParentEntry: maybeCount,
  oldParentSequence: maybeCount,
  isDirectory: z.exactOptional(flag),
  attribute: z.exactOptional(text),
  stream: z.exactOptional(text),
  before: z.exactOptional(loggedInformation),
  after: z.exactOptional(loggedInformation),
  backwards: z
    .exactOptional(z.readonly(z.array(z.enum(['created', 'modified', 'changed', 'accessed']))))
    .check(z.describe('Which times are earlier than they were.')),
  contentBefore: base64,
  contentAfter: base64,
  contentOffset: maybeCount,
  usn: z.exactOptional(z.strictObject({ version: count, ...usnFields })),
})

const mftSummaryLine = z.strictObject({
  type: z.literal('mft-summary'),
  version,
  files: count,
  failedFiles: count,
  entries: count,
  shown: count,
  notes: count.check(z.describe('Places that were damaged.')),
})

export const mftLines = {
  'mft-entry': { schema: mftEntryLine, about: '`haechi mft --format json`: one file of an NTFS volume.' },
  'usn-record': {
    schema: usnRecordLine,
    about: '`haechi mft --format json`: one record of a change journal.',
  },
  'log-file-change': {
    schema: logFileChangeLine,
    about: '`haechi mft --format json`: what the log of NTFS says that happened to a file.',
  },
  'mft-summary': { schema: mftSummaryLine, about: '`haechi mft --format json`: the last line.' },
} as const
