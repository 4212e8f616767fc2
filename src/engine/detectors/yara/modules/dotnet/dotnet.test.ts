import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Budget, defaultLimits } from '../../../../limits.ts'
import { AssemblyWriter } from '../../../../parsers/dotnet/assembly-writer.ts'
import { dotnetModule } from './index.ts'

const open = (bytes: Uint8Array): Record<string, unknown> =>
  dotnetModule.open({ bytes, budget: new Budget(defaultLimits), log() {} }) as Record<string, unknown>

const table = {
  module: 0x00,
  typeRef: 0x01,
  typeDef: 0x02,
  methodDef: 0x06,
  param: 0x08,
  interfaceImpl: 0x09,
  memberRef: 0x0a,
  constant: 0x0b,
  customAttribute: 0x0c,
  moduleRef: 0x1a,
  typeSpec: 0x1b,
  fieldRva: 0x1d,
  assembly: 0x20,
  assemblyRef: 0x23,
  manifestResource: 0x28,
  nestedClass: 0x29,
  genericParam: 0x2a,
} as const

// Element types in signatures (II.23.1.16).
const tVoid = 0x01
const tInt = 0x08
const tString = 0x0e
const tClass = 0x12
const tSzArray = 0x1d

/** TypeDefOrRef coded indexes. */
const toDef = (row: number): number => row << 2
const toRef = (row: number): number => (row << 2) | 1
const toSpec = (row: number): number => (row << 2) | 2

function plain(value: unknown): unknown {
  const text = JSON.stringify(value)
  return JSON.parse(text)
}

