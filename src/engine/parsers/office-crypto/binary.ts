// The encryption of binary Office documents ([MS-OFFCRYPTO] 2.3.5 RC4 CryptoAPI, 2.3.6 RC4): the header that Word, Excel and
// PowerPoint store, and the keys that follow from a password.

import { hash } from 'node:crypto'

import { u16, u32 } from '../../codecs/little-endian.ts'
import { Rc4 } from '../../codecs/rc4.ts'

export interface BinaryCipher {
  /** The RC4 key of one block. */
  keyOf(block: number): Uint8Array
}

const flagAes = 0x20

/**
 * `header` begins with the version. The cipher of the first password that fits; `encrypted` if none does, `unsupported`
 * where the method is another.
 */
export function openBinaryEncryption(
  header: Uint8Array,
  passwords: readonly string[],
): BinaryCipher | 'encrypted' | 'unsupported' {
  const major = u16(header, 0)
  const minor = u16(header, 2)
  if (major === 1 && minor === 1) return openWith(passwords, (password) => openRc4(header, password))
  if (major < 2 || major > 4 || minor !== 2) return 'unsupported'
  const headerBytes = u32(header, 8)
  // The method's own size and flags come first; then sizes, algorithm, key bits, provider.
  if ((u32(header, 4) & flagAes) !== 0 || headerBytes < 32 || headerBytes > header.length)
    return 'unsupported'
  const keyBits = u32(header, 12 + 16) || 40
  if (keyBits < 40 || keyBits > 128 || keyBits % 8 !== 0) return 'unsupported'
  const verifier = header.subarray(12 + headerBytes)
  return openWith(passwords, (password) => openCryptoApi(verifier, keyBits, password))
}

function openWith(
  passwords: readonly string[],
  open: (password: string) => BinaryCipher | undefined,
): BinaryCipher | 'encrypted' {
  for (const password of passwords) {
    const cipher = open(password)
    if (cipher !== undefined) return cipher
  }
  return 'encrypted'
}

const digest = (algorithm: 'md5' | 'sha1', ...parts: readonly Uint8Array[]): Buffer =>
  hash(algorithm, Buffer.concat(parts), 'buffer')

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function openRc4(header: Uint8Array, password: string): BinaryCipher | undefined {
  const salt = header.subarray(4, 20)
  const short = digest('md5', Buffer.from(password, 'utf16le')).subarray(0, 5)
  const mixed = digest('md5', ...Array.from({ length: 16 }, () => [short, salt]).flat()).subarray(0, 5)
  const keyOf = (block: number): Uint8Array => digest('md5', mixed, number(block))
  return fits(new Uint8Array(header.subarray(20, 52)), 16, 'md5', keyOf) ? { keyOf } : undefined
}

function openCryptoApi(verifier: Uint8Array, keyBits: number, password: string): BinaryCipher | undefined {
  const salt = verifier.subarray(4, 20)
  const base = digest('sha1', salt, Buffer.from(password, 'utf16le'))
  const keyOf = (block: number): Uint8Array => {
    const key = digest('sha1', base, number(block)).subarray(0, keyBits / 8)
    return keyBits === 40 ? Buffer.concat([key, Buffer.alloc(11)]) : key
  }
  const encrypted = Buffer.concat([verifier.subarray(20, 36), verifier.subarray(40, 60)])
  return fits(encrypted, 16, 'sha1', keyOf) ? { keyOf } : undefined
}

/** The verifier and its digest, encrypted one behind the other with the key of block 0. */
function fits(
  encrypted: Uint8Array,
  verifierBytes: number,
  algorithm: 'md5' | 'sha1',
  keyOf: (block: number) => Uint8Array,
): boolean {
  new Rc4(keyOf(0)).apply(encrypted)
  return digest(algorithm, encrypted.subarray(0, verifierBytes)).equals(encrypted.subarray(verifierBytes))
}
