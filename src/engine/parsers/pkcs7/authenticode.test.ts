import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { der, sequence } from '../der/der-writer.ts'
import { type AuthenticodeSignature, authenticodeOf, effort } from './index.ts'
import {
  attribute,
  authenticode,
  type AuthenticodeOptions,
  countersignature,
  identity,
  nameOf,
  timeStamp,
} from './signature-writer.ts'

const root = identity({ name: nameOf({ '2.5.4.6': der(0x13, 'KR'), '2.5.4.3': 'Example Root' }), serial: 1 })
const leaf = identity({
  name: nameOf({ '2.5.4.10': 'Exämple', '2.5.4.3': 'Leaf' }),
  serial: 0xab,
  issuer: root,
})
const stamper = identity({ name: nameOf({ '2.5.4.3': 'Time' }), serial: 3, issuer: root })
const digest = createHash('sha256').update('the program').digest()
const plain: AuthenticodeOptions = { signer: leaf, certificates: [leaf, root], digest }

function read(bytes: Uint8Array, fileDigest: Buffer = digest): AuthenticodeSignature[] | undefined {
  return authenticodeOf(bytes, { digest: () => fileDigest, left: effort() })
}

function only(bytes: Uint8Array, fileDigest?: Buffer): AuthenticodeSignature {
  const signatures = read(bytes, fileDigest)
  assert.equal(signatures?.length, 1)
  return signatures[0]!
}

test('a certificate has what OpenSSL reads in it', () => {
  const { certificates } = only(authenticode(plain))
  const expected = new X509Certificate(leaf.certificate)
  const [own] = certificates
  assert.equal(own?.subject.text, Buffer.from('/O=Exämple/CN=Leaf').toString('latin1'))
  assert.equal(own.issuer.text, '/C=KR/CN=Example Root')
  assert.equal(own.serial, '00:ab')
  assert.equal(own.version, 3)
  assert.equal(own.algorithmName, 'sha256WithRSAEncryption')
  assert.equal(own.algorithm.oid, '1.2.840.113549.1.1.11')
  assert.equal(own.thumbprint, expected.fingerprint.replaceAll(':', '').toLowerCase())
  assert.equal(own.notBefore, Date.parse(expected.validFrom) / 1000)
  assert.equal(own.notAfter, Date.parse(expected.validTo) / 1000)
})

test('a signature is verified when the digest, the signer and the chain are right', () => {
  const signature = only(authenticode(plain))
  assert.equal(signature.digest, digest.toString('hex'))
  assert.equal(signature.digestAlgorithm, 'sha256')
  assert.equal(signature.signerDigestAlgorithm, 'sha256')
  assert.equal(signature.fileDigest(), digest.toString('hex'))
  assert.ok(signature.isVerified())
})

test('a signature is not verified when the file has another digest', () => {
  const signature = only(authenticode(plain), Buffer.alloc(32))
  assert.equal(signature.fileDigest(), '00'.repeat(32))
  assert.ok(!signature.isVerified())
})

test('a signature is not verified when any of its parts was changed', () => {
  const bytes = authenticode(plain)
  const inDigest = bytes.indexOf(digest)
  const inSignature = bytes.length - 1
  const inChain = bytes.indexOf(leaf.certificate) + leaf.certificate.length - 1
  for (const at of [inDigest, inSignature, inChain]) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    assert.ok(
      !only(changed, at === inDigest ? changed.subarray(at, at + 32) : digest).isVerified(),
      `byte ${at}`,
    )
  }
})

test('a signature is not verified without the certificate that it names', () => {
  assert.ok(!only(authenticode({ ...plain, certificates: [root] })).isVerified())
})

test('a chain that ends outside the file is taken as far as it goes', () => {
  assert.ok(only(authenticode({ ...plain, certificates: [leaf] })).isVerified())
})

test('ECDSA signatures are verified', () => {
  const ec = identity({ name: nameOf({ '2.5.4.3': 'EC' }), serial: 5, kind: 'ec' })
  const child = identity({ name: nameOf({ '2.5.4.3': 'Child' }), serial: 6, kind: 'ec', issuer: ec })
  const bytes = authenticode({ signer: child, certificates: [child, ec], digest })
  assert.equal(only(bytes).certificates[0]?.algorithmName, 'ecdsa-with-SHA256')
  assert.ok(only(bytes).isVerified())
  const changed = Buffer.from(bytes)
  const last = changed.length - 1
  changed[last]! ^= 1
  assert.ok(!only(changed).isVerified())
})

function chainTexts({ chain }: Pick<AuthenticodeSignature, 'chain'>): string[] {
  return chain.map(({ subject }) => subject.text)
}

test('the chain goes from the signer to its issuers', () => {
  const name = Buffer.from('/O=Exämple/CN=Leaf').toString('latin1')
  assert.deepEqual(chainTexts(only(authenticode(plain))), [name, '/C=KR/CN=Example Root'])
  assert.deepEqual(chainTexts(only(authenticode({ ...plain, certificates: [root, leaf] }))), [
    '/C=KR/CN=Example Root',
  ])
})

