// Shortcuts of whatever holds them: a file each, or an entry of a jump list.

import { type JumpListEntry, readJumpList } from '../../evidence/jump-lists/index.ts'
import { type Lnk, readLnk } from '../../evidence/lnk/index.ts'
import type { Notes } from '../../evidence/note.ts'
import type { EvidenceSource } from '../../evidence/source.ts'

const maxLnkBytes = 4 * 1024 * 1024

export interface FoundLink {
  readonly lnk?: Lnk
  /** Of a jump list: which kind, and what it says of the entry. */
  readonly list?: 'automatic' | 'custom'
  readonly entry?: Omit<JumpListEntry<Lnk>, 'link'>
}

/** Undefined: neither a shortcut nor a jump list. */
export function readLinks(source: EvidenceSource, notes: Notes): readonly FoundLink[] | undefined {
  const read = readLnk(source.read(0, maxLnkBytes), notes)
  if (read !== undefined) return [{ lnk: read.lnk }]
  const linkOf = (bytes: Uint8Array): { link: Lnk; end: number } | undefined => {
    const found = readLnk(bytes, notes)
    return found === undefined ? undefined : { link: found.lnk, end: found.end }
  }
  const list = readJumpList(source, linkOf, notes)
  return list?.entries.map(({ link, ...entry }) => ({
    ...(link === undefined ? {} : { lnk: link }),
    list: list.kind,
    entry,
  }))
}
