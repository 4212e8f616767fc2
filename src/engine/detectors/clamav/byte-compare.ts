// `subsignature(offset#options#comparisons)`: compares a number in the file. Manual, "Byte Compare Subsignatures"; details as
// clamscan 1.4.6 decides them.

import type { StoredByteCompare } from './layout.ts'

/** `origin`: where the subsignature that it refers to matched last. */
export function comparesTrue(compare: StoredByteCompare, bytes: Uint8Array, origin: number): boolean {
  const at = origin + compare.offset
  // Without a distance forward ClamAV refuses the first byte of the file.
  if (compare.offset > 0 ? at + compare.length > bytes.length : at <= 0) return false
  const value = valueOf(compare, bytes.subarray(at, at + compare.length))
  if (value === undefined) return false
  return compare.comparisons.every(({ symbol, value: text }) => {
    const other = BigInt(text)
    if (symbol === '=') return value === other
    return symbol === '<' ? value < other : value > other
  })
}

function valueOf(compare: StoredByteCompare, bytes: Uint8Array): bigint | undefined {
  if (compare.number === 'binary') return binary(compare, bytes)
  const text = Buffer.from(bytes).toString('latin1')
  const digits = text.replace(/^[\t-\r ]+/, '')
  const isPadded = digits.length < text.length
  switch (compare.number) {
    case 'hexadecimal':
      return hexadecimal(compare, digits, isPadded)
    case 'decimal':
      return number(digits, { radix: 10, end: digits.length, exact: compare.exact, isPadded })
    case 'automatic':
      if (digits.length < 3) return undefined
      if (hexPrefix.test(digits)) return hexadecimal(compare, digits, isPadded)
      // Little-endian decimal digits are not supported, here as by ClamAV.
      if (compare.endianness !== 'big') return undefined
      return number(digits, { radix: 10, end: digits.length, exact: compare.exact, isPadded })
    case 'unspecified':
      return undefined
  }
}

const hexPrefix = /^0x/i

function hexadecimal(
  { endianness, exact }: StoredByteCompare,
  digits: string,
  isPadded: boolean,
): bigint | undefined {
  if (endianness === 'unspecified') return undefined
  const text = endianness === 'little' ? reversed(digits) : digits
  return number(text, { radix: 16, end: digits.length, exact, isPadded })
}

/** Pairs of digits in the other order. A pair that is none makes those behind it zeros, which here are in front of it. */
function reversed(digits: string): string {
  if (digits.length < 2) return digits
  const hasPrefix = digits.length > 2 && hexPrefix.test(digits)
  const text = hasPrefix ? `x${digits.slice(1)}` : digits
  const even = text.length % 2 === 0 ? text : paddedOdd(text, hasPrefix)
  let done = ''
  for (let at = even.length - 2; at >= 0; at -= 2) {
    const pair = even.slice(at, at + 2)
    done = /^[0-9a-fx]{2}$/i.test(pair) ? done + pair : '0'.repeat(done.length + 2)
  }
  return done
}

function paddedOdd(text: string, hasPrefix: boolean): string {
  return hasPrefix ? `x00${text.slice(2)}` : `0${text}`
}

interface NumberOptions {
  readonly radix: 10 | 16
  /** Where an exact number has to end. */
  readonly end: number
  readonly exact: boolean
  readonly isPadded: boolean
}

/** As C's `strtol` reads it; no digits are zero. */
function number(text: string, { radix, end, exact, isPadded }: NumberOptions): bigint | undefined {
  const form = radix === 16 ? /^[\t-\r ]*([+-]?)(?:0x(?=[0-9a-f]))?([0-9a-f]+)/i : /^[\t-\r ]*([+-]?)([0-9]+)/
  const match = form.exec(text)
  if (exact && (isPadded || (match?.[0].length ?? 0) !== end)) return undefined
  if (match === null) return 0n
  const [, sign, digits = ''] = match
  const value = BigInt(radix === 16 ? `0x${digits}` : digits)
  const signed = sign === '-' ? -value : value
  return signed > -(2n ** 63n) && signed < 2n ** 63n ? signed : undefined
}

function binary({ length, endianness }: StoredByteCompare, bytes: Uint8Array): bigint | undefined {
  if (bytes.length < length || endianness === 'unspecified') return undefined
  let value = 0n
  for (let index = 0; index < length; index++) {
    const byte = bytes[endianness === 'big' ? index : length - 1 - index]!
    value = (value << 8n) | BigInt(byte)
  }
  return BigInt.asIntN(64, value)
}
