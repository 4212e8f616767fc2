import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'

import { der, octets, oid, sequence, set } from '../../engine/parsers/der/der-writer.ts'
import { withSignatures } from '../../engine/parsers/pe/pe-writer.ts'
import { type Identity, timeStamp } from '../../engine/parsers/pkcs7/signature-writer.ts'
import { catalog, signedContent, trustListOf } from '../../../test/support/catalog-writer.ts'
import { makeCertificate, makeRevocationList } from '../../../test/support/certificate-writer.ts'
import {
  programDigest,
  signatureOf,
  signedProgram,
  smallProgram,
} from '../../../test/support/signed-program.ts'
import { memorySource } from '../source.ts'
import { CatalogIndex, catalogOf } from './catalog.ts'
import { checkPageHashes } from './page-hashes.ts'
import { effort } from './certificate-pool.ts'
import { itemOf, signedDataOf } from './cms.ts'
import { signatureReasons } from './signer.ts'
import { pageDigest } from './pe-digest.ts'
import { peLayoutOf } from './pe-layout.ts'
import { revocationListOf } from './revocation.ts'
import { AuthenticodeVerifier, type VerifierOptions } from './verifier.ts'

import {
  nowMs,
  root,
  middle,
  leaf,
  stamper,
  program,
  certificate,
  storeOf,
  verify,
  signedBy,
  expired,
} from '../../../test/support/verify-signed.ts'

test('a signature with a chain to a root that is believed is valid, and tells signer and chain', () => {
  const report = verify(signedBy(leaf, middle))
  assert.equal(report.status, 'valid')
  assert.equal(report.code, 'OK')
  assert.equal(report.hresult, '0x00000000')
  const [signature] = report.signatures
  assert.equal(signature?.digestAlgorithm, 'sha256')
  assert.equal(signature.digest, programDigest(program).toString('hex'))
  assert.equal(signature.fileDigest, signature.digest)
  assert.equal(signature.signer?.subject, 'CN=Test Signer, O=Example')
  assert.deepEqual(
    signature.chain.map(({ subject }) => subject),
    ['CN=Test Signer, O=Example', 'CN=Test Issuer', 'CN=Test Root'],
  )
  assert.equal(signature.chain[0]?.thumbprint, createHash('sha1').update(leaf.certificate).digest('hex'))
  assert.equal(signature.revocation, 'not-checked')
})

test('a program that was changed after it was signed has a bad digest, wherever the change is', () => {
  const signed = signedBy(leaf, middle)
  for (const at of [2, 0x120, 0x400, program.length - 1]) {
    const changed = Buffer.from(signed)
    changed[at] = (changed[at] ?? 0) ^ 1
    const report = verify(changed)
    assert.equal(report.status, 'invalid')
    assert.equal(report.code, 'TRUST_E_BAD_DIGEST', `byte ${at}`)
  }
})

test('a header that is cut off anywhere throws nothing, and before its directories has none', () => {
  const end = program.indexOf('PE\0\0') + 24 + 112
  for (let size = 0; size < end; size++) {
    const layout = peLayoutOf(memorySource(program.subarray(0, size)))
    assert.equal(layout?.entryOffset, undefined, `${size} bytes`)
  }
})

test('the checksum is not part of what is signed', () => {
  const signed = signedBy(leaf, middle)
  signed.writeUInt32LE(0x12345678, 0x100 + 24 + 64)
  assert.equal(verify(signed).status, 'valid')
})

test('the signature of another program is a bad digest', () => {
  const other = smallProgram({ 'USER32.dll': ['MessageBoxA'] })
  const stolen = withSignatures(other, [signatureOf(program, { signer: leaf, others: [middle] })])
  assert.equal(verify(stolen).code, 'TRUST_E_BAD_DIGEST')
})

test('a signature that another key made is a bad signature', () => {
  const impostor = {
    ...makeCertificate({ name: 'Impostor' }),
    certificate: leaf.certificate,
    issuerName: leaf.issuerName,
    serial: leaf.serial,
  }
  const report = verify(signedBy(impostor, middle))
  assert.equal(report.code, 'NTE_BAD_SIGNATURE')
})

test('without a signature a program is unknown, and unsigned only where catalogs were looked through', () => {
  const unknown = verify(program)
  assert.equal(unknown.status, 'unknown')
  assert.match(unknown.reasons[0]?.text ?? '', /catalog that is not here/)
  const index = new CatalogIndex()
  const made = catalogOf(catalog(trustListOf([Buffer.alloc(32, 9)]), leaf, [middle]), 'other.cat')
  assert.ok(made)
  index.add(made)
  assert.equal(verify(program, { catalogs: index }).status, 'unsigned')
})

