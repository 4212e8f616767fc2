import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { eml } from './eml.ts'

const flat = { formats: [eml], isFlat: true } as const
const base64 = Buffer.from(eicar).toString('base64')
const head = 'From: a@example.com\r\nMIME-Version: 1.0\r\n'

function multipart(...parts: readonly string[]): Buffer {
  const all = parts.map((part) => `--b\r\n${part}\r\n`).join('')
  return Buffer.from(`${head}Content-Type: multipart/mixed; boundary="b"\r\n\r\n${all}--b--\r\n`, 'latin1')
}

const attachment = `Content-Type: x/y; name=a.com\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}`
checkFormat(eml, {
  files: [multipart('\r\ntext', attachment), Buffer.from(`${head}${attachment}`)],
  contains: eicar,
  others: samples,
})

test('parts end before the line end of the delimiter', () => {
  assert.deepEqual(listed(unpack(multipart('\r\none\r\n', '\r\ntwo', 'X: y\r\n\r\n'), flat)), [
    'part-1.txt=one\r\n',
    'part-2.txt=two',
  ])
})

test('a part without a header is text, also where its empty line is missing', () => {
  assert.deepEqual(listed(unpack(multipart('just text'), flat)), ['part-1.txt=just text'])
})

test('a delimiter is a whole line', () => {
  assert.deepEqual(listed(unpack(multipart('\r\n--bx\r\n --b\r\nx--b'), flat)), [
    'part-1.txt=--bx\r\n --b\r\nx--b',
  ])
})

test('inner multiparts are split where they are, also with a boundary that begins as the outer one', () => {
  const inner =
    'Content-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb\r\n\r\ntwo\r\n--bb--'
  assert.deepEqual(listed(unpack(multipart(inner, '\r\nthree'), flat)), [
    'part-1.txt=one',
    'part-2.txt=two',
    'part-3.txt=three',
  ])
})

test('multiparts nested without end are told and end', () => {
  const nested = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'.repeat(2)
  let inner = '\r\nx'
  for (let depth = 0; depth < 70; depth++)
    inner = `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n${inner}`
  assert.deepEqual(unpack(multipart(inner), flat).faults, ['unsupported-method part-1'])
  assert.deepEqual(unpack(multipart(nested), flat).faults, [])
})

test('a message in a message is opened although its header says nothing', () => {
  const bare = `Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n${attachment}\r\n--c--`
  assert.ok(listed(unpack(multipart(bare), flat)).includes(`a.com=${eicar}`))
})

test('a large attachment is neither held nor slow', () => {
  const line = `${Buffer.alloc(57, 'x').toString('base64')}\r\n`
  const bytes = multipart(`Content-Transfer-Encoding: base64\r\n\r\n${line.repeat(200_000)}`)
  const result = unpack(bytes, { ...flat, limits: { maxHeldBytes: 0 }, keepBytes: 10 })
  assert.deepEqual(
    result.members.map(({ size }) => size),
    [57 * 200_000],
  )
})

test('a mail with as many lines that look like delimiters as can be takes linear time', () => {
  const started = performance.now()
  unpack(multipart(`\r\n${'--b'.repeat(1)}${'\r\n--'.repeat(200_000)}`), flat)
  assert.ok(performance.now() - started < 4000)
})
