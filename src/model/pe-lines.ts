// The lines of `haechi pe --json`, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const optional = z.exactOptional(text)
const texts = z.readonly(z.array(text))
const hex = text.check(z.describe('Hexadecimal, with 0x.'))
const entropy = z.number().check(z.minimum(0), z.maximum(8), z.describe('Bits a byte.'))

const reason = z.strictObject({
  code: text.check(z.describe('As winerror.h names it, e.g. `TRUST_E_BAD_DIGEST`.')),
  text: text.check(z.describe('One sentence.')),
})
const reasons = z.readonly(z.array(reason))

const certificate = z.strictObject({
  subject: text,
  issuer: text,
  serialNumber: text,
  thumbprint: text.check(z.describe('SHA-1.')),
  sha256: text,
  notBefore: text,
  notAfter: text,
  extendedKeyUsage: z.exactOptional(texts),
})
const chain = z.readonly(z.array(certificate)).check(z.describe('From the signer upwards.'))

const signature = z.strictObject({
  place: z.enum(['embedded', 'nested', 'catalog']),
  status: z.enum(['valid', 'invalid']),
  code: text,
  hresult: hex,
  reasons,
  remarks: texts.check(z.describe('What does not make it invalid, but should be known.')),
  catalog: optional.check(z.describe('Path of the catalog that names the program.')),
  digestAlgorithm: optional,
  digest: optional.check(z.describe('As signed.')),
  fileDigest: optional,
  pageHashes: z.exactOptional(z.enum(['match', 'mismatch', 'malformed'])),
  signer: z.exactOptional(certificate),
  chain,
  isTrustedRoot: z.boolean(),
  revocation: z.enum(['not-checked', 'partly-checked', 'good', 'revoked']),
  programName: optional,
  moreInfo: optional,
  statement: z.exactOptional(z.enum(['individual', 'commercial'])),
  signingTime: optional.check(z.describe('What the signer wrote himself; proves nothing.')),
  timeStamp: z.exactOptional(
    z.strictObject({
      kind: z.enum(['rfc3161', 'pkcs9']),
      time: text,
      status: z.enum(['valid', 'invalid']),
      reasons,
      signer: z.exactOptional(certificate),
      chain,
    }),
  ),
})

const trust = z.strictObject({
  status: z
    .enum(['valid', 'invalid', 'unsigned', 'unknown'])
    .check(
      z.describe('`unknown`: no signature in the file, and no catalogs were given that could have one.'),
    ),
  code: text.check(z.describe('`OK`, or what WinVerifyTrust would say.')),
  hresult: hex,
  reasons,
  oddities: texts.check(z.describe('Of the certificate table.')),
  signatures: z.readonly(z.array(signature)),
})

const risk = z.strictObject({
  score: count.check(z.maximum(100)),
  level: z.enum(['none', 'low', 'medium', 'high']),
  reasons: z.readonly(
    z.array(z.strictObject({ id: text, points: z.int(), text, techniques: texts, functions: texts })),
  ),
  groups: z.readonly(z.array(z.strictObject({ id: text, name: text, techniques: texts, functions: texts }))),
  techniques: texts.check(z.describe('MITRE ATT&CK, of all reasons.')),
})

const section = z.strictObject({
  name: text,
  virtualAddress: hex,
  virtualSize: count,
  rawOffset: count,
  rawSize: count,
  access: text.check(z.describe('E.g. `r-x`.')),
  hasCode: z.boolean(),
  entropy,
})

const importedFunction = z.strictObject({
  name: optional.check(z.describe('For an import by number the name that is known for it.')),
  ordinal: z.exactOptional(count),
})

const debugEntry = z.strictObject({
  type: text,
  timeDateStamp: hex,
  time: text,
  size: count,
  pdbPath: optional,
  pdbGuid: optional,
  pdbAge: z.exactOptional(count),
})