test('a program that a signed catalog names is signed by it, until it changes', () => {
  const made = catalogOf(catalog(trustListOf([programDigest(program)]), leaf, [middle]), 'test.cat')
  assert.ok(made)
  assert.deepEqual(made.attributes, { OSAttr: '2:10.0' })
  assert.deepEqual([...made.members.values()][0]?.attributes, { File: 'member.exe' })
  const catalogs = new CatalogIndex()
  catalogs.add(made)
  const report = verify(program, { catalogs })
  assert.equal(report.status, 'valid')
  assert.equal(report.signatures[0]?.place, 'catalog')
  assert.equal(report.signatures[0].catalog, 'test.cat')
  const changed = Buffer.from(program)
  changed[0x410] = 1
  assert.equal(verify(changed, { catalogs }).status, 'unsigned')
  assert.equal(verify(program, { catalogs, roots: storeOf(stamper) }).code, 'CERT_E_CHAINING')
})

test('revocation counts where a list of the issuer says so, and not after a time stamp', () => {
  const listOf = (issuer: Identity, time: string): NonNullable<VerifierOptions['revocationLists']> => {
    const list = revocationListOf(makeRevocationList(issuer, new Map([[leaf.serial, time]])))
    assert.ok(list)
    return [list]
  }
  const signed = signedBy(leaf, middle)
  const revoked = verify(signed, { revocationLists: listOf(middle, '20260101000000Z') })
  assert.equal(revoked.code, 'CERT_E_REVOKED')
  assert.match(revoked.reasons[0]?.text ?? '', /revoked on 2026-01-01/)
  const forger = makeCertificate({ name: 'Test Issuer', isCa: true })
  assert.equal(verify(signed, { revocationLists: listOf(forger, '20260101000000Z') }).status, 'valid')
  const stamped = signedProgram(program, {
    signer: leaf,
    others: [middle],
    unsigned: (signature) => [timeStamp(stamper, signature)],
  })
  assert.equal(verify(stamped, { revocationLists: listOf(middle, '20260101000000Z') }).status, 'valid')
  assert.equal(verify(stamped, { revocationLists: listOf(middle, '20240101000000Z') }).code, 'CERT_E_REVOKED')
  const checked = verify(signed, {
    revocationLists: [revocationListOf(makeRevocationList(middle, new Map()))].flatMap((list) => list ?? []),
  })
  assert.equal(checked.signatures[0]?.revocation, 'partly-checked')
})

test('a thumbprint on the list of distrusted ones is never believed', () => {
  const thumbprint = createHash('sha1').update(middle.certificate).digest('hex')
  assert.equal(
    verify(signedBy(leaf, middle), { distrusted: new Set([thumbprint]) }).code,
    'TRUST_E_EXPLICIT_DISTRUST',
  )
})

test('what hides beside a signature is told', () => {
  const signed = signedBy(leaf, middle)
  const appended = verify(Buffer.concat([signed, Buffer.alloc(24, 1)]))
  assert.match(appended.oddities.join(), /24 bytes follow the certificate table/)
  assert.equal(appended.code, 'TRUST_E_BAD_DIGEST')
  const padded = signatureOf(program, { signer: leaf, others: [middle] })
  const hiding = verify(withSignatures(program, [Buffer.concat([padded, Buffer.from('hidden payload!!')])]))
  assert.equal(hiding.status, 'valid')
  assert.match(hiding.oddities.join(), /16 bytes follow the signature in its own entry/)
})

test('page hashes are compared page by page', () => {
  const source = memorySource(program)
  const layout = peLayoutOf(source)
  assert.ok(layout)
  const row = (offset: number, digest: Buffer): Buffer => {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(offset)
    return Buffer.concat([head, digest])
  }
  const page = (from: number, to: number): Buffer =>
    row(from, pageDigest(source, layout, 'sha256', { from, to, length: 4096 }))
  const table = Buffer.concat([
    page(0, 0x400),
    page(0x400, program.length),
    row(program.length, Buffer.alloc(32)),
  ])
  const check = (hashes: Buffer, bytes = program): string =>
    checkPageHashes(memorySource(bytes), layout, { digestName: 'sha256', table: hashes })
  assert.equal(check(table), 'match')
  const changed = Buffer.from(program)
  changed[0x420] = 0x90
  assert.equal(check(table, changed), 'mismatch')
  const signedCopy = Buffer.from(program)
  signedCopy.writeUInt32LE(1234, layout.checksumOffset)
  assert.equal(check(table, signedCopy), 'match')
  assert.equal(check(table.subarray(0, 40)), 'malformed')
  assert.equal(check(Buffer.concat([page(0x400, 0x500), page(0, 0x400)])), 'malformed')
})

test('whatever is done to a signed program, nothing is thrown and a changed program is never valid', () => {
  const signed = signedBy(leaf, middle)
  const layout = peLayoutOf(memorySource(signed))
  assert.ok(layout?.entryOffset !== undefined && layout.table !== undefined)
  const { checksumOffset, entryOffset, table } = layout
  const isCovered = (at: number): boolean =>
    at < table.offset &&
    !(at >= checksumOffset && at < checksumOffset + 4) &&
    !(at >= entryOffset && at < entryOffset + 8)
  const change = fc.record({ at: fc.nat(signed.length - 1), by: fc.integer({ min: 1, max: 255 }) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.nat(40), (changes, cut) => {
      const bytes = Buffer.from(signed.subarray(0, signed.length - cut))
      for (const { at, by } of changes) if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ by
      const report = new AuthenticodeVerifier({ roots: storeOf(root), atMs: nowMs }).verify(
        memorySource(bytes),
      )
      const isChanged = bytes.some((byte, at) => isCovered(at) && byte !== signed[at])
      assert.ok(report === undefined || !isChanged || report.status !== 'valid')
    }),
    { numRuns: 300 },
  )
})

