// Encrypts packages as Office does since 2010 ([MS-OFFCRYPTO] 2.3.4.10, agile). Randomness is fixed.

import { createCipheriv, createHash, createHmac } from 'node:crypto'

import { cfbOf } from './cfb-writer.ts'
import { randomBytes } from './random.ts'

interface AgileOptions {
  readonly password: string
  readonly spins?: number
}

const digest = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function u32(value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}

function encrypt(key: Uint8Array, vector: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, vector).setAutoPadding(false)
  const padded = Buffer.concat([data, Buffer.alloc((16 - (data.length % 16)) % 16)])
  return Buffer.concat([cipher.update(padded), cipher.final()])
}

/** The compound file that holds the encrypted package. */
export function agileEncrypted(plain: Uint8Array, { password, spins = 1000 }: AgileOptions): Uint8Array {
  const keySalt = randomBytes(16, 1)
  const dataSalt = randomBytes(16, 2)
  const key = randomBytes(32, 3)
  const verifier = randomBytes(16, 4)
  let base = digest(keySalt, Buffer.from(password, 'utf16le'))
  for (let count = 0; count < spins; count++) base = digest(u32(count), base)
  const wrap = (block: string, data: Uint8Array): string =>
    encrypt(digest(base, Buffer.from(block, 'hex')).subarray(0, 32), keySalt, data).toString('base64')
  const common =
    'blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"'
  const segments: Buffer[] = []
  for (let at = 0; at < plain.length; at += 4096) {
    const vector = digest(dataSalt, u32(at / 4096)).subarray(0, 16)
    segments.push(encrypt(key, vector, plain.subarray(at, at + 4096)))
  }
  const stream = Buffer.concat([u32(plain.length), u32(0), ...segments])
  const hmacKey = randomBytes(64, 5)
  const hmac = createHmac('sha512', hmacKey).update(stream).digest()
  const integrity = (block: string, data: Uint8Array): string =>
    encrypt(key, digest(dataSalt, Buffer.from(block, 'hex')).subarray(0, 16), data).toString('base64')
  const xml = [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n',
    '<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">',
    `<keyData saltSize="16" ${common} saltValue="${Buffer.from(dataSalt).toString('base64')}"/>`,
    `<dataIntegrity encryptedHmacKey="${integrity('5fb2ad010cb9e1f6', hmacKey)}" encryptedHmacValue="${integrity('a0677f02b22c8433', hmac)}"/>`,
    '<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">',
    `<p:encryptedKey spinCount="${spins}" saltSize="16" ${common} saltValue="${Buffer.from(keySalt).toString('base64')}"`,
    ` encryptedVerifierHashInput="${wrap('fea7d2763b4b9e79', verifier)}"`,
    ` encryptedVerifierHashValue="${wrap('d7aa0f6d3061344e', digest(verifier))}"`,
    ` encryptedKeyValue="${wrap('146e0be7abacd0d6', key)}"/>`,
    '</keyEncryptor></keyEncryptors></encryption>',
  ].join('')
  return cfbOf([
    {
      name: 'EncryptionInfo',
      data: Buffer.concat([Buffer.from('0400040040000000', 'hex'), Buffer.from(xml)]),
    },
    { name: 'EncryptedPackage', data: stream },
  ])
}
