// The generated half of the Authenticode measurement: authorities, programs and signatures of every kind that matters, made
// with MinGW and osslsigncode.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { imageDigests, peLayoutOf } from '../../../src/evidence/authenticode/index.ts'
import { memorySource } from '../../../src/evidence/source.ts'
import { catalog, trustListOf } from '../../support/catalog-writer.ts'
import { makeCertificate, makeRevocationList, pem, usages } from '../../support/certificate-writer.ts'

type Identity = ReturnType<typeof makeCertificate>

/** All times of the matrix are relative to this one; 2026-06-01. */
export const nowMs = Date.UTC(2026, 5, 1)
export const seconds = (ms: number): string => String(Math.floor(ms / 1000))

export interface Case {
  readonly name: string
  readonly file: string
  readonly expected: 'valid' | 'invalid'
  readonly catalog?: string
  readonly roots?: string
  /** Revocation list, PEM. */
  readonly crl?: string
}

/** The authorities of the matrix, their keys as files, and the programs that are signed. */
export class Workshop {
  readonly folder: string
  readonly root = makeCertificate({ name: 'Matrix Root', isCa: true, key: 2048 })
  readonly middle: Identity
  readonly otherRoot = makeCertificate({ name: 'Other Root', isCa: true, key: 2048 })
  readonly stamper: Identity
  readonly rootFile: string
  readonly stamperFiles: { readonly certificates: string; readonly key: string }
  #count = 0

