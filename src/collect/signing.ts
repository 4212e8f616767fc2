// The key that signs a package. The one of this host is made on first use; not where that would write on a disk that is being
// examined: then it lives for one collection, and its public half must be written down by whoever sits there.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { hostSigningKey, readSigningKey, signingKeyName } from './package/keys.ts'

export interface SigningRequest {
  /** Given by the user. */
  readonly keyFile?: string
  /** Folder of the key of this host. */
  readonly stateFolder: string
  /** Whether the folder may be written. */
  readonly mayWrite: boolean
}

export interface Signing {
  readonly key: KeyObject
  /** `once`: nobody can tell later whose it was, unless the public key was kept. */
  readonly kind: 'given' | 'host' | 'once'
}

/** Throws AppError for a key that cannot be read, or made. */
export function signingKey({ keyFile, stateFolder, mayWrite }: SigningRequest): Signing {
  if (keyFile !== undefined) return { key: readSigningKey(keyFile), kind: 'given' }
  if (mayWrite || existsSync(join(stateFolder, signingKeyName)))
    return { key: hostSigningKey(stateFolder), kind: 'host' }
  return { key: generateKeyPairSync('ed25519').privateKey, kind: 'once' }
}
