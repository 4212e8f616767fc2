// ClamAV databases for the updates, read by the engine's own reader.

import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { readArchive } from '../../engine/detectors/clamav/database/archive.ts'
import { headerBytes } from '../../engine/detectors/clamav/database/container-header.ts'
import { readContainer, readHeader } from '../../engine/detectors/clamav/database/container.ts'
import { functionalityLevel } from '../../engine/detectors/clamav/database/level.ts'
import { type RsaPublicKey, verifySha256 } from '../../engine/detectors/clamav/database/signature.ts'
import type { Database } from '../../updates/index.ts'

/** The key that ClamAV signs diffs with; it is published with its source (libclamav_rust/src/cdiff.rs). */
const diffKey: RsaPublicKey = {
  modulus:
    14783905874077467090262228516557917570254599638376203532031989214105552847269687489771975792123442185817287694951949800908791527542017115600501303394778618535864845235700041590056318230102449612217458549016089313306591388590790796515819654102320725712300822356348724011232654837503241736177907784198700834440681124727060540035754699658105895050096576226753008596881698828185652424901921668758326578462003247906470982092298106789657211905488986281078346361469524484829559560886227198091995498440676639639830463593211386055065360288422394053998134458623712540683294034953818412458362198117811990006021989844180721010947n,
  exponent: 100002053n,
}

const maxMembers = 1000

export function versionOf(header: Uint8Array): number | undefined {
  return readHeader(header)?.version
}

/** Throws an Error with the reason when a signature, a size or a hash in it is wrong. */
export function readDatabase(
  path: string,
  { key, maxBytes }: { readonly key?: string | undefined; readonly maxBytes: number },
): Database {
  const bytes = readFileSync(path)
  const limits = { maxBytes, maxMembers }
  const keys = key === undefined ? {} : { keys: bothUses(readKey(key)) }
  const { header, problems, signed } = readContainer(bytes, path.endsWith('.cld') ? 'cld' : 'cvd', {
    ...keys,
    limits,
  })
  // A database for newer engines is genuine all the same.
  const isNewer = header !== undefined && header.functionalityLevel > functionalityLevel
  if (!signed || header === undefined || problems.length > (isNewer ? 1 : 0)) {
    throw new Error(problems.at(-1) ?? 'it is not signed')
  }
  const members = readArchive(bytes.subarray(headerBytes), limits)
  // Never a text: the container's reader has just read the same archive.
  const files =
    typeof members === 'string'
      ? new Map<string, Uint8Array>()
      : new Map(members.map((member) => [member.name, member.bytes]))
  if (files.size < members.length || files.size === 0) throw new Error('it holds a file twice')
  return { version: header.version, files }
}

export function signsDiff(sha256: Uint8Array, signature: string, key: string | undefined): boolean {
  return verifySha256(sha256, signature, key === undefined ? diffKey : readKey(key))
}

/** A private mirror has one key for everything. */
function bothUses(key: RsaPublicKey): { header: RsaPublicKey; info: RsaPublicKey } {
  return { header: key, info: key }
}

function readKey(file: string): RsaPublicKey {
  try {
    const { kty, n, e } = createPublicKey(readFileSync(file)).export({ format: 'jwk' })
    if (kty === 'RSA') return { modulus: numberOf(n ?? ''), exponent: numberOf(e ?? '') }
  } catch (thrown) {
    throw new Error(`cannot read the public key ${file}: ${messageOf(thrown)}`, { cause: thrown })
  }
  throw new Error(`${file} is no RSA key`)
}

function numberOf(base64url: string): bigint {
  return BigInt(`0x${Buffer.from(base64url, 'base64url').toString('hex')}`)
}
