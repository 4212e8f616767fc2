// The contract suite of every format of the table. A new format needs golden samples, nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Format, Member } from '../../src/engine/formats/format.ts'
import { formats } from '../../src/engine/formats/index.ts'
import { headBytes, type ScanObject } from '../../src/engine/scan-object.ts'
import { bytesSource, chunksOf } from '../../src/engine/source/byte-source.ts'
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
const longest = 16 * 1024 * 1024
const payloads = new RegExp(`${payload}|${RegExp.escape(eicar)}`)

interface Own {
  readonly files: readonly Uint8Array[]
  /** A format that yields containers only, such as a disk, has no payload of its own. */
  readonly contains: RegExp | string
}

function objectOf(bytes: Uint8Array): ScanObject {
  return { chain: ['object'], depth: 0, source: bytesSource(bytes), head: bytes.slice(0, headBytes) }
}

function partsOf(format: Format, bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  const visit = ({ source }: Member): void => {
    const pieces: Uint8Array[] = []
    for (const chunk of chunksOf(source)) pieces.push(new Uint8Array(chunk))
    parts.push(new Uint8Array(Buffer.concat(pieces)))
  }
  unpack(bytes, { visit })
  return parts.filter((part) => format.matches(objectOf(part)))
}

/** Valid samples of the format; those from which it yields the payload itself where there are any. */
function samplesOf(format: Format): Own {
  const golden = goldenSamples(format.id)
    .filter(
      ({ finds, passwords = [], reasons = [] }) =>
        finds.length > 0 && passwords.length + reasons.length === 0,
    )
    .map(({ bytes }) => bytes)
  const whole = [...(samples[format.id] ?? []), ...golden].filter((bytes) => bytes.length <= longest)
  // Some formats are parts of others: the overlay of a program, a part of a workbook.
  const isOwn = whole.some((bytes) => format.matches(objectOf(bytes)))
  const opened = (isOwn ? whole : whole.flatMap((bytes) => partsOf(format, bytes)))
    .map((bytes) => ({ bytes, members: unpack(bytes, { formats: [format], isFlat: true }).members }))
    .filter(({ members }) => members.length > 0)
    .toSorted((a, b) => a.bytes.length - b.bytes.length)
  const direct = opened.filter(({ members }) => members.some(({ text }) => payloads.test(text)))
  const chosen = direct.length > 0 ? direct : opened
  return {
    files: chosen.slice(0, most).map(({ bytes }) => bytes),
    contains: direct.length > 0 ? payloads : '',
  }
}

const all = Object.fromEntries(formats.map((format) => [format.id, samplesOf(format)]))

for (const format of formats) {
  const { files, contains } = all[format.id] ?? { files: [], contains: '' }
  const taken = new Set([...(layers[format.id] ?? []), format.id])
  const others = Object.fromEntries(
    Object.entries(all)
      .filter(([id]) => !taken.has(id))
      .map(([id, own]) => [id, own.files]),
  )
  checkFormat(format, { files, contains, others, cuts: files.some(({ length }) => length > 65_536) ? 6 : 48 })
}
