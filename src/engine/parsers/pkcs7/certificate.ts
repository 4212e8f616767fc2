// X.509 certificates (RFC 5280, section 4.1), as far as signatures need them.

import { createHash } from 'node:crypto'
import { contentsOf, DerCursor, derTag, type DerItem, encodingOf, timeOf } from '../der/index.ts'
import { type Algorithm, algorithmOf } from './algorithm.ts'
import { type Name, nameOf } from './name.ts'
import { oidName } from './oid-names.ts'

const maxExtensions = 256

export interface PublicKeyInfo {
  readonly algorithm: Algorithm
  /** Contents of the bit string. */
  readonly key: Uint8Array
  readonly encoding: Uint8Array
}

export interface Certificate {
  /** 1, 2 or 3 in honest certificates. */
  readonly version: number
  /** As encoded: big-endian, with a leading zero where the number would else be negative. */
  readonly serialBytes: Uint8Array
  /** `0a:1b:2c` */
  readonly serial: string
  readonly issuer: Name
  readonly subject: Name
  /** Seconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Of the issuer's signature. */
  readonly algorithm: Algorithm
  /** `sha256WithRSAEncryption` */
  readonly algorithmName: string
  readonly publicKey: PublicKeyInfo
  /** What the issuer signed. */
  readonly signedPart: Uint8Array
  readonly signature: Uint8Array
  /** SHA-1 of the whole certificate, hexadecimal. */
  readonly thumbprint: string
}

export function certificateOf(item: DerItem | undefined): Certificate | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const signedPart = cursor.expect(derTag.sequence)
  const algorithm = algorithmOf(cursor.next())
  const signature = bitsOf(cursor.next())
  if (signedPart === undefined || algorithm === undefined || signature === undefined) return undefined
  const body = bodyOf(signedPart)
  if (body === undefined) return undefined
  return {
    ...body,
    algorithm,
    algorithmName: oidName(algorithm.oid),
    signedPart: encodingOf(signedPart),
    signature,
    thumbprint: createHash('sha1').update(encodingOf(item)).digest('hex'),
  }
}

type Body = Omit<Certificate, 'algorithm' | 'algorithmName' | 'signedPart' | 'signature' | 'thumbprint'>

function bodyOf(item: DerItem): Body | undefined {
  const cursor = DerCursor.into(item)
  const version = versionOf(cursor.optional(0))
  const serial = cursor.expect(derTag.integer)
  const inner = algorithmOf(cursor.next())
  const issuer = nameOf(cursor.next())
  const validity = validityOf(cursor.next())
  const subject = nameOf(cursor.next())
  const publicKey = publicKeyOf(cursor.next())
  if (version === undefined || serial === undefined || inner === undefined || issuer === undefined)
    return undefined
  if (validity === undefined || subject === undefined || publicKey === undefined) return undefined
  if (!hasOrderlyEnd(cursor)) return undefined
  const serialBytes = contentsOf(serial)
  return { version, serialBytes, serial: colonHex(serialBytes), issuer, subject, ...validity, publicKey }
}

function versionOf(item: DerItem | undefined): number | undefined {
  if (item === undefined) return 1
  const version = DerCursor.into(item).expect(derTag.integer)
  if (version === undefined || version.to - version.from > 5) return undefined
  let value = 0
  for (const byte of contentsOf(version)) value = value * 256 + byte
  return value > 0xffffffff ? undefined : value + 1
}

function validityOf(item: DerItem | undefined): { notBefore: number; notAfter: number } | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const notBefore = timeOf(cursor.next())
  const notAfter = timeOf(cursor.next())
  return notBefore === undefined || notAfter === undefined ? undefined : { notBefore, notAfter }
}

function publicKeyOf(item: DerItem | undefined): PublicKeyInfo | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const algorithm = algorithmOf(cursor.next())
  const key = bitsOf(cursor.next())
  if (algorithm === undefined || key === undefined) return undefined
  return { algorithm, key, encoding: encodingOf(item) }
}

/** Unique identifiers and extensions are not used, but what is there must be whole. */
function hasOrderlyEnd(cursor: DerCursor): boolean {
  cursor.optional(1)
  cursor.optional(2)
  if (cursor.isAtEnd) return true
  const wrapper = cursor.optional(3)
  const list = wrapper === undefined ? undefined : DerCursor.into(wrapper).expect(derTag.sequence)
  if (list === undefined) return false
  const extensions = DerCursor.into(list)
  for (let count = 0; count < maxExtensions && !extensions.isAtEnd; count++) {
    const extension = extensions.expect(derTag.sequence)
    if (extension === undefined) return false
    const inside = DerCursor.into(extension)
    const identifier = inside.next()
    const second = inside.next()
    const value = second?.tag === derTag.boolean ? inside.next() : second
    if (identifier === undefined || value?.tag !== derTag.octetString) return false
  }
  return true
}

/** Contents of a bit string without the count of unused bits. */
function bitsOf(item: DerItem | undefined): Uint8Array | undefined {
  if (item?.tag !== derTag.bitString || item.from === item.to) return undefined
  return item.bytes.subarray(item.from + 1, item.to)
}

function colonHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += `${text === '' ? '' : ':'}${byte < 16 ? '0' : ''}${byte.toString(16)}`
  return text
}

/** Whether two serial numbers are the same number: leading zeros do not count. */
export function isSameSerial(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(withoutZeros(a), withoutZeros(b)) === 0
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  let from = 0
  while (from < bytes.length && bytes[from] === 0) from++
  return bytes.subarray(from)
}
