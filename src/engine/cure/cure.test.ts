import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'

import { eicar } from '../../../test/support/samples.ts'
import { withScratch } from '../../../test/support/scratch.ts'
import { paxRecords, tarOf } from '../../../test/support/tar-writer.ts'
import { listed, unpack } from '../../../test/support/unpack.ts'
import { zipOf } from '../../../test/support/zip-writer.ts'
import type { CureOutcome } from '../../model/index.ts'
import { load } from '../index.ts'
import { consequencesOf } from './zip/office.ts'

type Scratch = ReturnType<typeof withScratch>

function cured(scratch: Scratch, bytes: Uint8Array): { outcome: CureOutcome; after: Buffer } {
  const path = join(scratch.folder('in'), 'sample')
  writeFileSync(path, bytes)
  const pieces: Buffer[] = []
  const fd = openSync(path, 'r')
  try {
    const write = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece))
    const outcome = load().instance().cure(fd, { name: 'sample', write })
    return { outcome, after: Buffer.concat(pieces) }
  } finally {
    closeSync(fd)
  }
}

function changesOf(outcome: CureOutcome): string[] {
  assert.equal(outcome.kind, 'rebuilt', JSON.stringify(outcome))
  const { changes } = outcome
  return changes.map(({ kind, chain }) => `${kind} ${chain.slice(1).join(' → ')}`)
}

const python = (code: string, args: readonly string[]): string =>
  execFileSync('python3', ['-c', code, ...args], { encoding: 'utf8' })

test('a zip loses the bad member and keeps all else: order, bytes, times, comments, prefix, what is appended', (t) => {
  const scratch = withScratch(t)
  const prefix = Buffer.from('#!/bin/sh\n# a stub\n')
  const archive = zipOf(
    [
      { name: 'z-first.txt', data: 'first '.repeat(100) },
      { name: 'dir/', data: '' },
      { name: 'eicar.com', data: eicar },
      { name: 'a-stored', data: 'stored', method: 0 },
      { name: 'streamed', data: 'streamed '.repeat(50), isStreamed: true },
    ],
    { comment: 'the comment' },
  )
  const { outcome, after } = cured(scratch, Buffer.concat([prefix, archive]))
  assert.deepEqual(changesOf(outcome), ['removed eicar.com'])
  assert.deepEqual(after.subarray(0, prefix.length), prefix)
  const path = scratch.at('in/after.zip')
  writeFileSync(path, after)
  const shown = python(
    `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(z.comment.decode(), [(i.filename, i.file_size, i.date_time, i.compress_type) for i in z.infolist()])`,
    [path],
  )
  const original = scratch.at('in/original.zip')
  writeFileSync(original, archive)
  const expected = python(
    `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
print(z.comment.decode(), [(i.filename, i.file_size, i.date_time, i.compress_type) for i in z.infolist() if i.filename != 'eicar.com'])`,
    [original],
  )
  assert.equal(shown, expected)
})

test('a bad member deep inside is taken out, and every container around it is rebuilt', (t) => {
  const scratch = withScratch(t)
  const inner = zipOf([
    { name: 'good', data: 'good '.repeat(99) },
    { name: 'eicar.com', data: eicar },
  ])
  const middle = gzipSync(
    tarOf([
      { name: 'inner.zip', data: inner },
      { name: 'also', data: 'kept' },
    ]),
  )
  const outer = zipOf([
    { name: 'middle.tgz', data: middle },
    { name: 'note', data: 'kept too' },
  ])
  const { outcome, after } = cured(scratch, outer)
  assert.deepEqual(changesOf(outcome), [
    'removed middle.tgz → inner.zip → eicar.com',
    'rebuilt middle.tgz → inner.zip',
    'rebuilt middle.tgz',
  ])
  assert.equal(load().instance().scan(after).status, 'clean')
  const texts = listed(unpack(after))
  for (const kept of ['good '.repeat(99), 'kept', 'kept too']) {
    assert.ok(
      texts.some((text) => text.endsWith(`=${kept}`)),
      kept,
    )
  }
  assert.ok(!texts.some((text) => text.includes(eicar)))
})

