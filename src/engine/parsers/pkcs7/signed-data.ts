// SignedData of PKCS #7 and CMS (RFC 5652, section 5): certificates, the signers and their attributes.

import { contentsOf, DerCursor, derTag, type DerItem, int32Of, oidOf } from '../der/index.ts'
import { type Algorithm, algorithmOf } from './algorithm.ts'
import { type Certificate, certificateOf } from './certificate.ts'
import { type Name, nameOf } from './name.ts'

// Far more than signatures need: those of real programs have about five certificates.
const maxCertificates = 256
const maxSigners = 64
const maxAttributes = 256

export interface ContentInfo {
  readonly type: string
  readonly content: DerItem
}

export interface SignedData {
  readonly version: number
  readonly digestAlgorithms: readonly Algorithm[]
  readonly content: ContentInfo
  readonly certificates: readonly Certificate[]
  readonly signers: readonly SignerInfo[]
}

export interface SignerInfo {
  readonly issuer: Name
  readonly serialBytes: Uint8Array
  readonly digestAlgorithm: Algorithm
  readonly signedAttributes: readonly Attribute[]
  /** Contents of the set of signed attributes. */
  readonly signedAttributesBytes: Uint8Array
  readonly signature: Uint8Array
  readonly unsignedAttributes: readonly Attribute[]
}

export interface Attribute {
  readonly type: string
  readonly values: readonly DerItem[]
}

export const signedDataOid = '1.2.840.113549.1.7.2'

export function contentInfoOf(item: DerItem | undefined): ContentInfo | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const type = oidOf(cursor.next())
  const wrapper = cursor.optional(0)
  const content = wrapper === undefined ? undefined : DerCursor.into(wrapper).next()
  return type === undefined || content === undefined ? undefined : { type, content }
}

export function signedDataOf(item: DerItem): SignedData | undefined {
  if (item.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const version = int32Of(cursor.next())
  const digestAlgorithms = setOf(cursor.next(), maxSigners, algorithmOf)
  const content = contentInfoOf(cursor.next())
  const certificates = certificatesOf(cursor.optional(0))
  // Revocation lists.
  cursor.optional(1)
  const signers = setOf(cursor.next(), maxSigners, signerOf)
  if (version === undefined || digestAlgorithms === undefined || content === undefined) return undefined
  return signers === undefined ? undefined : { version, digestAlgorithms, content, certificates, signers }
}

/** All elements of a set; undefined if one of them is not what it should be. A cut-off last element does not count. */
function setOf<T>(
  item: DerItem | undefined,
  most: number,
  read: (item: DerItem) => T | undefined,
): T[] | undefined {
  return item?.tag === derTag.set ? listOf(item, most, read) : undefined
}

function listOf<T>(item: DerItem, most: number, read: (item: DerItem) => T | undefined): T[] | undefined {
  const list: T[] = []
  const cursor = DerCursor.into(item)
  for (let next = cursor.next(); next !== undefined && list.length < most; next = cursor.next()) {
    const value = read(next)
    if (value === undefined) return undefined
    list.push(value)
  }
  return list
}

/** The certificates up to the first that is none. */
function certificatesOf(item: DerItem | undefined): Certificate[] {
  const certificates: Certificate[] = []
  if (item === undefined) return certificates
  const cursor = DerCursor.into(item)
  while (certificates.length < maxCertificates) {
    const certificate = certificateOf(cursor.next())
    if (certificate === undefined) break
    certificates.push(certificate)
  }
  return certificates
}

export function signerOf(item: DerItem): SignerInfo | undefined {
  if (item.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const version = int32Of(cursor.next())
  const signer = issuerAndSerialOf(cursor.next())
  const digestAlgorithm = algorithmOf(cursor.next())
  const signed = cursor.optional(0)
  const signedAttributes = attributesOf(signed)
  const signatureAlgorithm = algorithmOf(cursor.next())
  const signature = cursor.expect(derTag.octetString)
  const unsignedAttributes = attributesOf(cursor.optional(1))
  if (version === undefined || signer === undefined || digestAlgorithm === undefined) return undefined
  if (signatureAlgorithm === undefined || signature === undefined) return undefined
  if (signedAttributes === undefined || unsignedAttributes === undefined) return undefined
  return {
    ...signer,
    digestAlgorithm,
    signedAttributes,
    signedAttributesBytes: signed === undefined ? new Uint8Array() : contentsOf(signed),
    signature: contentsOf(signature),
    unsignedAttributes,
  }
}

function issuerAndSerialOf(
  item: DerItem | undefined,
): Pick<SignerInfo, 'issuer' | 'serialBytes'> | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const issuer = nameOf(cursor.next())
  const serial = cursor.expect(derTag.integer)
  return issuer === undefined || serial === undefined
    ? undefined
    : { issuer, serialBytes: contentsOf(serial) }
}

/** The attributes up to one that is cut off; undefined if one of them is none. */
function attributesOf(item: DerItem | undefined): Attribute[] | undefined {
  const attributes: Attribute[] = []
  if (item === undefined) return attributes
  const cursor = DerCursor.into(item)
  while (attributes.length < maxAttributes) {
    const next = cursor.next()
    if (next === undefined) break
    if (next.tag !== derTag.sequence) return undefined
    const inside = DerCursor.into(next)
    const identifier = inside.next()
    const set = inside.next()
    if (identifier === undefined || set === undefined) break
    const type = oidOf(identifier)
    const values = setOf(set, maxAttributes, (value) => value)
    if (type === undefined || values === undefined) return undefined
    attributes.push({ type, values })
  }
  return attributes
}

/** The first value of a signed attribute. */
export function signedAttribute(signer: SignerInfo, type: string): DerItem | undefined {
  return signer.signedAttributes.find((attribute) => attribute.type === type)?.values[0]
}
