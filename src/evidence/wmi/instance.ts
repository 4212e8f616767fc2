// Instances of the CIM repository: two times, the states and values of the properties, and the region with their texts.

import { createHash } from 'node:crypto'

import { filetime, u32 } from '../fields.ts'
import { bytesOf, type CimValue, regionAt, textAt, valueAt } from './cim.ts'
import type { CimProperty } from './class.ts'

const mostBytes = 1024 * 1024
const mostTexts = 64

export interface CimInstance {
  readonly className: string
  readonly timestamps: readonly (string | undefined)[]
  /** Undefined: the class is not known, or the record does not follow it. */
  readonly properties: ReadonlyMap<string, CimValue> | undefined
  /** All texts of its region in their order, without the name of the class. */
  readonly texts: readonly string[]
  readonly bytes: number
}

export type InstanceKind = 'vista' | 'xp'

/** What a record of an instance of the class begins with, in UTF-16. */
export function instanceHash(className: string, kind: InstanceKind): Buffer {
  const algorithm = kind === 'xp' ? 'md5' : 'sha256'
  const digest = createHash(algorithm).update(className.toUpperCase(), 'utf16le').digest('hex')
  return Buffer.from(digest.toUpperCase(), 'utf16le')
}

function hashUnits(kind: InstanceKind): number {
  return kind === 'xp' ? 32 : 64
}

/** Undefined: what follows the hash is no instance of the class. */
export function readInstance(
  bytes: Uint8Array,
  className: string,
  kind: InstanceKind,
  layout: readonly CimProperty[] | undefined,
): CimInstance | undefined {
  const at = 2 * hashUnits(kind)
  const dataBytes = u32(bytes, at + 16)
  if (dataBytes < 18 || dataBytes > mostBytes) return undefined
  const body = bytes.subarray(at + 25, at + 16 + dataBytes)
  const decoded = layout === undefined ? undefined : decode(body, className, layout)
  const region = decoded?.region ?? regionWith(body, className)
  if (region === undefined) return undefined
  const times = [filetime(bytes, at), filetime(bytes, at + 8)]
  return {
    className,
    timestamps: times,
    properties: decoded?.properties,
    texts: textsOf(region, className),
    bytes: at + 16 + dataBytes,
  }
}

interface Decoded {
  readonly properties: ReadonlyMap<string, CimValue>
  readonly region: Uint8Array
}

function decode(body: Uint8Array, className: string, layout: readonly CimProperty[]): Decoded | undefined {
  const tableAt = Math.ceil((2 * layout.length) / 8)
  let at = tableAt
  const places: number[] = []
  for (const property of layout) {
    const size = bytesOf(property)
    if (size === undefined) return undefined
    places.push(at)
    at += size
  }
  // The qualifiers' list counts its own length; behind it a byte tells of dynamic properties.
  at += Math.max(4, u32(body, at))
  at += body[at] === 2 ? 9 : 1
  const region = regionAt(body, at)
  if (region === undefined || textAt(region, 0)?.toUpperCase() !== className.toUpperCase()) return undefined
  const properties = new Map<string, CimValue>()
  for (const [index, property] of layout.entries()) {
    const state = ((body[index >> 2] ?? 0) >> (2 * (index & 3))) & 3
    // Bit 0: it has no value; bit 1: it has that of its class.
    if (state !== 0) continue
    const value = valueAt(property, body, places[index] ?? 0, region)
    if (value !== undefined) properties.set(property.name, value)
  }
  return { properties, region }
}

/** The region begins with the class's name: the four bytes before it are its size. */
function regionWith(body: Uint8Array, className: string): Uint8Array | undefined {
  const text = Buffer.from(`\0${className}\0`, 'latin1')
  const found = Buffer.from(body.buffer, body.byteOffset, body.length).indexOf(text)
  return found < 4 ? undefined : (regionAt(body, found - 4) ?? body.subarray(found))
}

/** Places are tried one after the other; hostile ones, at which a text never ends, only so long. */
function textsOf(region: Uint8Array, className: string): string[] {
  const texts: string[] = []
  let left = 16 * region.length
  for (let at = 0; at < region.length && texts.length < mostTexts && left > 0;) {
    const text = textAt(region, at)
    if (text === undefined && (region[at] ?? 0) <= 1) left -= region.length - at
    if (text === undefined || text === '' || hasControls(text)) {
      left -= text?.length ?? 0
      at += 1
      continue
    }
    if (text !== className) texts.push(text)
    at += region[at] === 1 ? 1 + 2 * (text.length + 1) : 1 + text.length + 1
  }
  return texts
}

/** Line feeds and tabs are none. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 9 || (code > 13 && code < 32)) return true
  }
  return false
}
