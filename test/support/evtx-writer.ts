// Writes small event logs: BinXML elements, templates, values, records, chunks with their checksums. For tests.

import { crc32 } from 'node:zlib'

export interface ElementSpec {
  readonly name: string
  readonly attributes?: Readonly<Record<string, string | SubSpec>>
  readonly content?: readonly (string | SubSpec | ElementSpec)[]
}

/** A substitution. */
export interface SubSpec {
  readonly sub: number
  readonly type: number
  readonly optional?: boolean
}

export interface ValueSpec {
  readonly type: number
  /** A function gets the value's place in the chunk: for BinXML that has names. */
  readonly bytes: Uint8Array | ((at: number) => Uint8Array)
}

export interface TemplateSpec {
  /** 16 bytes; the first four are its id. */
  readonly guid: Uint8Array
  readonly root: ElementSpec
}

interface RecordSpec {
  readonly id: number
  /** Ticks of 100 ns since 1601. */
  readonly written?: bigint
  /** BinXML after the record's header, by its place in the chunk. */
  readonly body: (at: number, chunk: ChunkWriter) => Uint8Array
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

export const fragmentHeader = Buffer.from([0x0f, 1, 1, 0])

const chunkBytes = 65_536

/** One chunk: names and definitions are written where they are used first. */
export class ChunkWriter {
  readonly #bytes = Buffer.alloc(chunkBytes)
  readonly #names = new Map<string, number>()
  readonly #templates = new Map<TemplateSpec, number>()
  #end = 512
  #last = 512
  #first: number | undefined
  #lastId = 0

  get end(): number {
    return this.#end
  }

