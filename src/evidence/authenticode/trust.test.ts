import assert from 'node:assert/strict'
import { test } from 'node:test'

import { withSignatures } from '../../engine/parsers/pe/pe-writer.ts'
import { countersignature, nameOf, timeStamp } from '../../engine/parsers/pkcs7/signature-writer.ts'
import { makeCertificate, usages } from '../../../test/support/certificate-writer.ts'
import { nestedAttribute, signatureOf, signedProgram } from '../../../test/support/signed-program.ts'
import { type TrustReport } from './verifier.ts'

import {
  root,
  middle,
  leaf,
  stamper,
  program,
  certificate,
  storeOf,
  verify,
  codesOf,
  signedBy,
  expired,
} from '../../../test/support/verify-signed.ts'

test('who signs for himself, or below an unknown root, is not believed; nor is a chain with a gap', () => {
  const self = makeCertificate({ name: 'Microsoft Windows', usages: [usages.codeSigning] })
  const selfSigned = verify(signedBy(self))
  assert.equal(selfSigned.code, 'CERT_E_UNTRUSTEDROOT')
  assert.ok(selfSigned.signatures[0]?.remarks.some((text) => text.includes('calls itself Microsoft Windows')))
  const stranger = makeCertificate({ name: 'Other Root', isCa: true })
  assert.equal(
    verify(signedBy(leaf, middle, root), { roots: storeOf(stranger) }).code,
    'CERT_E_UNTRUSTEDROOT',
  )
  assert.equal(verify(signedBy(leaf)).code, 'CERT_E_CHAINING')
  assert.equal(verify(signedBy(leaf), { intermediates: [certificate(middle)] }).status, 'valid')
})

test('a root with the same name and another key is not the root', () => {
  const double = makeCertificate({ name: 'Test Root', isCa: true })
  assert.equal(verify(signedBy(leaf, middle), { roots: storeOf(double) }).status, 'invalid')
  assert.equal(verify(signedBy(leaf, middle), { roots: storeOf(double, root) }).status, 'valid')
})

test('a certificate for servers may not sign programs, one without named usages may', () => {
  const server = makeCertificate({ name: 'Server', issuer: middle, usages: [usages.serverAuth] })
  assert.equal(verify(signedBy(server, middle)).code, 'CERT_E_WRONG_USAGE')
  const any = makeCertificate({ name: 'Any', issuer: middle })
  assert.equal(verify(signedBy(any, middle)).status, 'valid')
})

test('an issuer whose usages do not include programs narrows what is below it', () => {
  const narrow = makeCertificate({ name: 'Narrow', isCa: true, issuer: root, usages: [usages.serverAuth] })
  const below = makeCertificate({ name: 'Below', issuer: narrow, usages: [usages.codeSigning] })
  assert.deepEqual(codesOf(verify(signedBy(below, narrow))), ['CERT_E_WRONG_USAGE'])
})

test('an issuer has to be an authority that may sign certificates, and may have only so many below it', () => {
  const plain = makeCertificate({ name: 'Plain', issuer: root })
  const below = makeCertificate({ name: 'Below', issuer: plain })
  assert.equal(verify(signedBy(below, plain)).code, 'TRUST_E_BASIC_CONSTRAINTS')
  const noSigner = makeCertificate({ name: 'No signer', issuer: root, isCa: true, keyUsage: 0x80 })
  const second = makeCertificate({ name: 'Second', issuer: noSigner })
  assert.equal(verify(signedBy(second, noSigner)).code, 'TRUST_E_BASIC_CONSTRAINTS')
  const short = makeCertificate({ name: 'Short', issuer: root, isCa: true, pathLength: 0 })
  const deeper = makeCertificate({ name: 'Deeper', issuer: short, isCa: true })
  const deepest = makeCertificate({ name: 'Deepest', issuer: deeper })
  assert.equal(verify(signedBy(deepest, deeper, short)).code, 'TRUST_E_BASIC_CONSTRAINTS')
  const direct = makeCertificate({ name: 'Direct', issuer: short })
  assert.equal(verify(signedBy(direct, short)).status, 'valid')
})

test('critical extensions that are not understood, and names outside of the constraints, make a chain invalid', () => {
  const odd = makeCertificate({ name: 'Odd', issuer: middle, unknownCritical: '1.2.3.4.5' })
  assert.equal(verify(signedBy(odd, middle)).code, 'CERT_E_CRITICAL')
  const limited = makeCertificate({
    name: 'Limited',
    isCa: true,
    issuer: root,
    permitted: [nameOf({ '2.5.4.10': 'Allowed' })],
  })
  const inside = makeCertificate({ name: 'Inside', organization: 'Allowed', issuer: limited })
  const outside = makeCertificate({ name: 'Outside', organization: 'Other', issuer: limited })
  assert.equal(verify(signedBy(inside, limited)).status, 'valid')
  assert.equal(verify(signedBy(outside, limited)).code, 'CERT_E_INVALID_NAME')
})

