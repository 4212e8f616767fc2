// What is known about a value at one place of a program: its text where it can be computed, and where it came from.

import type { Value } from './ast.ts'

export type { Value }

/** Where (a part of) a value came from; bits. */
export const origin = {
  /** The request, and it decides how the value begins. */
  request: 1,
  /** The request, inside of a longer text. */
  embedded: 2,
  /** Fetched from another host. */
  remote: 4,
  /** A variable that the file never sets: with `register_globals` that is the request. */
  unset: 8,
  /** The place of an uploaded file, or its contents. */
  upload: 16,
  /** An uploaded file's name, as the request gives it. */
  uploadName: 32,
  /** A session or other store that a request may have filled. */
  stored: 64,
  /** The script's own file, its comments, or a picture's metadata. */
  self: 128,
  /** Decoded from constants in a way that could not be followed. */
  hidden: 256,
  /** A local file's contents. */
  file: 512,
  /** The script's own name. */
  ownName: 1024,
  /** The request, behind the end of another command: `"cd x;" . $_POST['c']`. */
  chained: 2048,
  /** The request, behind something that is not known: `$folder . $_POST['f']`. */
  led: 4096,
} as const

/** How a known text came to be; bits. */
export const made = { pieces: 1, decoded: 2, escapes: 4, bits: 8 } as const

export const unknown: Value = {
  text: undefined,
  items: undefined,
  taint: 0,
  from: '',
  made: 0,
  type: '',
  head: '',
  tail: '',
  closure: undefined,
  inner: undefined,
}

export function textValue(text: string, how = 0): Value {
  return {
    text,
    items: undefined,
    taint: 0,
    from: '',
    made: how,
    type: '',
    head: '',
    tail: '',
    closure: undefined,
    inner: undefined,
  }
}

export function tainted(taint: number, from: string, type = ''): Value {
  return {
    text: undefined,
    items: undefined,
    taint,
    from,
    made: 0,
    type,
    head: '',
    tail: '',
    closure: undefined,
    inner: undefined,
  }
}

export function arrayValue(items: Map<string, Value>): Value {
  return { ...unknown, items }
}

export function objectValue(type: string, inner: Value | undefined, from: Value = unknown): Value {
  return { ...unknown, type, inner, taint: from.taint, from: from.from }
}

export const emptyText: Value = textValue('')
export const falseValue: Value = { ...textValue(''), type: 'false' }
export const trueValue: Value = textValue('1')

/** Of long lists the first elements are looked at: tables are read at every step. */
const maxLooked = 96
let looked = 0

/** The taint of a value and of everything in it. */
export function deepTaint(value: Value): Value {
  if (value.taint !== 0 || value.items === undefined) return value
  looked = 0
  return taintInside(value, 0)
}

function taintInside(value: Value, depth: number): Value {
  if (value.taint !== 0 || value.items === undefined || depth > 4) return value
  let found: Value = value
  let taint = 0
  for (const item of value.items.values()) {
    if (++looked > maxLooked) break
    const inner = taintInside(item, depth + 1)
    if (inner.taint === 0) continue
    if (taint === 0) found = inner
    taint |= inner.taint
  }
  return taint === 0 ? value : { ...found, taint }
}

/** A value derived from others in a way that keeps who controls it, but not the text. */
export function derived(values: readonly Value[]): Value {
  let first: Value | undefined
  let taint = 0
  for (const value of values) {
    const source = deepTaint(value)
    if (source.taint === 0) continue
    first ??= source
    taint |= source.taint
  }
  return first === undefined ? unknown : tainted(taint, first.from, uploadType(first))
}

function uploadType(value: Value): string {
  return value.type === 'files' ? 'files' : ''
}

