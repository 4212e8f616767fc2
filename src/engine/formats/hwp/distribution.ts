// Documents for distribution ("배포용 문서"): sections are encrypted with AES-128, whose key Hancom hides in the first
// record, mixed with the numbers of Microsoft's rand() (as Changwoo Ryu described, 2013; pyhwp reads it so).

import { createDecipheriv, type Decipheriv } from 'node:crypto'

import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import { readRecord } from './file-header.ts'

const tagDistributeDocData = 0x1c
const recordBytes = 256
const seedBytes = 4
const keyBytes = 16
const blockBytes = 16
const readBytes = 64 * 1024

export interface DistributionKey {
  readonly key: Uint8Array
  /** Where the encrypted bytes begin. */
  readonly start: number
}

/** Undefined: the stream does not begin with such a record. */
export function readDistributionKey(source: ByteSource): DistributionKey | undefined {
  const record = readRecord(source, 0)
  if (record?.tag !== tagDistributeDocData || record.size !== recordBytes) return undefined
  const data = new Uint8Array(source.read(record.start, recordBytes))
  if (data.length < recordBytes) return undefined
  let seed = u32(data, 0)
  const random = (): number => {
    seed = (Math.imul(seed, 214_013) + 2_531_011) >>> 0
    return (seed >>> 16) & 0x7fff
  }
  let mask = 0
  let left = 0
  for (let at = 0; at < recordBytes; at++, left--) {
    if (left === 0) {
      mask = random() & 0xff
      left = (random() & 0xf) + 1
    }
    if (at >= seedBytes) data[at] = (data[at] ?? 0) ^ mask
  }
  const keyAt = seedBytes + ((data[0] ?? 0) & 0xf)
  return { key: data.slice(keyAt, keyAt + keyBytes), start: record.start + recordBytes }
}

export class DistributionDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #start: number
  readonly #cipher: Decipheriv
  #done = 0
  /** Decrypted and not taken yet: somebody asked for less than a block. */
  #rest: Uint8Array = new Uint8Array(0)

  constructor(source: ByteSource, { key, start }: DistributionKey) {
    this.#source = source
    this.#start = start
    this.#cipher = createDecipheriv('aes-128-ecb', key, null)
    this.#cipher.setAutoPadding(false)
  }

  get consumed(): number {
    return this.#done
  }

  /** What is left over behind the last whole block is nothing. */
  read(out: Uint8Array): number {
    if (this.#rest.length === 0) this.#rest = this.#decrypt(Math.min(out.length, readBytes))
    const count = Math.min(out.length, this.#rest.length)
    out.set(this.#rest.subarray(0, count))
    this.#rest = this.#rest.subarray(count)
    return count
  }

  #decrypt(wanted: number): Uint8Array {
    const bytes = Math.ceil(wanted / blockBytes) * blockBytes
    const view = this.#source.read(this.#start + this.#done, bytes)
    const whole = view.subarray(0, view.length & -blockBytes)
    this.#done += whole.length
    return whole.length === 0 ? whole : this.#cipher.update(whole)
  }
}
