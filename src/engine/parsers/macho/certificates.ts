// The certificates of a code signature: a CMS SignedData (RFC 5652, section 5.1) with X.509 certificates (RFC 5280).

import { isUtf8 } from 'node:buffer'

import { attributeNames } from './attribute-names.ts'
import {
  contentsOf,
  DerCursor,
  type DerItem,
  derTag,
  encodingOf,
  latin1Of,
  oidOf,
  timeOf,
} from '../der/index.ts'

/** Texts have one character (0–255) for each byte. */
export interface Certificate {
  readonly issuer: string
  readonly subject: string
  readonly is_self_signed: boolean
}

/** Real signatures have three or four. */
const maxCertificates = 256
const maxNameParts = 256

const invalidName = '<X509Error: Invalid X.509 name>'
const bmpString = 30
/** UTF8String, ObjectDescriptor and the strings from NumericString on, without the times. */
const stringTags = new Set([12, 7, 18, 19, 20, 21, 22, 25, 26, 27])

/** The certificates of a SignedData, in its order; none where it is malformed. */
export function readCertificates(bytes: Uint8Array): Certificate[] {
  const info = new DerCursor(bytes, 0, bytes.length).expect(derTag.sequence)
  const content = info && DerCursor.into(info)
  if (content?.expect(derTag.oid) === undefined) return []
  const wrapper = content.optional(0)
  const signedData = wrapper && DerCursor.into(wrapper).expect(derTag.sequence)
  const fields = signedData && DerCursor.into(signedData)
  const hasStart =
    fields?.expect(derTag.integer) !== undefined &&
    fields.expect(derTag.set) !== undefined &&
    fields.expect(derTag.sequence) !== undefined
  const list = hasStart ? fields.optional(0) : undefined
  const certificates: Certificate[] = []
  if (list === undefined) return certificates
  const cursor = DerCursor.into(list)
  while (certificates.length < maxCertificates) {
    const item = cursor.next()
    const certificate = item && readCertificate(item)
    if (certificate === undefined) break
    certificates.push(certificate)
  }
  return certificates
}

function readCertificate(item: DerItem): Certificate | undefined {
  if (item.tag !== derTag.sequence) return undefined
  const parts = DerCursor.into(item)
  const signed = parts.expect(derTag.sequence)
  const isSigned = parts.expect(derTag.sequence) !== undefined && parts.expect(derTag.bitString) !== undefined
  if (signed === undefined || !isSigned) return undefined
  const fields = DerCursor.into(signed)
  // The version.
  fields.optional(0)
  if (fields.expect(derTag.integer) === undefined || fields.expect(derTag.sequence) === undefined)
    return undefined
  const issuer = fields.expect(derTag.sequence)
  const isValid = isValidity(fields.expect(derTag.sequence))
  const subject = fields.expect(derTag.sequence)
  const hasKey = fields.expect(derTag.sequence) !== undefined
  if (issuer === undefined || subject === undefined || !isValid || !hasKey) return undefined
  return {
    issuer: nameText(issuer),
    subject: nameText(subject),
    is_self_signed: Buffer.compare(encodingOf(issuer), encodingOf(subject)) === 0,
  }
}

function isValidity(item: DerItem | undefined): boolean {
  const times = item && DerCursor.into(item)
  return timeOf(times?.next()) !== undefined && timeOf(times?.next()) !== undefined
}

/** `C=US, O=Apple Inc., CN=Apple Root CA`: what rules compare with. */
function nameText(name: DerItem): string {
  const sets: string[] = []
  const cursor = DerCursor.into(name)
  while (!cursor.isAtEnd && sets.length < maxNameParts) {
    const set = cursor.expect(derTag.set)
    const attributes = set && attributesOf(set)
    if (attributes === undefined || attributes.length === 0) break
    if (attributes.includes(undefined)) return invalidName
    sets.push(attributes.join(' + '))
  }
  return sets.join(', ')
}

/** `name=value`, or undefined for a text that is malformed; what follows a malformed attribute is left out. */
function attributesOf(set: DerItem): (string | undefined)[] {
  const attributes: (string | undefined)[] = []
  const cursor = DerCursor.into(set)
  while (!cursor.isAtEnd && attributes.length < maxNameParts) {
    const attribute = cursor.expect(derTag.sequence)
    const parts = attribute && DerCursor.into(attribute)
    const type = oidOf(parts?.next())
    const item = parts?.next()
    if (type === undefined || item === undefined) break
    const value = valueText(item)
    attributes.push(value === undefined ? undefined : `${attributeNames[type] ?? `OID(${type})`}=${value}`)
  }
  return attributes
}

/** A character string's text, undefined where it is malformed; other values in hexadecimal digits. */
function valueText(item: DerItem): string | undefined {
  const contents = contentsOf(item)
  if (item.tagClass === 0 && item.tag === bmpString) return bmpText(contents)
  if (item.tagClass === 0 && stringTags.has(item.tag))
    return isUtf8(contents) ? latin1Of(contents) : undefined
  return Buffer.from(contents).toString('hex').toUpperCase()
}

/** Two bytes for each character; a last one that stands alone is a character, too. */
function bmpText(contents: Uint8Array): string | undefined {
  let text = ''
  for (let at = 0; at < contents.length; at += 2) {
    const first = contents[at]!
    const second = contents[at + 1]
    text += String.fromCharCode(second === undefined ? first : first * 256 + second)
  }
  return text.isWellFormed() ? latin1Of(Buffer.from(text)) : undefined
}
