// Fragments of BinXML: a template and its values, or an element by itself.

import { token, TreeReader } from './bin-xml.ts'
import type { Chunk } from './chunk.ts'
import { compileElement, systemReaders } from './compile.ts'
import { RecordFault } from './fault.ts'
import { unsigned32 } from './scalar.ts'
import { definitionHeaderBytes, type Template, type TemplateLibrary } from './template.ts'
import type { Element } from './tree.ts'
import { type Fragment, type Scope, Values } from './values.ts'

const maxValues = 8192
/** Reading a bare element is more than reading a value. */
const workOfByte = 4
const noValues = { descriptors: 0, starts: [], depth: 0 }

/** Owns which templates of one chunk are where. */
export class ChunkScope implements Scope {
  readonly chunk: Chunk
  private readonly library: TemplateLibrary
  private readonly templates = new Map<number, Template>()

  constructor(chunk: Chunk, library: TemplateLibrary) {
    this.chunk = chunk
    this.library = library
  }

  fragment(at: number, end: number, depth: number): Fragment | undefined {
    this.chunk.require(at, end - at)
    const { bytes } = this.chunk
    let start = at
    while (start < end && bytes[start] === token.fragment) start += 4
    if (start >= end) return undefined
    const kind = bytes[start] ?? 0
    if (kind === token.instance) return this.instance(start, end, depth)
    if (kind === token.end) return undefined
    const root = this.element(start, end)
    return {
      root,
      write: compileElement(root),
      system: systemReaders(root),
      values: new Values(this, noValues),
    }
  }

  /** Without a template there is no dependency id; a few writers have it all the same. */
  private element(start: number, end: number): Element {
    this.chunk.spend(workOfByte * (end - start))
    try {
      return new TreeReader(this.chunk, start, { hasDependency: false, end }).root()
    } catch (thrown) {
      try {
        return new TreeReader(this.chunk, start, { hasDependency: true, end }).root()
      } catch {
        throw thrown
      }
    }
  }

  /** Token, u8, template id u32, offset of the definition u32; the definition where it is used first; count u32, descriptors, values. */
  private instance(start: number, end: number, depth: number): Fragment {
    const { chunk } = this
    chunk.require(start, 10)
    const definition = unsigned32(chunk.bytes, start + 6)
    const template = this.template(definition, unsigned32(chunk.bytes, start + 2))
    chunk.spend(template.weight)
    let at = start + 10
    if (definition === at) at += definitionHeaderBytes + unsigned32(chunk.bytes, definition + 20)
    chunk.require(at, 4)
    const count = unsigned32(chunk.bytes, at)
    const descriptors = at + 4
    if (count > maxValues || descriptors + 4 * count > end) {
      throw new RecordFault('it has more values than it has room for', at)
    }
    const starts: number[] = []
    let value = descriptors + 4 * count
    for (let index = 0; index < count; index += 1) {
      starts.push(value)
      value += chunk.bytes.readUInt16LE(descriptors + 4 * index)
    }
    if (value > end) throw new RecordFault('its values reach beyond it', at)
    return {
      root: template.root,
      write: template.write,
      system: template.system,
      values: new Values(this, { descriptors, starts, depth }),
    }
  }

  /** A definition that is damaged or gone may have been read elsewhere. Throws RecordFault. */
  private template(offset: number, id: number): Template {
    const known = this.templates.get(offset)
    if (known !== undefined && (id === 0 || known.id === id)) return known
    const template = this.definition(offset, id)
    this.templates.set(offset, template)
    return template
  }

  private definition(offset: number, id: number): Template {
    const elsewhere = this.library.withId(id)
    const { bytes } = this.chunk
    const isThere =
      offset + definitionHeaderBytes <= bytes.length && (id === 0 || unsigned32(bytes, offset + 4) === id)
    if (!isThere) {
      if (elsewhere === undefined) throw new RecordFault('its template is not there', offset)
      return elsewhere
    }
    try {
      return this.library.at(this.chunk, offset)
    } catch (thrown) {
      if (elsewhere === undefined) throw thrown
      return elsewhere
    }
  }
}
