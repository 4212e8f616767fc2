// What a member's bytes are, in every reading that some tool has of its headers. Where the local header and the
// central directory agree there is one; where they differ in a way that changes the bytes, there are several.

import {
  type AesField,
  flagDescriptor,
  flagEncrypted,
  flagStrong,
  type Header,
  methodAes,
  methodDeflated,
  methodStored,
} from './header.ts'

export interface Reading {
  readonly name: string
  readonly method: number
  readonly protection: 'none' | 'zip-crypto' | 'aes' | 'strong'
  readonly aes: AesField | undefined
  /** General purpose bits (APPNOTE 4.4.4), of which two tell how the method was used. */
  readonly flags: number
  readonly start: number
  /** Encoded bytes from `start`; infinite when only the data itself tells. */
  readonly packed: number
  /** Undefined: not known, so not checked. */
  readonly size: number | undefined
  readonly crc: number | undefined
  /** ZipCrypto's check of the password: the CRC's or the time's high byte (APPNOTE 6.1.6). */
  readonly checkByte: number
  /** A guess beside the regular reading: it is used if the data allow it, and never reported as damaged. */
  readonly isGuess: boolean
}

/** APPNOTE 4.4.5. A reader that meets another number may treat it as it likes, so it is also tried as deflate. */
export const methodNames: Readonly<Record<number, string>> = {
  0: 'stored',
  1: 'shrink',
  2: 'reduce',
  3: 'reduce',
  4: 'reduce',
  5: 'reduce',
  6: 'implode',
  8: 'deflate',
  9: 'deflate64',
  10: 'PKWARE implode',
  12: 'bzip2',
  14: 'LZMA',
  16: 'IBM CMPSC',
  18: 'IBM TERSE',
  19: 'IBM LZ77',
  20: 'Zstandard (old)',
  93: 'Zstandard',
  94: 'MP3',
  95: 'XZ',
  96: 'JPEG',
  97: 'WavPack',
  98: 'PPMd',
}

export interface Described {
  readonly name: string
  readonly start: number
}

/** A member of the central directory; `central` and `local` are known to belong together. */
export function readingsOf(what: Described, central: Header, local: Header): Reading[] {
  const isDeferred = (local.flags & flagDescriptor) !== 0 && local.packed === 0 && local.size === 0
  const fromCentral = read(what, central)
  const sameSizes = isDeferred || (central.packed === local.packed && central.size === local.size)
  const sameProtection = ((central.flags ^ local.flags) & flagEncrypted) === 0
  const same = sameSizes && sameProtection && central.method === local.method
  if (same && !isOdd(fromCentral)) return [fromCentral]
  const fromLocal = read(
    what,
    isDeferred ? { ...local, packed: central.packed, size: central.size, crc: central.crc } : local,
  )
  return distinct([fromCentral, fromLocal].flatMap(withGuesses))
}

/** A member that only its local header tells of; sizes may be unknown. */
export function readingsOfLocal(what: Described, local: Header, packed: number): Reading[] {
  const isUnknown = (local.flags & flagDescriptor) !== 0 && local.packed === 0
  const reading = { ...read(what, local), packed }
  const checked = isUnknown ? { ...reading, size: undefined, crc: undefined } : reading
  return isOdd(checked) ? distinct(withGuesses(checked)) : [checked]
}

function read({ name, start }: Described, header: Header): Reading {
  const { aes, flags } = header
  const isEncrypted = (flags & flagEncrypted) !== 0
  const isAes = header.method === methodAes
  return {
    name,
    start,
    method: isAes && aes !== undefined ? aes.method : header.method,
    protection: isEncrypted ? cipherOf(flags, isAes) : 'none',
    aes,
    flags,
    packed: header.packed,
    size: header.size,
    crc: isAes && aes?.version === 2 ? undefined : header.crc,
    checkByte: (flags & flagDescriptor) !== 0 ? header.time >>> 8 : header.crc >>> 24,
    isGuess: false,
  }
}

function cipherOf(flags: number, isAes: boolean): Reading['protection'] {
  if ((flags & flagStrong) !== 0) return 'strong'
  return isAes ? 'aes' : 'zip-crypto'
}

function isOdd(reading: Reading): boolean {
  if (reading.protection !== 'none') return true
  if (reading.method === methodStored) return reading.size !== undefined && reading.packed !== reading.size
  return methodNames[reading.method] === undefined
}

/**
 * Stored with two sizes: either may be the length, or the data are deflated after all ("Zombie ZIP"). Marked as
 * encrypted: Android's reader ignores the mark, and samples use that.
 */
function withGuesses(reading: Reading): Reading[] {
  const guesses: Reading[] = [reading]
  const deflated = { ...reading, method: methodDeflated, protection: 'none', isGuess: true } as const
  if (reading.protection !== 'none') {
    if (reading.method === methodStored) guesses.push({ ...reading, protection: 'none', isGuess: true })
    else guesses.push(deflated)
  } else if (isOdd(reading)) {
    guesses.push(deflated)
    const { size } = reading
    if (reading.method === methodStored && size !== undefined && size > 0 && size < 0xffffffff) {
      guesses.push({ ...reading, packed: size, isGuess: true })
    }
  }
  return guesses
}

/** Deflated data end by themselves, so there two lengths are one reading: the longer. */
function distinct(readings: readonly Reading[]): Reading[] {
  const kept: Reading[] = []
  const regularFirst = [...readings.filter((r) => !r.isGuess), ...readings.filter((r) => r.isGuess)]
  for (const reading of regularFirst) {
    const isStored = reading.method === methodStored
    const at = kept.findIndex(
      (other) =>
        other.method === reading.method &&
        other.protection === reading.protection &&
        (!isStored || other.packed === reading.packed),
    )
    const twin = kept[at]
    if (twin === undefined) kept.push(reading)
    else if (reading.packed > twin.packed && !twin.isGuess) kept[at] = { ...twin, packed: reading.packed }
  }
  return kept
}
