// Offsets in executables and hashes of their parts. The same files and signatures were given to clamscan 1.4.6, but for
// version information, which was compared on real programs.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { hex, load } from './fixture.ts'
import { firstAddress, peFile } from './pe-file.ts'

const code = Buffer.from(`${'.'.repeat(16)}entry${'.'.repeat(40)}marker${'.'.repeat(500)}`)
const data = Buffer.from('data: marker')
const program = peFile({ sections: [code, data], entryPoint: firstAddress + 16 })
const marker = hex('marker')

test('offsets count from the entry point and from sections', () => {
  const engine = load({
    'a.ndb': [
      `Entry:1:EP+0:${hex('entry')}`,
      `Behind:1:EP+45:${marker}`,
      `Before:1:EP-4:${hex('....entry')}`,
      `Wrong:1:EP+1:${hex('entry')}`,
      `Second:1:S1+6:${marker}`,
      `In:1:SE1:${marker}`,
      `Last:1:SL+6:${marker}`,
      `NoSuch:1:S2+6:${marker}`,
      `NotIn:1:SE1:${hex('entry')}`,
      `Elf:6:EP+0:${hex('entry')}`,
    ],
  })
  assert.deepEqual(engine.database.problems, [])
  assert.deepEqual(engine.names(program).toSorted(), ['Before', 'Behind', 'Entry', 'In', 'Last', 'Second'])
})

test('sections that are not where the alignment of the header allows are where they are', () => {
  const engine = load({ 'a.ndb': `Second:1:S1+6:${marker}` })
  const odd = peFile({ sections: [code, data], entryPoint: firstAddress, fileAlignment: 0x1000 })
  assert.deepEqual(engine.names(odd), ['Second'])
})

test('a program whose entry point is not in the file has no places, and no end either', () => {
  const engine = load({
    'a.ndb': [`Any:1:*:${marker}`, `End:1:EOF-1000,1000:${marker}`, `In:1:SE0:${marker}`],
  })
  assert.deepEqual(engine.names(program).toSorted(), ['Any', 'End', 'In'])
  const broken = peFile({ sections: [code, data], entryPoint: 0x9000 })
  assert.deepEqual(engine.names(broken), ['Any'])
})

test('entry point and number of sections are conditions', () => {
  const engine = load({
    'a.ldb': [
      `Entry;Engine:81-255,Target:1,EntryPoint:1040-1040;0;${marker}`,
      `Other;Engine:81-255,Target:1,EntryPoint:0-1039;0;${marker}`,
      `Two;Engine:81-255,Target:1,NumberOfSections:2-3;0;${marker}`,
      `Three;Engine:81-255,Target:1,NumberOfSections:3-9;0;${marker}`,
    ],
  })
  assert.deepEqual(engine.names(program), ['Entry', 'Two'])
})

test('sections are on a list by their size in the file and digest', () => {
  const section = Buffer.concat([data], 512)
  const md5 = createHash('md5').update(section).digest('hex')
  const sha256 = createHash('sha256').update(section).digest('hex')
  const engine = load({
    'a.mdb': [`512:${md5}:Md5`, `1024:${md5}:WrongSize`, `512:${'0'.repeat(32)}:Wrong`],
    'a.msb': [`512:${sha256}:Sha256`, `*:${sha256}:Any:73`],
  })
  assert.deepEqual(engine.names(program), ['Md5', 'Sha256', 'Any'])
  assert.deepEqual(engine.names(section), [])
})

/** An import table: one library with one function. */
function importing(is64?: true): Buffer {
  const table = Buffer.alloc(0x200)
  const at = (offset: number): number => firstAddress + offset
  table.writeUInt32LE(at(0x40), 0)
  table.writeUInt32LE(at(0x60), 12)
  table.writeUInt32LE(at(0x50), 16)
  table.writeUInt32LE(at(0x80), 0x40)
  table.writeUInt32LE(at(0x80), 0x50)
  table.write('KERNEL32.dll', 0x60)
  table.write('ExitProcess', 0x82)
  return peFile({
    sections: [table],
    entryPoint: firstAddress,
    directories: [[1, firstAddress, 40]],
    ...(is64 && { is64 }),
  })
}

