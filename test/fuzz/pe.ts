// Programs of Windows through the report, Authenticode and the risk: nothing throws, and nothing that was changed is valid.

import { programDigest, signatureOf, signedProgram, smallProgram } from '../support/signed-program.ts'
import { catalog, trustListOf } from '../support/catalog-writer.ts'
import { makeCertificate, makeRevocationList, usages } from '../support/certificate-writer.ts'
import { timeStamp } from '../../src/engine/parsers/pkcs7/signature-writer.ts'
import { AuthenticodeVerifier, RootStore } from '../../src/evidence/authenticode/index.ts'
import { catalogOf } from '../../src/evidence/authenticode/catalog.ts'
import { certificateOf } from '../../src/evidence/authenticode/certificate.ts'
import { revocationListOf } from '../../src/evidence/authenticode/revocation.ts'
import { assessImports, findHashedNames, loadImportTable } from '../../src/evidence/import-risk/index.ts'
import { readPe } from '../../src/evidence/pe/index.ts'
import { memorySource } from '../../src/evidence/source.ts'
import type { Target } from './target.ts'

const slowestMs = 2000

export function peTargets(): Target[] {
  const root = makeCertificate({ name: 'Fuzz Root', isCa: true })
  const leaf = makeCertificate({ name: 'Fuzz', issuer: root, usages: [usages.codeSigning] })
  const stamper = makeCertificate({ name: 'Fuzz Time', issuer: root, usages: [usages.timeStamping] })
  const program = smallProgram()
  const signed = signedProgram(program, {
    signer: leaf,
    others: [root],
    unsigned: (signature) => [timeStamp(stamper, signature)],
  })
  const roots = new RootStore()
  const anchor = certificateOf(root.certificate)
  if (anchor !== undefined) roots.add(anchor)
  const table = loadImportTable()
  return [
    {
      id: 'evidence pe',
      corpus: [program, signed],
      run(bytes) {
        const started = performance.now()
        const source = memorySource(bytes)
        const report = readPe(source, Date.now())
        const trust = new AuthenticodeVerifier({ roots, atMs: Date.now() }).verify(source)
        if (report !== undefined) {
          const { kind, imports, anomalies } = report
          const facts = {
            kind,
            imports,
            anomalies,
            isDotNet: false,
            signature: 'unknown',
            hashed: findHashedNames([bytes]),
          } as const
          assessImports(facts, table)
          JSON.stringify([report, trust])
        }
        if (performance.now() - started > slowestMs) throw new Error('a program took too long')
      },
    },
    {
      id: 'evidence authenticode',
      corpus: [
        signatureOf(program, { signer: leaf, others: [root] }),
        catalog(trustListOf([programDigest(program)]), leaf, [root]),
        root.certificate,
        makeRevocationList(root, new Map([[leaf.serial, '20260101000000Z']])),
      ],
      run(bytes) {
        certificateOf(bytes)
        revocationListOf(bytes)
        catalogOf(bytes, '')
      },
    },
  ]
}
