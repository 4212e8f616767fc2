// Every format inside every other that can hold files: the payload is found at the same place, one level deeper. The
// outer containers are made by the real tools; each holds one sample of every format.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { type Instance, load } from '../../src/engine/index.ts'
import { type GoldenSample, goldenIds, goldenSamples, payloadRule } from '../support/golden.ts'
import { eicar, samples } from '../support/samples.ts'

interface Inner {
  readonly id: string
  readonly bytes: Uint8Array
  readonly finds: readonly string[]
}

const isPlain = ({ finds, reasons = [], passwords = [], bytes }: GoldenSample): boolean =>
  finds.length > 0 && reasons.length === 0 && passwords.length === 0 && bytes.length < 1 << 20

/** One sample of each format that needs no password and has no damage. */
function innerSamples(): Inner[] {
  const golden = goldenIds().flatMap((id) => {
    const sample = goldenSamples(id).find(isPlain)
    return sample === undefined ? [] : [{ id, bytes: sample.bytes, finds: sample.finds }]
  })
  const known = new Set(golden.map(({ id }) => id))
  const [tar] = samples['tar'] ?? []
  const simple: Inner[] = [{ id: 'eicar', bytes: Buffer.from(eicar), finds: [''] }]
  if (!known.has('tar') && tar !== undefined) simple.push({ id: 'tar', bytes: tar, finds: ['eicar.com'] })
  return [...simple, ...golden]
}

const inners = innerSamples()
const nameOf = ({ id }: Inner): string => `${id}.bin`

let folder = ''
let instance: Instance
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'haechi-nesting-'))
  mkdirSync(join(folder, 'in'))
  for (const inner of inners) writeFileSync(join(folder, 'in', nameOf(inner)), inner.bytes)
  writeFileSync(join(folder, 'payload.yar'), payloadRule)
  const limits = { maxMs: 240_000, maxMembers: 1_000_000 }
  instance = load({ rules: [join(folder, 'payload.yar')], limits }).instance()
})
after(() => rmSync(folder, { recursive: true, force: true }))

function has(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { env: environment })
    return true
  } catch {
    return false
  }
}

const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }

/** Runs a shell line among the inner samples; it writes `../out`. */
function make(line: string): Uint8Array {
  const out = join(folder, 'out')
  rmSync(out, { force: true })
  execFileSync('/bin/sh', ['-ec', line], {
    cwd: join(folder, 'in'),
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return readFileSync(out)
}

function placesIn(bytes: Uint8Array, name: string): Set<string> {
  const verdict = instance.scan(bytes, { name })
  return new Set(
    verdict.detections
      .filter(({ heuristic }) => heuristic === undefined)
      .map(({ chain }) => chain.slice(1).join(' → ')),
  )
}

const archives: readonly (readonly [program: string, outer: string, line: string, prefix?: string])[] = [
  ['zip', 'zip', 'zip -q ../out.zip *; mv ../out.zip ../out'],
  ['tar', 'tar', 'tar cf ../out *'],
  ['tar', 'tar in gzip', 'tar czf ../out *'],
  ['7z', '7z', '7z a -bd -t7z ../out.7z . >/dev/null; mv ../out.7z ../out'],
  ['cpio', 'cpio', 'ls | cpio -o -H newc --quiet > ../out'],
  ['ar', 'ar', 'ar qc ../out.a *; mv ../out.a ../out'],
  ['genisoimage', 'iso with Rock Ridge', 'genisoimage -quiet -R -o ../out .'],
  ['genisoimage', 'iso with Joliet', 'genisoimage -quiet -J -o ../out .'],
  ['mksquashfs', 'squashfs', 'mksquashfs . ../out.s -quiet -no-progress >/dev/null; mv ../out.s ../out'],
  ['gcab', 'cab', 'gcab -cz ../out.cab *; mv ../out.cab ../out'],
  ['arj', 'arj', 'arj a -y ../out.arj * >/dev/null; mv ../out.arj ../out'],
  ['jlha', 'lzh', 'jlha aq ../out.lzh *; mv ../out.lzh ../out'],
  ['wimcapture', 'wim', 'wimcapture . ../out.wim >/dev/null; mv ../out.wim ../out'],
  ['mke2fs', 'ext4', 'mke2fs -q -t ext4 -d . ../out.img 24M; mv ../out.img ../out'],
  [
    'mcopy',
    'FAT',
    'mkfs.vfat -C ../out.fat 24576 >/dev/null; mcopy -i ../out.fat * ::; mv ../out.fat ../out',
  ],
]

const bare = (place: string): string => place.replace(/^\.\//, '').toLowerCase()

for (const [program, outer, line] of archives) {
  test(`every format inside ${outer}`, (t) => {
    if (!has(program)) {
      t.skip(`${program} is not installed`)
      return
    }
    const places = [...placesIn(make(line), 'outer')].map(bare)
    for (const inner of inners) {
      for (const find of inner.finds) {
        const place = bare([nameOf(inner), ...(find === '' ? [] : [find])].join(' → '))
        assert.ok(
          places.some((found) => found === place || found.endsWith(`/${place}`)),
          `${place} is not among ${JSON.stringify(places.filter((found) => found.includes(inner.id)))}`,
        )
      }
    }
  })
}

const streams: readonly (readonly [program: string, line: (file: string) => string])[] = [
  ['gzip', (file) => `gzip -c ${file} > ../out`],
  ['bzip2', (file) => `bzip2 -c ${file} > ../out`],
  ['xz', (file) => `xz -c ${file} > ../out`],
  ['lzma', (file) => `lzma -c ${file} > ../out`],
  ['zstd', (file) => `zstd -q -c ${file} > ../out`],
  ['lz4', (file) => `lz4 -q -c ${file} > ../out`],
  ['lzip', (file) => `lzip -c ${file} > ../out`],
  ['compress', (file) => `compress -f -c ${file} > ../out`],
]

for (const [program, line] of streams) {
  test(`every format inside ${program}`, (t) => {
    if (!has(program)) {
      t.skip(`${program} is not installed`)
      return
    }
    for (const inner of inners) {
      const places = placesIn(make(line(nameOf(inner))), 'outer')
      for (const find of inner.finds) {
        // A stream adds no link; what is in no container itself is named as the stream's content is.
        const isThere = find === '' ? places.size > 0 : [...places].some((place) => place.endsWith(find))
        assert.ok(isThere, `${inner.id}: ${find} is not among ${JSON.stringify([...places])}`)
      }
    }
  })
}

test('every format as the attachment of a mail', () => {
  const parts = inners.map((inner) => {
    const encoded = Buffer.from(inner.bytes).toString('base64').replaceAll(/.{76}/g, '$&\r\n')
    return (
      `--b\r\nContent-Type: application/octet-stream; name="${nameOf(inner)}"\r\n` +
      `Content-Disposition: attachment; filename="${nameOf(inner)}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded}\r\n`
    )
  })
  const mail =
    'From: a@example.org\r\nTo: b@example.org\r\nSubject: all\r\nMIME-Version: 1.0\r\n' +
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts.join('')}--b--\r\n`
  const places = placesIn(Buffer.from(mail), 'mail')
  for (const inner of inners) {
    for (const find of inner.finds) {
      const place = [nameOf(inner), ...(find === '' ? [] : [find])].join(' → ')
      assert.ok(
        [...places].some((found) => found.endsWith(place)),
        `${place} of ${inner.id}`,
      )
    }
  }
})
