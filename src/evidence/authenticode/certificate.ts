// X.509 certificates with the extensions that decide whether a chain holds (RFC 5280, section 4). The engine's own reader
// follows YARA-X and leaves extensions out; keys and signatures are node:crypto's work.

import { createHash, X509Certificate } from 'node:crypto'

import {
  contentsOf,
  DerCursor,
  derTag,
  type DerItem,
  encodingOf,
  int32Of,
  oidOf,
  readItem,
  timeOf,
} from '../../engine/index.ts'

const maxExtensions = 64
const maxUsages = 64
const maxCertificateBytes = 64 * 1024

export interface Certificate {
  /** DER. */
  readonly bytes: Uint8Array
  readonly x509: X509Certificate
  /** Encoded names as latin1: two names are the same if these are. */
  readonly subjectKey: string
  readonly issuerKey: string
  /** Hexadecimal without leading zeros. */
  readonly serial: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly sha1: string
  readonly sha256: string
  readonly extensions: Extensions
}

export interface Extensions {
  readonly basicConstraints?: { readonly isCa: boolean; readonly pathLength?: number }
  /** Bit 0 is the most significant bit of the first byte, as RFC 5280 counts: 0 digitalSignature, 5 keyCertSign. */
  readonly keyUsage?: readonly number[]
  readonly extendedKeyUsage?: readonly string[]
  readonly subjectKeyId?: string
  readonly authorityKeyId?: string
  /** Object identifiers of critical extensions that are not understood here. */
  readonly unknownCritical: readonly string[]
  readonly nameConstraints?: DerItem
}

/** Undefined: no certificate, or one that OpenSSL does not take. */
export function certificateOf(bytes: Uint8Array): Certificate | undefined {
  const item = readItem(bytes, 0, bytes.length)
  if (item?.tag !== derTag.sequence || bytes.length > maxCertificateBytes) return undefined
  const body = DerCursor.into(item).expect(derTag.sequence)
  if (body === undefined) return undefined
  const cursor = DerCursor.into(body)
  cursor.optional(0)
  const serial = cursor.expect(derTag.integer)
  cursor.next()
  const issuer = cursor.expect(derTag.sequence)
  const validity = cursor.expect(derTag.sequence)
  const subject = cursor.expect(derTag.sequence)
  cursor.next()
  cursor.optional(1)
  cursor.optional(2)
  const extensions = cursor.optional(3)
  if (serial === undefined || issuer === undefined || validity === undefined || subject === undefined)
    return undefined
  const times = DerCursor.into(validity)
  const notBefore = timeOf(times.next())
  const notAfter = timeOf(times.next())
  const x509 = openSslCertificate(encodingOf(item))
  if (notBefore === undefined || notAfter === undefined || x509 === undefined) return undefined
  return {
    bytes: encodingOf(item),
    x509,
    subjectKey: latin1(encodingOf(subject)),
    issuerKey: latin1(encodingOf(issuer)),
    serial: serialText(contentsOf(serial)),
    notBeforeMs: notBefore * 1000,
    notAfterMs: notAfter * 1000,
    sha1: createHash('sha1').update(encodingOf(item)).digest('hex'),
    sha256: createHash('sha256').update(encodingOf(item)).digest('hex'),
    extensions: extensionsOf(extensions),
  }
}

function openSslCertificate(bytes: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes)
  } catch {
    return undefined
  }
}

export function serialText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('hex').replace(/^0+/, '')
  return text === '' ? '0' : text
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

const extensionOid = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const

/** Understood or without a meaning for a chain: policies, alternative names, distribution points, authority access. */
const harmless = new Set([
  '2.5.29.16',
  '2.5.29.17',
  '2.5.29.18',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.36',
  '2.5.29.54',
  '1.3.6.1.5.5.7.1.1',
  // Microsoft's certificate policies, template and CA version.
  '1.3.6.1.4.1.311.21.10',
  '1.3.6.1.4.1.311.21.7',
  '1.3.6.1.4.1.311.21.1',
])

function extensionsOf(wrapper: DerItem | undefined): Extensions {
  const found: { -readonly [Key in keyof Extensions]: Extensions[Key] } = { unknownCritical: [] }
  const unknown: string[] = []
  const list = wrapper === undefined ? undefined : DerCursor.into(wrapper).expect(derTag.sequence)
  if (list === undefined) return found
  const cursor = DerCursor.into(list)
  for (let count = 0; count < maxExtensions; count++) {
    const extension = cursor.next()
    if (extension === undefined) break
    const inside = DerCursor.into(extension)
    const oid = oidOf(inside.next()) ?? 'invalid'
    const second = inside.next()
    const isCritical = second?.tag === derTag.boolean && (contentsOf(second)[0] ?? 0) !== 0
    const value = second?.tag === derTag.boolean ? inside.next() : second
    if (value?.tag !== derTag.octetString) continue
    const isKnown = readExtension(found, oid, readItem(value.bytes, value.from, value.to))
    if (isCritical && !isKnown && !harmless.has(oid)) unknown.push(oid)
  }
  found.unknownCritical = unknown
  return found
}

type Draft = { -readonly [Key in keyof Extensions]: Extensions[Key] }

/** False: not one of ours. */
function readExtension(found: Draft, oid: string, value: DerItem | undefined): boolean {
  if (value === undefined) return false
  switch (oid) {
    case extensionOid.basicConstraints:
      found.basicConstraints = basicConstraintsOf(value)
      return true
    case extensionOid.keyUsage:
      found.keyUsage = bitsOf(value)
      return true
    case extensionOid.extendedKeyUsage:
      found.extendedKeyUsage = oidsOf(value)
      return true
    case extensionOid.subjectKeyId:
      found.subjectKeyId = hexOf(contentsOf(value))
      return true
    case extensionOid.authorityKeyId: {
      const id = DerCursor.into(value).optional(0)
      if (id !== undefined) found.authorityKeyId = hexOf(contentsOf(id))
      return true
    }
    case extensionOid.nameConstraints:
      found.nameConstraints = value
      return true
    default:
      return false
  }
}

function basicConstraintsOf(item: DerItem): { isCa: boolean; pathLength?: number } {
  const cursor = DerCursor.into(item)
  const first = cursor.next()
  const isCa = first?.tag === derTag.boolean && contentsOf(first)[0] !== 0
  const pathLength = int32Of(first?.tag === derTag.boolean ? cursor.next() : first)
  return pathLength === undefined ? { isCa } : { isCa, pathLength: Math.max(0, pathLength) }
}

function bitsOf(item: DerItem): number[] {
  const bits: number[] = []
  for (const [index, byte] of contentsOf(item).subarray(1, 5).entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) bits.push(index * 8 + bit)
  }
  return bits
}

function oidsOf(item: DerItem): string[] {
  const oids: string[] = []
  const cursor = DerCursor.into(item)
  for (let next = cursor.next(); next !== undefined && oids.length < maxUsages; next = cursor.next()) {
    oids.push(oidOf(next) ?? 'invalid')
  }
  return oids
}
