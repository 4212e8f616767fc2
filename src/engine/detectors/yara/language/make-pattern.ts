// A declared string becomes what the matcher looks for; combinations of modifiers that mean nothing are refused, as by
// YARA-X.

import type { Base64Variant, Pattern, TextPattern } from '../../../matcher/pattern.ts'
import { parseHex } from '../../../matcher/regex/parse-hex.ts'
import { parseRegex } from '../../../matcher/regex/parse-regex.ts'
import { PatternError } from '../../../matcher/regex/pattern-error.ts'
import type { Tree } from '../../../matcher/regex/tree.ts'
import { fail } from './fault.ts'
import type { Base64Modifier, RegexLiteral, Span, StringDeclaration } from './syntax.ts'

const exclusive = [
  ['xor', 'nocase'],
  ['base64', 'nocase'],
  ['base64wide', 'nocase'],
  ['base64', 'fullword'],
  ['base64wide', 'fullword'],
  ['base64', 'xor'],
  ['base64wide', 'xor'],
] as const

const onlyForText = ['xor', 'base64', 'base64wide'] as const

/** Fewer bytes can be encoded in a way that leaves no whole character to look for. */
const leastForBase64 = 3

const usualAlphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')

/** Throws a Fault at the modifier or place in the value that is wrong. */
export function makePattern(declaration: StringDeclaration): Pattern {
  const { value } = declaration
  switch (value.kind) {
    case 'text':
      return makeText(declaration, value.bytes)
    case 'hex':
      return makeHex(declaration, value.body)
    case 'regex':
      return makeRegex(declaration, value)
  }
}

function makeText(declaration: StringDeclaration, bytes: Uint8Array): TextPattern {
  const { modifiers, valuePlace } = declaration
  const { nocase, wide, fullword, xor, base64, base64wide, places } = modifiers
  for (const [one, other] of exclusive) {
    const place = places.get(other)
    if (place !== undefined && places.has(one)) {
      fail('modifier-combination', `\`${one}\` and \`${other}\` cannot be used together`, place)
    }
  }
  const ascii = modifiers.ascii || !wide
  const isEncoded = base64 !== undefined || base64wide !== undefined
  if (bytes.length === 0) fail('empty-string', 'this string is empty', valuePlace)
  if (isEncoded && bytes.length < leastForBase64) {
    fail('short-string', `with \`base64\` a string has at least ${leastForBase64} bytes`, valuePlace)
  }
  const pattern = { kind: 'text', bytes, nocase, ascii, wide, fullword } as const
  if (xor !== undefined) return { ...pattern, xor }
  if (!isEncoded) return pattern
  return { ...pattern, base64: [...variantsOf(base64, 'narrow'), ...variantsOf(base64wide, 'wide')] }
}

function variantsOf(modifier: Base64Modifier | undefined, width: 'narrow' | 'wide'): Base64Variant[] {
  if (modifier === undefined) return []
  return [{ alphabet: alphabetOf(modifier), wide: width === 'wide' }]
}

/** 64 different printable characters without the one that pads. */
function alphabetOf(modifier: Base64Modifier): Uint8Array {
  const { alphabet } = modifier
  if (alphabet === undefined) return new Uint8Array(usualAlphabet)
  if (alphabet.length !== 64) {
    fail('base64-alphabet', `an alphabet has 64 characters, not ${alphabet.length}`, modifier)
  }
  if (!/^[ -~]*$/u.test(alphabet))
    fail('base64-alphabet', 'an alphabet consists of printable characters', modifier)
  if (alphabet.includes('=')) fail('base64-alphabet', 'an alphabet cannot have `=`, which pads', modifier)
  if (new Set(alphabet).size !== 64) fail('base64-alphabet', 'the alphabet has a character twice', modifier)
  return new Uint8Array(Buffer.from(alphabet, 'latin1'))
}

function makeHex({ modifiers, value, valuePlace }: StringDeclaration, body: string): Pattern {
  for (const [name, place] of modifiers.places) {
    if (name !== 'private') fail('modifier', `\`${name}\` cannot be used with a ${value.kind} string`, place)
  }
  const tree = inPlace(valuePlace, () => parseHex(body))
  return { kind: 'tree', tree, ascii: true, wide: false, fullword: false, greedy: false }
}

function makeRegex({ modifiers, valuePlace }: StringDeclaration, regex: RegexLiteral): Pattern {
  for (const name of onlyForText) {
    const place = modifiers.places.get(name)
    if (place !== undefined) fail('modifier', `\`${name}\` cannot be used with a regular expression`, place)
  }
  const flags = modifiers.nocase && !regex.flags.includes('i') ? `i${regex.flags}` : regex.flags
  const { tree, greedy } = inPlace(valuePlace, () => parseRegex(regex.source, flags))
  if (canBeEmpty(tree))
    fail('invalid-regex', 'this regular expression matches the empty text everywhere', valuePlace)
  const { wide, fullword } = modifiers
  return { kind: 'tree', tree, ascii: modifiers.ascii || !wide, wide, fullword, greedy }
}

/** Runs a pattern parser; its errors become faults at their place in the file. One byte (`/`, `{`) stands before. */
export function inPlace<T>(place: Span, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    const start = Math.min(place.start + 1 + Math.max(error.offset, 0), Math.max(place.start, place.end - 1))
    fail('invalid-pattern', error.message, { start, end: start + 1 })
  }
}

function canBeEmpty(tree: Tree): boolean {
  switch (tree.kind) {
    case 'bytes':
    case 'class':
      return false
    case 'assert':
      return true
    case 'repeat':
      return tree.least === 0 || canBeEmpty(tree.item)
    case 'concat':
      return tree.items.every(canBeEmpty)
    case 'either':
      return tree.items.some(canBeEmpty)
  }
}
