// `subsignature(offset#options#comparisons)`: a number in the file, at a place relative to a match. Manual, "Byte Compare
// Subsignatures".

import type { ByteCompareSubsignature } from './records.ts'

/** ClamAV compares the reference with the number of subsignatures that a record may have. */
const maxReference = 64
const maxHexadecimalBytes = 18
const maxBinaryBytes = 8
const maxNumber = 0xffff_ffff

const form = /^([0-9]*)\(([^)#]*)#([^)#]*)#([^)#]*)\)/

export function looksLikeByteCompare(text: string): boolean {
  return text.includes('(') && text.split('#', 3).length === 3
}

/** The record, or what is wrong. */
export function parseByteCompare(text: string): ByteCompareSubsignature | string {
  const match = form.exec(text)
  if (match === null) return 'a byte comparison is not of the form reference(offset#options#comparisons)'
  const [, reference = '', place = '', options = '', comparisons = ''] = match
  if (Number(reference) > maxReference) return 'a byte comparison refers to a subsignature that cannot be'
  const offset = parsePlace(place)
  if (offset === undefined) return 'the offset of a byte comparison is neither 0 nor >>n nor <<n'
  const format = parseOptions(options)
  if (typeof format === 'string') return format
  const parsed = parseComparisons(comparisons)
  if (parsed === undefined) return 'a byte comparison does not have one or two comparisons'
  return { kind: 'byte-compare', reference: Number(reference), offset, ...format, comparisons: parsed }
}

function parsePlace(text: string): number | undefined {
  if (text === '' || text.startsWith('0')) return 0
  const direction = text.slice(0, 2)
  if (direction !== '>>' && direction !== '<<') return undefined
  const value = numberOf(text.slice(2))
  if (value === undefined) return undefined
  const distance = Number(value)
  if (distance > maxNumber || distance < -maxNumber) return undefined
  return direction === '>>' ? distance : 0 - distance
}

/** As C reads it: hexadecimal behind 0x, octal behind 0, else decimal; nothing is zero. */
function numberOf(text: string): bigint | undefined {
  const match = /^([+-]?)(?:0x([0-9a-f]{1,16})|(0[0-7]{0,22})|((?:[1-9][0-9]{0,18})?))$/i.exec(text)
  if (match === null) return undefined
  const [, sign, hexadecimal, octal, decimal] = match
  let value = BigInt(decimal ?? 0)
  if (hexadecimal !== undefined) value = BigInt(`0x${hexadecimal}`)
  if (octal !== undefined) value = BigInt(`0o${octal}`)
  return sign === '-' ? -value : value
}

type Format = Pick<ByteCompareSubsignature, 'number' | 'endianness' | 'exact' | 'length'>

const numberLetters: Readonly<Record<string, Format['number']>> = {
  h: 'hexadecimal',
  d: 'decimal',
  a: 'automatic',
  i: 'binary',
}

function parseOptions(text: string): Format | string {
  const match = /^([hdailbe]*)([0-9].*)$/.exec(text)
  if (match === null) return 'the options of a byte comparison are not of the form [hdai][lb][e]length'
  const [, letters = '', digits = ''] = match
  const kinds = new Set(
    letters
      .split('')
      .map((letter) => numberLetters[letter])
      .filter((kind) => kind !== undefined),
  )
  const little = letters.includes('l')
  const big = letters.includes('b') || kinds.has('decimal')
  if (kinds.size > 1 || (little && big)) return 'the options of a byte comparison contradict each other'
  const number = [...kinds][0] ?? 'unspecified'
  const length = Number(numberOf(digits) ?? 0)
  if (!isLength(length, number))
    return 'the length of a byte comparison is not possible for its kind of number'
  const endianness = little || big ? bigOrLittle(little) : 'unspecified'
  return { number, endianness, exact: letters.includes('e'), length }
}

function bigOrLittle(little: boolean): 'little' | 'big' {
  return little ? 'little' : 'big'
}

function isLength(length: number, number: Format['number']): boolean {
  if (length < 1 || length > maxNumber) return false
  if (number === 'binary') return length <= maxBinaryBytes && maxBinaryBytes % length === 0
  return number !== 'hexadecimal' || length <= maxHexadecimalBytes
}

function parseComparisons(text: string): ByteCompareSubsignature['comparisons'] | undefined {
  const comparisons: { symbol: '<' | '>' | '='; value: bigint }[] = []
  for (const comparison of text.split(',')) {
    const symbol = comparison[0]
    const value = numberOf(comparison.slice(1))
    if ((symbol !== '<' && symbol !== '>' && symbol !== '=') || value === undefined) return undefined
    comparisons.push({ symbol, value: BigInt.asIntN(64, value) })
  }
  return comparisons.length <= 2 ? comparisons : undefined
}
