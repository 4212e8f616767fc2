// All decodings of one raw value, as an attacker's target would see it: layer upon layer, until nothing changes. What needed
// decoding twice is as dangerous as what needed it once; which layer a target undoes is not known, so each is kept.

import { base64Text } from './base64-value.ts'
import { decodeEntities } from './entities.ts'
import { decodeEscapes, foldLookalikes } from './escapes.ts'
import { normalPath } from './path-form.ts'
import { hasPercentEscape, percentDecode, type PlusSign } from './percent.ts'
import { textOfBytes } from './text-of-bytes.ts'

const maxValues = 6
/** Characters of one value. */
export const maxValueLength = 8192
/** Raw bytes that are decoded of one value: three layers of percent signs are nine bytes a character. */
const maxRawLength = 24_576
const maxRounds = 5

export type ValueKind = 'form' | 'path' | 'text' | 'plain'

/**
 * Distinct decodings, the plainest last. `raw` is bytes as latin1. `form`: a plus sign is a space.
 * `plain`: no URL encoding at first; `text`: perhaps.
 */
export function valuesOf(raw: string, kind: ValueKind): string[] {
  if (isPlain(raw)) return plainValues(raw, kind)
  const plus: PlusSign = kind === 'form' ? 'space' : 'plus'
  const head = raw.length > maxRawLength ? raw.slice(0, maxRawLength) : raw
  const first = textOfBytes(kind === 'plain' ? head : percentDecode(head, plus))
  const values = new Set<string>()
  addLayers(values, first)
  if (kind === 'form') {
    const inner = base64Text(textOfBytes(percentDecode(head, 'plus')))
    if (inner !== undefined) addLayers(values, inner)
  }
  if (kind === 'path') for (const value of values) values.add(normalPath(value))
  return bounded([...values], raw)
}

/** Letters, digits and signs that no layer changes; most values are so. */
function isPlain(raw: string): boolean {
  return raw.length <= maxValueLength && /^[\w\-./ :,;=@~!*()]*$/.test(raw)
}

function plainValues(raw: string, kind: ValueKind): string[] {
  if (kind === 'path') {
    const normal = normalPath(raw)
    return normal === raw ? [raw] : [raw, normal]
  }
  const inner = kind === 'form' && raw.length >= 8 ? base64Text(raw) : undefined
  if (inner === undefined) return [raw]
  const values = new Set([raw])
  addLayers(values, inner)
  return bounded([...values], raw)
}

/** Adds `text` and what each layer below it makes of it. */
function addLayers(values: Set<string>, text: string): void {
  let value = text
  values.add(value)
  for (let round = 0; round < maxRounds; round += 1) {
    const next = nextLayer(value)
    if (next === value) break
    value = next
    values.add(value)
  }
  const folded = foldLookalikes(value)
  values.add(folded)
  // Some readers end at a NUL, others pass over it: without it both are seen.
  if (folded.includes('\0')) values.add(folded.replaceAll('\0', ''))
}

function nextLayer(value: string): string {
  if (hasPercentEscape(value)) return textOfBytes(percentDecode(latin1Of(value), 'plus'))
  return decodeEscapes(decodeEntities(value))
}

/** Text back to bytes, so that a second layer of escapes can complete a character. */
function latin1Of(text: string): string {
  // eslint-disable-next-line no-control-regex -- ASCII as a whole
  return /[^\u0000-\u007f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

/** The first decoding and the plainest ones. Of what is too long the beginning, and the end of the plainest. */
function bounded(values: readonly string[], raw: string): string[] {
  const kept = values.length > maxValues ? [values[0] ?? '', ...values.slice(1 - maxValues)] : values
  if (raw.length <= maxValueLength && kept.every((value) => value.length <= maxValueLength)) return [...kept]
  const tail = textOfBytes(percentDecode(raw.slice(-maxValueLength), 'plus')).slice(-maxValueLength)
  return [...new Set([...kept.slice(0, maxValues - 1).map((value) => value.slice(0, maxValueLength)), tail])]
}
