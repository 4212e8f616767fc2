// Makes X.509 certificates with any validity and any extensions, and revocation lists, for tests of chains: fresh keys each
// time. An identity fits src/engine/parsers/pkcs7/signature-writer.ts, which makes the signatures.

import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

import { bits, der, integer, octets, oid, sequence } from '../../src/engine/parsers/der/der-writer.ts'
import { type Identity, nameOf } from '../../src/engine/parsers/pkcs7/signature-writer.ts'

export const usages = {
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  lifetimeSigning: '1.3.6.1.4.1.311.10.3.13',
} as const

export interface CertificateOptions {
  readonly name: string
  readonly organization?: string
  readonly issuer?: Identity
  readonly serial?: number
  readonly notBefore?: string
  readonly notAfter?: string
  /** RSA bits or a named curve; a curve is made in no time. */
  readonly key?: 'P-256' | 'P-384' | 2048 | 3072
  readonly isCa?: boolean
  readonly pathLength?: number
  readonly usages?: readonly string[]
  readonly isTimeStamper?: boolean
  /** Bits as RFC 5280 counts them, as the byte: 0x04 is keyCertSign. */
  readonly keyUsage?: number
  /** A critical extension that nobody knows. */
  readonly unknownCritical?: string
  /** Directory names, encoded, that the authority may name. */
  readonly permitted?: readonly Buffer[]
}

const algorithms = {
  rsa: sequence(oid('1.2.840.113549.1.1.11'), der(0x05)),
  ec: sequence(oid('1.2.840.10045.4.3.2')),
} as const

export function makeCertificate(options: CertificateOptions): Identity {
  const { issuer, serial = 1, notBefore = '20200101000000Z', notAfter = '20400101000000Z' } = options
  const name = nameOf({
    ...(options.organization === undefined ? {} : { '2.5.4.10': options.organization }),
    '2.5.4.3': options.name,
  })
  const keys = keysOf(options.key ?? 'P-256')
  const signer = issuer?.privateKey ?? keys.privateKey
  const algorithm = algorithmOf(signer)
  // A leading zero keeps the number positive, and is left out where it is not needed.
  const number = serial < 0x80 ? integer(serial) : integer(0, serial)
  const body = sequence(
    der(0xa0, integer(2)),
    number,
    algorithm,
    issuer?.name ?? name,
    sequence(der(0x18, notBefore), der(0x18, notAfter)),
    name,
    keys.publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(...extensionsOf(options))),
  )
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, signer)))
  return { certificate, name, issuerName: issuer?.name ?? name, serial: number, ...keys }
}

function keysOf(key: NonNullable<CertificateOptions['key']>): {
  publicKey: KeyObject
  privateKey: KeyObject
} {
  return typeof key === 'number'
    ? generateKeyPairSync('rsa', { modulusLength: key })
    : generateKeyPairSync('ec', { namedCurve: key })
}

function algorithmOf(key: KeyObject): Buffer {
  return key.asymmetricKeyType === 'rsa' ? algorithms.rsa : algorithms.ec
}

function extensionsOf(options: CertificateOptions): Buffer[] {
  const { isCa = false, pathLength, usages: extended, keyUsage, unknownCritical, permitted } = options
  const critical = der(0x01, Buffer.of(0xff))
  const extensions: Buffer[] = []
  const add = (id: string, isCritical: boolean, value: Buffer): void => {
    extensions.push(sequence(oid(id), ...(isCritical ? [critical] : []), octets(value)))
  }
  if (isCa) {
    const depth = pathLength === undefined ? [] : [integer(pathLength)]
    add('2.5.29.19', true, sequence(critical, ...depth))
  }
  if (keyUsage !== undefined) add('2.5.29.15', true, der(0x03, Buffer.of(0, keyUsage)))
  if (extended !== undefined) add('2.5.29.37', options.isTimeStamper === true, sequence(...extended.map(oid)))
  if (unknownCritical !== undefined) add(unknownCritical, true, der(0x05))
  if (permitted !== undefined) {
    const subtrees = permitted.map((name) => sequence(der(0xa4, name)))
    add('2.5.29.30', true, sequence(der(0xa0, ...subtrees)))
  }
  return extensions
}

export function pem(bytes: Buffer, label = 'CERTIFICATE'): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** A list of the issuer's; serial numbers with the time at which each was revoked. */
export function makeRevocationList(issuer: Identity, revoked: ReadonlyMap<Buffer, string>): Buffer {
  const algorithm = algorithmOf(issuer.privateKey)
  const rows = [...revoked].map(([serial, time]) => sequence(serial, der(0x18, time)))
  const body = sequence(
    integer(1),
    algorithm,
    issuer.name,
    der(0x18, '20200101000000Z'),
    der(0x18, '20400101000000Z'),
    ...(rows.length === 0 ? [] : [sequence(...rows)]),
  )
  return sequence(body, algorithm, bits(sign('sha256', body, issuer.privateKey)))
}
