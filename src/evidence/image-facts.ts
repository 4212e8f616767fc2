// What Sysmon tells of a started program beside its path: version information, digests and import hash, read from the file.

import { parsePe } from '../engine/index.ts'
import { hashesOf } from './pe/index.ts'
import { readVersion } from './pe/version-info.ts'
import { type EvidenceSource, memorySource } from './source.ts'
import type { ImageFacts } from './process-creation/index.ts'

/** Read at most, for digests too: what is larger is known by its path alone. */
const maxImageBytes = 512 * 1024 * 1024

/** Undefined for a file that is too large. A file that is no program has digests only. */
export function imageFactsOf(file: EvidenceSource): ImageFacts | undefined {
  if (file.size > maxImageBytes) return undefined
  const bytes = file.read(0, file.size)
  const hashes = hashesOf(memorySource(bytes))
  const pe = parsePe(bytes)
  if (pe === undefined) return { hashes }
  const version = readVersion(pe)
  const text = (name: string): string | undefined => version?.strings[name]
  const facts = {
    fileVersion: text('FileVersion') ?? version?.fileVersion,
    description: text('FileDescription'),
    product: text('ProductName'),
    company: text('CompanyName'),
    originalFileName: text('OriginalFilename'),
    importHash: pe.imports.length === 0 ? undefined : pe.importHash,
  }
  return { hashes, ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) }
}
