// Opens an encrypted member with the first password that fits.

import { crc32 } from 'node:zlib'

import { PkwareDecoder, pkwareHeaderBytes, PkwareKeys } from '../../codecs/pkware-cipher.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import type { UnpackContext } from '../format.ts'
import type { Report } from './checked.ts'
import { methodStored } from './header.ts'
import { openerOf } from './methods.ts'
import type { Reading } from './readings.ts'
import { aesHeaderBytes, type AesKeys, authBytes, deriveAesKeys, WinZipAes } from './win-zip-aes.ts'

export interface Plain {
  readonly source: DecodedSource
  /** Bytes behind the decryption; infinite when the member's length is not known. */
  readonly length: number
}

/** Plain bytes looked at to tell the right password from one that fits ZipCrypto's single check byte. */
const trialBytes = 64 * 1024

/** The decrypted (still compressed) bytes of `[reading.start, end)`, or undefined: no password fits. */
export function decrypt(
  input: ByteSource,
  reading: Reading,
  context: UnpackContext,
  report: Report,
): Plain | undefined {
  const end = reading.start + reading.packed
  for (const password of context.passwords) {
    context.budget.checkTime()
    const plain =
      reading.protection === 'aes'
        ? openAes({ input, reading, end, password }, context, report)
        : openZipCrypto({ input, reading, end, password }, context)
    if (plain !== undefined) return plain
  }
  return undefined
}

interface Attempt {
  readonly input: ByteSource
  readonly reading: Reading
  readonly end: number
  readonly password: string
}

function openAes(attempt: Attempt, context: UnpackContext, report: Report): Plain | undefined {
  const { input, reading, end } = attempt
  const strength = reading.aes?.strength ?? 0
  const headerBytes = aesHeaderBytes(strength)
  if (headerBytes === undefined) return undefined
  const header = input.read(reading.start, headerBytes)
  if (header.length < headerBytes) return undefined
  const keys: AesKeys | undefined = deriveAesKeys(header, strength, attempt.password)
  if (keys === undefined) return undefined
  // Where the length is not known, neither is the place of the authentication code.
  const isBounded = reading.size !== undefined
  const span = {
    start: reading.start + headerBytes,
    end: isBounded ? end - authBytes : Number.POSITIVE_INFINITY,
  }
  const source = new DecodedSource(() => new WinZipAes(input, span, keys, report), context.budget)
  return { source, length: Math.max(0, span.end - span.start) }
}

function openZipCrypto(attempt: Attempt, context: UnpackContext): Plain | undefined {
  const { input, reading, end } = attempt
  const header = input.read(reading.start, Math.min(pkwareHeaderBytes, end - reading.start))
  const keys = PkwareKeys.open(Buffer.from(attempt.password), header, reading.checkByte)
  if (keys === undefined) return undefined
  const start = reading.start + pkwareHeaderBytes
  const length = Math.max(0, end - start)
  const source = new DecodedSource(() => new PkwareDecoder(input, { start, end }, keys), context.budget)
  if (fits(source, reading, length)) return { source, length }
  source.release()
  return undefined
}

function fits(source: ByteSource, reading: Reading, length: number): boolean {
  if (reading.method !== methodStored) return looksPacked(source, { start: 0, end: length }, reading)
  if (length > trialBytes || reading.crc === undefined) return true
  return crc32(source.read(0, length)) === reading.crc
}

const trial = new Uint8Array(trialBytes)

/** The first bytes decode without a fault; if they are all there is, they are what the headers say. */
export function looksPacked(
  source: ByteSource,
  span: { start: number; end: number },
  reading: Reading,
): boolean {
  const codec = openerOf(reading)?.(source, span)
  // What cannot be unpacked anyway is not worth another password.
  if (codec === undefined) return true
  const count = codec.read(trial)
  if (codec.fault !== undefined) return false
  if (count === trialBytes || (reading.crc === undefined && reading.size === undefined)) return true
  return count === reading.size || crc32(trial.subarray(0, count)) === reading.crc
}
