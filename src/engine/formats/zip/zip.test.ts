import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync, zstdCompressSync } from 'node:zlib'

import { randomBytes } from '../../../../test/support/random.ts'
import { listed, unpack, type UnpackOptions } from '../../../../test/support/unpack.ts'
import { endRecord, type ZipMember, type ZipOptions, zipOf } from '../../../../test/support/zip-writer.ts'
import { zip } from './zip.ts'

const flat = { formats: [zip], isFlat: true } satisfies UnpackOptions
const open = (members: readonly ZipMember[], options: ZipOptions = {}, more: UnpackOptions = {}) =>
  unpack(zipOf(members, options), { ...flat, ...more })
const a = { name: 'a.txt', data: 'first '.repeat(20) }
const b = { name: 'b.txt', data: 'second '.repeat(20) }
const both = [`a.txt=${a.data}`, `b.txt=${b.data}`]

test('stored, deflated and streamed members are read', () => {
  for (const method of [0, 8] as const) {
    for (const isStreamed of [false, true]) {
      const result = open([a, b].map((member) => ({ ...member, method, isStreamed })))
      assert.deepEqual(
        [listed(result), result.faults],
        [both, []],
        `method ${method}, streamed ${isStreamed}`,
      )
    }
  }
})

test('an empty archive has no members and is not damaged', () => {
  const result = open([])
  assert.deepEqual([result.members, result.faults], [[], []])
})

test('a zip with a prefix is recognised, whether its offsets know of it or not', () => {
  for (const prefixIsUnknown of [false, true]) {
    const result = open([a, b], { prefix: randomBytes(70_001, 1), prefixIsUnknown })
    assert.deepEqual([listed(result), result.faults], [both, []])
  }
})

test('a zip64 archive is read, with a prefix as well', () => {
  for (const prefix of [new Uint8Array(0), randomBytes(999, 2)]) {
    const result = open([a, b], { isZip64: true, prefix, prefixIsUnknown: true })
    assert.deepEqual([listed(result), result.faults], [both, []])
  }
})

test('trailing bytes of any length hide nothing', () => {
  for (const length of [1, 21, 22, 65_535, 65_600, 131_100, 700_000]) {
    const result = open([a, b], { trailer: randomBytes(length, length) })
    assert.deepEqual([listed(result), result.faults], [both, []], `${length} bytes`)
  }
})

test('a zip without its central directory is walked and reported as damaged', () => {
  for (const method of [0, 8] as const) {
    for (const isStreamed of [false, true]) {
      const members = [a, b].map((member) => ({ ...member, method, isStreamed }))
      const result = open(members, { hasNoDirectory: true })
      assert.deepEqual(listed(result), both, `method ${method}, streamed ${isStreamed}`)
      assert.deepEqual(result.faults, ['damaged (central directory)'])
    }
  }
})

test('a self-extractor with a damaged end is recognised by a local header', () => {
  const stub = Buffer.concat([Buffer.from('MZ'), randomBytes(300_000, 3)])
  const result = open([a, b], { prefix: stub, hasNoDirectory: true, trailer: randomBytes(200_000, 4) })
  assert.deepEqual(listed(result), both)
})

test('a member cut off in its data is read as far as it goes and reported', () => {
  const whole = zipOf([{ name: 'long', data: randomBytes(5000, 5), method: 0 }])
  const result = unpack(whole.subarray(0, 3000), flat)
  assert.equal(result.members[0]?.size, 3000 - 34)
  assert.ok(result.faults.includes('damaged long'))
})

test('a member that the central directory does not list is read', () => {
  const result = open([{ ...a, isHidden: true }, b])
  assert.deepEqual(listed(result).toSorted(), both)
  const last = open([a, { ...b, isHidden: true, isStreamed: true }])
  assert.deepEqual(listed(last).toSorted(), both)
})

test('two members with one name are both read', () => {
  assert.deepEqual(listed(open([a, { ...b, name: 'a.txt' }])), [both[0], `a.txt=${b.data}`])
})

test('members named ../x and /x, and one without a name, are read', () => {
  const names = ['../../etc/x', '/x', 'C:\\x', '', 'ends/']
  const result = open(names.map((name) => ({ name, data: name || 'empty' })))
  assert.deepEqual(
    listed(result),
    names.map((name) => `${name}=${name || 'empty'}`),
  )
})

