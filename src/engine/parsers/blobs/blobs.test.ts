import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { randomBytes } from '../../../../test/support/random.ts'
import { Budget, defaultLimits } from '../../limits.ts'
import { bytesSource, chunksOf } from '../../source/byte-source.ts'
import { blobsIn } from './index.ts'

const budget = new Budget(defaultLimits)
const secret = gzipSync(randomBytes(300, 7))
const base64 = secret.toString('base64')

/** `name` of each blob, with `!` where it is not the secret. */
function found(text: string, from = 0): string[] {
  const names: string[] = []
  for (const blob of blobsIn({ source: bytesSource(Buffer.from(text, 'latin1')), budget, from })) {
    const bytes = Buffer.concat([...chunksOf(blob.decoded(budget))].map((chunk) => Buffer.from(chunk)))
    names.push(`${blob.name}${bytes.equals(secret) ? '' : '!'}`)
  }
  return names
}

function pieces(size: number, joint: string): string {
  return `"${(base64.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(joint)}"`
}

test('a blob is found wherever it lies, also across the pieces that are searched', () => {
  for (const before of [1, 100, 65_000, 65_279, 65_280, 65_281, 65_300, 65_535, 65_536, 130_500]) {
    const text = `${' '.repeat(before - 1)}"${base64}" and "${base64}"`
    assert.deepEqual(found(text), [`base64 at ${before}`, `base64 at ${before + base64.length + 7}`])
  }
})

const joints: readonly (readonly [string, string, number])[] = [
  ['plus signs', '"+"', 7],
  ['plus signs and lines', '" +\n    "', 40],
  ['ampersands of Visual Basic', '" & _\r\n  "', 40],
  ['adjacent literals', '"\n  "', 50],
  ['assignments', '";\nx += "', 33],
  ['assignments of Visual Basic', '"\r\nx = x & "', 33],
  ['calls', '");\nb.push("', 33],
  ['an array', '", "', 20],
  ['escaped line ends', String.raw`\r\n`, 76],
  ['line ends', '\r\n    ', 64],
  ['continued lines', '\\\n', 60],
]
for (const [title, joint, size] of joints) {
  test(`pieces are put together: ${title}`, () => {
    assert.deepEqual(found(`x = ${pieces(size, joint)}; y = "other"`), ['base64 at 5'])
  })
}

test('what stands behind a blob is no part of it', () => {
  for (const behind of [`; var b = "hello"`, `, "name"`, ' + name', `\n"next": "value"`]) {
    assert.deepEqual(found(`f("${base64}"${behind})`), ['base64 at 3'], behind)
  }
})

test('other notations of bytes', () => {
  const hex = secret.toString('hex')
  assert.deepEqual(found(`x = 0x${hex};`), ['hex at 4'])
  assert.deepEqual(found(`"${hex.replaceAll(/../g, '\\x$&')}"`), ['hex at 1'])
  assert.deepEqual(found(`{${hex.replaceAll(/../g, '0x$&, ')}}`), ['hex at 1'])
  assert.deepEqual(found(`"${hex.toUpperCase().replaceAll(/..(?=.)/g, '$&-')}"`), ['hex at 1'])
  assert.deepEqual(found(`[${[...secret].join(', ')}]`), ['numbers at 1'])
  assert.deepEqual(found(`{${[...secret].map((value) => (value > 127 ? value - 256 : value)).join(',')}}`), [
    'numbers at 1',
  ])
  assert.deepEqual(found(`"${base64.split('').toReversed().join('')}"`), ['base64, reversed, at 2'])
  assert.deepEqual(found(`"${secret.toString('base64url')}"`), ['base64 at 1'])
  assert.deepEqual(found(`"${base64.replaceAll('/', String.raw`\/`)}"`), ['base64 at 1'])
})

test('data: URIs hold anything that is long enough', () => {
  assert.deepEqual(found(`url(data:font/woff;base64,${base64})`), ['data at 4 (font/woff)'])
  assert.deepEqual(found(`"data:;base64,${encodeURIComponent(base64)}"`), ['data at 1 (text/plain)'])
  assert.deepEqual(found(`"data:text/html,${'x'.repeat(80)}"`), ['data at 1 (text/html)!'])
  assert.deepEqual(found(`"data:text/html,short"; data: x; "data:image/png,${'x'.repeat(80)}"`), [])
})

test('a list has one beginning, also where a piece of the search begins inside', () => {
  // 256 bytes before the end of the first 64 KiB.
  const before = `[ ${'0,'.repeat(32_639)}`
  assert.equal(before.length, 65_280)
  assert.deepEqual(found(`${before}${[...secret].join(',')}]`), [])
})

test('ordinary texts have none', () => {
  const words = `${'word '.repeat(50)}${'x'.repeat(300)} ${Buffer.from(randomBytes(300, 9)).toString('base64')}`
  const digests = Array.from({ length: 50 }, (_, index) =>
    Buffer.from(randomBytes(32, index)).toString('hex'),
  ).join('\n')
  const table = Array.from({ length: 500 }, (_, index) => index).join(', ')
  assert.deepEqual(found(`${words}\n${digests}\n[${table}]\n${'MZ'.repeat(100)}\n${'TVqQ'.repeat(100)}`), [])
})

test('hostile texts take linear time', () => {
  const started = performance.now()
  for (const text of [
    '"TV"+',
    '"TV",',
    "'H4sI'+",
    '"4d"+',
    'data:,',
    'data:text/html,',
    '31,139,8,',
    '1f 8b 08 ',
    'TVqQ\n',
    '"',
    'A\n',
  ]) {
    found(text.repeat(4000))
  }
  assert.ok(performance.now() - started < 4000)
})