test('what an assembly says of itself is read', () => {
  const writer = new AssemblyWriter()
  const key = writer.blob(0xb7, 0x7a, 0x5c)
  writer.row(table.module, 0, writer.string('a.exe'), 1)
  writer.row(table.moduleRef, writer.string('kernel32.dll'))
  writer.row(table.assembly, 0x8004, 1, 2, 3, 4, 0, 0, writer.string('a'), writer.string('de'))
  writer.row(table.assemblyRef, 4, 0, 0, 0, 0, key, writer.string('mscorlib'))
  writer.row(table.assemblyRef, 1, 2, 3, 4, 0, 0, writer.string('other'))
  writer.guid(Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'))
  writer.userString('héllo').userString('').userString('x')
  const value = open(writer.build())
  assert.equal(value['is_dotnet'], true)
  assert.equal(value['version'], 'v4.0.30319')
  assert.equal(value['module_name'], 'a.exe')
  assert.deepEqual(value['modulerefs'], ['kernel32.dll'])
  assert.deepEqual(value['guids'], ['03020100-0504-0706-0809-0a0b0c0d0e0f'])
  assert.deepEqual(value['user_strings'], ['h\0\xe9\0l\0l\0o\0', 'x\0'])
  assert.equal(value['number_of_user_strings'], 2)
  assert.deepEqual(value['assembly'], {
    name: 'a',
    culture: 'de',
    version: { major: 1, minor: 2, build_number: 3, revision_number: 4 },
  })
  assert.deepEqual(plain(value['assembly_refs']), [
    {
      name: 'mscorlib',
      public_key_or_token: '\xb7\x7a\x5c',
      version: { major: 4, minor: 0, build_number: 0, revision_number: 0 },
    },
    { name: 'other', version: { major: 1, minor: 2, build_number: 3, revision_number: 4 } },
  ])
  const streams = value['streams'] as { name: string; offset: number; size: number }[]
  assert.deepEqual(
    streams.map(({ name }) => name),
    ['#~', '#Strings', '#US', '#GUID', '#Blob'],
  )
  assert.equal(value['number_of_streams'], 5)
  assert.equal(streams[0]!.offset + streams[0]!.size, streams[1]!.offset)
  assert.equal(value['number_of_classes'], 0)
})

test('classes have their methods, parameters and bases', () => {
  const writer = new AssemblyWriter()
  writer.row(table.typeRef, 0, writer.string('Object'), writer.string('System'))
  writer.row(table.typeRef, 0, writer.string('List`1'), writer.string('System.Collections'))
  writer.row(table.typeRef, 0, writer.string('IThing'))
  const thing = (name: string): number => writer.string(name)
  // A pseudo-class, an ordinary one, a nested interface.
  writer.row(table.typeDef, 0, thing('<Module>'), 0, 0, 1, 1)
  writer.row(table.typeDef, 0x101, thing('Outer`1'), thing('My.Space'), toRef(1), 1, 1)
  writer.row(table.typeDef, 0xa3, thing('Inner'), 0, toSpec(1), 1, 4)
  writer.row(table.nestedClass, 3, 2)
  writer.row(table.interfaceImpl, 2, toRef(3))
  // List<T>, of the class Outer.
  writer.row(table.typeSpec, writer.blob(0x15, tClass, toRef(2), 1, 0x08))
  writer.row(table.genericParam, 0, 0, 2 << 1, thing('T'))
  writer.row(table.genericParam, 0, 0, (2 << 1) | 1, thing('M'))
  const ctor = writer.blob(0x20, 0, tVoid)
  writer.row(table.methodDef, 0, 0, 0x0006, thing('.ctor'), ctor, 1)
  // M Run<M>(T[] first, ref Outer, int[2,0...3])
  const shape = [0x14, tInt, 2, 2, 2, 4, 2, 0, 0]
  const run = writer.blob(0x30, 1, 3, 0x1e, 0, tSzArray, 0x13, 0, 0x10, tClass, toDef(2), ...shape)
  writer.row(table.methodDef, 0, 0, 0x0060 | 0x0010 | 0x0001, thing('Run'), run, 1)
  // FnPtr<void(int)> P(Ptr<string>)
  const pointers = writer.blob(0x00, 1, 0x1b, 0, 1, tVoid, tInt, 0x0f, tString)
  writer.row(table.methodDef, 0, 0, 0x0404, thing('P'), pointers, 3)
  writer.row(table.methodDef, 0, 0, 0, thing('Broken'), writer.blob(0x20, 9, tVoid), 3)
  writer.row(table.param, 0, 1, thing('first'))
  writer.row(table.param, 0, 2, thing('second'))
  const value = open(writer.build())
  assert.deepEqual(plain(value['classes']), [
    {
      fullname: 'My.Space.Outer',
      name: 'Outer',
      namespace: 'My.Space',
      visibility: 'public',
      type: 'class',
      abstract: false,
      sealed: true,
      number_of_base_types: 2,
      number_of_generic_parameters: 1,
      number_of_methods: 3,
      base_types: ['System.Object', '.IThing'],
      generic_parameters: ['T'],
      methods: [
        {
          name: '.ctor',
          visibility: 'public',
          abstract: false,
          static: false,
          virtual: false,
          final: false,
          number_of_generic_parameters: 0,
          number_of_parameters: 0,
          generic_parameters: [],
          parameters: [],
        },
        {
          name: 'Run',
          visibility: 'private',
          abstract: false,
          static: true,
          virtual: true,
          final: true,
          return_type: 'M',
          number_of_generic_parameters: 1,
          number_of_parameters: 3,
          generic_parameters: ['M'],
          parameters: [
            { name: 'first', type: 'T[]' },
            { name: 'second', type: 'ref My.Space.Outer' },
            { name: 'P_2', type: 'int[2,4]' },
          ],
        },
        {
          name: 'P',
          visibility: 'protected',
          abstract: true,
          static: false,
          virtual: false,
          final: false,
          return_type: 'FnPtr<void(int)>',
          number_of_generic_parameters: 0,
          number_of_parameters: 1,
          generic_parameters: [],
          parameters: [{ name: 'P_0', type: 'Ptr<string>' }],
        },
      ],
    },
    {
      fullname: 'My.Space.Outer.Inner',
      name: 'Inner',
      namespace: 'My.Space.Outer',
      visibility: 'private',
      type: 'interface',
      abstract: true,
      sealed: false,
      number_of_base_types: 1,
      number_of_generic_parameters: 0,
      number_of_methods: 0,
      base_types: ['System.Collections.List<int>'],
      generic_parameters: [],
      methods: [],
    },
  ])
})

test('constants, the GUID for COM and resources are read', () => {
  const writer = new AssemblyWriter()
  writer.resources = Buffer.concat([
    Buffer.from([4, 0, 0, 0]),
    Buffer.from('data'),
    Buffer.from([0xff, 0, 0, 0]),
  ])
  writer.row(
    table.typeRef,
    0,
    writer.string('GuidAttribute'),
    writer.string('System.Runtime.InteropServices'),
  )
  writer.row(table.memberRef, (1 << 3) | 1, writer.string('.ctor'), 0)
  writer.row(table.constant, tString, 0, 0, writer.blob(Buffer.from('abc', 'utf16le')))
  writer.row(table.constant, tInt, 0, 0, writer.blob(1, 2, 3, 4))
  const guid = Buffer.from('f4b1c2d3-0000-1111-2222-333344445555')
  writer.row(table.customAttribute, (1 << 5) | 14, (1 << 3) | 3, writer.blob(1, 0, guid.length, guid, 0, 0))
  writer.row(table.fieldRva, 0x1010, 1)
  writer.row(table.fieldRva, 0xffff_0000, 1)
  writer.row(table.assembly, 0, 0, 0, 0, 0, 0, 0, writer.string('a'), writer.string(''))
  writer.row(table.manifestResource, 0, 0, writer.string('here'), 0)
  writer.row(table.manifestResource, 8, 0, writer.string('cut off'), 0)
  writer.row(table.manifestResource, 0, 0, writer.string('elsewhere'), (1 << 2) | 1)
  const value = open(writer.build())
  assert.deepEqual(value['constants'], ['a\0b\0c\0'])
  assert.equal(value['typelib'], guid.toString())
  assert.deepEqual(value['field_offsets'], [0x410])
  assert.equal((value['assembly'] as Record<string, unknown>)['culture'], undefined)
  assert.deepEqual(plain(value['resources']), [
    { name: 'here', offset: 0x44c, length: 4 },
    { name: 'cut off', offset: 0x454 },
    { name: 'elsewhere' },
  ])
})

test('a table in which something is wrong hides those behind it', () => {
  const writer = new AssemblyWriter()
  writer.row(table.module, 0, writer.string('a.exe'))
  writer.row(table.typeDef, 1, writer.string('C'), 0, 3, 1, 1)
  writer.row(table.moduleRef, writer.string('kernel32.dll'))
  const value = open(writer.build())
  assert.equal(value['module_name'], 'a.exe')
  assert.deepEqual(value['classes'], [])
  assert.deepEqual(value['modulerefs'], [])
})

test('other files are no assemblies', () => {
  const value = open(Buffer.from('MZ'))
  assert.equal(value['is_dotnet'], false)
  assert.deepEqual(value['classes'], [])
  assert.equal(value['number_of_classes'], undefined)
  const writer = new AssemblyWriter()
  writer.version = 'v\xff'
  assert.equal(open(writer.build())['is_dotnet'], false)
})

test('types that contain themselves end', () => {
  const writer = new AssemblyWriter()
  writer.row(table.typeDef, 1, writer.string('C'), 0, toSpec(1), 1, 1)
  writer.row(table.typeDef, 3, writer.string('D'), 0, 0, 1, 1)
  writer.row(table.typeDef, 3, writer.string('E'), 0, 0, 1, 1)
  writer.row(table.typeSpec, writer.blob(0x15, tClass, toSpec(1), 2, tClass, toSpec(1), tClass, toSpec(1)))
  writer.row(table.nestedClass, 2, 3)
  writer.row(table.nestedClass, 3, 2)
  writer.row(table.typeDef, 3, writer.string('F'), 0, 0, 1, 1)
  writer.row(table.nestedClass, 4, 4)
  writer.row(table.nestedClass, 4, 1)
  const [c, d, , f] = open(writer.build())['classes'] as Record<string, unknown>[]
  assert.deepEqual(c?.['base_types'], [])
  assert.equal(d?.['fullname'], undefined)
  assert.equal(f?.['fullname'], 'C.F')
})

test('generic types that multiply at each level are written for a while only', () => {
  const writer = new AssemblyWriter()
  writer.row(table.typeRef, 0, writer.string('G'))
  for (let level = 1; level <= 5; level++) {
    const inner = level === 5 ? [tInt] : [tClass, toSpec(level + 1)]
    writer.row(
      table.typeSpec,
      writer.blob(0x15, tClass, toRef(1), 8, ...Array<number[]>(8).fill(inner).flat()),
    )
  }
  for (let count = 0; count < 2000; count++) {
    writer.row(table.typeDef, 1, writer.string(`C${count}`), 0, toSpec(2), 1, 1)
  }
  const classes = open(writer.build())['classes'] as { base_types: string[] }[]
  assert.equal(classes.length, 2000)
  const base = '.G<int,int,int,int,int,int,int,int>'
  const nested = (type: string): string => `.G<${Array<string>(8).fill(type).join(',')}>`
  assert.deepEqual(classes[0]?.base_types, [nested(nested(nested(base)))])
  assert.deepEqual(classes.at(-1)?.base_types, [])
})

test('any bytes: every field can be asked for', () => {
  const writer = new AssemblyWriter()
  writer.row(table.module, 0, writer.string('a.exe'))
  writer.row(table.typeRef, 0, writer.string('Object'), writer.string('System'))
  writer.row(table.typeDef, 1, writer.string('C'), writer.string('N'), toRef(1), 1, 1)
  writer.row(table.methodDef, 0, 0, 6, writer.string('M'), writer.blob(0x20, 1, tVoid, tSzArray, tString), 1)
  writer.row(table.param, 0, 1, writer.string('p'))
  writer.row(table.constant, tString, 0, 0, writer.blob(1, 0))
  writer.row(table.assemblyRef, 1, 2, 3, 4, 0, 0, writer.string('r'))
  writer.row(table.manifestResource, 0, 0, writer.string('res'), 0)
  writer.userString('text')
  const whole = writer.build()
  const change = fc.tuple(fc.integer({ min: 0x100, max: whole.length - 1 }), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole)
      for (const [at, byte] of changes) bytes[at] = byte
      const value = open(bytes.subarray(0, length))
      for (const name of Object.keys(dotnetModule.type.fields)) void value[name]
    }),
    { numRuns: 500 },
  )
})
