// Keys of the signature: PEM files (PKCS #8, RFC 5208) for Ed25519. Which one is used the command decides.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { publicKeyFrom, publicKeyHex } from './signature.ts'

export const signingKeyName = 'collect-signing.key'

/** Throws AppError. */
export function readSigningKey(path: string): KeyObject {
  const key = readKey(path, createPrivateKey)
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new AppError('usage', `${path} holds no Ed25519 key`, {
    hint: 'Make one with: openssl genpkey -algorithm ed25519 -out FILE',
  })
}

/** The key of this host, made on first use: `collect-signing.key` for its owner only, and `.pub` beside it. Throws AppError. */
export function hostSigningKey(folder: string): KeyObject {
  const path = join(folder, signingKeyName)
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 })
    writeFileSync(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o644 })
    return privateKey
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return readSigningKey(path)
    throw new AppError('permission', `${path} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** A PEM file, or the 64 hex digits that `signature.json` has. Returns the digits. Throws AppError. */
export function readPublicKey(pathOrHex: string): string {
  if (/^[0-9a-f]{64}$/i.test(pathOrHex)) return publicKeyHex(publicKeyFrom(pathOrHex.toLowerCase()))
  const key = readKey(pathOrHex, createPublicKey)
  if (key.asymmetricKeyType === 'ed25519') return publicKeyHex(key)
  throw new AppError('usage', `${pathOrHex} holds no Ed25519 key`)
}

function readKey(path: string, read: (pem: Buffer) => KeyObject): KeyObject {
  try {
    return read(readFileSync(path))
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'not-found' : 'usage'
    throw new AppError(code, `The key ${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
