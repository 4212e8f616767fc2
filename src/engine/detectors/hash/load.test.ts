import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { hashKinds } from '../../hashes/kinds.ts'
import { loadHashLists, maxProblems } from './load.ts'
import { maxNames } from '../../hashes/table.ts'

const digest = (kind: string, content: string): Buffer => createHash(kind).update(content).digest()
const hex = (kind: string, content: string): string => digest(kind, content).toString('hex')
const load = (...texts: readonly string[]): ReturnType<typeof loadHashLists> =>
  loadHashLists(texts.map((text, index) => ({ name: `list-${index + 1}.txt`, bytes: Buffer.from(text) })))

test('no list and an empty list give an empty database', () => {
  for (const { database, problems } of [load(), load(''), load('\n\n'), load('# nothing\r\n')]) {
    assert.equal(database.count, 0)
    assert.equal(database.hasSizes, false)
    assert.deepEqual(problems, [])
    assert.deepEqual(database.kindsFor(0), [])
    assert.deepEqual(database.namesOf('sha256', digest('sha256', ''), 0), [])
  }
})

for (const kind of hashKinds) {
  test(`${kind}: an entry is found by digest and size only`, () => {
    const { database } = load(`${hex(kind, 'evil')}:4:Sized\n${hex(kind, 'other')}:Unsized`)
    assert.equal(database.count, 2)
    assert.deepEqual(database.namesOf(kind, digest(kind, 'evil'), 4), ['Sized'])
    assert.deepEqual(database.namesOf(kind, digest(kind, 'evil'), 5), [])
    assert.deepEqual(database.namesOf(kind, digest(kind, 'other'), 5), ['Unsized'])
    assert.deepEqual(database.namesOf(kind, digest(kind, 'good'), 4), [])
  })
}

test('only the kinds that an object of a size could match are asked for', () => {
  const { database } = load(`${hex('md5', 'a')}:1:A\n${hex('sha1', 'bb')}:2:B\n${hex('sha256', 'cc')}:2:C`)
  assert.deepEqual(database.kindsFor(1), ['md5'])
  assert.deepEqual(database.kindsFor(2), ['sha256', 'sha1'])
  for (const size of [-1, 0, 3, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0001, 2 ** 40]) {
    assert.deepEqual(database.kindsFor(size), [], String(size))
  }
})

test('entries without a size are asked for at every size, even beyond 4 GiB', () => {
  const { database } = load(`${hex('sha1', 'a')}:A`)
  for (const size of [-1, 0, 3, 0xffff_ffff, 2 ** 40]) assert.deepEqual(database.kindsFor(size), ['sha1'])
  assert.deepEqual(database.namesOf('sha1', digest('sha1', 'a'), 2 ** 40), ['A'])
})

test('bad lines are told with file, line and reason, and the rest is loaded', () => {
  const good = `${hex('md5', 'x')}:1:Good`
  const { database, problems } = load(
    `# list\n\n${good}\nnonsense\n${good}2`,
    `zz\r\n${hex('sha1', 'x')}:1\r\n`,
  )
  assert.equal(database.count, 2)
  assert.deepEqual(problems, [
    { file: 'list-1.txt', line: 4, message: 'character 1 of the hash is not a hexadecimal digit' },
    { file: 'list-2.txt', line: 1, message: 'character 1 of the hash is not a hexadecimal digit' },
    { file: 'list-2.txt', line: 2, message: 'there is no name after the size' },
  ])
})

test('a list of bad lines only gives a bounded number of problems', () => {
  const { problems } = load('bad\n'.repeat(100_000))
  assert.equal(problems.length, maxProblems + 1)
  assert.deepEqual(problems.at(-1), {
    file: 'list-1.txt',
    line: 100_000,
    message: 'up to this line 99900 more lines are bad',
  })
})

