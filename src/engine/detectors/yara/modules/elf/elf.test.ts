import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Budget, defaultLimits } from '../../../../limits.ts'
import { codeAddress, type ElfSpec, writeElf } from '../../../../parsers/elf/elf-writer.ts'
import type { FunctionType, ModuleContext } from '../module.ts'
import { bytesText, lowerText, repairedText, trimText } from './byte-text.ts'
import { elfModule } from './index.ts'

const layout = { is64: true, order: 'little' } as const

interface Value {
  readonly [name: string]: unknown
  readonly sections: readonly Record<string, unknown>[]
  readonly segments: readonly Record<string, unknown>[]
  readonly symtab: readonly Record<string, unknown>[]
  readonly dynsym: readonly Record<string, unknown>[]
  readonly dynamic: readonly Record<string, unknown>[]
}

const contextOf = (bytes: Uint8Array): ModuleContext => ({
  bytes,
  budget: new Budget(defaultLimits),
  log() {},
})
const open = (bytes: Uint8Array): Value => elfModule.open(contextOf(bytes)) as Value

function call(name: string, bytes: Uint8Array): unknown {
  const context = contextOf(bytes)
  const { overloads } = elfModule.type.fields[name] as FunctionType
  return overloads[0]?.call(elfModule.open(context), [], context)
}

const withNames = (names: readonly string[]): Buffer =>
  writeElf(layout, { dynsym: names.map((name) => ({ name })) })

test('the fields of a file have the names and values that rules know', () => {
  const spec: ElfSpec = {
    type: 3,
    osabi: 3,
    symtab: [{ name: 'main' }],
    dynsym: [{ name: 'puts', section: 0 }, { name: 'x' }],
    dynamic: [[0x6fff_fffb, 1]],
  }
  const value = open(writeElf(layout, spec))
  assert.equal(value['type'], 3)
  assert.equal(value['machine'], 62)
  assert.equal(value['osabi'], 3)
  assert.equal(value['entry_point'], 0x1010)
  assert.equal(value['ph_offset'], 64)
  assert.equal(value['ph_entry_size'], 56)
  assert.equal(value['sh_entry_size'], 64)
  assert.equal(value['number_of_sections'], 6)
  assert.equal(value['number_of_segments'], 2)
  assert.equal(value['symtab_entries'], 1)
  assert.equal(value['dynsym_entries'], 2)
  assert.equal(value['dynamic_section_entries'], 1)
  const { name, ...section } = value.sections[1]!
  assert.equal(name, '.text')
  assert.deepEqual(section, { type: 1, flags: 6, address: codeAddress, size: 0x100, offset: 0x1000 })
  assert.deepEqual(value.segments[0], {
    type: 1,
    flags: 5,
    offset: 0x1000,
    virtual_address: codeAddress,
    physical_address: codeAddress,
    file_size: 0x100,
    memory_size: 0x100,
    alignment: 0x1000,
  })
  assert.deepEqual(value.dynamic, [{ type: 0x6fff_fffb, val: 1 }])
  const [puts] = value.dynsym
  assert.deepEqual(
    ['name', 'value', 'size', 'type', 'bind', 'shndx', 'visibility'].map((field) => puts?.[field]),
    ['puts', codeAddress, 8, 2, 1, 0, 0],
  )
  assert.equal(value.symtab[0]?.['name'], 'main')
})

test('64-bit numbers are signed, and exact beyond 2^53', () => {
  const file = writeElf(layout)
  const header = Number(file.readBigUInt64LE(40)) + 64
  file.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, header + 8)
  file.writeBigUInt64LE(0x7fff_ffff_ffff_fffdn, header + 16)
  file.writeUInt32LE(0xffff_fff0, header + 4)
  const [, section] = open(file).sections
  assert.equal(section?.['flags'], -1)
  assert.equal(section['address'], 0x7fff_ffff_ffff_fffdn)
  assert.equal(section['type'], -16)
})

test('a header with more sections than can be is not believed', () => {
  const file = writeElf(layout, { symtab: [{ name: 'main' }] })
  file.writeUInt16LE(0xff00, 60)
  const value = open(file)
  assert.deepEqual(value.sections, [])
  assert.equal(value['symtab_entries'], undefined)
  assert.equal(value['entry_point'], undefined)
  assert.equal(value.segments.length, 2)
})

test('import_md5() is the hash of the sorted names of undefined symbols in lower case', () => {
  const names = ['printf', 'Malloc', 'ÄB', '']
  const file = writeElf(layout, {
    dynsym: [
      ...names.map((name) => ({ name: Buffer.from(name).toString('latin1'), section: 0 })),
      { name: 'defined', section: 1 },
    ],
  })
  assert.equal(call('import_md5', file), createHash('md5').update('malloc,printf,äb').digest('hex'))
})

