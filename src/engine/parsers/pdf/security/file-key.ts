// The file encryption key from a password (ISO 32000-2, 7.6.4.3 and 7.6.4.4; revisions 2 to 4 as in ISO 32000-1).

import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

import { rc4 } from './decoders.ts'

/** The entries of the encryption dictionary that keys are made of. */
export interface KeyFacts {
  readonly revision: number
  /** Of keys of revisions 2 to 4. */
  readonly keyBytes: number
  readonly owner: Uint8Array
  readonly user: Uint8Array
  readonly ownerKey: Uint8Array
  readonly userKey: Uint8Array
  readonly permissions: number
  readonly fileId: Uint8Array
  readonly encryptsMetadata: boolean
}

const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex')
const longestPassword = 127
const hashBytes = 32
const saltBytes = 8
const noBytes = new Uint8Array(0)

/** The key if `password` is the user's or the owner's. */
export function fileKeyOf(facts: KeyFacts, password: string): Uint8Array | undefined {
  if (facts.revision >= 5) return modernKey(facts, Buffer.from(password, 'utf8').subarray(0, longestPassword))
  const spellings = [Buffer.from(password, 'latin1'), Buffer.from(password, 'utf8')]
  for (const bytes of spellings) {
    const key = userKey(facts, bytes) ?? userKey(facts, userPasswordOf(facts, bytes))
    if (key !== undefined) return key
  }
  return undefined
}

function md5(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function padded(password: Uint8Array): Uint8Array {
  return Buffer.concat([password, padding]).subarray(0, padding.length)
}

/** Algorithms 2, 4 and 5. */
function userKey(facts: KeyFacts, password: Uint8Array): Uint8Array | undefined {
  const permissions = Buffer.alloc(4)
  permissions.writeInt32LE(facts.permissions | 0)
  const metadata = facts.revision >= 4 && !facts.encryptsMetadata ? Buffer.alloc(4, 0xff) : noBytes
  let key = md5(padded(password), facts.owner.subarray(0, 32), permissions, facts.fileId, metadata)
  if (facts.revision >= 3) for (let i = 0; i < 50; i++) key = md5(key.subarray(0, facts.keyBytes))
  key = key.subarray(0, facts.keyBytes)
  const isLong = facts.revision >= 3
  const check = isLong ? manyRc4(key, md5(padding, facts.fileId), 'up') : rc4(key, padding)
  const length = isLong ? 16 : 32
  return Buffer.compare(check.subarray(0, length), facts.user.subarray(0, length)) === 0 ? key : undefined
}

/** Algorithm 7: the user's password out of what the owner's has encrypted. */
function userPasswordOf(facts: KeyFacts, owner: Uint8Array): Uint8Array {
  let key = md5(padded(owner))
  if (facts.revision >= 3) for (let i = 0; i < 50; i++) key = md5(key.subarray(0, facts.keyBytes))
  key = key.subarray(0, facts.keyBytes)
  const encrypted = facts.owner.subarray(0, 32)
  return facts.revision >= 3 ? manyRc4(key, encrypted, 'down') : rc4(key, encrypted)
}

/** Twenty rounds, the key of each changed by its number. */
function manyRc4(key: Uint8Array, bytes: Uint8Array, direction: 'up' | 'down'): Uint8Array {
  let result = bytes
  for (let i = 0; i < 20; i++) {
    const round = direction === 'up' ? i : 19 - i
    result = rc4(
      key.map((byte) => byte ^ round),
      result,
    )
  }
  return result
}

/** Algorithm 2.A. */
function modernKey(facts: KeyFacts, password: Uint8Array): Uint8Array | undefined {
  const user = facts.user.subarray(0, hashBytes + 2 * saltBytes)
  const asUser = { stored: user, wrapped: facts.userKey, more: noBytes }
  const asOwner = { stored: facts.owner, wrapped: facts.ownerKey, more: user }
  for (const { stored, wrapped, more } of [asUser, asOwner]) {
    if (stored.length < hashBytes + 2 * saltBytes || wrapped.length < 32) continue
    const check = stored.subarray(hashBytes, hashBytes + saltBytes)
    const salt = stored.subarray(hashBytes + saltBytes, hashBytes + 2 * saltBytes)
    const digest = hashOf(facts.revision, { password, salt: check, more })
    if (Buffer.compare(digest, stored.subarray(0, hashBytes)) !== 0) continue
    const key = hashOf(facts.revision, { password, salt, more })
    return createDecipheriv('aes-256-cbc', key, Buffer.alloc(16))
      .setAutoPadding(false)
      .update(wrapped.subarray(0, 32))
  }
  return undefined
}

interface Salted {
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly more: Uint8Array
}

/** Algorithm 2.B; revision 5 is its first step alone. */
function hashOf(revision: number, { password, salt, more }: Salted): Uint8Array {
  let digest = createHash('sha256').update(password).update(salt).update(more).digest()
  if (revision === 5) return digest
  let last = 0
  for (let round = 0; round < 64 || last > round - 32; round++) {
    const one = Buffer.concat([password, digest, more])
    const many = Buffer.concat(Array.from({ length: 64 }, () => one))
    const cipher = createCipheriv('aes-128-cbc', digest.subarray(0, 16), digest.subarray(16, 32))
    const encrypted = cipher.setAutoPadding(false).update(many)
    last = encrypted.at(-1) ?? 0
    // 256 is 1 modulo 3, so the sum of the bytes has the remainder of the number.
    const sum = encrypted.subarray(0, 16).reduce((total, byte) => total + byte, 0)
    const kind = ['sha256', 'sha384', 'sha512'][sum % 3] ?? 'sha256'
    digest = createHash(kind).update(encrypted).digest()
  }
  return digest.subarray(0, hashBytes)
}
