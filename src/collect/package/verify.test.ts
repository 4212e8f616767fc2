import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'

import * as fc from 'fast-check'

import {
  fileItem,
  memorySink,
  packageOf,
  piecesOf,
  signingKey,
  stepOf,
  writeSteps,
} from '../../../test/support/collect-package.ts'
import { must } from '../../../test/support/must.ts'
import { readFrames } from './frame-reader.ts'
import { verifyPackage, type VerifyResult } from './index.ts'
import { publicKeyHex, signFacts, tailOf, tailOffset } from './signature.ts'
import { readTail } from './read-index.ts'
import type { PackageBytes } from './package-bytes.ts'

const small = [
  fileItem({ path: '/etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n', mode: 0o100644 }),
  fileItem({ path: '/etc/gone', source: { size: 10 } }),
  { kind: 'rows', name: 'processes', rows: [{ pid: 1 }, { pid: 2 }] },
] as const

// Each has frames of its own, so that whole members can be taken out and put in.
const names = ['/a', '/b', '/c', '/d'] as const
const large = names.map((path) => fileItem({ path, content: randomBytes(140_000) }))

function verify(bytes: Uint8Array, publicKey?: string): Promise<VerifyResult> {
  return verifyPackage(piecesOf(bytes), publicKey === undefined ? {} : { publicKey })
}

function findings(result: VerifyResult): string[] {
  return result.findings.map(({ kind, member }) => (member === undefined ? kind : `${kind} ${member}`))
}

/** The bytes of each frame, in order. */
async function framesOf(bytes: Buffer): Promise<Buffer[]> {
  const frames: Buffer[] = []
  for await (const frame of readFrames(piecesOf(bytes))) frames.push(Buffer.from(frame.bytes))
  return frames
}

test('a package that nobody touched is right, and what that proves depends on the key', async () => {
  const bytes = await packageOf(small)
  const embedded = await verify(bytes)
  assert.deepEqual(findings(embedded), [])
  assert.equal(embedded.isRight, true)
  assert.equal(embedded.signature, 'good')
  assert.equal(embedded.key, 'embedded')
  assert.match(embedded.proves, /who wrote it is not proven/)
  assert.equal(embedded.members, 4)
  assert.equal(embedded.bytes, bytes.length)
  const given = await verify(bytes, publicKeyHex(signingKey))
  assert.equal(given.isRight, true)
  assert.equal(given.key, 'given')
  const other = await verify(bytes, publicKeyHex(generateKeyPairSync('ed25519').publicKey))
  assert.equal(other.isRight, false)
  assert.deepEqual(findings(other), ['other-key'])
})

test('any single changed byte is found', async () => {
  const bytes = await packageOf(small)
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ change
      assert.equal((await verify(changed)).isRight, false, `byte ${at}`)
    }),
    { numRuns: 300 },
  )
})

test('a byte of the signature or of what follows it counts wherever it stands', async () => {
  const bytes = await packageOf(small)
  const start = must(tailOffset(bytes.subarray(-16)))
  for (let at = start; at < bytes.length; at += 3) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.equal((await verify(changed)).isRight, false, `byte ${at}`)
  }
})

test('bytes after the end, and a package cut off anywhere, are found', async () => {
  const bytes = await packageOf(small)
  assert.deepEqual(findings(await verify(Buffer.concat([bytes, Buffer.of(0)]))), ['bytes-changed'])
  assert.deepEqual(findings(await verify(Buffer.concat([bytes, bytes]))), ['bytes-changed'])
  for (let length = 0; length < bytes.length; length += 97) {
    const result = await verify(bytes.subarray(0, length))
    assert.equal(result.isRight, false, `${length} bytes`)
  }
})