  constructor(folder: string) {
    this.folder = folder
    this.middle = makeCertificate({
      name: 'Matrix Issuer',
      issuer: this.root,
      isCa: true,
      key: 2048,
      serial: 2,
    })
    this.stamper = makeCertificate({
      name: 'Matrix Time',
      issuer: this.root,
      key: 2048,
      serial: 3,
      usages: [usages.timeStamping],
      isTimeStamper: true,
    })
    this.rootFile = this.file('root.pem', pem(this.root.certificate))
    this.stamperFiles = this.identityFiles(this.stamper, [this.root])
    for (const [name, flags] of [
      ['64', []],
      ['dll', ['-shared']],
    ] as const) {
      const source = this.file('program.c', 'int main(void) { return 0; }\n')
      execFileSync('x86_64-w64-mingw32-gcc', ['-O1', ...flags, '-o', this.path(`${name}.exe`), source])
    }
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  next(): string {
    this.#count += 1
    return this.path(`signed-${this.#count}.exe`)
  }

  file(name: string, content: string | Buffer): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  identityFiles(leaf: Identity, others: readonly Identity[]): { certificates: string; key: string } {
    this.#count += 1
    const certificates = [leaf, ...others].map(({ certificate }) => pem(certificate)).join('')
    const key = leaf.privateKey.export({ format: 'pem', type: 'pkcs8' })
    return {
      certificates: this.file(`chain-${this.#count}.pem`, certificates),
      key: this.file(`key-${this.#count}.pem`, key),
    }
  }

  /** The path of the signed program. */
  sign(input: string, files: { certificates: string; key: string }, ...options: readonly string[]): string {
    const output = this.next()
    const signer = ['-certs', files.certificates, '-key', files.key]
    execFileSync('osslsigncode', ['sign', ...signer, ...options, '-in', input, '-out', output], {
      stdio: 'ignore',
    })
    return output
  }

  stamp(ms: number): string[] {
    const { certificates, key } = this.stamperFiles
    return ['-TSA-certs', certificates, '-TSA-key', key, '-TSA-time', seconds(ms)]
  }
}

const digests = ['sha1', 'sha256', 'sha384', 'sha512']
const keys = ['P-256', 'P-384', 2048, 3072] as const

export function* matrix(workshop: Workshop): Generator<Case> {
  const { middle } = workshop
  for (const key of keys) {
    const leaf = makeCertificate({
      name: `Leaf ${key}`,
      issuer: middle,
      key,
      serial: 10,
      usages: [usages.codeSigning],
    })
    const files = workshop.identityFiles(leaf, [middle])
    for (const digest of digests) {
      for (const input of ['64.exe', 'dll.exe']) yield* variants(workshop, files, { digest, input })
    }
  }
  yield* identities(workshop)
  yield* stampers(workshop)
  yield* revocations(workshop)
  yield* catalogs(workshop)
}

/** Services that may not say what time it was: the certificate has expired since, so all depends on them. */
function* stampers(workshop: Workshop): Generator<Case> {
  const { middle, root, otherRoot } = workshop
  const source = workshop.path('64.exe')
  const leaf = makeCertificate({
    name: 'Old',
    issuer: middle,
    key: 2048,
    usages: [usages.codeSigning],
    notAfter: '20250101000000Z',
  })
  const files = workshop.identityFiles(leaf, [middle])
  const inside = seconds(Date.UTC(2024, 5, 1))
  const services: readonly (readonly [string, Case['expected'], Parameters<typeof makeCertificate>[0]])[] = [
    [
      'right service',
      'valid',
      { name: 'T1', issuer: root, usages: [usages.timeStamping], isTimeStamper: true },
    ],
    [
      'service below another root',
      'invalid',
      { name: 'T2', issuer: otherRoot, usages: [usages.timeStamping], isTimeStamper: true },
    ],
    [
      'service that expired before',
      'invalid',
      {
        name: 'T3',
        issuer: root,
        usages: [usages.timeStamping],
        isTimeStamper: true,
        notAfter: '20230101000000Z',
      },
    ],
    [
      'service that expired since',
      'valid',
      {
        name: 'T4',
        issuer: root,
        usages: [usages.timeStamping],
        isTimeStamper: true,
        notAfter: '20250601000000Z',
      },
    ],
  ]
  for (const [name, expected, options] of services) {
    const service = makeCertificate({ ...options, key: 2048, serial: 77 })
    const own = workshop.identityFiles(service, [options.issuer ?? root])
    const stamp = ['-TSA-certs', own.certificates, '-TSA-key', own.key, '-TSA-time', inside]
    yield { name, file: workshop.sign(source, files, '-h', 'sha256', ...stamp), expected }
  }
}

function* revocations(workshop: Workshop): Generator<Case> {
  const { middle } = workshop
  const source = workshop.path('64.exe')
  const leaf = makeCertificate({
    name: 'Revoked',
    issuer: middle,
    key: 2048,
    serial: 90,
    usages: [usages.codeSigning],
  })
  const files = workshop.identityFiles(leaf, [middle])
  const plain = workshop.sign(source, files, '-h', 'sha256')
  const stamped = workshop.sign(source, files, '-h', 'sha256', ...workshop.stamp(Date.UTC(2024, 5, 1)))
  const list = (name: string, revoked: ReadonlyMap<Buffer, string>): string =>
    workshop.file(name, pem(makeRevocationList(middle, revoked), 'X509 CRL'))
  const late = list('late.crl', new Map([[leaf.serial, '20250101000000Z']]))
  const early = list('early.crl', new Map([[leaf.serial, '20240101000000Z']]))
  const empty = list('empty.crl', new Map())
  yield { name: 'on no list', file: plain, expected: 'valid', crl: empty }
  yield { name: 'revoked', file: plain, expected: 'invalid', crl: late }
  yield { name: 'revoked after it was stamped', file: stamped, expected: 'valid', crl: late }
  yield { name: 'revoked before it was stamped', file: stamped, expected: 'invalid', crl: early }
}

function* variants(
  workshop: Workshop,
  files: { certificates: string; key: string },
  { digest, input }: { digest: string; input: string },
): Generator<Case> {
  const source = workshop.path(input)
  for (const pages of [[], ['-ph']]) {
    for (const stamp of [[], workshop.stamp(nowMs - 86_400_000)]) {
      const name = `${input} ${digest}${pages.join('')}${stamp.length > 0 ? ' stamped' : ''}`
      const signed = workshop.sign(source, files, '-h', digest, ...pages, ...stamp)
      yield { name, file: signed, expected: 'valid' }
      yield { name: `${name} tampered`, file: changed(workshop, signed, 0x600), expected: 'invalid' }
    }
  }
  const once = workshop.sign(source, files, '-h', 'sha1')
  const twice = workshop.sign(once, files, '-h', digest, '-nest')
  yield { name: `${input} ${digest} nested`, file: twice, expected: 'valid' }
  yield {
    name: `${input} ${digest} nested, tampered`,
    file: changed(workshop, twice, 0x700),
    expected: 'invalid',
  }
  yield {
    name: `${input} ${digest} other root`,
    file: once,
    expected: 'invalid',
    roots: workshop.file('other.pem', pem(workshop.otherRoot.certificate)),
  }
}

/** A copy with one byte of the program changed. */
function changed(workshop: Workshop, path: string, offset: number): string {
  const bytes = readFileSync(path)
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x40
  const copy = workshop.next()
  writeFileSync(copy, bytes)
  return copy
}

function* identities(workshop: Workshop): Generator<Case> {
  const { middle, root, otherRoot } = workshop
  const source = workshop.path('64.exe')
  const codeSigning = { usages: [usages.codeSigning], issuer: middle, key: 2048 } as const
  const make = (
    options: Parameters<typeof makeCertificate>[0],
    others: readonly Identity[] = [middle],
  ): { certificates: string; key: string } => workshop.identityFiles(makeCertificate(options), others)
  const expired = make({ ...codeSigning, name: 'Expired', notAfter: '20250101000000Z' })
  const inside = Date.UTC(2024, 5, 1)
  yield { name: 'expired', file: workshop.sign(source, expired, '-h', 'sha256'), expected: 'invalid' }
  yield {
    name: 'expired, stamped before',
    file: workshop.sign(source, expired, '-h', 'sha256', ...workshop.stamp(inside)),
    expected: 'valid',
  }
  yield {
    name: 'expired, stamped after',
    file: workshop.sign(source, expired, '-h', 'sha256', ...workshop.stamp(nowMs - 1000)),
    expected: 'invalid',
  }
  const lifetime = make({
    ...codeSigning,
    name: 'Lifetime',
    usages: [usages.codeSigning, usages.lifetimeSigning],
    notAfter: '20250101000000Z',
  })
  yield {
    name: 'lifetime signing, stamped before',
    file: workshop.sign(source, lifetime, '-h', 'sha256', ...workshop.stamp(inside)),
    expected: 'invalid',
  }
  const future = make({ ...codeSigning, name: 'Future', notBefore: '20270101000000Z' })
  yield { name: 'not valid yet', file: workshop.sign(source, future, '-h', 'sha256'), expected: 'invalid' }
  const server = make({ ...codeSigning, name: 'Server', usages: [usages.serverAuth] })
  yield { name: 'wrong usage', file: workshop.sign(source, server, '-h', 'sha256'), expected: 'invalid' }
  const any = make({ issuer: middle, key: 2048, name: 'Any usage' })
  yield { name: 'no usage named', file: workshop.sign(source, any, '-h', 'sha256'), expected: 'valid' }
  const self = make({ name: 'Self', key: 2048, usages: [usages.codeSigning] }, [])
  yield { name: 'self-signed', file: workshop.sign(source, self, '-h', 'sha256'), expected: 'invalid' }
  const stranger = make({ ...codeSigning, issuer: otherRoot, name: 'Stranger' }, [otherRoot])
  yield {
    name: 'wrong root in the file',
    file: workshop.sign(source, stranger, '-h', 'sha256'),
    expected: 'invalid',
  }
  const orphan = make({ ...codeSigning, name: 'Orphan' }, [])
  yield { name: 'issuer left out', file: workshop.sign(source, orphan, '-h', 'sha256'), expected: 'invalid' }
  const direct = make({ ...codeSigning, issuer: root, name: 'Direct' }, [])
  yield { name: 'issued by the root', file: workshop.sign(source, direct, '-h', 'sha256'), expected: 'valid' }
  const notCa = makeCertificate({ name: 'No authority', issuer: root, key: 2048, serial: 40 })
  const below = make({ ...codeSigning, issuer: notCa, name: 'Below' }, [notCa])
  yield {
    name: 'issuer is no authority',
    file: workshop.sign(source, below, '-h', 'sha256'),
    expected: 'invalid',
  }
  const short = makeCertificate({
    name: 'Short',
    issuer: root,
    key: 2048,
    serial: 41,
    isCa: true,
    pathLength: 0,
  })
  const second = makeCertificate({ name: 'Second', issuer: short, key: 2048, serial: 42, isCa: true })
  const deep = make({ ...codeSigning, issuer: second, name: 'Deep' }, [second, short])
  yield { name: 'path too long', file: workshop.sign(source, deep, '-h', 'sha256'), expected: 'invalid' }
  const stripped = workshop.sign(source, direct, '-h', 'sha256')
  yield { name: 'signature of another program', file: transplanted(workshop, stripped), expected: 'invalid' }
  yield {
    name: 'bytes appended',
    file: workshop.file('appended.exe', Buffer.concat([readFileSync(stripped), Buffer.alloc(64, 1)])),
    expected: 'invalid',
  }
}

/** The certificate table of one program behind another one. */
function transplanted(workshop: Workshop, donor: string): string {
  const from = readFileSync(donor)
  const table = peLayoutOf(memorySource(from))?.table
  const victim = readFileSync(workshop.path('dll.exe'))
  const layout = peLayoutOf(memorySource(victim))
  if (table === undefined || layout?.entryOffset === undefined) throw new Error('no table to take')
  const padded = Buffer.concat([victim, Buffer.alloc(-victim.length & 7)])
  const made = Buffer.concat([padded, from.subarray(table.offset, table.offset + table.size)])
  made.writeUInt32LE(padded.length, layout.entryOffset)
  made.writeUInt32LE(table.size, layout.entryOffset + 4)
  return workshop.file('transplanted.exe', made)
}

function* catalogs(workshop: Workshop): Generator<Case> {
  const { middle } = workshop
  const leaf = makeCertificate({ name: 'Catalog', issuer: middle, key: 2048, usages: [usages.codeSigning] })
  const files = workshop.identityFiles(leaf, [middle])
  const source = workshop.path('64.exe')
  const program = memorySource(readFileSync(source))
  const layout = peLayoutOf(program)
  const digest = layout === undefined ? undefined : imageDigests(program, layout, ['sha256']).get('sha256')
  if (digest === undefined) return
  const unsigned = workshop.file('unsigned.cat', catalog(trustListOf([digest, Buffer.alloc(32, 1)])))
  const signed = workshop.path('signed.cat')
  const signer = ['-certs', files.certificates, '-key', files.key]
  execFileSync('osslsigncode', ['sign', ...signer, '-h', 'sha256', '-in', unsigned, '-out', signed], {
    stdio: 'ignore',
  })
  yield { name: 'in a catalog', file: source, catalog: signed, expected: 'valid' }
  yield {
    name: 'in a catalog, tampered',
    file: changed(workshop, source, 0x600),
    catalog: signed,
    expected: 'invalid',
  }
  yield { name: 'not in the catalog', file: workshop.path('dll.exe'), catalog: signed, expected: 'invalid' }
}
