// The file `hosts` of Windows and Unix: names that a host answers itself. Malware writes it to lead updates and banks elsewhere,
// or to cut off a scanner's.

import { isIP } from 'node:net'

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'

export interface HostsEntry {
  /** From 1. */
  readonly line: number
  readonly address: string
  readonly names: readonly string[]
  /** Behind `#`. */
  readonly comment?: string
  /** It maps only names of the host itself to addresses of its own, as systems ship it. */
  readonly isUsual: boolean
}

const maxBytes = 16 * 1024 * 1024
const usualNames =
  /^(?:localhost(?:\.localdomain)?|localhost[46]?(?:\.localdomain[46])?|ip6-(?:localhost|loopback|localnet|mcastprefix|allnodes|allrouters|allhosts)|broadcasthost|host\.docker\.internal|gateway\.docker\.internal|kubernetes\.docker\.internal)$/i
const ownAddress = /^(?:127\.|::1$|fe00::|ff0[0-9a-f]::|255\.255\.255\.255$)/i

/** Lines that map something, in their order. `hostName`: of this host, which systems write there too. */
export function hostsEntries(source: EvidenceSource, notes: Notes, hostName = ''): HostsEntry[] {
  if (source.size > maxBytes) notes.add(`only the first ${maxBytes} bytes are read`)
  const text = textOf(source.read(0, Math.min(source.size, maxBytes)))
  const entries: HostsEntry[] = []
  for (const [index, whole] of text.split(/\r\n|\n|\r/).entries()) {
    const hash = whole.indexOf('#')
    const comment = hash < 0 ? '' : whole.slice(hash + 1).trim()
    const [address = '', ...names] = (hash < 0 ? whole : whole.slice(0, hash)).trim().split(/\s+/)
    if (address === '') continue
    const bare = address.replace(/%.*$/, '')
    if (isIP(bare) === 0 || names.length === 0) {
      notes.add(`line ${index + 1} maps nothing`)
      continue
    }
    const own = hostName.toLowerCase()
    const isUsual =
      ownAddress.test(bare) &&
      names.every((name) => {
        const lower = name.toLowerCase()
        return usualNames.test(name) || (own !== '' && (lower === own || lower.startsWith(`${own}.`)))
      })
    entries.push({ line: index + 1, address, names, ...(comment === '' ? {} : { comment }), isUsual })
  }
  return entries
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (buffer.length >= 2 && buffer[0] === 0xff && buffer[1] === 0xfe) return buffer.toString('utf16le', 2)
  return buffer.toString().replace(/^\ufeff/, '')
}
