// The lines that `haechi lnk --json` writes, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const time = z.exactOptional(text).check(z.describe('ISO 8601 with 100 ns, UTC.'))
const optional = z.exactOptional(text)
const optionalCount = z.exactOptional(count)
const flag = z.boolean()

const property = z.strictObject({
  name: text,
  value: z.union([text, z.number(), flag, z.readonly(z.array(z.union([text, z.number(), flag])))]),
})
const properties = z.exactOptional(z.readonly(z.array(property)))

const shellItem = z.strictObject({
  type: z.enum([
    'root',
    'volume',
    'file',
    'directory',
    'network',
    'uri',
    'control-panel',
    'property-view',
    'unknown',
  ]),
  classType: count,
  name: optional,
  shortName: optional,
  localizedName: optional,
  guid: optional,
  modified: optional.check(z.describe('To two seconds, UTC on NTFS.')),
  created: optional,
  accessed: optional,
  fileSize: optionalCount,
  fileAttributes: optionalCount,
  mftEntry: optionalCount,
  mftSequence: optionalCount,
  properties,
  extensions: z.exactOptional(z.readonly(z.array(count))),
})
const shellItems = z.readonly(z.array(shellItem))

const plainDroid = { volumeId: text, fileId: text } as const
const droid = z.strictObject({
  ...plainDroid,
  time: time.check(z.describe('When the identifier was made, about the start of the computer.')),
  mac: optional.check(z.describe('Of the computer’s network card.')),
})

const lnk = z.strictObject({
  created: time,
  accessed: time,
  modified: time,
  fileSize: count,
  fileAttributes: count,
  flags: count,
  iconIndex: z.int(),
  showCommand: count,
  hotKey: count,
  path: optional,
  name: optional,
  relativePath: optional,
  workingDirectory: optional,
  arguments: optional,
  iconLocation: optional,
  target: shellItems,
  linkInfo: z.exactOptional(
    z.strictObject({
      volume: z.exactOptional(z.strictObject({ driveType: text, serialNumber: text, label: optional })),
      network: z.exactOptional(
        z.strictObject({ shareName: optional, deviceName: optional, providerType: optionalCount }),
      ),
      localBasePath: optional,
      commonPathSuffix: optional,
    }),
  ),
  environment: optional,
  iconEnvironment: optional,
  darwin: optional,
  shim: optional,
  console: z.exactOptional(
    z.strictObject({
      windowColumns: count,
      windowRows: count,
      bufferColumns: count,
      bufferRows: count,
      fillAttributes: count,
      fontSize: count,
      faceName: text,
      isFullScreen: flag,
      isQuickEdit: flag,
      historyCommands: count,
    }),
  ),
  consoleCodePage: optionalCount,
  specialFolder: optionalCount,
  knownFolder: optional,
  tracker: z.exactOptional(z.strictObject({ machineId: text, droid, birthDroid: droid })),
  properties,
  vistaTarget: z.exactOptional(shellItems),
  unknownBlocks: z.exactOptional(z.readonly(z.array(count))),
  overlayBytes: count.check(z.describe('Behind the last block.')),
})

const entry = z.strictObject({
  category: optional.check(z.describe('Of a custom list.')),
  entryNumber: optionalCount,
  path: optional,
  lastAccessed: time,
  pinned: z.exactOptional(flag),
  accessCount: z.exactOptional(z.int()),
  hostname: optional,
  droid: z.exactOptional(z.strictObject(plainDroid)),
  birthDroid: z.exactOptional(z.strictObject(plainDroid)),
  properties,
})

const lnkLine = z.strictObject({
  type: z.literal('lnk'),
  version,
  file: text,
  lnk: z.exactOptional(lnk).check(z.describe('Absent where a jump list names an entry without one.')),
  list: z.exactOptional(z.enum(['automatic', 'custom'])),
  entry: z.exactOptional(entry).check(z.describe('What a jump list says of it.')),
})

const lnkSummaryLine = z.strictObject({
  type: z.literal('lnk-summary'),
  version,
  files: count,
  failedFiles: count,
  links: count,
  notes: count.check(z.describe('Places that were damaged.')),
})

export const lnkLines = {
  lnk: { schema: lnkLine, about: '`haechi lnk --json`: one shortcut, or one entry of a jump list.' },
  'lnk-summary': { schema: lnkSummaryLine, about: '`haechi lnk --json`: the last line.' },
} as const
