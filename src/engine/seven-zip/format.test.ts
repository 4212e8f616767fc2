// The bridge itself, with RAR archives made by hand: what comes out, what is said, and how runs end.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

import { randomBytes } from '../../../test/support/random.ts'
import {
  matchBytes,
  matchDistance,
  packed5,
  rar5Of,
  type RarFile,
} from '../../../test/support/seven-zip-rar.ts'
import { listed, unpack } from '../../../test/support/unpack.ts'
import { rar } from '../formats/rar/rar.ts'
import { Budget, defaultLimits, LimitReached } from '../limits.ts'
import { type ByteSource, bytesSource, maxRead } from '../source/byte-source.ts'

const flat = { formats: [rar], isFlat: true } as const

function fileOf(name: string, data: string | Uint8Array, more: Partial<RarFile> = {}): RarFile {
  return { name, data: typeof data === 'string' ? Buffer.from(data) : data, ...more }
}

function membersOf(bytes: Uint8Array, budget = new Budget(defaultLimits)): ReturnType<typeof rar.members> {
  const source = bytesSource(bytes)
  const object = { chain: ['sample.rar'], depth: 0, source, head: bytes.slice(0, 4096) }
  return rar.members(object, { budget, passwords: [], fault: () => {} })
}

test('files come in order with their names, also empty ones, doubles, and names that lead out of the folder', () => {
  const files = [
    fileOf('../../etc/x', 'one'),
    fileOf('/absolute', 'two'),
    fileOf('same', 'three'),
    fileOf('same', 'four'),
    fileOf('folder/same', 'five'),
    fileOf('empty', ''),
    fileOf('- minus', 'six'),
    fileOf('가나다 ü.txt', 'seven'),
  ]
  const result = unpack(rar5Of(files), flat)
  assert.deepEqual(listed(result), [
    '../../etc/x=one',
    '/absolute=two',
    'same=three',
    'same=four',
    'folder/same=five',
    'empty=',
    '- minus=six',
    '가나다 ü.txt=seven',
  ])
  assert.deepEqual(result.faults, [])
})

test('a member that is too large to be held is read again from wherever', () => {
  const large = randomBytes(3_000_000, 1)
  const bytes = rar5Of([fileOf('before', 'b'), fileOf('large', large), fileOf('after', 'a')])
  const budget = new Budget({ ...defaultLimits, maxHeldBytes: 0 })
  const names: string[] = []
  for (const { name, source } of membersOf(bytes, budget)) {
    names.push(name)
    if (name !== 'large') continue
    for (const at of [0, 2_900_000, 1_500_000, 10, 2_999_990]) {
      assert.deepEqual(
        Buffer.from(source.read(at, 1000)),
        Buffer.from(large.subarray(at, at + 1000)),
        `${at}`,
      )
    }
  }
  assert.deepEqual(names, ['before', 'large', 'after'])
})

test('what is wrong is told once, also when a member is read again', () => {
  const data = randomBytes(2_000_000, 2)
  const bytes = rar5Of([fileOf('large', data), fileOf('end', 'e')])
  bytes[500_000] = (bytes[500_000] ?? 0) ^ 1
  const faults: string[] = []
  const object = { chain: ['x'], depth: 0, source: bytesSource(bytes), head: bytes.slice(0, 4096) }
  const budget = new Budget({ ...defaultLimits, maxHeldBytes: 0 })
  const context = {
    budget,
    passwords: [],
    fault: (name: string, code: string) => faults.push(`${code} ${name}`),
  }
  for (const { source } of rar.members(object, context))
    for (const at of [1_900_000, 0]) source.read(at, maxRead)
  assert.deepEqual(faults, ['damaged large'])
})

test('whoever stops early leaves nothing behind', () => {
  const bytes = rar5Of([fileOf('one', randomBytes(2_000_000, 3)), fileOf('two', 'x')])
  for (let round = 0; round < 20; round++) {
    for (const { source } of membersOf(bytes)) {
      assert.equal(source.read(0, 16).length, 16)
      break
    }
  }
})

test('many archives one after the other come out whole', () => {
  for (let round = 0; round < 150; round++) {
    const data = randomBytes(1 + ((round * 977) % 9000), round)
    const { members, faults } = unpack(rar5Of([fileOf('a', data), fileOf('b', 'x')]), flat)
    assert.deepEqual([members.map(({ size }) => size), faults], [[data.length, 1], []])
    assert.equal(members[0]?.text, Buffer.from(data).toString('latin1'))
  }
})