const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), der(0x05))

/** A signature that has page hashes too. */
function withPageHashes(digest: Buffer, table: Buffer): Buffer {
  const serialised = set(sequence(oid('1.3.6.1.4.1.311.2.3.2'), set(octets(table))))
  const classId = Buffer.from('a6b586d5b4a12466ae05a217da8e60d6', 'hex')
  const link = der(0xa0, der(0xa1, octets(classId), octets(serialised)))
  const imageData = sequence(der(0x03, Buffer.of(0)), link)
  const content = sequence(
    sequence(oid('1.3.6.1.4.1.311.2.1.15'), imageData),
    sequence(sha256, octets(digest)),
  )
  return signedContent('1.3.6.1.4.1.311.2.1.4', content, leaf, [middle])
}

test('wrong page hashes make a signature invalid, though the digest of the whole file is right', () => {
  const layout = peLayoutOf(memorySource(program))
  assert.ok(layout)
  const row = (offset: number, digest: Buffer): Buffer => {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(offset)
    return Buffer.concat([head, digest])
  }
  const page = (from: number, to: number): Buffer =>
    row(from, pageDigest(memorySource(program), layout, 'sha256', { from, to, length: 4096 }))
  const end = row(program.length, Buffer.alloc(32))
  const digest = programDigest(program)
  const good = Buffer.concat([page(0, 0x400), page(0x400, program.length), end])
  const right = verify(withSignatures(program, [withPageHashes(digest, good)]))
  assert.deepEqual([right.status, right.signatures[0]?.pageHashes], ['valid', 'match'])
  const bad = Buffer.concat([page(0, 0x400), row(0x400, Buffer.alloc(32, 1)), end])
  const wrong = verify(withSignatures(program, [withPageHashes(digest, bad)]))
  assert.deepEqual([wrong.code, wrong.signatures[0]?.pageHashes], ['TRUST_E_BAD_DIGEST', 'mismatch'])
  const doubled = Buffer.concat([
    page(0, 0x400),
    page(0x400, program.length),
    page(0x400, program.length),
    end,
  ])
  const odd = verify(withSignatures(program, [withPageHashes(digest, doubled)]))
  assert.equal(odd.signatures[0]?.pageHashes, 'malformed')
})

test('what is signed has to have the digest and the type of the signed attributes', () => {
  const signature = signatureOf(program, { signer: leaf, others: [middle] })
  const changed = Buffer.from(signature)
  const type = Buffer.from('060a2b06010401823702010f', 'hex')
  changed[changed.indexOf(type) + type.length - 1] = 0x10
  assert.equal(verify(withSignatures(program, [changed])).code, 'NTE_BAD_SIGNATURE')
  const signer = signedDataOf(itemOf(signature))?.signers[0]
  const content = signedDataOf(itemOf(signature))?.content
  assert.ok(signer && content)
  const bytes = content.bytes.subarray(content.from, content.to)
  const reasons = (named: string): number =>
    signatureReasons(signer, certificate(leaf), { type: named, bytes }, effort()).length
  assert.equal(reasons('1.3.6.1.4.1.311.2.1.4'), 0)
  assert.equal(reasons('1.3.6.1.4.1.311.10.1'), 1)
})

test('a token whose content is no time proves none', () => {
  const signed = signedProgram(program, {
    signer: expired,
    others: [middle],
    unsigned: (signature) => {
      const token = timeStamp(stamper, signature)
      const type = Buffer.from('060b2a864886f70d0109100104', 'hex')
      token[token.indexOf(type) + type.length - 1] = 5
      return [token]
    },
  })
  assert.equal(verify(signed).code, 'TRUST_E_TIME_STAMP')
})

test('a certificate that is not valid yet is not believed', () => {
  const early = makeCertificate({ name: 'Early', issuer: middle, notBefore: '20300101000000Z' })
  const report = verify(signedBy(early, middle))
  assert.equal(report.code, 'CERT_E_EXPIRED')
  assert.match(report.reasons[0]?.text ?? '', /not valid yet/)
})

test('a program of an odd length is filled up before it is signed', () => {
  const odd = Buffer.concat([program, Buffer.from('abc')])
  assert.equal(verify(signedProgram(odd, { signer: leaf, others: [middle] })).status, 'valid')
})

test('old catalogs name a program by the tag of its row', () => {
  const made = catalogOf(catalog(trustListOf([programDigest(program)], 'old'), leaf, [middle]), 'old.cat')
  assert.ok(made)
  const catalogs = new CatalogIndex()
  catalogs.add(made)
  assert.equal(verify(program, { catalogs }).status, 'valid')
})
