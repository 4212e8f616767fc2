// Authorities, a signer and a small program for tests of signatures, and the question that they all ask.

import assert from 'node:assert/strict'

import type { Identity } from '../../src/engine/parsers/pkcs7/signature-writer.ts'
import { makeCertificate, usages } from './certificate-writer.ts'
import { signedProgram, smallProgram } from './signed-program.ts'
import { memorySource } from '../../src/evidence/source.ts'
import { certificateOf } from '../../src/evidence/authenticode/certificate.ts'
import { RootStore } from '../../src/evidence/authenticode/root-store.ts'
import {
  AuthenticodeVerifier,
  type TrustReport,
  type VerifierOptions,
} from '../../src/evidence/authenticode/verifier.ts'

export const nowMs = Date.UTC(2026, 5, 1)
export const root = makeCertificate({ name: 'Test Root', isCa: true })
export const middle = makeCertificate({
  name: 'Test Issuer',
  isCa: true,
  issuer: root,
  serial: 2,
  keyUsage: 0x06,
})
export const leaf = makeCertificate({
  name: 'Test Signer',
  organization: 'Example',
  issuer: middle,
  serial: 3,
  usages: [usages.codeSigning],
})
export const stamper = makeCertificate({
  name: 'Test Time',
  issuer: root,
  serial: 4,
  usages: [usages.timeStamping],
  isTimeStamper: true,
})
export const program = smallProgram()

export function certificate(identity: Identity): NonNullable<ReturnType<typeof certificateOf>> {
  const read = certificateOf(identity.certificate)
  assert.ok(read)
  return read
}

export function storeOf(...identities: readonly Identity[]): RootStore {
  const store = new RootStore()
  for (const identity of identities) store.add(certificate(identity))
  return store
}

export function verify(bytes: Buffer, options: Partial<VerifierOptions> = {}): TrustReport {
  const report = new AuthenticodeVerifier({ roots: storeOf(root), atMs: nowMs, ...options }).verify(
    memorySource(bytes),
  )
  assert.ok(report)
  return report
}

export function codesOf(report: TrustReport): string[] {
  return report.reasons.map(({ code }) => code)
}

export function signedBy(signer: Identity, ...others: readonly Identity[]): Buffer {
  return signedProgram(program, { signer, others })
}

export const expired = makeCertificate({
  name: 'Expired',
  issuer: middle,
  usages: [usages.codeSigning],
  notAfter: '20250601000000Z',
})
