// Every golden sample of a format that can be rebuilt: what is found in it is gone and no more is unread than before, or it
// is refused for a reason that is known. And the same samples damaged: refused or clean, never an error.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Curer } from '../../../test/support/cured.ts'
import { goldenSamples } from '../../../test/support/golden.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { withScratch } from '../../../test/support/scratch.ts'
import { isActionable, type Verdict } from '../../model/index.ts'
import { editors } from './index.ts'

/** Of the formats that are read out of compound files and zip archives there are samples too. */
const further = ['vba', 'doc', 'xls', 'ppt', 'msg', 'hwp', 'ooxml', 'odf', 'jar', 'office-encryption']

const ofStreams = /whole content is malicious|data behind|damaged/
/** Why a sample in which something is found may be refused; of other formats none is. */
const refusals: Readonly<Record<string, RegExp>> = {
  gzip: ofStreams,
  bzip2: ofStreams,
  xz: ofStreams,
  zstd: ofStreams,
  '7z': /data behind|damaged/,
  zip: /damaged/,
  eml: /several pieces|encrypted/,
  html: /encoded as a whole/,
  ole: /shorter than the directory/,
  vba: /nothing but macros/,
  doc: /^(?:DDE fields\.txt|WordDocument \(decrypted\)) cannot/,
  xls: /^(?:XLM\/.*|DDE links\.txt|Workbook \(decrypted\)) cannot/,
  ppt: /^Pictures\/.* cannot/,
  msg: /^body\.rtf cannot/,
  hwp: /scripts are encrypted|damaged|no container/,
  'office-encryption': /cannot be taken out/,
}

const decisiveScore = 80
const isBad = (verdict: Verdict): boolean => isActionable(verdict, decisiveScore)
const unread = ({ reasons }: Verdict): string[] =>
  reasons.map(({ code, chain }) => `${code} ${chain.join('/')}`)

for (const id of new Set([...editors.map(({ format }) => format.id), ...further])) {
  test(`${id}: golden samples are cured, or refused for a reason`, (t) => {
    const scratch = withScratch(t)
    const plain = new Curer(scratch)
    for (const { title, bytes, passwords } of goldenSamples(id)) {
      const curer = passwords === undefined ? plain : new Curer(scratch, passwords)
      const before = curer.scan(bytes)
      const { outcome, after } = curer.cure(bytes)
      if (outcome.kind !== 'rebuilt') {
        const why = outcome.kind === 'refused' ? outcome.message : ''
        if (isBad(before)) assert.match(why, refusals[id] ?? /^never$/, title)
        continue
      }
      assert.ok(isBad(before), `${title}: something was taken out of a clean file`)
      const verdict = curer.scan(after)
      assert.deepEqual([isBad(verdict), unread(verdict)], [false, []], title)
    }
  })
}

const fast = ['eml', 'mbox', 'html', 'ole', 'vba', 'ppt', 'hwp', 'msg']
const slow = ['7z', 'xz', 'bzip2', 'zstd']
for (const [ids, rounds] of [
  [fast, 6],
  [slow, 1],
] as const) {
  for (const id of ids) {
    test(`${id}: damaged samples are refused or lose what was found, and throw nothing`, (t) => {
      const curer = new Curer(withScratch(t))
      for (const [number, { title, bytes }] of goldenSamples(id).entries()) {
        const random = Buffer.from(randomBytes(rounds * 8, number))
        for (let round = 0; round < rounds; round++) {
          const damaged = Buffer.from(bytes)
          const at = random.readUInt32LE(round * 8) % bytes.length
          damaged.writeUInt8(random.readUInt8(round * 8 + 4), at)
          const cut = round % 2 === 0 ? damaged : damaged.subarray(0, at)
          const { outcome, after } = curer.cure(cut)
          if (outcome.kind !== 'rebuilt') continue
          assert.ok(after.length <= cut.length * 2 + 4096, title)
          // What is found in no member remains: then the caller gives the result up.
          const found = [curer.scan(after), curer.scan(cut)].map(({ detections }) => detections.length)
          assert.ok((found[0] ?? 0) < (found[1] ?? 0), `${title}: cut or changed at ${at}`)
        }
      }
    })
  }
}