test('a tar keeps modes, owners, long names and symbolic links; hard links to what is gone go too', (t) => {
  const scratch = withScratch(t)
  const long = `${'directory/'.repeat(15)}file`
  const archive = tarOf([
    { name: 'first', data: 'one' },
    { name: 'long', type: 'x', data: paxRecords({ path: long }) },
    { name: 'short', data: 'long name' },
    { name: 'eicar.com', data: eicar },
    { name: 'hard', type: '1', linkName: 'eicar.com' },
    { name: 'soft', type: '2', linkName: 'first' },
    { name: 'last', data: 'x'.repeat(600) },
  ])
  const { outcome, after } = cured(scratch, archive)
  assert.deepEqual(changesOf(outcome), ['removed eicar.com', 'removed hard'])
  const path = scratch.at('in/after.tar')
  writeFileSync(path, after)
  const names = execFileSync('tar', ['tf', path], { encoding: 'utf8' }).trim().split('\n')
  assert.deepEqual(names, ['first', long, 'soft', 'last'])
  // Every block that was kept is in the original.
  const kept = Buffer.from(archive)
  for (let at = 0; at < after.length; at += 512) {
    assert.ok(kept.includes(after.subarray(at, at + 512)), `block at ${at}`)
  }
})

test('gzip keeps its header and gets a right checksum', (t) => {
  const scratch = withScratch(t)
  const header = Buffer.of(0x1f, 0x8b, 8, 8, 1, 2, 3, 4, 0, 3)
  const body = gzipSync(
    tarOf([
      { name: 'eicar.com', data: eicar },
      { name: 'kept', data: 'kept' },
    ]),
  ).subarray(10)
  const named = Buffer.concat([header, Buffer.from('backup.tar\0'), body])
  const { outcome, after } = cured(scratch, named)
  assert.deepEqual(changesOf(outcome), ['removed eicar.com'])
  assert.deepEqual(after.subarray(0, header.length + 11), named.subarray(0, header.length + 11))
  assert.ok(gunzipSync(after).includes('kept'))
})

const override = (part: string, type: string): string =>
  `<Override PartName="/${part}" ContentType="application/${type}"/>`
const relations = (...targets: string[]): string =>
  `<?xml version="1.0"?><Relationships>${targets.map((target, at) => `<Relationship Id="r${at}" Type="x" Target="${target}"/>`).join('')}</Relationships>`

test('macros leave a Word document together with all that names them and all that only they led to', (t) => {
  const scratch = withScratch(t)
  const types = (...parts: string[]): string =>
    `<?xml version="1.0"?><Types>${override('word/document.xml', 'vnd.ms-word.document.macroEnabled.main+xml')}${parts.join('')}</Types>`
  const entries = (isAfter: boolean): { name: string; data: string }[] => [
    {
      name: '[Content_Types].xml',
      data: isAfter
        ? types(override('customUI/customUI.xml', 'xml'))
        : types(
            override('word/vbaProject.bin', 'vnd.ms-office.vbaProject'),
            override('word/vbaData.xml', 'vnd.ms-word.vbaData+xml'),
            override('customUI/customUI.xml', 'xml'),
          ),
    },
    { name: '_rels/.rels', data: relations('word/document.xml', 'customUI/customUI.xml') },
    { name: 'word/document.xml', data: '<w:document/>' },
    {
      name: 'word/_rels/document.xml.rels',
      data: isAfter
        ? relations('styles.xml', 'media/both.png').replace('"r1"', '"r2"')
        : relations('styles.xml', '/word/vbaProject.bin', 'media/both.png'),
    },
    { name: 'word/vbaProject.bin', data: eicar },
    {
      name: 'word/_rels/vbaProject.bin.rels',
      data: relations('vbaData.xml', './vbaProjectSignature.bin', '../word/media/both.png', 'media/own.png'),
    },
    { name: 'word/vbaData.xml', data: '<wne:vbaSuppData/>' },
    { name: 'word/vbaProjectSignature.bin', data: 'signature' },
    // No relation leads to it, but to nothing else either.
    { name: 'word/vbaProjectSignatureAgile.bin', data: 'signature' },
    { name: 'word/media/own.png', data: 'only the macros have it' },
    { name: 'word/media/both.png', data: 'both have it' },
    { name: 'word/media/nobody.png', data: 'nobody has it' },
    { name: 'word/styles.xml', data: '<w:styles/>' },
    { name: 'customUI/customUI.xml', data: '<customUI/>' },
  ]
  const gone = /vbaProject|vbaData|own\.png/
  const { outcome, after } = cured(scratch, zipOf(entries(false)))
  assert.deepEqual(changesOf(outcome), [
    'removed word/vbaProject.bin',
    'removed word/vbaData.xml',
    'removed word/vbaProjectSignature.bin',
    'removed word/vbaProjectSignatureAgile.bin',
    'removed word/media/own.png',
    'removed word/_rels/vbaProject.bin.rels',
  ])
  const expected = zipOf(entries(true).filter(({ name }) => !gone.test(name)))
  assert.deepEqual(listed(unpack(after)), listed(unpack(expected)))
})

