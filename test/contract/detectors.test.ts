// The contract suite of every detector of the table. A new detector needs something that it finds, nothing else.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { loadHashLists } from '../../src/engine/detectors/hash/index.ts'
import { createDetectors } from '../../src/engine/detectors/index.ts'
import { checkDetector, findingsOf } from '../support/detector-contract.ts'
import { goldenSamples } from '../support/golden.ts'
import { eicar } from '../support/samples.ts'
import { compileText } from '../support/yara-scan.ts'

const listed = Buffer.from('a listed object')
const hashOf = (kind: string): string => createHash(kind).update(listed).digest('hex')
const list = [
  `${hashOf('sha256')}:Any`,
  `${hashOf('sha1')}:${listed.length}:Sized`,
  `${hashOf('md5')}:9999:Other`,
]
const { database } = loadHashLists([{ name: 'list', bytes: Buffer.from(list.join('\n')) }])
const rules = `
  rule Text { strings: $a = "described" fullword condition: $a }
  rule Gap { strings: $a = { D7 F1 C9 7E [1-900] F7 D1 C3 7E } condition: $a }
  rule No_Atom { strings: $a = /[a-f][0-9]Q/ condition: #a > 1 }
  rule Head { condition: uint32be(0) == 0x4d5a4852 }`
const described = ['it is described', `\xd7\xf1\xc9~${'.'.repeat(500)}\xf7\xd1\xc3~`, 'a1Qb2Q', 'MZHR']
const detectors = createDetectors({ hash: database, signatures: compileText(rules), variables: {} })
/** Golden samples that tell of themselves: some are known by their name or their container. */
function speaking(id: string): Uint8Array[] {
  const detector = createDetectors({ hash: database, signatures: undefined, variables: {} }).find(
    (one) => one.id === id,
  )
  assert.ok(detector !== undefined)
  const samples = goldenSamples(id).map(({ bytes }) => bytes)
  return samples.filter((bytes) => findingsOf(detector, bytes).length > 0).slice(0, 5)
}

/** In pieces, so that this file is not what they look for. */
const heuristics: Readonly<Record<string, readonly Uint8Array[]>> = {
  document: [
    Buffer.from(
      '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" ' +
        'Target="http://example.org/x.dotm" TargetMode="External"/></Relationships>',
    ),
  ],
  macro: [
    Buffer.from(
      [
        'Attribute VB_Name = "Module1"\r\nSub Auto',
        'Open()\r\nShe',
        'll "cmd /c start calc"\r\nEnd Sub\r\n',
      ].join(''),
    ),
  ],
  script: speaking('script'),
  webshell: [Buffer.from(['<?php ev', 'al($_PO', "ST['c']); ?>"].join(''))],
  disguise: [Buffer.from('GIF89a/*......*/=1;alert(1)'), Buffer.from('MZ\0\0\0\0%PDF-1.4\n')],
  program: speaking('program'),
}
const known: Readonly<Record<string, readonly Uint8Array[]>> = {
  eicar: [Buffer.from(eicar)],
  hash: [listed],
  yara: described.map((value) => Buffer.from(value, 'latin1')),
  ...heuristics,
}

test('the ids of the detectors are unique', () => {
  const ids = detectors.map((detector) => detector.id)
  assert.deepEqual(ids, ['eicar', 'hash', 'yara', ...Object.keys(heuristics)])
})

test('an empty hash database and no rules add no detector', () => {
  const empty = createDetectors({
    hash: loadHashLists([]).database,
    signatures: undefined,
    variables: {},
  })
  assert.deepEqual(
    empty.map((detector) => detector.id),
    ['eicar', ...Object.keys(heuristics)],
  )
})

for (const detector of detectors) checkDetector(detector, known[detector.id] ?? [])

test('the listed object is found by every entry that fits it', () => {
  assert.deepEqual(
    detectors.flatMap((detector) => findingsOf(detector, listed)),
    ['Any 0', 'Sized 0'],
  )
})

test('what rules describe is found by its rule', () => {
  const names = described.map((value) =>
    detectors.flatMap((detector) => findingsOf(detector, Buffer.from(value, 'latin1'))),
  )
  assert.deepEqual(names, [['Text 6'], ['Gap 0'], ['No_Atom 0'], ['Head 0']])
})
