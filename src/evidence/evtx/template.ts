// Template definitions: read once, and used for all records of all chunks that have the same. GUID and size find them; that
// they are the same is checked, since damaged and forged logs may use a GUID twice.

import { type NameReference, TreeReader } from './bin-xml.ts'
import type { Chunk } from './chunk.ts'
import { compileElement, systemReaders } from './compile.ts'
import { guidText, unsigned32 } from './scalar.ts'
import type { Element } from './tree.ts'
import type { SystemReaders, Writer } from './values.ts'

/** Offset of the next one u32, GUID, size u32. */
export const definitionHeaderBytes = 24
const maxTemplates = 8192
const maxVariants = 8

export interface Template {
  /** The first four bytes of its GUID. */
  readonly id: number
  readonly root: Element
  readonly write: Writer
  readonly system: SystemReaders
  /** Bytes of its definition: what it makes is no more than that. */
  readonly weight: number
}

interface Known extends Template {
  /** Of the definition without its header. */
  readonly bytes: Buffer
  readonly references: readonly NameReference[]
}

/** Owns all templates of a run; may be used for many files, one after another. */
export class TemplateLibrary {
  private readonly known = new Map<string, Known[]>()
  /** By the first four bytes of their GUIDs, which instances name too: for definitions that are lost. */
  private readonly byId = new Map<number, Template>()

  /** A definition seen anywhere, by the id that its instances have. */
  withId(id: number): Template | undefined {
    return this.byId.get(id)
  }

  /** The definition whose header is at the offset. Throws RecordFault. */
  at(chunk: Chunk, offset: number): Template {
    chunk.require(offset, definitionHeaderBytes)
    const size = unsigned32(chunk.bytes, offset + 20)
    const start = offset + definitionHeaderBytes
    chunk.require(start, size)
    const key = `${guidText(chunk.bytes, offset + 4)} ${size}`
    const variants = this.known.get(key) ?? []
    const same = variants.find((known) => isSame(known, chunk, start))
    if (same !== undefined) return same
    const made = readTemplate(chunk, start, size)
    if (this.known.size >= maxTemplates) {
      this.known.clear()
      this.byId.clear()
    }
    this.byId.set(made.id, made)
    if (variants.length >= maxVariants) variants.shift()
    variants.push(made)
    this.known.set(key, variants)
    return made
  }
}

function readTemplate(chunk: Chunk, start: number, size: number): Known {
  chunk.countDefinition(size, start)
  const reader = new TreeReader(chunk, start, { hasDependency: true, end: start + size })
  const root = reader.root()
  return {
    id: unsigned32(chunk.bytes, start - definitionHeaderBytes + 4),
    root,
    write: compileElement(root),
    system: systemReaders(root),
    weight: size,
    bytes: Buffer.from(chunk.bytes.subarray(start, start + size)),
    references: reader.references,
  }
}

/** Whether the definition says the same: all but the places of names, and the names there. */
function isSame({ bytes, references }: Known, chunk: Chunk, start: number): boolean {
  let from = 0
  for (const { at, name, isInline } of references) {
    if (!isEqual(bytes, chunk.bytes, { from, to: at, start })) return false
    const offset = unsigned32(chunk.bytes, start + at)
    if (isInline !== (offset === start + at + 4)) return false
    // Throws for no name: then it is not the same either, and reading it says why.
    if (!isNamed(chunk, offset, name)) return false
    // An entry begins with the place of the next one.
    from = at + (isInline ? 8 : 4)
  }
  return isEqual(bytes, chunk.bytes, { from, to: bytes.length, start })
}

function isNamed(chunk: Chunk, offset: number, name: string): boolean {
  return offset + 8 <= chunk.size && chunk.nameAt(offset) === name
}

function isEqual(
  known: Buffer,
  bytes: Buffer,
  { from, to, start }: { readonly from: number; readonly to: number; readonly start: number },
): boolean {
  for (let at = from; at < to; at += 1) if (known[at] !== bytes[start + at]) return false
  return true
}