const structure = {
  size: count,
  kind: z.enum(['program', 'library', 'driver', 'efi', 'object']),
  machine: text,
  bits: z.union([z.literal(32), z.literal(64)]),
  subsystem: text,
  characteristics: texts,
  dllCharacteristics: texts,
  linkerTime: z.strictObject({
    stamp: hex,
    time: optional.check(z.describe('Absent where the number is no time.')),
    kind: z.enum(['time', 'zero', 'reproducible', 'constant', 'impossible']),
    text: optional,
  }),
  linkerVersion: optional,
  osVersion: optional,
  entryPoint: hex,
  imageBase: hex,
  checksum: z.strictObject({ stored: hex, computed: hex }),
  requestedExecutionLevel: optional,
  importHash: optional.check(z.describe('MD5; absent where nothing is imported.')),
  versionInfo: z.exactOptional(
    z.strictObject({ strings: z.record(text, text), fileVersion: optional, productVersion: optional }),
  ),
  richHeader: z.exactOptional(
    z.strictObject({
      key: hex,
      md5: text,
      isChecksumRight: z.boolean(),
      tools: z.readonly(z.array(z.strictObject({ id: count, build: count, count }))),
    }),
  ),
  sections: z.readonly(z.array(section)),
  imports: z.readonly(
    z.array(
      z.strictObject({
        library: text,
        kind: z.enum(['normal', 'delayed']),
        functions: z.readonly(z.array(importedFunction)),
      }),
    ),
  ),
  boundImports: z.readonly(
    z.array(
      z.strictObject({
        library: text,
        time: text,
        forwarders: z.readonly(z.array(z.strictObject({ library: text, time: text }))),
      }),
    ),
  ),
  exports: z.exactOptional(
    z.strictObject({
      library: optional,
      time: text,
      functions: z.readonly(
        z.array(z.strictObject({ name: optional, ordinal: count, address: hex, forwarder: optional })),
      ),
    }),
  ),
  tls: z.exactOptional(z.strictObject({ callbacks: texts, dataSize: count })),
  debug: z.readonly(z.array(debugEntry)),
  resources: z.readonly(
    z.array(
      z.strictObject({
        type: text,
        id: text,
        language: z.exactOptional(count),
        size: count,
        entropy: z.exactOptional(entropy),
      }),
    ),
  ),
  overlay: z.exactOptional(z.strictObject({ offset: count, size: count, entropy, kind: optional })),
  certificateTable: z.exactOptional(z.strictObject({ offset: count, size: count })),
  dotNet: z.exactOptional(
    z.strictObject({
      version: text,
      flags: texts,
      assembly: optional,
      assemblyVersion: optional,
      module: optional,
      mvid: optional,
      references: texts,
      moduleReferences: texts,
    }),
  ),
  anomalies: z.readonly(z.array(z.strictObject({ kind: text, text }))),
} as const

const peLine = z.strictObject({
  type: z.literal('pe'),
  version,
  path: text,
  hashes: z.strictObject({ md5: text, sha1: text, sha256: text }),
  authentihash: z
    .strictObject({ sha1: text, sha256: text })
    .check(z.describe('Digests of what Authenticode signs.')),
  ...structure,
  signature: trust,
  risk,
})

const peSummaryLine = z.strictObject({
  type: z.literal('pe-summary'),
  version,
  programs: count,
  failed: count.check(z.describe('Files and folders that could not be read.')),
  valid: count,
  invalid: count,
  unsigned: count,
  unknown: count,
  high: count.check(z.describe('Programs of high risk.')),
  broken: count.check(z.describe('Programs that are not the ones that were signed.')),
  ms: count,
})

export type PeLine = z.infer<typeof peLine>
export type PeSummaryLine = z.infer<typeof peSummaryLine>

export const peLines = {
  pe: { schema: peLine, about: '`haechi pe --json`: one program.' },
  'pe-summary': { schema: peSummaryLine, about: '`haechi pe --json`, at the end.' },
} as const