test('a byte order mark, CRLF, blanks, comments and a missing last line end change nothing', () => {
  const a = `${hex('sha256', 'a')}:1:A`
  const b = `${hex('sha256', 'b')}:B`
  const { database, problems } = load(`\uFEFF${a}\r\n\r\n  # comment\r\n\t${b} \t`)
  assert.deepEqual(problems, [])
  assert.deepEqual(database.namesOf('sha256', digest('sha256', 'a'), 1), ['A'])
  assert.deepEqual(database.namesOf('sha256', digest('sha256', 'b'), 1), ['B'])
})

test('entries with one digest do not hide each other, in one list or in several', () => {
  const evil = hex('sha256', 'evil')
  const { database } = load(
    `${evil}:4:First\n${evil}:9:Wrong-Size\n${evil}:Any`,
    `${evil}:4:Second\n${evil}:4:First`,
  )
  assert.deepEqual(database.namesOf('sha256', digest('sha256', 'evil'), 4), ['First', 'Second', 'Any'])
})

test('an entry that is repeated word for word is kept once', () => {
  const line = `${hex('sha1', 'evil')}:4:Name\n`
  assert.equal(load(line + line, line).database.count, 1)
})

test('repeats are told apart by digest, wherever they stand', () => {
  const one = hex('sha1', 'one')
  const two = hex('sha1', 'two')
  const both = [one, two].flatMap((hash) => ['A', 'B', 'B', 'A', 'C', 'B'].map((name) => `${hash}:4:${name}`))
  const { database } = load(both.join('\n'))
  assert.equal(database.count, 6)
  for (const content of ['one', 'two']) {
    assert.deepEqual(database.namesOf('sha1', digest('sha1', content), 4), ['A', 'B', 'C'])
  }
})

test('a list that repeats one hash under endless names reports a bounded number of them', () => {
  const evil = hex('md5', 'evil')
  const { database } = load(Array.from({ length: 10_000 }, (_, index) => `${evil}:4:N${index}`).join('\n'))
  assert.equal(database.namesOf('md5', digest('md5', 'evil'), 4).length, maxNames)
})

test('any bytes as a list never throw', () => {
  const fragment = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.constantFrom(
      ':',
      '*',
      '\r\n',
      '\n',
      '#',
      '68',
      '\uFEFF',
      'a'.repeat(64),
      'B'.repeat(40),
      '0'.repeat(32),
    ),
  )
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 40 }), (fragments) => {
      const bytes = Buffer.concat(fragments.map((part) => Buffer.from(part)))
      const { database, problems } = loadHashLists([{ name: 'any', bytes }])
      assert.ok(database.count + problems.length <= bytes.length)
    }),
    { numRuns: 500 },
  )
})

test('any set of entries answers like a plain Map', () => {
  const entry = fc.record({
    kind: fc.constantFrom(...hashKinds),
    content: fc.constantFrom('a', 'b', 'c', 'd'),
    size: fc.constantFrom('*', '', '0', '1', '2', '65536', '4294967294'),
    name: fc.constantFrom('N1', 'N2', 'N3', 'Long.Name'),
  })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 80 }), (entries) => {
      const oracle = new Map<string, Set<string>>()
      const lines = entries.map(({ kind, content, size, name }) => {
        const key = `${kind} ${content} ${size === '' ? '*' : size}`
        oracle.set(key, (oracle.get(key) ?? new Set()).add(name))
        return [hex(kind, content), ...(size === '' ? [] : [size]), name].join(':')
      })
      const { database, problems } = load(lines.join('\n'))
      assert.deepEqual(problems, [])
      assert.equal(
        database.count,
        [...oracle.values()].reduce((sum, names) => sum + names.size, 0),
      )
      for (const kind of hashKinds) {
        for (const content of ['a', 'b', 'c', 'd', 'e']) {
          for (const size of [0, 1, 2, 3, 65_536, 4_294_967_294, 4_294_967_295]) {
            const expected = new Set([
              ...(oracle.get(`${kind} ${content} ${size}`) ?? []),
              ...(oracle.get(`${kind} ${content} *`) ?? []),
            ])
            assert.deepEqual(new Set(database.namesOf(kind, digest(kind, content), size)), expected)
            assert.ok(expected.size === 0 || database.kindsFor(size).includes(kind))
          }
        }
      }
    }),
    { numRuns: 60 },
  )
})