test('import_md5() takes the symbol table where there are no dynamic symbols', () => {
  const file = writeElf(layout, { symtab: [{ name: 'exit', section: 0 }] })
  assert.equal(call('import_md5', file), createHash('md5').update('exit').digest('hex'))
})

test('import_md5() of other files is the hash of nothing, and telfhash() is undefined', () => {
  assert.equal(call('import_md5', Buffer.from('MZ')), 'd41d8cd98f00b204e9800998ecf8427e')
  assert.equal(call('telfhash', Buffer.from('MZ')), undefined)
})

// The expected hashes are YARA-X's.
test('telfhash() is that of YARA-X', () => {
  const names = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `function_${(index * index * 7919) % 1_000_003}_Name`)
  assert.equal(
    call('telfhash', withNames(names(30))),
    'T127F04FBD7D40B8D00A6301F66D4F2A1D2931B6871A109D93B34534CBADB438D2557EBC',
  )
  assert.equal(
    call('telfhash', withNames(names(900))),
    'T13B82B1BD3E02BAD01A6705FA1E4F2A1D5472BA8706116E83738D78D65CB434C38ABD7C',
  )
})

test('telfhash() has the quartiles of YARA-X where its search misses them', () => {
  const names = (seed: number): string[] =>
    Array.from({ length: 70 }, (_, index) => `f${(index * seed * 7919) % 1_000_003}_n${seed}`)
  assert.equal(
    call('telfhash', withNames(names(34))),
    'T1AE01065957F569D5D9A577D5597D67D76DF59D55ED75ADD79697755ABE5566D67956E9',
  )
  assert.equal(call('telfhash', withNames(names(10))), undefined)
})

test('telfhash() leaves out what says nothing about a program', () => {
  const names = Array.from({ length: 40 }, (_, index) => `function_${(index * 7919) % 1009}`)
  const hash = call('telfhash', withNames(names))
  assert.ok(hash)
  const more = ['main', '_start', '.hidden', 'memcpy', 'strlen', 'open64', 'puts']
  assert.equal(call('telfhash', withNames([...names, ...more])), hash)
  const others: ElfSpec = {
    dynsym: [
      ...names.map((name) => ({ name })),
      { name: 'an_object', type: 1 },
      { name: 'a_weak_one', bind: 2 },
      { name: 'a_hidden_one', visibility: 2 },
    ],
  }
  assert.equal(call('telfhash', writeElf(layout, others)), hash)
  assert.notEqual(call('telfhash', withNames([...names, 'another_function'])), hash)
})

const tool = 'readelf'
const hasTool = ((): boolean => {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test(
  'the running program is read as readelf reads it',
  { skip: hasTool ? false : 'readelf is not installed: nothing was compared' },
  () => {
    const file = process.execPath
    const value = open(readFileSync(file))
    const listing = execFileSync(tool, ['-S', '-l', '-W', file], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const rows = [
      ...listing.matchAll(/^ +\[ *(\d+)\] (\S*) +[A-Z]\S* +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) /gm),
    ]
    assert.ok(rows.length > 10)
    for (const [, index, name, address, offset, size] of rows) {
      const section = value.sections[Number(index)]
      if (Number(index) > 0) assert.equal(section?.['name'], name)
      assert.equal(section?.['address'], Number.parseInt(address!, 16))
      assert.equal(section['offset'], Number.parseInt(offset!, 16))
      assert.equal(section['size'], Number.parseInt(size!, 16))
    }
    assert.equal(value.sections.length, Number(rows.at(-1)?.[1]) + 1)
    assert.equal(value['number_of_segments'], Number(/There are (\d+) program headers/.exec(listing)?.[1]))
    const symbols = execFileSync(tool, ['--dyn-syms', '-W', file], {
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 256 * 1024 * 1024,
    })
    assert.equal(value['dynsym_entries'], Number(/contains (\d+) entr/.exec(symbols)?.[1]))
  },
)

test('texts of bytes are repaired, lowered and trimmed as Unicode', () => {
  assert.equal(repairedText(Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62])), 'a\xef\xbf\xbd\xef\xbf\xbdb')
  const text = (string: string): string => bytesText(Buffer.from(string))
  assert.equal(lowerText(text('ÀÉİ')), text('ÀÉİ'.toLowerCase()))
  assert.equal(trimText(text('\u00a0\u0085 é \u3000')), text('é'))
  assert.equal(trimText(text('\ufeffé')), text('\ufeffé'))
})

test('any bytes: every field can be asked for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(63), fc.nat(255), (bytes, at, byte) => {
      const file = writeElf(layout, { symtab: [{ name: 'a' }], dynsym: [{ name: 'b' }], dynamic: [[1, 1]] })
      file[at] = byte
      Buffer.from(bytes).copy(file, file.length - bytes.length)
      const value = open(file)
      for (const name of Object.keys(elfModule.type.fields)) void value[name]
      for (const symbol of value.symtab) void symbol['name']
      call('telfhash', file)
      call('import_md5', file)
    }),
    { numRuns: 200 },
  )
})