test('a relation to elsewhere leads nowhere any more, and keeps its place', () => {
  const table = (target: string): string =>
    `<Relationships><Relationship Id="r1" Type="x/attachedTemplate" Target=${target} TargetMode="External"/>` +
    '<Relationship Id="r2" Type="x/hyperlink" Target="https://example.org/" TargetMode="External"/></Relationships>'
  const entries = (target: string): { name: string; data: string }[] => [
    { name: '[Content_Types].xml', data: '<Types/>' },
    { name: 'word/settings.xml', data: '<w:settings/>' },
    { name: 'word/_rels/settings.xml.rels', data: table(target) },
  ]
  const judgements = entries('').map(
    ({ name }) => ({ kind: name.endsWith('.rels') ? 'remove' : 'keep' }) as const,
  )
  const changed = consequencesOf({
    entries: entries("'https://evil.example/t.dotm'"),
    judgements,
    contentOf: ({ data }) => Buffer.from(data),
    alsoRemoved: (name) => assert.fail(name),
  })
  const replaced = changed.map((one) =>
    one.kind === 'replace' ? Buffer.from(one.bytes).toString() : one.kind,
  )
  assert.deepEqual(replaced, ['keep', 'keep', table('"about:blank"')])
})

const refused: readonly (readonly [title: string, bytes: Uint8Array, why: RegExp])[] = [
  ['a bad file that is no container', Buffer.from(eicar), /no container/],
  [
    'a document whose own part is bad',
    zipOf([
      { name: '[Content_Types].xml', data: '<Types/>' },
      {
        name: '_rels/.rels',
        data: '<Relationships><Relationship Id="a" Type="http://x/officeDocument" Target="/word/document.xml"/></Relationships>',
      },
      { name: 'word/document.xml', data: eicar },
      { name: 'word/styles.xml', data: '<w:styles/>' },
    ]),
    /document itself is malicious/,
  ],
  ['a compressed bad file', gzipSync(eicar), /whole content is malicious/],
  [
    'an archive that is cut off',
    tarOf([
      { name: 'eicar.com', data: eicar },
      { name: 'b', data: 'x'.repeat(2000) },
    ]).subarray(0, 2600),
    /cut off|damaged/,
  ],
  [
    'an archive with a member that nobody can read',
    zipOf([
      { name: 'eicar.com', data: eicar },
      { name: 'locked', data: 'secret', password: 'unknown' },
    ]),
    /locked: encrypted/,
  ],
]
for (const [title, bytes, why] of refused) {
  test(`is not cured: ${title}`, (t) => {
    const { outcome } = cured(withScratch(t), bytes)
    assert.equal(outcome.kind, 'refused', JSON.stringify(outcome))
    assert.match(outcome.message, why)
  })
}

test('a clean archive is not touched', (t) => {
  const { outcome } = cured(withScratch(t), zipOf([{ name: 'a', data: 'a' }]))
  assert.deepEqual(outcome, { kind: 'unchanged' })
})

test('an archive cut off anywhere is refused or rebuilt into one that is clean', (t) => {
  const scratch = withScratch(t)
  const whole = zipOf([
    { name: 'a', data: 'some text '.repeat(20) },
    { name: 'eicar.com', data: eicar },
    { name: 'b', data: 'more' },
  ])
  for (let length = 1; length < whole.length; length += 7) {
    const { outcome, after } = cured(scratch, whole.subarray(0, length))
    if (outcome.kind === 'rebuilt') assert.notEqual(load().instance().scan(after).status, 'found')
  }
  assert.ok(readFileSync(scratch.at('in/sample')).length > 0)
})
