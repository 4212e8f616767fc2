import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { codeAddress, codeOffset, type ElfLayout, writeElf } from './elf-writer.ts'
import { parseElf, sectionDynamicSymbols, sectionSymbols, tlsh } from './index.ts'

const layouts: readonly ElfLayout[] = [
  { is64: false, order: 'little' },
  { is64: false, order: 'big' },
  { is64: true, order: 'little' },
  { is64: true, order: 'big' },
]

const nameOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('latin1')

for (const layout of layouts) {
  const kind = `${layout.is64 ? 64 : 32}-bit ${layout.order}-endian`

  test(`a ${kind} file is read`, () => {
    const elf = parseElf(
      writeElf(layout, {
        osabi: 3,
        symtab: [{ name: 'local_one', bind: 0, section: 1 }],
        dynsym: [
          { name: 'printf', section: 0, visibility: 2 },
          { name: 'environ', type: 1, bind: 2 },
        ],
        dynamic: [
          [1, 7],
          [30, 8],
        ],
      }),
    )
    assert.ok(elf)
    assert.equal(elf.header.type, 2)
    assert.equal(elf.header.machine, 62)
    assert.equal(elf.header.osabi, 3)
    assert.equal(elf.entryOffset, BigInt(codeOffset + 0x10))
    assert.deepEqual(
      elf.sections?.map((section) => [nameOf(elf.nameOf(section)), section.type]),
      [
        ['', 0],
        ['.text', 1],
        ['.symtab', 2],
        ['.dynsym', 11],
        ['.strtab', 3],
        ['.shstrtab', 3],
      ],
    )
    assert.equal(elf.sections[1]?.address, BigInt(codeAddress))
    assert.equal(elf.sections[1].flags, 6n)
    assert.deepEqual(
      elf.segments.map(({ type, flags, alignment }) => [type, flags, alignment]),
      [
        [1, 5, 0x1000n],
        [2, 6, 0x1000n],
      ],
    )
    assert.deepEqual(
      elf.dynamic.map(({ tag, value }) => [tag, value]),
      [
        [1n, 7n],
        [30n, 8n],
      ],
    )
    const table = elf.symbolTable(sectionDynamicSymbols)
    assert.equal(table?.count, 2)
    const symbol = table.symbol(0)
    assert.equal(nameOf(table.nameOf(symbol)), 'printf')
    assert.deepEqual([symbol.type, symbol.bind, symbol.visibility, symbol.sectionIndex], [2, 1, 2, 0])
    assert.deepEqual([symbol.value, symbol.size], [BigInt(codeAddress), 8n])
    assert.deepEqual([table.symbol(1).type, table.symbol(1).bind], [1, 2])
    assert.equal(elf.symbolTable(sectionSymbols)?.count, 1)
  })
}

const layout = { is64: true, order: 'little' } as const

test('the entry point of what is run is found through the segments, of other files through the sections', () => {
  const through = (type: number, change: (file: Buffer) => void): bigint | undefined => {
    const file = writeElf(layout, { type })
    change(file)
    return parseElf(file)?.entryOffset
  }
  const noSegments = (file: Buffer): unknown => file.writeUInt16LE(0, 56)
  const noSections = (file: Buffer): unknown => file.writeUInt16LE(0, 60)
  const expected = BigInt(codeOffset + 0x10)
  for (const type of [2, 3]) {
    assert.equal(through(type, noSegments), undefined)
    assert.equal(through(type, noSections), expected)
  }
  for (const type of [0, 1, 4]) {
    assert.equal(through(type, noSegments), expected)
    assert.equal(through(type, noSections), undefined)
  }
})

test('tables that do not lie inside the file are absent', () => {
  const cut = writeElf(layout, { symtab: [{ name: 'one' }] }).subarray(0, -1)
  assert.equal(parseElf(cut)?.sections, undefined)
  assert.equal(parseElf(cut)?.symbolTable(sectionSymbols), undefined)
  assert.equal(parseElf(cut)?.segments.length, 2)
  const file = writeElf(layout)
  file.writeBigUInt64LE(2n ** 64n - 8n, 32)
  assert.deepEqual(parseElf(file)?.segments, [])
})

test('a header that is cut off, or of no known class or order, is no ELF', () => {
  const file = writeElf(layout)
  assert.equal(parseElf(file.subarray(0, 63)), undefined)
  assert.ok(parseElf(file.subarray(0, 64)))
  for (const at of [0, 4, 5]) {
    const other = Buffer.from(file)
    other[at] = 3
    assert.equal(parseElf(other), undefined)
  }
})

test('segments that all name the same dynamic entries give a bounded number of entries', () => {
  const file = Buffer.alloc(64 + 0xffff * 56, 1)
  writeElf(layout).copy(file, 0, 0, 64)
  file.writeUInt16LE(0xffff, 56)
  for (let at = 64; at + 56 <= file.length; at += 56) {
    file.writeUInt32LE(2, at)
    file.writeBigUInt64LE(0n, at + 8)
    file.writeBigUInt64LE(BigInt(file.length), at + 32)
  }
  assert.equal(parseElf(file)?.dynamic.length, 128 * 1024)
})

test('any bytes behind the magic are read without a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...layouts), (bytes, { is64, order }) => {
      const ident = [0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, order === 'little' ? 1 : 2]
      const elf = parseElf(Buffer.concat([Buffer.from(ident), bytes]))
      if (elf === undefined) return
      for (const section of elf.sections ?? []) elf.nameOf(section)
      assert.ok(elf.dynamic.length <= 50)
      const table = elf.symbolTable(sectionSymbols)
      for (let index = 0; index < (table?.count ?? 0); index++) table?.nameOf(table.symbol(index))
      void elf.entryOffset
    }),
  )
})

test('TLSH has no hash for less than fifty bytes, or for bytes that are all the same', () => {
  assert.equal(tlsh(Buffer.alloc(49, 'abcdefg')), undefined)
  assert.equal(tlsh(Buffer.alloc(500, 'a')), undefined)
})
