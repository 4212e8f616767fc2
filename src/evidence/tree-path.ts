// Paths of evidence trees: their parts, how names are compared, and names that are no UTF-8.

const maxParts = 1024
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The names on the way from the root; undefined: the path leads out of the tree or to nothing. */
export function partsOf(path: string): string[] | undefined {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' || part.includes('\0') || parts.length === maxParts) return undefined
    parts.push(part)
  }
  return parts
}

/** The same for names that Windows takes for one, where the volume's own table is not at hand. */
export function foldCase(name: string): string {
  // What needs more room as a capital has none for Windows.
  const upper = name.toUpperCase()
  if (upper.length === name.length) return upper
  return Array.from({ length: name.length }, (_, at) => {
    const unit = name.charAt(at).toUpperCase()
    return unit.length === 1 ? unit : name.charAt(at)
  }).join('')
}

/** A name of a Linux file system: bytes that are no UTF-8 stand as `\xNN`. */
export function nameOfBytes(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte < 0x80)) return Buffer.from(bytes).toString('latin1')
  return decoded(bytes) ?? escaped(bytes)
}

function escaped(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((count) => decoded(bytes.subarray(at, at + count)) !== undefined)
    text +=
      length === undefined
        ? `\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`
        : (decoded(bytes.subarray(at, at + length)) ?? '')
    at += length ?? 1
  }
  return text
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The other way; undefined: nothing in it stands for a byte. */
export function bytesOfName(name: string): Buffer | undefined {
  if (!/\\x[89a-f][0-9a-f]/.test(name)) return undefined
  const parts = name.split(/\\x([89a-f][0-9a-f])/)
  return Buffer.concat(parts.map((part, index) => Buffer.from(part, index % 2 === 1 ? 'hex' : 'utf8')))
}
