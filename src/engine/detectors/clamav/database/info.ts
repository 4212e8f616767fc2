// The member `.info` of a container: the header again, `name:bytes:SHA-256` of every other member, and a signature of these
// lines. Manual, "Database info".

import { createHash } from 'node:crypto'

import { type ContainerHeader, parseHeader } from './container-header.ts'
import { type RsaPublicKey, verifySha256 } from './signature.ts'

export interface Info {
  readonly header: ContainerHeader
  readonly members: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>
  /** The lines have a valid signature. */
  readonly signed: boolean
}

const signatureLine = 'DSIG:'
const maxInfoBytes = 1024 * 1024

/** The information, or what is wrong with it. */
export function parseInfo(bytes: Uint8Array, key: RsaPublicKey): Info | string {
  if (bytes.length > maxInfoBytes) return 'its .info is too long'
  const members = new Map<string, { bytes: number; sha256: string }>()
  const digest = createHash('sha256')
  let header: ContainerHeader | undefined
  for (const line of Buffer.from(bytes).toString('latin1').split('\n')) {
    if (line.startsWith(signatureLine)) {
      const text = line.slice(signatureLine.length).trimEnd()
      const signed = header !== undefined && verifySha256(digest.digest(), text, key)
      return signed && header !== undefined
        ? { header, members, signed }
        : 'the signature of its .info is wrong'
    }
    if (line === '') continue
    digest.update(`${line}\n`, 'latin1')
    if (header === undefined) {
      header = parseHeader(line)
      if (header === undefined) return 'the first line of its .info is not a header'
      continue
    }
    const match = /^([^:]+):([0-9]{1,15}):([0-9a-f]{64})\r?$/i.exec(line)
    if (match === null) return 'a line of its .info is not name:size:sha256'
    members.set(match[1] ?? '', { bytes: Number(match[2]), sha256: (match[3] ?? '').toLowerCase() })
  }
  return header === undefined ? 'its .info is empty' : { header, members, signed: false }
}