test('a folder without data is no member, one with data is', () => {
  const folder = { name: 'folder/', data: '', method: 0 } as const
  assert.deepEqual(listed(open([folder, { ...folder, data: 'x' }])), ['folder/=x'])
})

test('a comment that holds a false end record hides nothing', () => {
  const result = open([a, b], { comment: Buffer.concat([endRecord(0, 0, 0), randomBytes(50, 6)]) })
  assert.deepEqual(listed(result), both)
})

test('two archives one after the other are both read', () => {
  const result = unpack(Buffer.concat([zipOf([a]), zipOf([b])]), flat)
  assert.deepEqual(listed(result).toSorted(), both)
})

test('a false end record that points to another directory adds to the real one', () => {
  const inner = zipOf([b])
  const result = open([{ name: 'inner', data: inner, method: 0 }, a], { comment: zipOf([b]) })
  const names = new Set(result.members.map(({ chain }) => chain))
  for (const name of ['inner', 'a.txt', 'b.txt']) assert.ok(names.has(name), name)
})

test('where the headers disagree about the method, both readings are scanned', () => {
  const truth = a.data
  const raw = deflateRawSync(truth)
  for (const side of ['local', 'central'] as const) {
    const result = open([{ ...a, [side]: { method: 0 } }])
    const texts = new Set(result.members.map(({ text }) => text))
    assert.ok(texts.has(truth), `${side}: inflated`)
    assert.ok(texts.has(raw.toString('latin1')), `${side}: as stored`)
  }
})

test('a member called stored in both headers although it is deflated is inflated as well', () => {
  const result = open([{ ...a, local: { method: 0 }, central: { method: 0 } }])
  assert.ok(result.members.some(({ text }) => text === a.data))
})

test('where the headers disagree about the length of stored data, both lengths are scanned', () => {
  const member = { name: 'x', data: 'malware and padding', method: 0 } as const
  const result = open([{ ...member, local: { packed: 7, size: 7 } }])
  assert.deepEqual(result.members.map(({ text }) => text).toSorted(), ['malware', 'malware and padding'])
})

test('a length that swallows the following members does not hide them', () => {
  const greedy = { name: 'greedy', data: 'x', method: 0, central: { packed: 4e9, size: 4e9 } } as const
  const result = open([greedy, { ...b, isHidden: true }])
  assert.ok(listed(result).some((line) => line === both[1]))
  assert.ok(result.faults.includes('damaged greedy'))
})

test('a wrong checksum or size is damage, and the member is read all the same', () => {
  for (const lies of [{ crc: 1 }, { size: 5 }]) {
    for (const method of [0, 8] as const) {
      if (method === 0 && lies.size !== undefined) continue
      const result = open([{ ...a, method, local: lies, central: lies }])
      assert.equal(result.members[0]?.text, a.data)
      assert.deepEqual(result.faults, ['damaged a.txt'])
    }
  }
})

test('an entry without its local header is damage', () => {
  const bytes = Buffer.from(zipOf([a, b]))
  bytes.writeUInt32LE(0, 0)
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [[both[1]], ['damaged a.txt']])
})

test('a method that is not supported is reported with its member', () => {
  const lies = { method: 18 }
  const result = open([{ ...a, local: lies, central: lies }, b])
  assert.deepEqual([listed(result), result.faults], [[both[1]], ['unsupported-method a.txt']])
})

const zstdPacked = (data: string) => ({ method: 93, bytes: new Uint8Array(zstdCompressSync(data)) })

test('a member packed by another method is read under every protection, streamed or not', () => {
  for (const kind of [{}, { password: 'p' }, { password: 'p', aesBits: 256 }] as const) {
    for (const isStreamed of [false, true]) {
      const member = { ...a, ...kind, isStreamed, packed: zstdPacked(a.data) }
      const result = open([member, b], {}, { passwords: ['wrong', 'p'] })
      assert.deepEqual([listed(result), result.faults], [both, []], JSON.stringify({ ...kind, isStreamed }))
    }
  }
})

