// Distinguished names (RFC 5280, 4.1.2.4) as OpenSSL's one-line text: `/C=US/O=Example/CN=Example CA`.

import { contentsOf, DerCursor, derTag, type DerItem, encodingOf, arcsOf, textOf } from '../der/index.ts'
import { invalidOid, oidName } from './oid-names.ts'

/** Parts of a name: real ones have fewer than ten. */
const maxParts = 256

export interface Name {
  /** One character (0–255) for each byte of UTF-8. A part that is no text is `#` and its bytes in hexadecimal. */
  readonly text: string
  /** Two names are the same if their encodings are. */
  readonly encoding: Uint8Array
}

/** Ends where it is malformed: YARA-X reads names that far too. */
export function nameOf(item: DerItem | undefined): Name | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  let text = ''
  for (let count = 0; count < maxParts && !cursor.isAtEnd; count++) {
    const part = relativeText(cursor.expect(derTag.set))
    if (part === '') break
    text += `/${part}`
  }
  return { text, encoding: encodingOf(item) }
}

function relativeText(item: DerItem | undefined): string {
  let text = ''
  if (item === undefined) return text
  const cursor = DerCursor.into(item)
  for (let count = 0; count < maxParts && !cursor.isAtEnd; count++) {
    const attribute = cursor.expect(derTag.sequence)
    if (attribute === undefined) break
    const inside = DerCursor.into(attribute)
    const type = inside.next()
    const value = inside.next()
    if (type === undefined || type.isConstructed || value === undefined) break
    text += `${oidName(arcsOf(type) ?? invalidOid)}=${textOf(value) ?? `#${Buffer.from(contentsOf(value)).toString('hex')}`}`
  }
  return text
}
