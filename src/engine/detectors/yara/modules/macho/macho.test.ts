import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Budget, defaultLimits } from '../../../../limits.ts'
import { codeSignature, MachoWriter, universal } from '../../../../parsers/macho/macho-writer.ts'
import type { FunctionType, ModuleContext } from '../module.ts'
import { machoModule } from './index.ts'

const contextOf = (bytes: Uint8Array): ModuleContext => ({
  bytes,
  budget: new Budget(defaultLimits),
  log() {},
})
const open = (bytes: Uint8Array): Record<string, unknown> =>
  machoModule.open(contextOf(bytes)) as Record<string, unknown>

function call(bytes: Uint8Array, name: string, ...args: readonly unknown[]): unknown {
  const { overloads } = machoModule.type.fields[name] as FunctionType
  const overload = overloads.find((each) => each.args.length === args.length)
  const context = contextOf(bytes)
  return overload?.call(machoModule.open(context), args, context)
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const w = new MachoWriter({ is64: true, order: 'little' })
const strings = Buffer.from('\0_main\0_Printf\0_dup\0', 'latin1')
const signature = codeSignature([
  { magic: 0xfade7171, contents: Buffer.from('<dict><key>com.apple.B</key><key> Com.Apple.a </key></dict>') },
])

function program(cputype = 0x0100_0007): Buffer {
  return w.file({
    cputype,
    commands: [
      w.segment('__TEXT', [0x1000, 0x2000, 0, 0x2000], [w.section('__text', '__TEXT', 0x1100, 0x80)]),
      w.path(0x0c, '/usr/lib/libZ.dylib', 2, 0x10000, 0x10000),
      w.path(0x0c, '/usr/lib/LibA.dylib', 2, 0x10000, 0x10000),
      w.path(0x0c, '/usr/lib/libz.dylib', 2, 0x10000, 0x10000),
      w.path(0x8000_001c, '@rpath/Lib'),
      w.command(0x02, w.u32(0x800, 4, 0x900, strings.length)),
      w.command(0x0b, w.u32(...Array.from({ length: 18 }, (_, index) => index + 1))),
      w.command(0x1d, w.u32(0xa00, signature.length)),
      w.command(0x8000_0028, w.u64(0x1180, 0)),
    ],
    data: [
      {
        at: 0x800,
        bytes: Buffer.concat([
          w.symbol(1, 0x0f, 1, 0x1000),
          w.symbol(15, 0x01, 0, 0),
          w.symbol(7, 0x01, 0, 0),
          w.symbol(15, 0x01, 0, 0),
        ]),
      },
      { at: 0x900, bytes: strings },
      { at: 0xa00, bytes: signature },
    ],
  })
}

test('the fields of a file have the names and values that rules know', () => {
  const value = open(program())
  assert.equal(value['magic'], 0xcffaedfe)
  assert.equal(value['cputype'], 0x0100_0007)
  assert.equal(value['filetype'], 2)
  assert.equal(value['number_of_segments'], 1)
  assert.equal(value['entry_point'], 0x1180)
  assert.equal(value['stack_size'], 0)
  assert.equal(value['nfat_arch'], undefined)
  assert.deepEqual(value['file'], [])
  const [segment] = value['segments'] as Record<string, unknown>[]
  assert.equal(segment?.['segname'], '__TEXT')
  assert.equal(segment['vmaddr'], 0x1000)
  assert.deepEqual(segment['sections'], [
    {
      sectname: '__text',
      segname: '__TEXT',
      addr: 0x1100,
      size: 0x80,
      offset: 0x1000,
      align: 4,
      reloff: 0,
      nreloc: 0,
      flags: 0x8000_0400,
      reserved1: 1,
      reserved2: 2,
      reserved3: 3,
    },
  ])
  const symtab = value['symtab'] as Record<string, unknown>
  assert.equal(symtab['nsyms'], 4)
  assert.deepEqual(symtab['entries'], ['_main', '_dup', '_Printf', '_dup'])
  assert.deepEqual((symtab['nlists'] as unknown[])[0], {
    n_strx: 1,
    n_type: 15,
    n_sect: 1,
    n_desc: 0,
    n_value: 0x1000,
  })
  assert.deepEqual(value['imports'], ['_dup', '_Printf', '_dup'])
  assert.deepEqual(value['exports'], ['_main'])
  assert.deepEqual(value['entitlements'], ['com.apple.B', ' Com.Apple.a '])
})

test('the fields of dysymtab are shifted as in YARA-X', () => {
  const dysymtab = open(program())['dysymtab'] as Record<string, unknown>
  assert.equal(dysymtab['nextdefsym'], 4)
  assert.equal(dysymtab['iundefsym'], undefined)
  assert.equal(dysymtab['tocoff'], 5)
  assert.equal(dysymtab['nlocrel'], 16)
})

test('the has functions ignore the case of ASCII letters', () => {
  const bytes = program()
  assert.equal(call(bytes, 'has_dylib', '/USR/lib/liba.dylib'), true)
  assert.equal(call(bytes, 'has_dylib', '/usr/lib/lib'), false)
  assert.equal(call(bytes, 'has_rpath', '@rpath/lib'), true)
  assert.equal(call(bytes, 'has_entitlement', 'COM.apple.b'), true)
  assert.equal(call(bytes, 'has_import', '_printf'), true)
  assert.equal(call(bytes, 'has_export', '_printf'), false)
  assert.equal(call(bytes, 'has_export', '_MAIN'), true)
})

test('the hashes are those of the sorted names', () => {
  const bytes = program()
  assert.equal(call(bytes, 'dylib_hash'), md5('/usr/lib/liba.dylib,/usr/lib/libz.dylib'))
  assert.equal(call(bytes, 'entitlement_hash'), md5('com.apple.a,com.apple.b'))
  assert.equal(call(bytes, 'import_hash'), md5('_dup,_printf'))
  assert.equal(call(bytes, 'export_hash'), md5('_main'))
  assert.equal(call(bytes, 'symhash'), md5('_Printf,_dup'))
})

test('in a universal file the functions look at the files inside', () => {
  const bytes = universal(
    [
      { cputype: 7, bytes: program(7) },
      { cputype: 0x0100_000c, bytes: program(0x0100_000c) },
    ],
    false,
  )
  const value = open(bytes)
  assert.equal(value['fat_magic'], 0xcafebabe)
  assert.equal(value['magic'], undefined)
  assert.equal((value['file'] as unknown[]).length, 2)
  assert.equal(call(bytes, 'file_index_for_arch', 0x0100_000c), 1)
  assert.equal(call(bytes, 'file_index_for_arch', 7, 3), 0)
  assert.equal(call(bytes, 'file_index_for_arch', 7, 4), undefined)
  assert.equal(call(bytes, 'entry_point_for_arch', 7), 4096 + 0x1180)
  assert.equal(call(bytes, 'entry_point_for_arch', 0x0100_000c, 3), 8192 + 0x1180)
  assert.equal(call(bytes, 'entry_point_for_arch', 12), undefined)
  assert.equal(call(bytes, 'has_rpath', '@rpath/lib'), true)
  assert.equal(call(bytes, 'symhash'), md5('_Printf,_dup'))
})

test('a universal file with one file looks like that file', () => {
  const value = open(universal([{ cputype: 7, bytes: program(7) }], false))
  assert.equal(value['fat_magic'], undefined)
  assert.equal(value['cputype'], 7)
})

test('in other files the functions find nothing', () => {
  const bytes = Buffer.from('MZ')
  assert.deepEqual(open(bytes)['segments'], [])
  assert.equal(call(bytes, 'has_dylib', 'x'), false)
  assert.equal(call(bytes, 'dylib_hash'), undefined)
  assert.equal(call(bytes, 'symhash'), undefined)
  assert.equal(call(bytes, 'file_index_for_arch', 7), undefined)
})

test('any bytes: every field and function can be asked for', () => {
  const whole = program()
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole)
      for (const [at, byte] of changes) bytes[at] = byte
      const value = open(bytes.subarray(0, length))
      for (const name of Object.keys(machoModule.type.fields)) void value[name]
      for (const name of ['symhash', 'dylib_hash', 'import_hash', 'export_hash'])
        call(bytes.subarray(0, length), name)
    }),
    { numRuns: 200 },
  )
})