test('each password is tried, and members with different ones are all opened', () => {
  const bytes = rar5Of([
    fileOf('plain', 'p'),
    fileOf('first', 'f', { password: 'one' }),
    fileOf('second', 's', { password: 'two' }),
    fileOf('third', 't', { password: 'three' }),
  ])
  const result = unpack(bytes, { ...flat, passwords: ['two', 'one'] })
  const opened = listed(result).filter((line) => /=[pfst]$/.test(line))
  assert.deepEqual(opened.toSorted(), ['first=f', 'plain=p', 'second=s'])
  assert.deepEqual(result.faults, ['encrypted third'])
})

test('archives inside each other are opened up to a bound, and beyond it that is said', () => {
  let bytes = rar5Of([fileOf('core', 'c')])
  for (let depth = 0; depth < 9; depth++) bytes = rar5Of([fileOf(`level-${depth}`, bytes)])
  const { members, faults } = unpack(bytes, { formats: [rar] })
  assert.equal(members.length, 6)
  assert.deepEqual(faults, [`unsupported-method ${members.at(-1)?.chain ?? ''} → (archive)`])
  assert.deepEqual(listed(unpack(rar5Of([fileOf('a', 'b')]), flat)), ['a=b'])
})

test('work that does not end is ended at the deadline, and the next archive is read', () => {
  const bytes = rar5Of([fileOf('slow', 'x', { password: 'x', kdfLog: 24 })])
  const started = performance.now()
  assert.equal(unpack(bytes, { ...flat, limits: { maxMs: 300 } }).limit, 'time')
  assert.ok(performance.now() - started < 2000)
  assert.deepEqual(listed(unpack(rar5Of([fileOf('a', 'b')]), flat)), ['a=b'])
})

test('a window that is larger than the memory allowed is a method that is not supported', () => {
  const half = Buffer.from('x'.repeat(matchBytes))
  const literals = Buffer.from('y'.repeat(matchDistance - matchBytes))
  const packed = packed5(half, { hasMatch: false })
  assert.deepEqual(listed(unpack(rar5Of([fileOf('a', half, { packed })]), flat)), [`a=${half.toString()}`])
  const result = unpack(rar5Of([fileOf('a', half, { packed, windowLog: 15 }), fileOf('b', literals)]), flat)
  assert.deepEqual(result.faults, ['unsupported-method a'])
  assert.ok(listed(result).includes(`b=${literals.toString()}`))
})

test('an error of the source passes through', () => {
  const bytes = rar5Of([fileOf('a', randomBytes(500_000, 4))])
  const inner = bytesSource(bytes)
  const source: ByteSource = {
    size: bytes.length,
    read(offset, length) {
      if (offset > 300_000) throw new LimitReached('bytes', 'too much')
      return inner.read(offset, length)
    },
  }
  assert.equal(unpack(source, flat).limit, 'bytes')
})

test('a process and a thread that have read an archive end by themselves', () => {
  const archive = Buffer.from(rar5Of([fileOf('a', 'b'), fileOf('large', randomBytes(60_000, 5))])).toString(
    'base64',
  )
  const code = `

    import { rar } from ${JSON.stringify(import.meta.resolve('../formats/rar/rar.ts'))}
    import { Budget, defaultLimits } from ${JSON.stringify(import.meta.resolve('../limits.ts'))}
    import { bytesSource } from ${JSON.stringify(import.meta.resolve('../source/byte-source.ts'))}
    const bytes = Buffer.from('${archive}', 'base64')
    const object = { chain: ['x'], depth: 0, source: bytesSource(bytes), head: bytes.subarray(0, 4096) }
    const context = { budget: new Budget(defaultLimits), passwords: [], fault() {} }
    for (const { name, source } of rar.members(object, context)) {
      process.stdout.write(name + source.read(0, 1)[0])
      if (name === 'a' && process.argv.includes('early')) break
    }
`
  for (const how of ['', 'early']) {
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', code, how], {
      timeout: 10_000,
    })
    assert.ok(output.toString().startsWith('a98'))
  }
})
