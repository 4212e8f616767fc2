// What every format owes to the scan. `checkFormat` registers the tests of one format; a plugin's author calls it in a
// test file of their own: `checkFormat(plugin, { files, contains, others })`.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Format } from '../../src/engine/formats/format.ts'
import { Budget, defaultLimits } from '../../src/engine/limits.ts'
import { headBytes, type ScanObject } from '../../src/engine/scan-object.ts'
import { bytesSource, maxRead } from '../../src/engine/source/byte-source.ts'
import { randomBytes } from './random.ts'
import { unpack } from './unpack.ts'

export interface FormatSamples {
  /** Valid files of the format, each with a member in which `contains` stands. */
  readonly files: readonly Uint8Array[]
  readonly contains: RegExp | string
  /** At how many places each file is cut off. */
  readonly cuts?: number
  /** Valid files of other formats, by the id of theirs. */
  readonly others: Readonly<Record<string, readonly Uint8Array[]>>
}

const objectOf = (bytes: Uint8Array): ScanObject => ({
  chain: ['object'],
  depth: 0,
  source: bytesSource(bytes),
  head: bytes.slice(0, headBytes),
})

function isIn(text: string, contains: RegExp | string): boolean {
  return typeof contains === 'string' ? text.includes(contains) : contains.test(text)
}

const nobodys = [new Uint8Array(0), new Uint8Array(5000), randomBytes(5000, 1)]

/** Registers the contract suite of one format with node:test. */
export function checkFormat(format: Format, { files, contains, others, cuts = 256 }: FormatSamples): void {
  const { id } = format
  const foreign = Object.entries(others).filter(([other]) => other !== id)

  void test(`${id}: its id is as a user writes it`, () => {
    assert.match(id, /^[a-z0-9-]+$/)
  })

  void test(`${id}: has samples, matches them and finds what is in them`, () => {
    assert.ok(files.length > 0)
    for (const bytes of files) {
      assert.ok(format.matches(objectOf(bytes)))
      assert.ok(unpack(bytes, { formats: [format] }).members.some(({ text }) => isIn(text, contains)))
    }
  })

  void test(`${id}: does not match what belongs to others`, () => {
    // What begins anywhere may begin in the files of others.
    if (format.kind === 'search') return
    for (const [other, samples] of [...foreign, ['nobody', nobodys] as const]) {
      for (const bytes of samples) assert.equal(format.matches(objectOf(bytes)), false, other)
    }
  })

  void test(`${id}: members() of anything throws nothing`, () => {
    const anything = [
      ...files,
      ...foreign.flatMap(([, samples]) => samples),
      new Uint8Array(0),
      Uint8Array.of(0x50),
      new Uint8Array(5000),
      randomBytes(9000, 2),
    ]
    const eager: Format = {
      id,
      kind: format.kind,
      matches: () => true,
      members: (object, context) => format.members(object, context),
    }
    for (const bytes of anything) {
      assert.equal(unpack(bytes, { formats: [eager], isFlat: true }).limit, undefined)
    }
  })

  void test(`${id}: a sample cut off anywhere still ends without an error`, () => {
    for (const bytes of files) {
      for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / cuts)) {
        unpack(bytes.subarray(0, length), { formats: [format] })
      }
    }
  })

  checkMembers(format, files)
  checkBudget(format, files, contains)
}

function checkMembers(format: Format, files: readonly Uint8Array[]): void {
  void test(`${format.id}: members can be read in any order and again`, () => {
    for (const bytes of files) {
      unpack(bytes, {
        formats: [format],
        visit({ source }) {
          const first = new Uint8Array(source.read(0, maxRead))
          const { size } = source
          assert.equal(first.length, Math.min(size, maxRead))
          assert.equal(source.read(Math.max(0, size - 7), 7).length, Math.min(size, 7))
          for (const at of [first.length - 1, 0, first.length >> 1]) {
            const part = Buffer.from(first.slice(Math.max(0, at), at + 7))
            assert.deepEqual(Buffer.from(source.read(at, part.length)), part)
          }
          assert.equal(source.read(size, 1).length, 0)
        },
      })
    }
  })

  void test(`${format.id}: members that nobody reads cost no decoding beyond the limits`, () => {
    for (const bytes of files) {
      const context = { budget: new Budget(defaultLimits), passwords: [], fault: () => {} }
      let count = 0
      for (const { source } of format.members(objectOf(bytes), context)) {
        count++
        source.release?.()
      }
      assert.ok(count > 0)
    }
  })
}

function checkBudget(format: Format, files: readonly Uint8Array[], contains: RegExp | string): void {
  void test(`${format.id}: gives back all the memory it was lent`, () => {
    for (const bytes of files) {
      const { budget } = unpack(bytes, { formats: [format] })
      assert.ok(budget.hold(defaultLimits.maxHeldBytes))
    }
  })

  void test(`${format.id}: members are readable with no memory to hold them in`, () => {
    for (const bytes of files) {
      const { members } = unpack(bytes, { formats: [format], limits: { maxHeldBytes: 0 } })
      assert.ok(members.some(({ text }) => isIn(text, contains)))
    }
  })

  void test(`${format.id}: a limit of the budget passes through`, () => {
    for (const bytes of files) {
      assert.equal(unpack(bytes, { formats: [format], limits: { maxMs: 0 } }).limit, 'time')
      assert.equal(unpack(bytes, { formats: [format], limits: { maxMembers: 0 } }).limit, 'members')
    }
  })
}