/** Either of two values: what is known of both. */
export function join(one: Value, other: Value): Value {
  if (one === other) return one
  if (one.text !== undefined && one.text === other.text && one.taint === other.taint) return one
  // A default in one branch says less than what comes from somewhere in the other.
  const main = weight(one) >= weight(other) ? one : other
  const rest = main === one ? other : one
  if (rest === unknown || rest.text === '') return main.taint === 0 ? main : withTaint(main, rest)
  return {
    ...main,
    text: main.taint === 0 && rest.taint === 0 ? main.text : undefined,
    taint: main.taint | rest.taint,
    head: main.head === rest.head ? main.head : '',
    tail: main.tail === rest.tail ? main.tail : '',
  }
}

function withTaint(main: Value, rest: Value): Value {
  return rest.taint === 0 ? main : { ...main, taint: main.taint | rest.taint }
}

function weight(value: Value): number {
  if (value.taint !== 0) return 4
  if (value.closure !== undefined || value.type !== '') return 3
  if (value.items !== undefined) return 2
  return value.text === undefined || value.text === '' ? 0 : 1
}

const wholeTaints =
  origin.request | origin.remote | origin.unset | origin.upload | origin.stored | origin.self | origin.file
const keptTaints = origin.embedded | origin.uploadName | origin.hidden | origin.chained | origin.led
const commandEnd = /(?:[;|\n]|&&)\s{0,9}$/
const maxText = 4 * 1024 * 1024

/** `one . other . …` */
export function concatenate(parts: readonly Value[]): Value {
  let taint = 0
  let first: Value | undefined
  let how = 0
  let isKnown = true
  let length = 0
  for (const part of parts) {
    how |= part.made
    if (part.text === undefined) isKnown = false
    else length += part.text.length
    if (part.taint === 0) continue
    first ??= part
    taint |= part.taint
  }
  if (isKnown && length <= maxText) {
    const text =
      parts.length === 2 ? parts[0]!.text! + parts[1]!.text! : parts.map((part) => part.text).join('')
    return { ...textValue(text, how | made.pieces), taint, from: first?.from ?? '' }
  }
  const head = headOf(parts)
  if (head !== '' && (taint & wholeTaints) !== 0 && first !== undefined) {
    const isRequest = (taint & (origin.request | origin.stored)) !== 0
    taint =
      (taint & (keptTaints | origin.file | origin.self | origin.remote)) | (isRequest ? origin.embedded : 0)
    if (isRequest && isChained(parts)) taint |= origin.chained
  }
  const [leading] = parts
  const isLed = leading !== undefined && leading.text === undefined && leading.taint === 0
  if (isLed && (taint & origin.request) !== 0) taint |= origin.led
  return {
    text: undefined,
    items: undefined,
    taint,
    from: first?.from ?? '',
    made: how | made.pieces,
    type: '',
    head,
    tail: tailOf(parts),
    closure: undefined,
    inner: undefined,
  }
}

function isChained(parts: readonly Value[]): boolean {
  for (let at = 1; at < parts.length; at++) {
    if ((parts[at]!.taint & origin.request) === 0) continue
    const before = parts[at - 1]!.text
    if (before !== undefined && commandEnd.test(before.slice(-12))) return true
  }
  return false
}

function headOf(parts: readonly Value[]): string {
  let head = ''
  for (const part of parts) {
    if (part.text === undefined) return (head + part.head).slice(0, 200)
    head += part.text
    if (head.length > 200) return head.slice(0, 200)
  }
  return head
}

function tailOf(parts: readonly Value[]): string {
  let tail = ''
  for (let at = parts.length - 1; at >= 0; at--) {
    const part = parts[at]!
    if (part.text === undefined) return (part.tail + tail).slice(-200)
    tail = part.text + tail
    if (tail.length > 200) return tail.slice(-200)
  }
  return tail
}

/** What a text begins with, as far as known. */
export function beginning(value: Value): string {
  return value.text ?? value.head
}

/** What a text ends with, as far as known. */
export function ending(value: Value): string {
  return value.text ?? value.tail
}
