// The encryption of a file: PKWARE's, or AES or LEA in counter mode with WinZip's key derivation and authentication
// code. Everything but the data stands in the file's header; the stream of keys goes on from block to block.

import { createCipheriv, createHmac, type Hmac, pbkdf2Sync } from 'node:crypto'

import { u32 } from '../../codecs/little-endian.ts'
import { PkwareDecoder, pkwareHeaderBytes, PkwareKeys } from '../../codecs/pkware-cipher.ts'
import { passwordBytes } from '../../parsers/alzip/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import { Lea } from './lea.ts'

export interface Lock {
  readonly method: number
  readonly data: Uint8Array
}

interface CounterMethod {
  readonly cipher: 'aes' | 'lea'
  readonly keyBytes: number
  readonly saltBytes: number
}

const methodPkware = 0
const counterMethods: Readonly<Record<number, CounterMethod>> = {
  1: { cipher: 'aes', keyBytes: 16, saltBytes: 8 },
  2: { cipher: 'aes', keyBytes: 32, saltBytes: 16 },
  5: { cipher: 'lea', keyBytes: 16, saltBytes: 8 },
  6: { cipher: 'lea', keyBytes: 32, saltBytes: 16 },
}
const iterations = 1000
const verifierBytes = 2
const tagBytes = 10
const readBytes = 64 * 1024

/** How long the data of a lock are, the usual length first. */
export function lockBytes(method: number): readonly number[] {
  if (method === methodPkware) return [pkwareHeaderBytes + 4]
  const salt = counterMethods[method]?.saltBytes
  return salt === undefined ? [] : [salt + verifierBytes + tagBytes, salt + verifierBytes]
}

/** What makes the plain bytes out of the packed ones, anew for each run. */
export type Opener = (input: ByteSource, report: (message: string) => void) => Decoder

/**
 * The openers of all passwords that the lock's own check does not refuse; the check of PKWARE's method is one byte, so
 * a wrong password passes once in 256.
 */
export function* openersOf(lock: Lock, passwords: readonly string[]): Generator<Opener> {
  for (const password of passwords) {
    for (const bytes of passwordBytes(password)) {
      const opener = lock.method === methodPkware ? pkwareOpener(lock, bytes) : counterOpener(lock, bytes)
      if (opener !== undefined) yield opener
    }
  }
}

/** Its own check lets a wrong password pass only once in 65,536: data that do not unpack are damaged then. */
export function isSureLock(lock: Lock): boolean {
  return counterMethods[lock.method] !== undefined
}

export function isKnownLock(lock: Lock): boolean {
  return lockBytes(lock.method).length > 0
}

function pkwareOpener({ data }: Lock, password: Uint8Array): Opener | undefined {
  const header = data.subarray(0, pkwareHeaderBytes)
  const keys = PkwareKeys.open(password, header, u32(data, pkwareHeaderBytes) >>> 24)
  if (keys === undefined) return undefined
  const span = { start: 0, end: Number.POSITIVE_INFINITY }
  return (input) => new PkwareDecoder(input, span, keys)
}

function counterOpener({ method, data }: Lock, password: Uint8Array): Opener | undefined {
  const how = counterMethods[method]
  if (how === undefined || data.length < how.saltBytes + verifierBytes) return undefined
  const { keyBytes, saltBytes } = how
  const derived = pbkdf2Sync(
    password,
    data.subarray(0, saltBytes),
    iterations,
    2 * keyBytes + verifierBytes,
    'sha1',
  )
  const verifier = data.subarray(saltBytes, saltBytes + verifierBytes)
  if (!derived.subarray(2 * keyBytes).equals(verifier)) return undefined
  const key = derived.subarray(0, keyBytes)
  const tag = data.subarray(saltBytes + verifierBytes, saltBytes + verifierBytes + tagBytes)
  return (input, report) => {
    const hmac = createHmac('sha1', derived.subarray(keyBytes, 2 * keyBytes))
    const stream = how.cipher === 'aes' ? aesStream(key) : leaStream(key)
    const mix = (bytes: Uint8Array, out: Uint8Array): void => {
      hmac.update(bytes)
      stream(bytes, out)
    }
    return new Deciphering(input, mix, () => checkTag(hmac, tag, report))
  }
}

function checkTag(hmac: Hmac, tag: Uint8Array, report: (message: string) => void): void {
  // Older writers leave the code out.
  if (tag.length < tagBytes) return
  if (!hmac.digest().subarray(0, tagBytes).equals(tag)) report('the authentication code is wrong')
}

type Mix = (bytes: Uint8Array, out: Uint8Array) => void

/** WinZip's counter: from 1, the lowest byte first. */
function aesStream(key: Uint8Array): Mix {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
  cipher.setAutoPadding(false)
  let count = 1
  return streamOf((block) => {
    block.fill(0)
    const view = new DataView(block.buffer, block.byteOffset)
    for (let at = 0; at < block.length; at += 16, count++) {
      view.setUint32(at, count >>> 0, true)
      view.setUint32(at + 4, Math.floor(count / 2 ** 32), true)
    }
    block.set(cipher.update(block))
  })
}

/** The counter of LEA here: from 0, the highest byte first. */
function leaStream(key: Uint8Array): Mix {
  const lea = new Lea(key)
  let count = 0
  return streamOf((block) => {
    block.fill(0)
    const view = new DataView(block.buffer, block.byteOffset)
    for (let at = 0; at < block.length; at += 16, count++) {
      view.setUint32(at + 12, count >>> 0)
      view.setUint32(at + 8, Math.floor(count / 2 ** 32))
    }
    lea.encrypt(block)
  })
}

function streamOf(refill: (block: Uint8Array) => void): Mix {
  const stream = new Uint8Array(4096)
  let at = stream.length
  return (bytes, out) => {
    for (let i = 0; i < out.length; i++) {
      if (at === stream.length) {
        refill(stream)
        at = 0
      }
      out[i] = (bytes[i] ?? 0) ^ (stream[at++] ?? 0)
    }
  }
}

class Deciphering implements Decoder {
  readonly #input: ByteSource
  readonly #mix: Mix
  readonly #atEnd: () => void
  #done = 0
  #isAtEnd = false

  constructor(input: ByteSource, mix: Mix, atEnd: () => void) {
    this.#input = input
    this.#mix = mix
    this.#atEnd = atEnd
  }

  get consumed(): number {
    return this.#done
  }

  read(out: Uint8Array): number {
    const view = this.#input.read(this.#done, Math.min(out.length, readBytes))
    this.#mix(view, out.subarray(0, view.length))
    this.#done += view.length
    // Whoever knows the length does not ask for the end.
    if (this.#done >= this.#input.size && !this.#isAtEnd) {
      this.#isAtEnd = true
      this.#atEnd()
    }
    return view.length
  }
}
