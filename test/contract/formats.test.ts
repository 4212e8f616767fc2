// The contract suite of every format of the table. A new format needs golden samples, nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { formats } from '../../src/engine/formats/index.ts'
import { checkFormat } from '../support/format-contract.ts'
import { goldenSamples, payload } from '../support/golden.ts'
import { eicar, samples } from '../support/samples.ts'
import { unpack } from '../support/unpack.ts'

test('the ids of the formats are unique', () => {
  const ids = formats.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

/** Which samples a format takes beside its own: what is built upon it, or what two formats read different parts of. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base64: ['uuencode'],
  doc: ['ole', 'vba'],
  elf: ['pyinstaller', 'upx'],
  eml: ['yenc'],
  iso: ['udf'],
  mbr: ['vhd'],
  ole: ['doc', 'hwp', 'msg', 'office-encryption', 'ppt', 'vba', 'xls'],
  packed: ['autoit', 'inno', 'installshield', 'pe', 'upx'],
  pdf: ['embedded'],
  pe: ['autoit', 'embedded', 'inno', 'installshield', 'nsis', 'packed', 'upx'],
  zip: ['crx', 'msg', 'onenote', 'pdf', 'vba', 'xlsb'],
  zlib: ['dmg'],
}

const most = 3
const longest = 256 * 1024
const contains = new RegExp(`${payload}|${eicar.replaceAll(/[^\w]/g, String.raw`\$&`)}`)

/** Small valid samples whose payload the format itself yields. */
function samplesOf(format: (typeof formats)[number]): Uint8Array[] {
  const golden = goldenSamples(format.id)
    .filter(
      ({ finds, passwords = [], reasons = [] }) =>
        finds.length > 0 && passwords.length + reasons.length === 0,
    )
    .map(({ bytes }) => bytes)
  return [...(samples[format.id] ?? []), ...golden]
    .filter((bytes) => bytes.length <= longest)
    .filter((bytes) => unpack(bytes, { formats: [format] }).members.some(({ text }) => contains.test(text)))
    .slice(0, most)
}

const all = Object.fromEntries(formats.map((format) => [format.id, samplesOf(format)]))

for (const format of formats) {
  const taken = new Set([...(layers[format.id] ?? []), format.id])
  const others = Object.fromEntries(Object.entries(all).filter(([id]) => !taken.has(id)))
  checkFormat(format, { files: all[format.id] ?? [], contains, others, cuts: 48 })
}
