// The encryption of OOXML packages ([MS-OFFCRYPTO] 2.3.4): standard (AES in ECB mode) and agile (described in XML).

import { createDecipheriv, hash } from 'node:crypto'

import { u16, u32 } from '../../codecs/little-endian.ts'

/** Opens a password; undefined if it does not fit. `look` is called now and then: deriving keys takes long. */
export interface PackageEncryption {
  open(password: string, look: () => void): PackageKey | undefined
}

export interface PackageKey {
  readonly cipher: string
  readonly key: Uint8Array
  /** The initialisation vector of a segment; absent in ECB mode, which knows no segments. */
  readonly vectorOf?: (segment: number) => Uint8Array
}

type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'md5'
const hashNames: Readonly<Record<string, HashName>> = {
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  md5: 'md5',
}
/** What Office writes is 100,000; the specification allows ten million. */
const maxSpins = 2_000_000
const standardSpins = 50_000
const spinsBetweenLooks = 8192

/** Of the stream `EncryptionInfo`; undefined: another method, or not to be understood. */
export function readPackageEncryption(info: Uint8Array): PackageEncryption | undefined {
  const major = u16(info, 0)
  const minor = u16(info, 2)
  if (major === 4 && minor === 4) return readAgile(Buffer.from(info.subarray(8)).toString('utf8'))
  return major >= 2 && major <= 4 && minor === 2 ? readStandard(info) : undefined
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** The digest of salt and password, digested again with a counter in front. */
function spin(
  algorithm: HashName,
  parts: { salt: Uint8Array; password: string; spins: number },
  look: () => void,
): Buffer {
  const { salt, password, spins } = parts
  let digest = hash(algorithm, Buffer.concat([salt, Buffer.from(password, 'utf16le')]), 'buffer')
  const block = Buffer.alloc(4 + digest.length)
  for (let count = 0; count < spins; count++) {
    if (count % spinsBetweenLooks === 0) look()
    block.writeUInt32LE(count)
    block.set(digest, 4)
    digest = hash(algorithm, block, 'buffer')
  }
  return digest
}

/** A digest made as long as a key or vector must be, with the byte that the specification fills up with. */
function fitted(digest: Uint8Array, length: number, filler: number): Buffer {
  const out = Buffer.alloc(length, filler)
  out.set(digest.subarray(0, length))
  return out
}

function decrypt(cipher: string, key: Uint8Array, vector: Uint8Array | null, data: Uint8Array): Buffer {
  const decipher = createDecipheriv(cipher, key, vector)
  decipher.setAutoPadding(false)
  return Buffer.concat([decipher.update(data.subarray(0, data.length & ~15)), decipher.final()])
}

// ── Standard ──

function readStandard(info: Uint8Array): PackageEncryption | undefined {
  const headerBytes = u32(info, 8)
  if (headerBytes < 32 || headerBytes + 12 > info.length) return undefined
  const keyBits = u32(info, 12 + 16)
  if (keyBits !== 128 && keyBits !== 192 && keyBits !== 256) return undefined
  const verifier = info.subarray(12 + headerBytes)
  if (verifier.length < 72) return undefined
  const cipher = `aes-${keyBits}-ecb`
  return {
    open(password, look) {
      const salt = verifier.subarray(4, 20)
      const digest = spin('sha1', { salt, password, spins: standardSpins }, look)
      const key = standardKey(hash('sha1', Buffer.concat([digest, number(0)]), 'buffer'), keyBits / 8)
      const plain = decrypt(cipher, key, null, verifier.subarray(20, 36))
      const expected = decrypt(cipher, key, null, verifier.subarray(40, 72)).subarray(0, 20)
      return hash('sha1', plain, 'buffer').equals(expected) ? { cipher, key } : undefined
    },
  }
}

function standardKey(digest: Uint8Array, length: number): Buffer {
  const padded = (byte: number): Buffer => {
    const block = Buffer.alloc(64, byte)
    for (const [at, value] of digest.entries()) block[at] = value ^ byte
    return hash('sha1', block, 'buffer')
  }
  return Buffer.concat([padded(0x36), padded(0x5c)]).subarray(0, length)
}

// ── Agile ──

interface AgileKeyInfo {
  readonly salt: Uint8Array
  readonly hash: HashName
  readonly blockBytes: number
  readonly keyBytes: number
  readonly cipher: string
}

/** What the keys of the verifier and of the package are derived with ([MS-OFFCRYPTO] 2.3.4.13). */
const verifierInputBlock = Buffer.from('fea7d2763b4b9e79', 'hex')
const verifierValueBlock = Buffer.from('d7aa0f6d3061344e', 'hex')
const packageKeyBlock = Buffer.from('146e0be7abacd0d6', 'hex')

function readAgile(xml: string): PackageEncryption | undefined {
  const dataElement = /<(?:\w+:)?keyData\b[^>]*>/.exec(xml)?.[0]
  const keyElement = /<(?:\w+:)?encryptedKey\b[^>]*\bspinCount[^>]*>/.exec(xml)?.[0]
  if (dataElement === undefined || keyElement === undefined) return undefined
  const data = keyInfo(dataElement)
  const encryptor = keyInfo(keyElement)
  const spins = Number(attribute(keyElement, 'spinCount'))
  if (data === undefined || encryptor === undefined || !(spins >= 0 && spins <= maxSpins)) return undefined
  const value = (name: string): Buffer => Buffer.from(attribute(keyElement, name), 'base64')
  return {
    open(password, look) {
      const base = spin(encryptor.hash, { salt: encryptor.salt, password, spins }, look)
      const open = (block: Uint8Array, name: string): Buffer => {
        const derived = hash(encryptor.hash, Buffer.concat([base, block]), 'buffer')
        const key = fitted(derived, encryptor.keyBytes, 0x36)
        const vector = fitted(encryptor.salt, encryptor.blockBytes, 0x36)
        return decrypt(encryptor.cipher, key, vector, value(name))
      }
      const input = open(verifierInputBlock, 'encryptedVerifierHashInput').subarray(0, encryptor.salt.length)
      const expected = open(verifierValueBlock, 'encryptedVerifierHashValue')
      const actual = hash(encryptor.hash, input, 'buffer')
      if (!actual.equals(expected.subarray(0, actual.length))) return undefined
      const key = open(packageKeyBlock, 'encryptedKeyValue').subarray(0, data.keyBytes)
      if (key.length !== data.keyBytes) return undefined
      return {
        cipher: data.cipher,
        key,
        vectorOf: (segment) => {
          const derived = hash(data.hash, Buffer.concat([data.salt, number(segment)]), 'buffer')
          return fitted(derived, data.blockBytes, 0x36)
        },
      }
    },
  }
}

function keyInfo(element: string): AgileKeyInfo | undefined {
  const algorithm = hashNames[attribute(element, 'hashAlgorithm').toLowerCase().replace('-', '')]
  const keyBits = Number(attribute(element, 'keyBits'))
  const isCbc = attribute(element, 'cipherChaining') === 'ChainingModeCBC'
  const isAes = attribute(element, 'cipherAlgorithm') === 'AES'
  if (algorithm === undefined || !isCbc || !isAes) return undefined
  if (keyBits !== 128 && keyBits !== 192 && keyBits !== 256) return undefined
  const salt = Buffer.from(attribute(element, 'saltValue'), 'base64')
  return { salt, hash: algorithm, blockBytes: 16, keyBytes: keyBits / 8, cipher: `aes-${keyBits}-cbc` }
}

function attribute(element: string, name: string): string {
  return new RegExp(String.raw`\b${name}\s*=\s*["']([^"']*)["']`).exec(element)?.[1] ?? ''
}

/** Decrypts one segment, whose length is a multiple of 16. */
export function openPackage(
  { cipher, key, vectorOf }: PackageKey,
  segment: number,
  data: Uint8Array,
): Buffer {
  return decrypt(cipher, key, vectorOf?.(segment) ?? null, data)
}