test('the import table is on a list by the length of its text and digest, in 32-bit programs', () => {
  const text = 'kernel32.exitprocess'
  const engine = load({ 'a.imp': `${createHash('md5').update(text).digest('hex')}:${text.length}:Imports` })
  assert.deepEqual(engine.names(importing()), ['Imports'])
  assert.deepEqual(engine.names(importing(true)), [])
})

test('version information is found at its keys only', () => {
  const engine = load({ 'a.ndb': `Company:1:VI:${hex('C\0o\0m\0p\0a\0n\0y\0')}` })
  const company = versioned('Company', 'Value')
  assert.deepEqual(engine.names(company), ['Company'])
  assert.deepEqual(engine.names(versioned('Value', 'Company')), [])
})

/** A program with one version resource of one string. */
function versioned(key: string, value: string): Buffer {
  const string = block(key, Buffer.from(`${value}\0`, 'utf16le'), [])
  const table = block('040904b0', Buffer.alloc(0), [string])
  const info = block('VS_VERSION_INFO', Buffer.alloc(52), [block('StringFileInfo', Buffer.alloc(0), [table])])
  const tree = Buffer.alloc(88)
  for (const [at, id, next] of [
    [0, 16, 24],
    [24, 1, 48],
  ] as const) {
    tree.writeUInt16LE(1, at + 14)
    tree.writeUInt32LE(id, at + 16)
    tree.writeUInt32LE((0x80000000 | next) >>> 0, at + 20)
  }
  tree.writeUInt16LE(1, 48 + 14)
  tree.writeUInt32LE(1033, 48 + 16)
  tree.writeUInt32LE(72, 48 + 20)
  tree.writeUInt32LE(firstAddress + 88, 72)
  tree.writeUInt32LE(info.length, 76)
  const section = Buffer.concat([tree, info])
  return peFile({
    sections: [section],
    entryPoint: firstAddress,
    directories: [[2, firstAddress, section.length]],
  })
}

function block(key: string, value: Buffer, children: readonly Buffer[]): Buffer {
  const head = Buffer.from(`\0\0\0${key}\0`, 'utf16le')
  const parts = [head, value, ...children].map((part) =>
    Buffer.concat([part], Math.ceil(part.length / 4) * 4),
  )
  // The head is aligned together with its three words.
  const whole = Buffer.concat(parts)
  whole.writeUInt16LE(whole.length, 0)
  whole.writeUInt16LE(value.length, 2)
  return whole
}

test('sections of ELF files are places, too', () => {
  const engine = load({ 'a.ndb': [`In:6:SE1:${marker}`, `At:6:S1+4:${marker}`, `Entry:6:EP+4:${marker}`] })
  assert.deepEqual(engine.names(elfFile()).toSorted(), ['At', 'Entry', 'In'])
})

/** One segment that holds the whole file, and a section with the marker. */
function elfFile(): Buffer {
  const file = Buffer.alloc(64 + 56 + 2 * 64 + 32)
  file.write('\x7fELF\x02\x01\x01', 'latin1')
  const content = 64 + 56 + 128
  file.write('....marker', content)
  file.writeUInt16LE(2, 16)
  file.writeUInt16LE(62, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(BigInt(0x400000 + content), 24)
  file.writeBigUInt64LE(64n, 32)
  file.writeBigUInt64LE(120n, 40)
  for (const [at, value] of [
    [52, 64],
    [54, 56],
    [56, 1],
    [58, 64],
    [60, 2],
  ] as const)
    file.writeUInt16LE(value, at)
  file.writeUInt32LE(1, 64)
  file.writeBigUInt64LE(0x400000n, 64 + 16)
  file.writeBigUInt64LE(BigInt(file.length), 64 + 32)
  file.writeBigUInt64LE(BigInt(file.length), 64 + 40)
  const section = 120 + 64
  file.writeUInt32LE(1, section + 4)
  file.writeBigUInt64LE(BigInt(0x400000 + content), section + 16)
  file.writeBigUInt64LE(BigInt(content), section + 24)
  file.writeBigUInt64LE(32n, section + 32)
  return file
}
