// Writes OneNote sections ([MS-ONESTORE]): the header, the data of embedded files and the file nodes that name them.
// No program at hand writes them, so only what the specification says about these structures is there.

export interface OneNoteFile {
  /** In an EmbeddedFileName property; absent: no property set. */
  readonly name?: string
  /** In the declaration of the data; absent: no declaration. */
  readonly extension?: string
  readonly data: string
  /** Instead of the true length. */
  readonly claimedSize?: number
}

const headerBytes = 1024

function guidOf(text: string): Buffer {
  const hex = Buffer.from(text.replaceAll('-', ''), 'hex')
  return Buffer.concat([
    Buffer.from(hex.subarray(0, 4)).swap32(),
    Buffer.from(hex.subarray(4, 8)).swap16(),
    hex.subarray(8),
  ])
}

function numbers(...values: readonly (readonly [value: number, bytes: 1 | 2 | 4 | 8])[]): Buffer {
  return Buffer.concat(
    values.map(([value, bytes]) => {
      const part = Buffer.alloc(8)
      part.writeBigUInt64LE(BigInt(value))
      return part.subarray(0, bytes)
    }),
  )
}

/** FileNode with a reference of 4 and 4 bytes (StpFormat 1, CbFormat 0) or without one. */
function fileNode(
  id: number,
  body: Buffer,
  reference?: { readonly at: number; readonly size: number },
): Buffer {
  const place = reference === undefined ? Buffer.alloc(0) : numbers([reference.at, 4], [reference.size, 4])
  const size = 4 + place.length + body.length
  const baseType = reference === undefined ? 0 : 1
  const header = id | (size << 10) | (1 << 23)
  return Buffer.concat([numbers([(header | (baseType << 27) | (1 << 31)) >>> 0, 4]), place, body])
}

function counted(text: string): Buffer {
  return Buffer.concat([numbers([text.length, 4]), Buffer.from(text, 'utf16le')])
}

/** A property set with the name between other properties, and the objects it refers to. */
function propertySet(name: string, container: number): Buffer {
  const text = Buffer.from(`${name}\0`, 'utf16le')
  return Buffer.concat([
    // Two object ids and no others (OsidStreamNotPresent).
    numbers([0x80000002 >>> 0, 4], [0x777, 4], [container, 4]),
    numbers([5, 2], [0x08001c04, 4], [0x20001c20, 4], [0x14001c84, 4], [0x1c001d9c, 4], [0x20001d9b, 4]),
    numbers([12, 4], [text.length, 4]),
    text,
  ])
}

export function oneNoteOf(
  files: readonly OneNoteFile[],
  format = '109ADD3F-911B-49F5-A5D0-1791EDC8AED8',
): Uint8Array {
  const header = Buffer.alloc(headerBytes)
  guidOf('7B5C52E4-D88C-4DA7-AEB1-5378D02996D3').copy(header, 0)
  guidOf(format).copy(header, 48)
  const pieces: Buffer[] = [header]
  const at = (): number => pieces.reduce((sum, piece) => sum + piece.length, 0)
  for (const [index, file] of files.entries()) {
    const guid = `0000000${index + 1}-1111-2222-3333-444444444444`
    const data = Buffer.from(file.data, 'latin1')
    const dataAt = at()
    pieces.push(
      guidOf('BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC'),
      numbers([file.claimedSize ?? data.length, 8], [0, 4], [0, 8]),
      data,
      Buffer.alloc((8 - (data.length % 8)) % 8),
      guidOf('71FBA722-0F79-4A0B-BB13-899256426B24'),
    )
    const dataSize = at() - dataAt
    const container = 0x500 + index
    const setAt = at()
    const set = propertySet(file.name ?? '', container)
    if (file.name !== undefined) pieces.push(set)
    const nodes = [fileNode(0x94, guidOf(guid), { at: dataAt, size: dataSize })]
    if (file.extension !== undefined) {
      const body = [
        numbers([container, 4], [0x80039, 4], [1, 1]),
        counted(`<ifndf>{${guid}}`),
        counted(file.extension),
      ]
      nodes.push(fileNode(0x73, Buffer.concat(body)))
    }
    if (file.name !== undefined) {
      const body = numbers([0x900 + index, 4], [0x60035, 4], [1, 1])
      nodes.push(fileNode(0xa4, body, { at: setAt, size: set.length }))
    }
    pieces.push(...nodes)
  }
  return new Uint8Array(Buffer.concat(pieces))
}
