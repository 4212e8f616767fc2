// SignedData (RFC 5652, section 5, and PKCS #7 1.5, which Authenticode uses): content, certificates, revocation lists,
// signers. Unlike the engine's reader, which sees what YARA-X sees, this one keeps what verifying needs.

import {
  contentsOf,
  DerCursor,
  derTag,
  type DerItem,
  encodingOf,
  oidOf,
  readItem,
} from '../../engine/index.ts'
import { type Algorithm, algorithmOf } from './algorithm.ts'
import { latin1, serialText } from './certificate.ts'

const signedDataOid = '1.2.840.113549.1.7.2'
// Real signatures have fewer than ten certificates, one signer and a dozen attributes.
const maxCertificates = 128
const maxRevocationLists = 64
const maxSigners = 16
const maxAttributes = 128
const maxValues = 64

export interface SignedData {
  readonly contentType: string
  /** What is inside of the content's [0]; undefined: detached. */
  readonly content: DerItem | undefined
  /** DER each. */
  readonly certificates: readonly Uint8Array[]
  readonly revocationLists: readonly Uint8Array[]
  readonly signers: readonly Signer[]
  /** Of the whole ContentInfo. */
  readonly length: number
}

export interface Signer {
  /** Either issuer and serial number or the subject's key. */
  readonly issuerKey?: string
  readonly serial?: string
  readonly subjectKeyId?: string
  readonly digestAlgorithm: Algorithm
  readonly signedAttributes: readonly Attribute[]
  /** The signed attributes as the SET that is hashed; undefined: the content itself is. */
  readonly signedBytes: Uint8Array | undefined
  readonly signatureAlgorithm: Algorithm
  readonly signature: Uint8Array
  readonly unsignedAttributes: readonly Attribute[]
}

export interface Attribute {
  readonly type: string
  readonly values: readonly DerItem[]
}

/** Undefined: no SignedData. */
export function signedDataOf(item: DerItem | undefined): SignedData | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const outer = DerCursor.into(item)
  if (oidOf(outer.next()) !== signedDataOid) return undefined
  const wrapper = outer.optional(0)
  const body = wrapper === undefined ? undefined : DerCursor.into(wrapper).expect(derTag.sequence)
  if (body === undefined) return undefined
  const cursor = DerCursor.into(body)
  const version = cursor.expect(derTag.integer)
  const algorithms = cursor.expect(derTag.set)
  const content = cursor.expect(derTag.sequence)
  const certificates = cursor.optional(0)
  const lists = cursor.optional(1)
  const signers = cursor.expect(derTag.set)
  if (version === undefined || algorithms === undefined || content === undefined || signers === undefined)
    return undefined
  const inside = DerCursor.into(content)
  const contentType = oidOf(inside.next())
  const explicit = inside.optional(0)
  if (contentType === undefined) return undefined
  return {
    contentType,
    content: explicit === undefined ? undefined : DerCursor.into(explicit).next(),
    certificates: itemsOf(certificates, maxCertificates).map(encodingOf),
    revocationLists: itemsOf(lists, maxRevocationLists).map(encodingOf),
    signers: itemsOf(signers, maxSigners).flatMap((signer) => signerOf(signer) ?? []),
    length: item.end - item.start,
  }
}

/** The elements of a set or sequence up to the first that is cut off. */
export function itemsOf(item: DerItem | undefined, most: number): DerItem[] {
  const items: DerItem[] = []
  if (item === undefined) return items
  const cursor = DerCursor.into(item)
  for (let next = cursor.next(); next !== undefined && items.length < most; next = cursor.next()) {
    items.push(next)
  }
  return items
}

export function signerOf(item: DerItem): Signer | undefined {
  if (item.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  cursor.next()
  const identity = identityOf(cursor.next())
  const digestAlgorithm = algorithmOf(cursor.next())
  const signed = cursor.optional(0)
  const signatureAlgorithm = algorithmOf(cursor.next())
  const signature = cursor.expect(derTag.octetString)
  const unsigned = cursor.optional(1)
  if (identity === undefined || digestAlgorithm === undefined) return undefined
  if (signatureAlgorithm === undefined || signature === undefined) return undefined
  return {
    ...identity,
    digestAlgorithm,
    signedAttributes: attributesOf(signed),
    signedBytes: signed === undefined ? undefined : asSet(contentsOf(signed)),
    signatureAlgorithm,
    signature: contentsOf(signature),
    unsignedAttributes: attributesOf(unsigned),
  }
}

function identityOf(
  item: DerItem | undefined,
): Pick<Signer, 'issuerKey' | 'serial' | 'subjectKeyId'> | undefined {
  if (item === undefined) return undefined
  if (item.tagClass === 2) return { subjectKeyId: Buffer.from(contentsOf(item)).toString('hex') }
  const cursor = DerCursor.into(item)
  const issuer = cursor.expect(derTag.sequence)
  const serial = cursor.expect(derTag.integer)
  if (issuer === undefined || serial === undefined) return undefined
  return { issuerKey: latin1(encodingOf(issuer)), serial: serialText(contentsOf(serial)) }
}

function attributesOf(item: DerItem | undefined): Attribute[] {
  return itemsOf(item, maxAttributes).flatMap((attribute) => {
    const cursor = DerCursor.into(attribute)
    const type = oidOf(cursor.next())
    return type === undefined ? [] : [{ type, values: itemsOf(cursor.next(), maxValues) }]
  })
}

/** RFC 5652, 5.4: in the file the attributes have the tag of their place, hashed is a SET with a definite length. */
function asSet(contents: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let left = contents.length; left > 0; left = Math.floor(left / 256)) length.unshift(left % 256)
  const head = contents.length < 0x80 ? [contents.length] : [0x80 | length.length, ...length]
  return Buffer.concat([Buffer.from([0x31, ...head]), contents])
}

/** The first value of the attribute with this type. */
export function attributeValue(attributes: readonly Attribute[], type: string): DerItem | undefined {
  return attributes.find((attribute) => attribute.type === type)?.values[0]
}

/** The bytes of an octet string, which BER may have cut into pieces. */
export function octetsOf(item: DerItem): Uint8Array {
  if (!item.isConstructed) return contentsOf(item)
  return Buffer.concat(itemsOf(item, 4096).map(contentsOf))
}

/** The element that these bytes are, and nothing else counts. */
export function itemOf(bytes: Uint8Array): DerItem | undefined {
  return readItem(bytes, 0, bytes.length)
}
