// Encrypted OOXML documents: a compound file with the package and the description of its encryption. The package is
// decrypted with the passwords at hand, first those that Office tries by itself.

import { u64 } from '../../codecs/little-endian.ts'
import { type Cfb, type CfbEntry, isCfb, readCfb } from '../../parsers/cfb/index.ts'
import {
  officePasswords,
  openPackage,
  type PackageEncryption,
  type PackageKey,
  readPackageEncryption,
} from '../../parsers/office-crypto/index.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'

const packageStream = 'encryptedpackage'
const infoStream = 'encryptioninfo'
/** The package begins with its length. */
const lengthBytes = 8
const segmentBytes = 4096
const maxInfoBytes = 64 * 1024

export const officeEncryption: Format = {
  id: 'office-encryption',
  kind: 'archive',

  matches({ head, source }) {
    const cfb = isCfb(head) ? readCfb(source) : undefined
    return cfb !== undefined && streamNamed(cfb, packageStream) !== undefined
  },

  *members({ source }, context) {
    const cfb = readCfb(source, context.budget)
    const encrypted = cfb && streamNamed(cfb, packageStream)
    if (cfb !== undefined && encrypted !== undefined) yield* packageMembers(cfb, encrypted, context)
  },
}

function streamNamed(cfb: Cfb, wanted: string): CfbEntry | undefined {
  return cfb.entries.find(({ name, kind }) => kind === 'stream' && name.toLowerCase() === wanted)
}

function* packageMembers(cfb: Cfb, { path, source }: CfbEntry, context: UnpackContext): Generator<Member> {
  const info = streamNamed(cfb, infoStream)
  const encryption = info && readPackageEncryption(new Uint8Array(info.source.read(0, maxInfoBytes)))
  if (encryption === undefined) {
    context.fault(path, 'encrypted', 'is encrypted in a way that is not supported')
    return
  }
  const key = findKey(encryption, context)
  if (key === undefined) {
    context.fault(path, 'encrypted', 'needs a password')
    return
  }
  const { budget } = context
  yield {
    name: 'package',
    source: new DecodedSource(() => new PackageDecoder(source, key), budget, source.size),
  }
}

function findKey(
  encryption: PackageEncryption,
  { budget, passwords }: UnpackContext,
): PackageKey | undefined {
  for (const password of officePasswords(passwords)) {
    const key = encryption.open(password, () => budget.checkTime())
    if (key !== undefined) return key
  }
  return undefined
}

class PackageDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #key: PackageKey
  readonly #length: number
  #at = 0
  #segment: Uint8Array = new Uint8Array(0)
  #number = -1

  constructor(source: ByteSource, key: PackageKey) {
    this.#source = source
    this.#key = key
    const claimed = u64(source.read(0, lengthBytes), 0)
    this.#length = Math.min(claimed, Math.max(0, source.size - lengthBytes))
  }

  get consumed(): number {
    return lengthBytes + this.#at
  }

  read(out: Uint8Array): number {
    const wanted = Math.min(out.length, this.#length - this.#at, maxRead)
    for (let done = 0; done < wanted;) {
      const number = Math.floor(this.#at / segmentBytes)
      if (number !== this.#number) this.#open(number)
      const piece = this.#segment.subarray(this.#at % segmentBytes).subarray(0, wanted - done)
      // The last block is incomplete.
      if (piece.length === 0) return done
      out.set(piece, done)
      done += piece.length
      this.#at += piece.length
    }
    return Math.max(0, wanted)
  }

  #open(number: number): void {
    const view = this.#source.read(lengthBytes + number * segmentBytes, segmentBytes)
    this.#segment = openPackage(this.#key, number, view)
    this.#number = number
  }
}
