// Accounts of a SAM hive: names, RIDs, times, flags, groups and their members. Password hashes are not read. The layout of the F, V
// and C values has no specification by Microsoft; it is as chntpw and the literature have it, checked on hives. See FORMAT.md.

import { filetime, u16, u32 } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'

const users = 'SAM\\Domains\\Account\\Users'
/** Offsets in a V value count from behind its table of 17 entries. */
const userTable = 0xcc
const groupTable = 0x34
const maxMembers = 10_000

const flagNames = [
  'disabled',
  'home folder required',
  'no password required',
  'temporary duplicate',
  'normal account',
  'MNS logon',
  'interdomain trust',
  'workstation trust',
  'server trust',
  'password does not expire',
  'locked out',
  'encrypted text password allowed',
  'smart card required',
  'trusted for delegation',
  'not delegated',
  'DES keys only',
] as const

export interface Account {
  readonly name: string
  readonly rid: number
  readonly sid: string
  readonly fullName: string
  readonly comment: string
  readonly homeFolder: string
  readonly logonScript: string
  readonly profilePath: string
  readonly flags: readonly string[]
  /** Last write to the key of its name, which is its creation unless it was renamed. */
  readonly created?: string
  readonly lastLogon?: string
  readonly passwordSet?: string
  readonly expires?: string
  readonly lastBadPassword?: string
  readonly logons: number
  readonly badPasswords: number
  /** What the user wrote as a reminder. */
  readonly passwordHint: string
  /** Of a Microsoft account. */
  readonly internetName: string
  readonly groups: readonly string[]
  /** Last write to the account's key. */
  readonly time: string
}

export interface AccountGroup {
  readonly name: string
  readonly rid: number
  readonly comment: string
  /** SIDs. */
  readonly members: readonly string[]
  readonly time: string
}

export function accountsIn(sam: Hive): Account[] {
  const groups = groupsIn(sam)
  const machine = machineSid(sam)
  const names = new Map<string, HiveKey>()
  for (const key of sam.find(`${users}\\Names`)?.subkeys() ?? []) names.set(key.name.toUpperCase(), key)
  const keys =
    sam
      .find(users)
      ?.subkeys()
      .filter(({ name }) => /^[0-9a-f]{8}$/i.test(name)) ?? []
  return keys.map((key) => {
    const account = accountOf(key, machine)
    const created = names.get(account.name.toUpperCase())?.time
    const own = groups.filter(({ members }) => members.includes(account.sid)).map(({ name }) => name)
    return { ...account, groups: own, ...(created === undefined ? {} : { created }) }
  })
}

function accountOf(key: HiveKey, machine: string): Account {
  const f = key.value('F')?.data ?? new Uint8Array(0)
  const v = key.value('V')?.data ?? new Uint8Array(0)
  // The key's name is what Windows goes by; the copy in F differs where somebody cloned an account.
  const rid = Number.parseInt(key.name, 16)
  const times = {
    lastLogon: timeAt(f, 8),
    passwordSet: timeAt(f, 24),
    expires: timeAt(f, 32),
    lastBadPassword: timeAt(f, 40),
  }
  const flags = u16(f, 56)
  const copied = u32(f, 48)
  return {
    name: textIn(v, 12, userTable),
    rid,
    sid: machine === '' ? '' : `${machine}-${rid}`,
    fullName: textIn(v, 24, userTable),
    comment: textIn(v, 36, userTable),
    homeFolder: textIn(v, 72, userTable),
    logonScript: textIn(v, 96, userTable),
    profilePath: textIn(v, 108, userTable),
    flags: [
      ...flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0),
      ...(copied !== rid && f.length >= 52 ? [`RID of its F value is ${copied}`] : []),
    ],
    ...(times.lastLogon === undefined ? {} : { lastLogon: times.lastLogon }),
    ...(times.passwordSet === undefined ? {} : { passwordSet: times.passwordSet }),
    ...(times.expires === undefined ? {} : { expires: times.expires }),
    ...(times.lastBadPassword === undefined ? {} : { lastBadPassword: times.lastBadPassword }),
    logons: u16(f, 66),
    badPasswords: u16(f, 64),
    passwordHint: utf16All(key.value('UserPasswordHint')?.data),
    internetName: utf16All(key.value('InternetUserName')?.data),
    groups: [],
    time: key.time,
  }
}

/** Undefined of 0 and of "never". */
function timeAt(bytes: Uint8Array, at: number): string | undefined {
  return bytes.length < at + 8 || u32(bytes, at + 4) >= 0x7f_ff_ff_ff ? undefined : filetime(bytes, at)
}

/** The entry at `at` of a V or C value: offset and length. */
function textIn(bytes: Uint8Array, at: number, table: number): string {
  const start = u32(bytes, at) + table
  const length = u32(bytes, at + 4)
  return start + length > bytes.length ? '' : utf16All(bytes.subarray(start, start + length))
}

function utf16All(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return ''
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf16le')
  return text.replaceAll('\0', '')
}

/** Local groups, of the machine and built in. */
export function groupsIn(sam: Hive): AccountGroup[] {
  const keys = ['Account', 'Builtin'].flatMap(
    (domain) => sam.find(`SAM\\Domains\\${domain}\\Aliases`)?.subkeys() ?? [],
  )
  return keys
    .filter(({ name }) => /^[0-9a-f]{8}$/i.test(name))
    .map((key) => {
      const c = key.value('C')?.data ?? new Uint8Array(0)
      return {
        name: textIn(c, 0x10, groupTable),
        rid: u32(c, 0),
        comment: textIn(c, 0x1c, groupTable),
        members: membersIn(c),
        time: key.time,
      }
    })
}

function membersIn(bytes: Uint8Array): string[] {
  const members: string[] = []
  let at = u32(bytes, 0x28) + groupTable
  const count = Math.min(u32(bytes, 0x30), maxMembers)
  for (let index = 0; index < count && at + 8 <= bytes.length; index += 1) {
    const parts = bytes[at + 1] ?? 0
    if (at + 8 + 4 * parts > bytes.length) break
    members.push(sidText(bytes, at))
    at += 8 + 4 * parts
  }
  return members
}

function sidText(bytes: Uint8Array, at: number): string {
  const parts = Array.from({ length: bytes[at + 1] ?? 0 }, (_, index) => u32(bytes, at + 8 + 4 * index))
  return ['S', bytes[at] ?? 0, bytes[at + 7] ?? 0, ...parts].join('-')
}

/** Three numbers at the end of the domain's V value. */
function machineSid(sam: Hive): string {
  const v = sam.find('SAM\\Domains\\Account')?.value('V')?.data
  if (v === undefined || v.length < 12) return ''
  const [a, b, c] = [12, 8, 4].map((before) => u32(v, v.length - before))
  return `S-1-5-21-${a}-${b}-${c}`
}
