import assert from 'node:assert/strict'
import { test } from 'node:test'

import { anySize } from '../../hashes/kinds.ts'
import { createParsedLine, parseLine } from './parse-line.ts'

const md5 = '0123456789abcdeffedcba9876543210'
const sha1 = `${md5}00112233`
const sha256 = md5 + md5

function parse(text: string): { problem: string } | { kind: string; size: number; name: string } {
  const bytes = Buffer.from(`##${text}##`)
  const line = createParsedLine()
  const problem = parseLine(bytes, 2, bytes.length - 2, line)
  if (problem !== '') return { problem }
  return { kind: line.kind, size: line.size, name: bytes.toString('utf8', line.nameStart, line.nameEnd) }
}

const good: readonly (readonly [string, string, number, string])[] = [
  [`${md5}:Name`, 'md5', anySize, 'Name'],
  [`${sha1}:Name`, 'sha1', anySize, 'Name'],
  [`${sha256}:Name`, 'sha256', anySize, 'Name'],
  [`${sha256.toUpperCase()}:Name`, 'sha256', anySize, 'Name'],
  [`${sha256}:68:Name`, 'sha256', 68, 'Name'],
  [`${sha256}:0:Name`, 'sha256', 0, 'Name'],
  [`${sha256}:00068:Name`, 'sha256', 68, 'Name'],
  [`${sha256}:4294967294:Name`, 'sha256', 4_294_967_294, 'Name'],
  [`${sha256}:*:Name`, 'sha256', anySize, 'Name'],
  [`${sha256}: 68: Name`, 'sha256', 68, 'Name'],
  [`${sha256}:Win.Trojan:Agent:2`, 'sha256', anySize, 'Win.Trojan:Agent:2'],
  [`${sha256}:68:Win:12`, 'sha256', 68, 'Win:12'],
  [`${sha256}:68k:Win`, 'sha256', anySize, '68k:Win'],
  [`${sha256}:*star`, 'sha256', anySize, '*star'],
  [`${sha256}:68:12`, 'sha256', 68, '12'],
  [`${sha256}:name with spaces # and more`, 'sha256', anySize, 'name with spaces # and more'],
  [`${sha256}:해치`, 'sha256', anySize, '해치'],
  [`${sha256}:${'n'.repeat(255)}`, 'sha256', anySize, 'n'.repeat(255)],
]
for (const [text, kind, size, name] of good) {
  test(`a line is read: ${text.slice(0, 100)}`, () => {
    assert.deepEqual(parse(text), { kind, size, name })
  })
}

const bad: readonly (readonly [string, string])[] = [
  ['', 'the hash has 0 digits; SHA-256 has 64, SHA-1 has 40, MD5 has 32'],
  [sha256, 'there is no name after the hash'],
  [`${md5}0:Name`, 'the hash has 33 digits; SHA-256 has 64, SHA-1 has 40, MD5 has 32'],
  [`${sha256}0:Name`, 'the hash has 65 digits; SHA-256 has 64, SHA-1 has 40, MD5 has 32'],
  [`${sha256}  file.exe`, 'character 65 of the hash is not a hexadecimal digit'],
  [`g${md5.slice(1)}:Name`, 'character 1 of the hash is not a hexadecimal digit'],
  [`${md5}:`, 'the name is empty'],
  [`${md5}:12`, 'there is no name after the size'],
  [`${md5}:*`, 'there is no name after the size'],
  [`${md5}:12:`, 'the name is empty'],
  [`${md5}::Name`, 'the size is empty; write * for any size'],
  [`${md5}:4294967295:Name`, 'the size is greater than 4294967294'],
  [`${md5}:${'9'.repeat(1000)}:Name`, 'the size is greater than 4294967294'],
  [`${md5}:${'n'.repeat(256)}`, 'the name is longer than 255 bytes'],
  [`${md5}:na\tme`, 'the name holds a control character'],
  [`${md5}:na\u0000me`, 'the name holds a control character'],
  [`${md5}:\u001b[31mred`, 'the name holds a control character'],
  [`${md5}:na\u007fme`, 'the name holds a control character'],
  [`${md5}:na\u009bme`, 'the name holds a control character'],
  [`${md5}:na\u202eme`, 'the name holds a control character'],
]
for (const [text, problem] of bad) {
  test(`a line is refused: ${JSON.stringify(text.slice(0, 100))}`, () => {
    assert.deepEqual(parse(text), { problem })
  })
}

test('a name that is not UTF-8 is refused', () => {
  const bytes = Buffer.concat([Buffer.from(`${md5}:n`), Buffer.from([0xff, 0xfe])])
  assert.equal(parseLine(bytes, 0, bytes.length, createParsedLine()), 'the name is not valid UTF-8')
})

test('the first 128 bits of the digest are kept, most significant word first', () => {
  const line = createParsedLine()
  for (const hash of [md5, sha1, sha256]) {
    const bytes = Buffer.from(`${hash}:Name`)
    assert.equal(parseLine(bytes, 0, bytes.length, line), '')
    assert.deepEqual([...line.digest], [0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210])
  }
})
