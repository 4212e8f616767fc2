// The certificate table: the Authenticode signatures of the file (Microsoft PE Format, "The Attribute Certificate
// Table").

import { authenticodeOf, type AuthenticodeSignature, type DigestName, effort } from '../pkcs7/index.ts'
import { directoryIndex, directoryOf, type Image } from './image.ts'
import { imageDigest } from './image-digest.ts'

const headerBytes = 8
const maxSignatures = 32

/** Up to the first entry that is no signature; a nested one follows the one that it is in. */
export function readSignatures(image: Image): AuthenticodeSignature[] {
  const signatures: AuthenticodeSignature[] = []
  const { bytes } = image
  const table = directoryOf(image, directoryIndex.security)
  // Of all directories only this one has an offset and not an address.
  if (table === undefined || table.rva > bytes.length) return signatures
  const end = Math.min(table.rva + table.size, bytes.length)
  const digests = new Map<DigestName, Buffer>()
  const file = {
    digest: (name: DigestName) => digests.getOrInsertComputed(name, () => imageDigest(image, name)),
    left: effort(),
  }
  for (let at = table.rva; at + headerBytes <= end && signatures.length < maxSignatures;) {
    const length = bytes.readUInt32LE(at)
    const next = at + Math.ceil(length / 8) * 8
    if (length < headerBytes || next > end) break
    const found = authenticodeOf(bytes.subarray(at + headerBytes, at + length), file)
    if (found === undefined) break
    signatures.push(...found)
    at = next
  }
  return signatures
}
