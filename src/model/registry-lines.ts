// The lines that `haechi registry --json` and `haechi autoruns --json` write, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const texts = z.readonly(z.array(text))
const count = z.int().check(z.minimum(0))
const flag = z.boolean()
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const time = text.check(z.describe('ISO 8601 with 100 ns, UTC.'))
const optionalTime = z.exactOptional(time)
const localTime = z.exactOptional(text).check(z.describe('ISO 8601 in the machine’s own zone.'))
const keyTime = time.check(z.describe('Last write to the key: ISO 8601 with 100 ns, UTC.'))
const deleted = z.exactOptional(z.literal(true)).check(z.describe('Recovered by --deleted.'))
const user = z.exactOptional(text).check(z.describe('Name, or SID where no name is known.'))
const file = text.check(z.describe('The hive’s file.'))

const program = z
  .exactOptional(
    z.strictObject({
      path: text.check(z.describe('In the examined disk.')),
      size: count,
      modified: z.exactOptional(text).check(z.describe('Last change of the file.')),
      sha256: z.exactOptional(text),
      sha1: z.exactOptional(text),
      status: z
        .enum(['valid', 'invalid', 'unsigned', 'unknown', 'script'])
        .check(
          z.describe(
            'Of its signature. `unknown`: none of its own, and no catalogs were there to look it up; `script`: no PE file.',
          ),
        ),
      code: z.exactOptional(text).check(z.describe('Why, by the name that WinVerifyTrust has for it.')),
      signer: z.exactOptional(text),
      company: z.exactOptional(text),
      product: z.exactOptional(text),
      version: z.exactOptional(text),
      risk: z
        .exactOptional(z.strictObject({ score: z.number(), level: text, reasons: z.readonly(z.array(text)) }))
        .check(z.describe('What its imports allow it, as `haechi pe` says it.')),
    }),
  )
  .check(z.describe('The program’s file, where the disk is there.'))
const isMissing = z
  .exactOptional(z.literal(true))
  .check(z.describe('The disk is there, the program’s file is not.'))

const hiveLine = z.strictObject({
  type: z.literal('registry-hive'),
  version,
  file,
  kind: text.check(
    z.describe('By content: SYSTEM, SOFTWARE, SAM, SECURITY, NTUSER, USRCLASS, AMCACHE, BCD …, `unknown`.'),
  ),
  user,
  fileName: text.check(z.describe('End of the path that it was loaded from, as the hive says.')),
  format: text.check(z.describe('Of the hive, e.g. `1.5`.')),
  lastWritten: optionalTime,
  wasDirty: flag.check(z.describe('Not written to its end: the last changes are in transaction logs.')),
  logs: z.readonly(
    z.array(z.strictObject({ name: text, format: z.enum(['old', 'new']), entries: count, pages: count })),
  ),
  notes: count.check(z.describe('Places that could not be read when it was opened.')),
})

const keyLine = z.strictObject({
  type: z.literal('registry-key'),
  version,
  path: text.check(
    z.describe('From below the root; `?` in front where a deleted key’s parents are not known.'),
  ),
  time: keyTime,
  subkeys: count,
  values: count,
  className: z.exactOptional(text),
  deleted,
})

const valueLine = z.strictObject({
  type: z.literal('registry-value'),
  version,
  key: text,
  name: text.check(z.describe('Empty: the default value.')),
  valueType: text.check(z.describe('REG_SZ …, or a number in hexadecimal.')),
  size: count.check(z.describe('Bytes of the data, as the value says.')),
  text: z
    .exactOptional(text)
    .check(z.describe('Of strings; those of REG_MULTI_SZ are joined by line feeds.')),
  number: z.exactOptional(z.number()),
  data: text.check(z.describe('Hexadecimal, at most the first 1 MiB.')),
  deleted,
  overwritten: z.exactOptional(z.literal(true)).check(z.describe('The data of a deleted value are gone.')),
})

const activityLine = z.strictObject({
  type: z.literal('registry-activity'),
  version,
  file,
  source: text.check(z.describe('UserAssist, BAM, ShimCache, Amcache, ShellBags …')),
  what: text.check(z.describe('A path, a command, an address, a search.')),
  time: optionalTime,
  timeIs: z.exactOptional(text).check(z.describe('What happened then, e.g. `last run`, `file modified`.')),
  runCount: z.exactOptional(count),
  user,
  key: text,
  details: z.record(text, z.union([text, z.number()])),
})

const accountLine = z.strictObject({
  type: z.literal('windows-account'),
  version,
  file,
  name: text,
  rid: count,
  sid: text,
  fullName: text,
  comment: text,
  homeFolder: text,
  logonScript: text,
  profilePath: text,
  flags: texts,
  created: optionalTime,
  lastLogon: optionalTime,
  passwordSet: optionalTime,
  expires: optionalTime,
  lastBadPassword: optionalTime,
  logons: count,
  badPasswords: count,
  passwordHint: text,
  internetName: text,
  groups: texts,
  time: keyTime,
})

const usbLine = z.strictObject({
  type: z.literal('usb-device'),
  version,
  file,
  bus: text,
  device: text,
  serial: text,
  name: text,
  driveLetters: texts,
  volumes: texts,
  users: texts,
  installed: optionalTime,
  firstInstalled: optionalTime,
  lastArrival: optionalTime,
  lastRemoval: optionalTime,
  time: keyTime,
})