  add({ id, written = 133_000_000_000_000_000n, body }: RecordSpec): this {
    const content = body(this.#end + 24, this)
    const unpadded = 24 + content.length + 4
    const size = Math.ceil(unpadded / 8) * 8
    const record = Buffer.concat([
      Buffer.from([0x2a, 0x2a, 0, 0]),
      u32(size),
      u64(BigInt(id)),
      u64(written),
      content,
      Buffer.alloc(size - unpadded),
      u32(size),
    ])
    record.copy(this.#bytes, this.#end)
    this.#last = this.#end
    this.#end += size
    this.#first ??= id
    this.#lastId = id
    return this
  }

  /** With checksums. `free` overrides where the header says that free space begins. */
  bytes(free = this.#end): Buffer {
    const bytes = Buffer.from(this.#bytes)
    bytes.write('ElfChnk\0', 0, 'latin1')
    for (const [at, value] of [
      [8, this.#first ?? 1],
      [16, this.#lastId],
      [24, this.#first ?? 1],
      [32, this.#lastId],
    ] as const)
      bytes.writeBigUInt64LE(BigInt(value), at)
    bytes.writeUInt32LE(128, 40)
    bytes.writeUInt32LE(this.#last, 44)
    bytes.writeUInt32LE(free, 48)
    bytes.writeUInt32LE(crc32(bytes.subarray(512, free)), 52)
    bytes.writeUInt32LE(crc32(bytes.subarray(128, 512), crc32(bytes.subarray(0, 120))), 124)
    return bytes
  }

  /** Fragment header, instance, the definition where it is new, descriptors and values. */
  instance(at: number, template: TemplateSpec, values: readonly ValueSpec[]): Buffer {
    const start = at + 4
    const known = this.#templates.get(template)
    const definition = known ?? start + 10
    const head = Buffer.concat([
      fragmentHeader,
      Buffer.from([0x0c, 1]),
      template.guid.subarray(0, 4),
      u32(definition),
    ])
    let inline = Buffer.alloc(0)
    if (known === undefined) {
      this.#templates.set(template, definition)
      const content = this.fragment(definition + 24, template.root, true)
      inline = Buffer.concat([u32(0), template.guid, u32(content.length), content])
    }
    let place = at + head.length + inline.length + 4 + 4 * values.length
    const bodies = values.map(({ bytes }) => {
      const made = typeof bytes === 'function' ? bytes(place) : bytes
      place += made.length
      return made
    })
    const descriptors = values.map(({ type }, index) =>
      Buffer.concat([u16(bodies[index]?.length ?? 0), Buffer.from([type, 0])]),
    )
    return Buffer.concat([head, inline, u32(values.length), ...descriptors, ...bodies])
  }

  /** Fragment header, element, end. */
  fragment(at: number, root: ElementSpec, hasDependency: boolean): Buffer {
    return Buffer.concat([fragmentHeader, this.element(at + 4, root, hasDependency), Buffer.from([0])])
  }

  element(at: number, { name, attributes = {}, content = [] }: ElementSpec, hasDependency: boolean): Buffer {
    const list = Object.entries(attributes)
    const lead = hasDependency ? 3 : 1
    const nameBytes = this.#name(at + lead + 4, name)
    let place = at + lead + 4 + nameBytes.length + (list.length > 0 ? 4 : 0)
    const parts = list.map(([key, value], index) => {
      const token = index + 1 < list.length ? 0x46 : 0x06
      const own = this.#name(place + 1, key)
      const bytes = Buffer.concat([Buffer.from([token]), own, part(value)])
      place += bytes.length
      return bytes
    })
    const attributeBytes = Buffer.concat(parts)
    const inner: Buffer[] = []
    if (content.length === 0) inner.push(Buffer.from([0x03]))
    else {
      inner.push(Buffer.from([0x02]))
      place += 1
      for (const item of content) {
        const bytes =
          typeof item === 'object' && 'name' in item ? this.element(place, item, hasDependency) : part(item)
        inner.push(bytes)
        place += bytes.length
      }
      inner.push(Buffer.from([0x04]))
    }
    const rest = Buffer.concat([
      nameBytes,
      ...(list.length > 0 ? [u32(attributeBytes.length)] : []),
      attributeBytes,
      ...inner,
    ])
    return Buffer.concat([
      Buffer.from([list.length > 0 ? 0x41 : 0x01]),
      ...(hasDependency ? [Buffer.from([0xff, 0xff])] : []),
      u32(rest.length),
      rest,
    ])
  }

  /** Offset of the entry, which follows when it is new. */
  #name(at: number, name: string): Buffer {
    const known = this.#names.get(name)
    if (known !== undefined) return u32(known)
    this.#names.set(name, at + 4)
    const hash = utf16(name).reduce((sum, byte) => (sum * 65_599 + byte) | 0, 0)
    return Buffer.concat([u32(at + 4), u32(0), u16(hash & 0xffff), u16(name.length), utf16(name), u16(0)])
  }
}

function part(value: string | SubSpec): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([Buffer.from([0x05, 1]), u16(value.length), utf16(value)])
  return Buffer.concat([
    Buffer.from([value.optional === true ? 0x0e : 0x0d]),
    u16(value.sub),
    Buffer.from([value.type]),
  ])
}

interface LogSpec {
  readonly isDirty?: boolean
}

/** The file's header and the chunks. */
export function logFile(chunks: readonly Uint8Array[], { isDirty = false }: LogSpec = {}): Buffer {
  const header = Buffer.alloc(4096)
  header.write('ElfFile\0', 0, 'latin1')
  header.writeBigUInt64LE(BigInt(Math.max(0, chunks.length - 1)), 16)
  header.writeBigUInt64LE(100n, 24)
  header.writeUInt32LE(128, 32)
  header.writeUInt16LE(1, 36)
  header.writeUInt16LE(3, 38)
  header.writeUInt16LE(4096, 40)
  header.writeUInt16LE(chunks.length, 42)
  header.writeUInt32LE(isDirty ? 1 : 0, 120)
  header.writeUInt32LE(crc32(header.subarray(0, 120)), 124)
  return Buffer.concat([header, ...chunks])
}

const namespace = 'http://schemas.microsoft.com/win/2004/08/events/event'

/** System and one fragment: what nearly every log has. Values: provider, event id, level, time, channel, computer, data. */
const eventTemplate: TemplateSpec = {
  guid: Buffer.from('11223344556677889900aabbccddeeff', 'hex'),
  root: {
    name: 'Event',
    attributes: { xmlns: namespace },
    content: [
      {
        name: 'System',
        content: [
          { name: 'Provider', attributes: { Name: { sub: 0, type: 1, optional: true } } },
          {
            name: 'EventID',
            attributes: { Qualifiers: { sub: 7, type: 6, optional: true } },
            content: [{ sub: 1, type: 6 }],
          },
          { name: 'Level', content: [{ sub: 2, type: 4 }] },
          { name: 'TimeCreated', attributes: { SystemTime: { sub: 3, type: 0x11 } } },
          { name: 'Correlation', attributes: { ActivityID: { sub: 8, type: 0x0f, optional: true } } },
          { name: 'Channel', content: [{ sub: 4, type: 1 }] },
          { name: 'Computer', content: [{ sub: 5, type: 1 }] },
        ],
      },
      { sub: 6, type: 0x21, optional: true },
    ],
  },
}

export interface EventSpec {
  readonly channel: string
  readonly eventId: number
  readonly time?: bigint
  readonly computer?: string
  /** Texts by name. */
  readonly data?: Readonly<Record<string, string>>
  /** Instead of data. */
  readonly values?: ValueSpec
}

const templatesOfData = new Map<string, TemplateSpec>()

/** The same names are the same template. */
function dataTemplate(names: readonly string[]): TemplateSpec {
  const key = names.join('\n')
  const known = templatesOfData.get(key)
  if (known !== undefined) return known
  const guid = Buffer.alloc(16, templatesOfData.size + 1)
  guid.writeUInt32LE(crc32(Buffer.from(key)), 0)
  const made: TemplateSpec = {
    guid,
    root: {
      name: 'EventData',
      content: names.map((name, sub) => ({
        name: 'Data',
        attributes: { Name: name },
        content: [{ sub, type: 1 }],
      })),
    },
  }
  templatesOfData.set(key, made)
  return made
}

/** A record as providers write it. */
export function eventRecord(
  id: number,
  { channel, eventId, time = 133_000_000_000_000_000n, computer = 'HOST', data = {}, values }: EventSpec,
): RecordSpec {
  return {
    id,
    written: time,
    body: (at, chunk) =>
      chunk.instance(at, eventTemplate, [
        { type: 1, bytes: utf16('Provider') },
        { type: 6, bytes: u16(eventId) },
        { type: 4, bytes: Buffer.from([4]) },
        { type: 0x11, bytes: u64(time) },
        { type: 1, bytes: utf16(channel) },
        { type: 1, bytes: utf16(computer) },
        values ?? {
          type: 0x21,
          bytes: (place) =>
            chunk.instance(
              place,
              dataTemplate(Object.keys(data)),
              Object.values(data).map((text) => ({ type: 1, bytes: utf16(text) })),
            ),
        },
        { type: 0, bytes: Buffer.alloc(0) },
        { type: 0, bytes: Buffer.alloc(0) },
      ]),
  }
}
