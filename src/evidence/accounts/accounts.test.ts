import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  binary,
  key,
  merged,
  writeHive,
  writtenTime,
  writtenTimeText,
} from '../../../test/support/hive-writer.ts'
import { openHive } from '../registry/index.ts'
import { memorySource } from '../source.ts'
import { accountsIn, groupsIn } from './index.ts'

function f(rid: number): Buffer {
  const bytes = Buffer.alloc(80)
  bytes.writeBigUInt64LE(writtenTime, 8)
  bytes.writeBigUInt64LE(0x7f_ff_ff_ff_ff_ff_ff_ffn, 32)
  bytes.writeUInt32LE(rid, 48)
  bytes.writeUInt16LE(0x0211, 56)
  bytes.writeUInt16LE(2, 64)
  bytes.writeUInt16LE(42, 66)
  return bytes
}

/** A table of offsets, then texts; `base` is where the texts begin. */
function withTexts(tableBytes: number, texts: Readonly<Record<number, string>>): Buffer {
  const table = Buffer.alloc(tableBytes)
  const parts: Buffer[] = []
  let at = 0
  for (const [place, text] of Object.entries(texts)) {
    const bytes = Buffer.from(text, 'utf16le')
    table.writeUInt32LE(at, Number(place))
    table.writeUInt32LE(bytes.length, Number(place) + 4)
    parts.push(bytes)
    at += bytes.length
  }
  return Buffer.concat([table, ...parts])
}

function group(name: string, member: Buffer): Buffer {
  const texts = withTexts(0x34, { 0x10: name })
  texts.writeUInt32LE(544, 0)
  texts.writeUInt32LE(texts.length - 0x34, 0x28)
  texts.writeUInt32LE(1, 0x30)
  return Buffer.concat([texts, member])
}

const domain = Buffer.alloc(24)
for (const [index, number] of [11, 22, 33].entries()) domain.writeUInt32LE(number, 12 + 4 * index)
const member = Buffer.from('0105000000000005150000000b0000001600000021000000e9030000', 'hex')

const sam = openHive(
  memorySource(
    writeHive({
      name: 'ROOT',
      subkeys: merged([
        key('SAM\\Domains\\Account', [binary('V', domain)]),
        key('SAM\\Domains\\Account\\Users\\000003E9', [
          binary('F', f(1001)),
          binary('V', withTexts(0xcc, { 12: '철수', 24: 'Kim', 36: 'note', 96: 'logon.bat' })),
          binary('UserPasswordHint', Buffer.from('pet', 'utf16le')),
        ]),
        key('SAM\\Domains\\Account\\Users\\000003EA', [binary('F', f(500)), binary('V', Buffer.alloc(10))]),
        key('SAM\\Domains\\Account\\Users\\Names\\철수'),
        key('SAM\\Domains\\Builtin\\Aliases\\00000220', [binary('C', group('Administrators', member))]),
      ]),
    }),
  ),
)

test('an account has its names, times, flags and groups', () => {
  const [first] = accountsIn(sam)
  assert.deepEqual(first, {
    name: '철수',
    rid: 1001,
    sid: 'S-1-5-21-11-22-33-1001',
    fullName: 'Kim',
    comment: 'note',
    homeFolder: '',
    logonScript: 'logon.bat',
    profilePath: '',
    flags: ['disabled', 'normal account', 'password does not expire'],
    lastLogon: writtenTimeText,
    logons: 42,
    badPasswords: 2,
    passwordHint: 'pet',
    internetName: '',
    groups: ['Administrators'],
    created: writtenTimeText,
    time: writtenTimeText,
  })
})

test('an account that has another one’s RID inside is told so, and a short value takes nothing down', () => {
  const [, second] = accountsIn(sam)
  assert.equal(second?.rid, 1002)
  assert.equal(second?.name, '')
  assert.ok(second?.flags.includes('RID of its F value is 500'))
})

test('groups have members by SID', () => {
  assert.deepEqual(groupsIn(sam), [
    {
      name: 'Administrators',
      rid: 544,
      comment: '',
      members: ['S-1-5-21-11-22-33-1001'],
      time: writtenTimeText,
    },
  ])
})
