// Lines of hash lists. What is loaded and refused here was so by clamscan 1.4.6, if nothing else is said.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { anySize } from '../../../hashes/kinds.ts'
import { readDatabase } from './read-database.ts'
import { maxProblems } from './reading.ts'
import type { Counts, Problem } from './records.ts'

const md5 = '44d88612fea8a8f36de82e1278abb02f'

interface Got {
  readonly lines: { list: string; kind: string; digest: string; size: number; name: string; line: number }[]
  readonly problems: Problem[]
  counts: Readonly<Counts> | undefined
}

function read(extension: string, bytes: Uint8Array): Got {
  const got: Got = { lines: [], problems: [], counts: undefined }
  readDatabase(
    { name: `x.${extension}`, bytes },
    {
      hash({ list, kind, digest, size, nameStart, nameEnd, line }, file) {
        const name = Buffer.from(file.bytes.subarray(nameStart, nameEnd)).toString('utf8')
        const hex = [...digest].map((word) => word.toString(16).padStart(8, '0')).join('')
        got.lines.push({ list, kind, digest: hex, size, name, line })
      },
      problem: (problem) => got.problems.push(problem),
      end(_file, counts) {
        got.counts = { ...counts }
      },
    },
    { pua: true },
  )
  return got
}

const readText = (extension: string, ...lines: readonly string[]): Got =>
  read(extension, Buffer.from(lines.join('\n')))

test('lines of all digests are read, with the whole digest', () => {
  const sha1 = '3395856ce81f2b7382dee72602f798b642f14140'
  const sha256 = '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f'
  const { lines, problems } = readText(
    'hsb',
    `${md5}:68:A`,
    '# no',
    `${sha256.toUpperCase()}:68:B\r`,
    `${sha1}:1:C:1`,
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(lines, [
    { list: 'file', kind: 'md5', digest: md5.padEnd(64, '0'), size: 68, name: 'A', line: 1 },
    { list: 'file', kind: 'sha256', digest: sha256, size: 68, name: 'B', line: 3 },
    { list: 'file', kind: 'sha1', digest: sha1.padEnd(64, '0'), size: 1, name: 'C', line: 4 },
  ])
})

test('each extension says what its digests are of', () => {
  const lists = { hdb: 'file', hsb: 'file', hdu: 'file', imp: 'imports', fp: 'allowed', sfp: 'allowed' }
  for (const [extension, list] of Object.entries(lists)) {
    assert.equal(readText(extension, `${md5}:68:A`).lines[0]?.list, list, extension)
  }
  for (const extension of ['mdb', 'msb', 'mdu', 'msu']) {
    assert.deepEqual(readText(extension, `68:${md5}:A`).lines[0], {
      list: 'section',
      kind: 'md5',
      digest: md5.padEnd(64, '0'),
      size: 68,
      name: 'A',
      line: 1,
    })
  }
})

const verdicts: readonly (readonly [line: string, verdict: keyof Counts])[] = [
  [`${md5}:68:A:x`, 'loaded'],
  [`${md5}:68:A:1:216`, 'loaded'],
  [`${md5}:*:A:73`, 'loaded'],
  [`${md5}:4294967294:A`, 'loaded'],
  [`${md5}:68:A:217`, 'excluded'],
  [`${md5}:68:A:1:215`, 'excluded'],
  ['zz:8:A:217', 'excluded'],
  [`${md5}:*:A`, 'malformed'],
  [`${md5}:*:A:72`, 'malformed'],
  [`${md5}:*:A:x`, 'malformed'],
  [`${md5}:68:`, 'malformed'],
  [`${md5}:68`, 'malformed'],
  [`${md5}:68:A:1:216:9`, 'malformed'],
  [`${md5}:0:A`, 'malformed'],
  [`${md5}::A`, 'malformed'],
  [`${md5}:8x:A`, 'malformed'],
  [`${md5}:4294967295:A`, 'malformed'],
  [`${md5.slice(1)}:8:A`, 'malformed'],
  [`${md5.slice(1)}g:8:A`, 'malformed'],
  ['', 'malformed'],
]

for (const [line, verdict] of verdicts) {
  test(`${JSON.stringify(line)} is ${verdict}`, () => {
    const expected = { loaded: 0, excluded: 0, ignored: 0, unsupported: 0, malformed: 0, [verdict]: 1 }
    assert.deepEqual(readText('hdb', `${line}\n`).counts, expected)
  })
}

test('lines for any size need a functionality level, but not in lists of import tables', () => {
  assert.equal(readText('imp', `${md5}:*:A`).lines[0]?.size, anySize)
  assert.equal(readText('mdb', `*:${md5}:A`).counts?.malformed, 1)
  assert.equal(readText('mdb', `*:${md5}:A:73`).lines[0]?.size, anySize)
})

test('a line without a line end, and one behind it, are read to their end and not further', () => {
  assert.equal(readText('hdb', `${md5}:68:Name`).lines[0]?.name, 'Name')
  assert.equal(readText('hdb', `${md5}:68`, 'A').counts?.malformed, 2)
})

test('problems of one file are bounded, and the rest is counted', () => {
  const { problems, counts } = readText('hdb', ...Array.from({ length: 1000 }, () => 'bad'), `${md5}:68:A`)
  assert.equal(problems.length, maxProblems + 1)
  assert.deepEqual(problems.at(-1), {
    file: 'x.hdb',
    line: 1000,
    message: 'up to this line 900 more lines are bad',
  })
  assert.deepEqual([counts?.malformed, counts?.loaded], [1000, 1])
})

test('any bytes are lines that are loaded or told', () => {
  const piece = fc.oneof(
    fc
      .constantFrom(md5, ':', '68', '*', 'A', '\n', '\r\n', '#', '217', '\u00ff', '\0')
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 20 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      for (const extension of ['hdb', 'mdb', 'imp']) {
        const { lines, problems, counts } = read(extension, Buffer.concat(pieces))
        assert.equal(lines.length, counts?.loaded)
        assert.ok(problems.length <= maxProblems + 1)
      }
    }),
    { numRuns: 500 },
  )
})
