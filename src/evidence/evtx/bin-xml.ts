// BinXML tokens as a tree ([MS-EVEN6] 2.2.12): the content of a template definition, or an element without template.

import type { Chunk } from './chunk.ts'
import { RecordFault } from './fault.ts'
import { unsigned32 } from './scalar.ts'
import type { Attribute, Content, Element, Substitution } from './tree.ts'
import { utf16At } from './utf16.ts'

/** Tokens without the flag that more follows. */
export const token = {
  end: 0x00,
  openStart: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  endElement: 0x04,
  text: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  charReference: 0x08,
  entityReference: 0x09,
  instructionTarget: 0x0a,
  instructionData: 0x0b,
  instance: 0x0c,
  substitution: 0x0d,
  optionalSubstitution: 0x0e,
  fragment: 0x0f,
} as const

const moreFlag = 0x40
const maxDepth = 64
const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

/** Where a definition names something: its bytes there differ from chunk to chunk. */
export interface NameReference {
  /** Of the name's offset, in bytes from where reading began. */
  readonly at: number
  readonly name: string
  /** The entry itself follows. */
  readonly isInline: boolean
}

interface TreeOptions {
  /** Whether elements begin with a dependency id: those of templates do. */
  readonly hasDependency: boolean
  /** Where the bytes end, from the beginning of the chunk. */
  readonly end: number
}

/** Reads one element; knows afterwards where it ended. */
export class TreeReader {
  at: number
  readonly references: NameReference[] = []
  private readonly chunk: Chunk
  private readonly start: number
  private readonly end: number
  private readonly hasDependency: boolean

  constructor(chunk: Chunk, at: number, { hasDependency, end }: TreeOptions) {
    this.chunk = chunk
    this.at = at
    this.start = at
    this.end = Math.min(end, chunk.size)
    this.hasDependency = hasDependency
  }

  /** Throws RecordFault. Fragment headers and processing instructions before it are skipped. */
  root(): Element {
    for (;;) {
      const kind = this.peek()
      if (kind === token.fragment) this.skip(4)
      else if (kind === token.instructionTarget || kind === token.instructionData) this.instruction(kind)
      else if (kind === token.openStart) return this.element(0)
      else throw this.fault(`no element begins with token ${hex(kind)}`)
    }
  }

  private element(depth: number): Element {
    if (depth > maxDepth) throw this.fault('elements are nested too deeply')
    const open = this.byte()
    this.skip(this.hasDependency ? 6 : 4)
    const name = this.name()
    const attributes = (open & moreFlag) === 0 ? [] : this.attributes()
    const close = this.byte()
    if (close === token.closeEmpty) return { kind: 'element', name, attributes, content: [] }
    if (close !== token.closeStart) throw this.fault(`token ${hex(close)} where an element’s start ends`)
    const content: Content[] = []
    for (;;) {
      const kind = this.peek()
      if (kind === token.openStart) content.push(this.element(depth + 1))
      else if (kind === token.endElement) {
        this.skip(1)
        return { kind: 'element', name, attributes, content }
      } else if (kind === token.instructionTarget || kind === token.instructionData) this.instruction(kind)
      else this.addPart(content, kind)
    }
  }

  private attributes(): Attribute[] {
    const size = this.u32()
    const end = this.at + size
    if (end > this.end) throw this.fault('attributes reach beyond their definition')
    const attributes: Attribute[] = []
    while (this.at < end && this.peek() === token.attribute) {
      this.skip(1)
      const name = this.name()
      const parts: (string | Substitution)[] = []
      while (this.at < end && isPart(this.peek())) this.addPart(parts, this.peek())
      attributes.push({ name, parts })
    }
    // An attribute without a value ends the list sooner or later than it says: what follows decides.
    return attributes
  }

  private addPart(to: (string | Substitution | Element)[], kind: number): void {
    const part = this.part(kind)
    const before = to.at(-1)
    if (typeof part === 'string' && typeof before === 'string') to[to.length - 1] = before + part
    else if (part !== '') to.push(part)
  }

  private part(kind: number): string | Substitution {
    this.skip(1)
    switch (kind) {
      case token.text: {
        const type = this.byte()
        if (type !== 1) throw this.fault(`a text of type ${hex(type)}`)
        return this.countedText()
      }
      case token.cdata:
        return this.countedText()
      case token.charReference:
        return String.fromCharCode(this.u16())
      case token.entityReference: {
        const name = this.name()
        return entities.get(name) ?? `&${name};`
      }
      case token.substitution:
      case token.optionalSubstitution: {
        const index = this.u16()
        this.skip(1)
        return { kind: 'value', index }
      }
      default:
        throw this.fault(`token ${hex(kind)} within an element`)
    }
  }

  private instruction(kind: number): void {
    this.skip(1)
    if (kind === token.instructionTarget) this.name()
    else this.countedText()
  }

  private countedText(): string {
    const units = this.u16()
    const at = this.at
    this.skip(2 * units)
    return utf16At(this.chunk.bytes, at, units)
  }

  private name(): string {
    const at = this.at - this.start
    const offset = this.u32()
    const isInline = offset === this.at
    const name = this.chunk.nameAt(offset)
    if (isInline) this.skip(8 + 2 * name.length + 2)
    this.references.push({ at, name, isInline })
    return name
  }

  private peek(): number {
    if (this.at >= this.end) throw this.fault('it ends within an element')
    return (this.chunk.bytes[this.at] ?? 0) & ~moreFlag
  }

  private byte(): number {
    this.skip(1)
    return this.chunk.bytes[this.at - 1] ?? 0
  }

  private u16(): number {
    this.skip(2)
    return this.chunk.bytes.readUInt16LE(this.at - 2)
  }

  private u32(): number {
    this.skip(4)
    return unsigned32(this.chunk.bytes, this.at - 4)
  }

  private skip(count: number): void {
    if (this.at + count > this.end) throw this.fault('it ends within a token')
    this.at += count
  }

  private fault(message: string): RecordFault {
    return new RecordFault(message, this.at)
  }
}

function isPart(kind: number): boolean {
  return (
    kind === token.text ||
    kind === token.cdata ||
    kind === token.charReference ||
    kind === token.entityReference ||
    kind === token.substitution ||
    kind === token.optionalSubstitution
  )
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`
}