const mountedLine = z.strictObject({
  type: z.literal('mounted-device'),
  version,
  file,
  name: text,
  target: text,
})

const interfaceLine = z.strictObject({
  type: z.literal('network-interface'),
  version,
  file,
  id: text,
  name: text,
  isDhcp: flag,
  addresses: texts,
  masks: texts,
  gateways: texts,
  nameServers: texts,
  dhcpServer: text,
  domain: text,
  leaseObtained: optionalTime,
  leaseEnds: optionalTime,
  time: keyTime,
})

const profileLine = z.strictObject({
  type: z.literal('network-profile'),
  version,
  file,
  id: text,
  name: text,
  description: text,
  kind: z.enum(['wired', 'wireless', 'VPN', 'broadband', 'unknown']),
  category: z.enum(['public', 'private', 'domain', 'unknown']),
  created: localTime,
  lastConnected: localTime,
  gatewayMac: text,
  dnsSuffix: text,
  time: keyTime,
})

const shareLine = z.strictObject({
  type: z.literal('network-share'),
  version,
  file,
  name: text,
  path: text,
  remark: text,
  time: keyTime,
})

const serviceLine = z.strictObject({
  type: z.literal('windows-service'),
  version,
  file,
  name: text,
  displayName: text,
  description: text,
  serviceType: text,
  isDriver: flag,
  start: z.enum(['boot', 'system', 'auto', 'manual', 'disabled', 'unknown']),
  isDelayed: flag,
  hasTriggers: flag,
  command: text.check(z.describe('ImagePath.')),
  library: text.check(z.describe('ServiceDll.')),
  account: text,
  group: text,
  dependsOn: texts,
  failureCommand: text,
  time: keyTime,
  controlSet: text,
  program,
  isMissing,
})

const factLine = z.strictObject({
  type: z.literal('system-fact'),
  version,
  file,
  name: text,
  value: text,
  key: text,
  time: keyTime,
})

const taskLine = z.strictObject({
  type: z.literal('windows-task'),
  version,
  file,
  path: text,
  id: text,
  context: text,
  author: text,
  actions: z.readonly(
    z.array(
      z.strictObject({
        kind: z.enum(['exec', 'com', 'mail', 'message']),
        command: text,
        arguments: text,
        workingFolder: text,
      }),
    ),
  ),
  created: optionalTime,
  lastRun: optionalTime,
  lastStop: optionalTime,
  isHidden: flag.check(z.describe('Without a security descriptor: Windows’ own tools do not show it.')),
  time: keyTime,
})

const autorunLine = z.strictObject({
  type: z.literal('autorun'),
  version,
  category: text.check(z.describe('As Windows’ Autoruns groups them: Logon, Services, Image Hijacks …')),
  source: z.exactOptional(text).check(z.describe('The disk that it was found on.')),
  key: text.check(z.describe('As regedit shows it; of what stands in a file its path.')),
  entry: text,
  command: text,
  image: text.check(z.describe('The file that it starts, as far as the entry tells.')),
  classId: z.exactOptional(text),
  time: text.check(z.describe('Last write to the key or the file: ISO 8601, UTC; empty where none is kept.')),
  user,
  isEnabled: flag,
  isUsual: flag.check(z.describe('As Windows itself has it.')),
  technique: text.check(z.describe('MITRE ATT&CK.')),
  program,
  isMissing,
})

export type RegistryKeyLine = z.infer<typeof keyLine>
export type RegistryValueLine = z.infer<typeof valueLine>

export const registryLines = {
  'registry-hive': { schema: hiveLine, about: '`haechi registry --json`: the hive; the first line.' },
  'registry-key': { schema: keyLine, about: '`haechi registry --json`: a key.' },
  'registry-value': { schema: valueLine, about: '`haechi registry --json`: a value.' },
  'registry-activity': {
    schema: activityLine,
    about: '`haechi registry --report run-history --json`: one trace.',
  },
  'windows-account': {
    schema: accountLine,
    about: '`haechi registry --report accounts --json`: an account.',
  },
  'usb-device': {
    schema: usbLine,
    about: '`haechi registry --report usb --json`: a device that was connected.',
  },
  'mounted-device': {
    schema: mountedLine,
    about: '`haechi registry --report usb --json`: a drive letter or volume.',
  },
  'network-interface': {
    schema: interfaceLine,
    about: '`haechi registry --report network --json`: an interface.',
  },
  'network-profile': {
    schema: profileLine,
    about: '`haechi registry --report network --json`: a network that was used.',
  },
  'network-share': {
    schema: shareLine,
    about: '`haechi registry --report network --json`: a folder that is shared.',
  },
  'windows-service': {
    schema: serviceLine,
    about: '`haechi registry --report services --json`: a service or driver.',
  },
  'system-fact': {
    schema: factLine,
    about: '`haechi registry --report system --json`: one fact about the machine.',
  },
  'windows-task': { schema: taskLine, about: '`haechi registry --report tasks --json`: a scheduled task.' },
  autorun: { schema: autorunLine, about: '`haechi autoruns --json`: something that starts by itself.' },
} as const
