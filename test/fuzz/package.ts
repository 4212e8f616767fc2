// The reader of collected packages under mutation. The archive inside is given without its compression, whose checksums would
// keep mutated bytes away from what is tested.

import { Findings } from '../../src/collect/package/findings.ts'
import { frameLength, unpackFrame } from '../../src/collect/package/frame-reader.ts'
import { readManifestLine } from '../../src/collect/package/manifest-entry.ts'
import { MemberCheck } from '../../src/collect/package/member-check.ts'
import { readSignature } from '../../src/collect/package/signature.ts'
import { readSparseMap, sparseMap } from '../../src/collect/package/sparse.ts'
import { memberHeader, paddingOf } from '../../src/collect/package/tar-header.ts'
import type { Target } from './target.ts'

const times = { modified: '2026-11-22T10:00:00.123456789Z' }
const root = '0'.repeat(64)
const line = JSON.stringify({
  previous: root,
  kind: 'file',
  path: '/etc/passwd',
  size: 3,
  mode: 420,
  times,
  sha256: root,
  unread: [[0, 1]],
  step: 'files',
  ms: 1,
  at: { frame: 0, skip: 0, head: 1536, bytes: 3, frames: [100] },
})
const signature = JSON.stringify({
  format: 'haechi-package/1',
  started: times.modified,
  chainRoot: root,
  lines: 1,
  manifest: [],
  case: { frame: 0, skip: 0, head: 512, bytes: 2, frames: [1] },
  caseSha256: root,
  stream: { bytes: 1, sha256: root },
  algorithm: 'ed25519',
  publicKey: root,
  signature: root + root,
})
const map = sparseMap([{ offset: 4096, length: 10 }], 1_000_000)
const archive = Buffer.concat([
  member('file', '/etc/passwd', Buffer.from('abc')),
  member('head', 'manifest.jsonl', Buffer.from(`${line}\n`)),
  member('head', 'case.json', Buffer.from('{}')),
  member('head', 'signature.json', Buffer.from(signature)),
])
const frame = Buffer.from('28b52ffd2403190000616263990977ad', 'hex')

function member(kind: 'file' | 'head', path: string, data: Buffer): Buffer {
  const header = memberHeader({ kind, path, size: data.length, times, stored: data.length, isSparse: false })
  return Buffer.concat([header, data, Buffer.alloc(paddingOf(data.length))])
}

export function packageTargets(): Target[] {
  return [
    {
      id: 'collect package members',
      corpus: [archive],
      run(bytes) {
        const findings = new Findings()
        const check = new MemberCheck(findings)
        check.frame({ offset: 0, bytes, kind: 'data', content: Buffer.from(bytes) })
        check.end(bytes.length)
        JSON.stringify([findings.kept, check.signature])
      },
    },
    {
      id: 'collect package lines',
      corpus: [Buffer.from(line), Buffer.from(signature)],
      run(bytes) {
        const text = Buffer.from(bytes).toString()
        JSON.stringify([readManifestLine(text), readSignature(text)])
      },
    },
    {
      id: 'collect package frames',
      corpus: [frame],
      run(bytes) {
        const length = frameLength(bytes)
        if (length !== undefined && length > 0) unpackFrame(bytes.subarray(0, length))
      },
    },
    {
      id: 'collect package sparse maps',
      corpus: [map],
      run(bytes) {
        const read = readSparseMap((offset, length) => bytes.subarray(offset, offset + length), 1_000_000)
        if (read !== undefined && read.length > bytes.length)
          throw new Error('the map is longer than its bytes')
      },
    },
  ]
}