test('a chain that goes in circles ends', () => {
  const a = identity({ name: nameOf({ '2.5.4.3': 'A' }), serial: 1 })
  const b = identity({ name: nameOf({ '2.5.4.3': 'B' }), serial: 2, issuer: a })
  const crossed = identity({ name: a.name, serial: 3, issuer: b })
  const signature = only(authenticode({ signer: b, certificates: [crossed, b], digest }))
  assert.deepEqual(chainTexts(signature), ['/CN=B', '/CN=A', '/CN=B'])
})

test('the publisher names the program and a page about it', () => {
  const opus = sequence(
    der(0xa0, der(0x80, Buffer.from('Prógram', 'utf16le').swap16())),
    der(0xa1, der(0x80, 'https://example.org')),
  )
  const { opusInfo } = only(authenticode({ ...plain, signed: [attribute('1.3.6.1.4.1.311.2.1.12', opus)] }))
  assert.deepEqual(opusInfo, {
    programName: Buffer.from('Prógram').toString('latin1'),
    moreInfo: 'https://example.org',
  })
})

test('a countersignature of PKCS #9 has its time and is verified', () => {
  const options = { ...plain, certificates: [leaf, root, stamper] }
  const bytes = authenticode({
    ...options,
    unsigned: (signature) => [countersignature(stamper, signature, '250102030405Z')],
  })
  const [stamp] = only(bytes).countersignatures
  assert.equal(stamp?.signTime, Date.UTC(2025, 0, 2, 3, 4, 5) / 1000)
  assert.equal(stamp.digestAlgorithm, 'sha256')
  assert.deepEqual(chainTexts(stamp), ['/CN=Time', '/C=KR/CN=Example Root'])
  assert.ok(stamp.isVerified())
  const other = authenticode({
    ...options,
    unsigned: () => [countersignature(stamper, Buffer.from('another signature'), '250102030405Z')],
  })
  assert.equal(only(other).countersignatures[0]?.isVerified(), false)
})

test('a time stamp brings its certificates along', () => {
  const bytes = authenticode({ ...plain, unsigned: (signature) => [timeStamp(stamper, signature)] })
  const signature = only(bytes)
  assert.deepEqual(
    signature.certificates.map(({ serial }) => serial),
    ['00:ab', '00:01', '00:03'],
  )
  const [stamp] = signature.countersignatures
  assert.equal(stamp?.isVerified(), true)
  assert.equal(stamp.signTime, undefined)
  assert.ok(signature.isVerified())
  const other = authenticode({ ...plain, unsigned: () => [timeStamp(stamper, Buffer.from('another'))] })
  assert.equal(only(other).countersignatures[0]?.isVerified(), false)
})

test('a malformed time stamp makes the whole signature doubtful', () => {
  const bare = sequence(
    Buffer.from('020101', 'hex'),
    sequence(stamper.issuerName, stamper.serial),
    Buffer.from('300d06096086480165030402010500', 'hex'),
    Buffer.from('300d06092a864886f70d0101010500', 'hex'),
    der(0x04, 'x'),
  )
  assert.equal(
    read(authenticode({ ...plain, unsigned: () => [attribute('1.2.840.113549.1.9.6', bare)] })),
    undefined,
  )
})

test('nested signatures follow the one that they are in, up to a depth', () => {
  let bytes = authenticode(plain)
  for (let depth = 0; depth < 8; depth++) {
    const inner = bytes
    bytes = authenticode({ ...plain, unsigned: () => [attribute('1.3.6.1.4.1.311.2.4.1', inner)] })
  }
  const signatures = read(bytes)
  assert.equal(signatures?.length, 5)
  assert.ok(signatures.every((signature) => signature.isVerified()))
})

test('what is no Authenticode signature is none', () => {
  assert.equal(read(Buffer.alloc(0)), undefined)
  assert.equal(read(leaf.certificate), undefined)
  assert.equal(read(timeStamp(stamper, digest)), undefined)
  assert.equal(read(authenticode(plain).subarray(0, -1)), undefined)
})

test('verifying stops when its effort is used up', () => {
  const left = effort()
  const signature = authenticodeOf(authenticode(plain), { digest: () => digest, left })?.[0]
  assert.equal(signature?.isVerified(), true)
  left.keys = 1
  assert.equal(signature.isVerified(), false)
})

test('changed bytes: no error, and nothing is verified that should not be', () => {
  const bytes = authenticode({
    ...plain,
    unsigned: (signature) => [
      timeStamp(stamper, signature),
      countersignature(stamper, signature, '250102030405Z'),
    ],
  })
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(bytes.length), (changes, cut) => {
      const changed = Buffer.from(bytes)
      for (const [at, value] of changes) changed[at] = value
      for (const variant of [changed, changed.subarray(0, cut)]) {
        for (const signature of read(variant) ?? []) {
          const isVerified = signature.isVerified()
          assert.ok(!isVerified || signature.digest === digest.toString('hex'))
          for (const stamp of signature.countersignatures) stamp.isVerified()
        }
      }
    }),
    { numRuns: 200 },
  )
})