test('an expired certificate is saved by a time stamp from before, of either kind', () => {
  assert.equal(verify(signedBy(expired, middle)).code, 'CERT_E_EXPIRED')
  const token = signedProgram(program, {
    signer: expired,
    others: [middle],
    unsigned: (signature) => [timeStamp(stamper, signature)],
  })
  const stamped = verify(token)
  assert.equal(stamped.status, 'valid')
  assert.equal(stamped.signatures[0]?.timeStamp?.kind, 'rfc3161')
  assert.equal(stamped.signatures[0].timeStamp.time, '2025-01-02T03:04:05Z')
  assert.equal(stamped.signatures[0].timeStamp.chain.at(-1)?.subject, 'CN=Test Root')
  const counter = signedProgram(program, {
    signer: expired,
    others: [middle, stamper],
    unsigned: (signature) => [countersignature(stamper, signature, '240102030405Z')],
  })
  const old = verify(counter)
  assert.equal(old.status, 'valid')
  assert.equal(old.signatures[0]?.timeStamp?.time, '2024-01-02T03:04:05Z')
  assert.equal(verify(counter, { atMs: Date.UTC(2050, 0, 1) }).status, 'valid')
})

test('a time stamp about another signature, by a wrong service, or after the end saves nothing', () => {
  const stampedBy = (stamp: (signature: Buffer) => Buffer, signer = expired): TrustReport =>
    verify(
      signedProgram(program, {
        signer,
        others: [middle, stamper],
        unsigned: (signature) => [stamp(signature)],
      }),
    )
  assert.equal(stampedBy(() => timeStamp(stamper, Buffer.from('other'))).code, 'TRUST_E_TIME_STAMP')
  const wrong = makeCertificate({ name: 'Wrong', issuer: root, usages: [usages.codeSigning] })
  assert.ok(codesOf(stampedBy((signature) => timeStamp(wrong, signature))).includes('CERT_E_WRONG_USAGE'))
  const foreign = makeCertificate({ name: 'Foreign', usages: [usages.timeStamping] })
  assert.ok(codesOf(stampedBy((signature) => timeStamp(foreign, signature))).includes('CERT_E_UNTRUSTEDROOT'))
  const ended = makeCertificate({
    name: 'Ended',
    issuer: middle,
    usages: [usages.codeSigning],
    notAfter: '20240601000000Z',
  })
  assert.equal(stampedBy((signature) => timeStamp(stamper, signature), ended).code, 'CERT_E_EXPIRED')
  const lifetime = makeCertificate({
    name: 'Life',
    issuer: middle,
    usages: [usages.codeSigning, usages.lifetimeSigning],
    notAfter: '20250601000000Z',
  })
  assert.equal(stampedBy((signature) => timeStamp(stamper, signature), lifetime).code, 'CERT_E_EXPIRED')
})

test('a service that nobody knows does not break a signature that needs no time stamp', () => {
  const foreign = makeCertificate({ name: 'Foreign', usages: [usages.timeStamping] })
  const signed = signedProgram(program, {
    signer: leaf,
    others: [middle],
    unsigned: (signature) => [timeStamp(foreign, signature)],
  })
  const report = verify(signed)
  assert.equal(report.status, 'valid')
  assert.equal(report.signatures[0]?.timeStamp?.status, 'invalid')
})

test('of several signatures, beside each other or nested, the best one counts and all are told', () => {
  const self = makeCertificate({ name: 'Self' })
  const good = signatureOf(program, { signer: leaf, others: [middle] })
  const outer = signatureOf(program, { signer: self, unsigned: () => [nestedAttribute(good)] })
  const nested = verify(withSignatures(program, [outer]))
  assert.equal(nested.status, 'valid')
  assert.deepEqual(
    nested.signatures.map(({ place, status }) => [place, status]),
    [
      ['embedded', 'invalid'],
      ['nested', 'valid'],
    ],
  )
  const both = verify(withSignatures(program, [signatureOf(program, { signer: self }), good]))
  assert.deepEqual(
    both.signatures.map(({ code }) => code),
    ['CERT_E_UNTRUSTEDROOT', 'OK'],
  )
  assert.equal(both.status, 'valid')
})
