import assert from 'node:assert/strict'
import { test } from 'node:test'

import { headBytes } from '../../scan-object.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import { eicarDetector } from './index.ts'
import { detectContext } from '../../../../test/support/detect-context.ts'

// Reversed, so that this file itself is not found by any scanner.
const eicar = String.raw`*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X`
  .split('')
  .toReversed()
  .join('')

function findings(text: string, source: ByteSource = bytesSource(Buffer.from(text, 'latin1'))): string[] {
  const found: string[] = []
  const head = Buffer.from(text, 'latin1').subarray(0, headBytes)
  eicarDetector.detect(
    { chain: ['sample'], depth: 0, source, head },
    detectContext({ report: (name, offset) => found.push(`${name} at ${offset}`) }),
  )
  return found
}

const found = ['Eicar-Test-Signature at 0']

test('the sample of this test has 68 bytes', () => {
  assert.equal(eicar.length, 68)
})

const positive: readonly (readonly [string, string])[] = [
  ['the 68 bytes alone', eicar],
  ['followed by LF', `${eicar}\n`],
  ['followed by CRLF', `${eicar}\r\n`],
  ['followed by Ctrl-Z', `${eicar}\u001a`],
  ['followed by every kind of white space', `${eicar} \t\r\n\u001a`],
  ['followed by 60 spaces, 128 bytes in all', eicar + ' '.repeat(60)],
]
for (const [title, text] of positive) {
  test(`EICAR is found: ${title}`, () => {
    assert.deepEqual(findings(text), found)
  })
}

const negative: readonly (readonly [string, string])[] = [
  ['nothing at all', ''],
  ['61 spaces behind it, 129 bytes in all', eicar + ' '.repeat(61)],
  ['much more white space than one head holds', eicar + '\n'.repeat(10_000)],
  ['one byte before it', ` ${eicar}`],
  ['a byte order mark before it', `\u00ef\u00bb\u00bf${eicar}`],
  ['lower case', eicar.toLowerCase()],
  ['quoted in a text', `The test file is ${eicar} as everybody knows.`],
  ['a text that begins with it', `${eicar} is the test file.`],
  ['a NUL behind it', `${eicar}\0`],
  ['a no-break space behind it', `${eicar}\u00a0`],
  ['its last byte missing', eicar.slice(0, -1)],
  ['its last byte changed', `${eicar.slice(0, -1)}+`],
  ['twice', eicar + eicar],
]
for (const [title, text] of negative) {
  test(`EICAR is not found: ${title}`, () => {
    assert.deepEqual(findings(text), [])
  })
}

test('a file that does not begin with the signature is never read, nor asked for its size', () => {
  const untouchable: ByteSource = {
    get size(): number {
      throw new Error('size was asked for')
    },
    read() {
      throw new Error('the source was read')
    },
  }
  assert.deepEqual(findings('MZ something else', untouchable), [])
  assert.deepEqual(findings(eicar.slice(0, 60), untouchable), [])
})

test('the length is learnt without asking for the size, which may decode a whole stream', () => {
  const bytes = bytesSource(Buffer.from(eicar, 'latin1'))
  const unsized: ByteSource = {
    get size(): number {
      throw new Error('size was asked for')
    },
    read: (offset, length) => bytes.read(offset, length),
  }
  assert.deepEqual(findings(eicar, unsized), found)
})