test('of passwords that fit the check byte only the right one gives data that decode', () => {
  const passwords = [...Array.from({ length: 3000 }, (_, i) => `no ${i}`), 'p']
  const result = open([{ ...a, password: 'p', packed: zstdPacked(a.data) }], {}, { passwords })
  assert.deepEqual([listed(result), result.faults], [[both[0]], []])
})

test('a member packed by another method that is streamed and not listed is read to its own end', () => {
  const member = { ...a, isStreamed: true, isHidden: true, packed: zstdPacked(a.data) }
  assert.deepEqual(listed(open([member, b])).toSorted(), both)
})

test('a dictionary that is not there is unsupported, damage of data is damage', () => {
  // A Zstandard frame that names a dictionary.
  const frame = Uint8Array.from(Buffer.from('28b52ffd2101000100006100', 'hex'))
  const foreign = open([{ ...a, packed: { method: 93, bytes: frame } }])
  assert.deepEqual(foreign.faults, ['unsupported-method a.txt'])
  for (const method of [1, 2, 6, 9, 12, 14, 93, 95]) {
    const { faults } = open([{ ...a, packed: { method, bytes: randomBytes(300, method) } }])
    assert.deepEqual(faults, ['damaged a.txt'], `method ${method}`)
  }
})

test('a password member is a finding of encryption, not clean', () => {
  for (const extra of [{}, { aesBits: 256 }] as const) {
    const result = open([{ ...a, ...extra, password: 'infected' }, b])
    assert.deepEqual([listed(result), result.faults], [[both[1]], ['encrypted a.txt']])
  }
})

test('a password member is opened with the right password among several', () => {
  const passwords = ['wrong', ...Array.from({ length: 30 }, (_, i) => `no ${i}`), 'infected']
  for (const method of [0, 8] as const) {
    for (const kind of [
      {},
      { isStreamed: true },
      { aesBits: 128 },
      { aesBits: 192 },
      { aesBits: 256 },
    ] as const) {
      for (const aesVersion of [1, 2] as const) {
        const result = open([{ ...a, ...kind, aesVersion, method, password: 'infected' }], {}, { passwords })
        assert.deepEqual(
          [listed(result), result.faults],
          [[both[0]], []],
          JSON.stringify({ method, ...kind }),
        )
      }
    }
  }
})

test('an AES member that was changed is damaged', () => {
  const bytes = Buffer.from(zipOf([{ ...a, method: 0, aesBits: 256, password: 'p' }]))
  const at = 30 + 'a.txt'.length + 11 + 18 + 3
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  const result = unpack(bytes, { ...flat, passwords: ['p'] })
  assert.deepEqual(result.faults, ['damaged a.txt'])
})

test('a member only marked as encrypted is read and still reported', () => {
  const lies = { flags: 1 }
  for (const method of [0, 8] as const) {
    const result = open([{ ...a, method, local: lies, central: lies }])
    assert.deepEqual([listed(result), result.faults], [[both[0]], ['encrypted a.txt']])
  }
  const disputed = open([{ ...a, central: lies }])
  assert.ok(listed(disputed).some((line) => line === both[0]))
})

test('names are UTF-8 where that is valid and code page 437 elsewhere', () => {
  const bytes = Buffer.from(
    zipOf([
      { name: 'xx', data: '1' },
      { name: 'für', data: '2' },
    ]),
  )
  for (let at = bytes.indexOf('xx'); at >= 0; at = bytes.indexOf('xx')) bytes.set([0x94, 0xe1], at)
  assert.deepEqual(listed(unpack(bytes, flat)), ['öß=1', 'für=2'])
})

test('zip inside zip inside zip is read', () => {
  const inner = zipOf([{ name: 'in', data: zipOf([{ name: 'deep', data: 'found' }]) }])
  const result = unpack(zipOf([{ name: 'out', data: inner }]), { formats: [zip] })
  assert.ok(listed(result).includes('out → in → deep=found'))
})

test('text, random bytes and a lone end record are not zip', () => {
  for (const bytes of [
    Buffer.from('PK and some text'),
    randomBytes(300_000, 7),
    Buffer.from('MZ PK\x03\x04'),
  ]) {
    assert.equal(unpack(bytes, flat).members.length + unpack(bytes, flat).faults.length, 0)
  }
})