test('members that were removed, added, changed or put elsewhere are told by name', async () => {
  const frames = await framesOf(await packageOf(large))
  // The head, a to d, the manifest, the case file, the signature and the pointer to it.
  assert.equal(frames.length, 9)
  const [head = Buffer.alloc(0), a, b, c, d, ...rest] = frames.map((frame) => frame)
  assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined)
  const removed = await verify(Buffer.concat([head, a, c, d, ...rest]))
  assert.ok(findings(removed).includes('missing [root]/b'), findings(removed).join())
  assert.ok(!findings(removed).some((text) => text.includes('[root]/a')))

  const [, x] = await framesOf(await packageOf([fileItem({ path: '/x', content: randomBytes(140_000) })]))
  const added = await verify(Buffer.concat([head, a, must(x), b, c, d, ...rest]))
  assert.ok(findings(added).includes('added [root]/x'), findings(added).join())

  const swapped = await verify(Buffer.concat([head, a, c, b, d, ...rest]))
  assert.ok(findings(swapped).includes('moved [root]/b'), findings(swapped).join())

  const content = zstdDecompressSync(b)
  content[70_000] = (content[70_000] ?? 0) ^ 1
  const changed = await verify(Buffer.concat([head, a, zstdCompressSync(content), c, d, ...rest]))
  assert.ok(findings(changed).includes('changed [root]/b'), findings(changed).join())

  const renamed = zstdDecompressSync(b)
  renamed.write('0000777', 100, 'latin1')
  let sum = 8 * 0x20
  for (const [at, byte] of renamed.subarray(0, 512).entries()) if (at < 148 || at >= 156) sum += byte
  renamed.write(sum.toString(8).padStart(6, '0'), 148, 'latin1')
  const headed = await verify(Buffer.concat([head, a, zstdCompressSync(renamed), c, d, ...rest]))
  assert.ok(findings(headed).includes('header-changed [root]/b'), findings(headed).join())
  assert.ok(!findings(headed).includes('changed [root]/b'))

  const broken = Buffer.from(b)
  broken.fill(0, 60_000, 60_100)
  const damaged = await verify(Buffer.concat([head, a, broken, c, d, ...rest]))
  assert.ok(findings(damaged).includes('missing [root]/b'), findings(damaged).join())
  assert.equal(damaged.members, 4, 'the head, a, c and d are right')
})

test('a frame packed anew changes no content but is no longer what was signed', async () => {
  const frames = await framesOf(await packageOf(large))
  const again = zstdCompressSync(zstdDecompressSync(must(frames[2])))
  const result = await verify(Buffer.concat(frames.with(2, again)))
  assert.equal(result.isRight, false)
  assert.ok(findings(result).includes('bytes-changed'))
})

test('who changes a package and signs it again does not pass for the one who wrote it', async () => {
  const bytes = await packageOf(small)
  const offset = must(tailOffset(bytes.subarray(-16)))
  const raw = {
    raw: (at: number, length: number) => bytes.subarray(at, at + length),
  } as unknown as PackageBytes
  const {
    format: _f,
    algorithm: _a,
    publicKey: _k,
    signature: _s,
    ...facts
  } = must(readTail(raw, bytes.length))
  const mallory = generateKeyPairSync('ed25519').privateKey
  const forged = Buffer.concat([bytes.subarray(0, offset), tailOf(signFacts(facts, mallory), offset)])
  assert.equal((await verify(forged)).key, 'embedded')
  assert.equal((await verify(forged)).isRight, true)
  assert.deepEqual(findings(await verify(forged, publicKeyHex(signingKey))), ['other-key'])
})

test('a manifest of many parts is one chain', async () => {
  const items = Array.from({ length: 5000 }, (_, index) =>
    fileItem({ path: `/f${index}`, content: `${index}` }),
  )
  const bytes = await packageOf(items)
  const result = await verify(bytes)
  assert.deepEqual(findings(result), [])
  assert.equal(result.lines, 5001)
  assert.equal(result.members, 5001)
})

test('the hashes are those of the content', async () => {
  const sink = memorySink()
  const content = randomBytes(2_500_000)
  await writeSteps([stepOf('files', () => [fileItem({ path: '/f', content })])], sink)
  const frames = await framesOf(sink.bytes())
  const lines = frames.map((frame) => (frame[0] === 0x28 ? zstdDecompressSync(frame).toString('latin1') : ''))
  const manifest = must(lines.find((text) => text.includes('"previous":')))
  assert.ok(manifest.includes(`"sha256":"${createHash('sha256').update(content).digest('hex')}"`))
})

test('bytes that are no package throw nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 4000 }), async (bytes) => {
      const zstd = Buffer.concat([zstdCompressSync(bytes), bytes])
      for (const some of [bytes, zstd]) assert.equal((await verify(some)).isRight, false)
    }),
    { numRuns: 100 },
  )
})
